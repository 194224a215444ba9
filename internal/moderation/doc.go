// Package moderation judges the words of comments: the newsroom's lists, the model that learns from its decisions, and the rules
// that put both together. All of it is pure: it reads no storage and no clock, and it never rejects anything. What is kept and
// what becomes of a comment is the business of package discussion.
package moderation
