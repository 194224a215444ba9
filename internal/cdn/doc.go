// Package cdn lets a network of caches before Dabir (a CDN, or a Varnish of one's own) keep pages for long, and takes them back as soon
// as something that they show changes.
//
// Each page carries keys: the names of what it shows (news.Dependency), hashed. The event log says what each event touched; Network
// hears it behind the kept pages of its own node and asks the caches to purge exactly those keys. While they do not take that, pages go
// out without the permission to be kept.
//
// In this room: keys, the forms in which the networks take purges, and how far this node has purged. Not in it: the event log, pages,
// headers (web).
package cdn
