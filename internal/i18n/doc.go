// Package i18n holds every sentence that Dabir itself says to people, in every
// language it speaks: the catalogs, plurals, numbers, dates and the direction
// of writing.
//
// In this room: interface texts and messages, keyed by area ("comment.pending").
// Not in it: anything a newsroom writes (articles, names of sections), the names
// of countries, and decisions about which language a request gets.
package i18n
