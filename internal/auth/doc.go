// Package auth knows who the people of the newsroom are: users, passwords, one-time links and sessions.
//
// In this room: the rules of signing in. Not in it: cookies and pages (web/newsroom), tables (store), and what a role may
// do (package news has the one table of rights).
package auth
