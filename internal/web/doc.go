// Package web is what all of Dabir's HTTP shares: routes with their audience, the chain of middleware, one table from
// errors to statuses, rendering, compression, assets, forms and the server itself.
//
// In this room: mechanics that know nothing of articles or comments. Not in it: pages (web/site, web/newsroom), storage,
// use cases. It sets no cookie and keeps nothing about who asks.
package web
