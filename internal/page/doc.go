// Package page keeps rendered pages as ready bytes, exactly fresh (docs/architecture.md, "Pages").
//
// While a page is rendered, everything that it reads is noted as a dependency, and the whole of it is read in one snapshot
// whose newest event is number S. An event says which dependencies it touched, and their version becomes its number. A kept
// page is good while none of its dependencies has a version above its S. Nothing is purged and nothing fans out: who asks
// for a page that is no longer good renders it, once for all who wait.
//
// In this room: keeping, judging and packing of pages. Not in it: HTTP (web), what a page shows (web/site), what the public
// may see (store.Public).
package page
