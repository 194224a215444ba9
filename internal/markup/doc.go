// Package markup knows the body of an article: it takes what came from outside
// (a form, an import, Markdown, plain text), lets through what an allow-list
// names, brings it into one canonical form and reads text out of it.
//
// In this room: sanitising, normalising, what other programs put on the
// clipboard, Markdown, plain text and excerpts, and the two lines that agencies
// type into their texts and Dabir generates: the attribution («به گزارش …،») and
// the end mark («انتهای پیام/»). Not in it: pages, templates, storage, pictures
// themselves, and copy-editing of Persian.
//
// The canonical form has one block per line (paragraph, heading h2 or h3, list,
// quote, pull quote, box, note, table, figure, rule), no white space between
// tags, white space outside of emphasis, a fixed order of nesting inline
// elements and of attributes. Sanitising a canonical body changes nothing.
package markup
