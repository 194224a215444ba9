// Package stream tells open pages what changed (docs/architecture.md, "Pages that update themselves").
//
// A Hub hears the event log in its order and keeps, for each open page, which of the things that it shows were touched. A page is told
// names and public counters, never what was written; it fetches that itself, through the kept pages. Each message carries the number of
// the event up to which the page knows everything, so that it resumes there, on any node, after a cut or a restart.
//
// In this room: who is told what, in which order, and how much at once. Not in it: HTTP (web), what a page does with it (theme/live.js),
// what the public may see (store.Public).
package stream
