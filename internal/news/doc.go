// Package news is the domain: articles, comments, people, events and errors, with the rules that hold for them
// wherever they are used. It knows the standard library only: no storage, no network, no language, no clock of its own.
package news
