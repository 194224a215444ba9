// Package search finds articles: the index, what a query means, ranking, snippets and suggestions. It holds what it was given and nothing else:
// the public index is given public articles, the newsroom's another one. It returns codes of articles; who shows them asks the gate, so that
// an article that was withdrawn a moment ago is not shown even before its entry is gone.
//
// # Ranking
//
// An article's score is the product of three parts, each of which [Ranking] can switch off:
//
//   - Text: BM25 (k1 1.2, b 0.75) over one field in which a word of the headline counts [Weights.Headline] times, and so on. Words that
//     ask and bind («چیست»، «از») count a fifth; a synonym counts 0.7 of the word it stands for. For a question b is 1: what is long has the
//     words of many questions and answers few. Two words that stand side by side as in the query count 0.3 of the commoner one more, which
//     is looked at in the best hundred.
//   - All words first: the share of the query's words that the article has, each with its weight in the text part.
//   - Recency: an article of today counts up to a fifth more than an old one, half of that after a year. Undated ones count as old.
//
// # What a search costs
//
// The rarest words of a query choose the candidates, until they stand for more than [maxCandidates] articles; the other words only add to
// the score of those. An article with all words is always among the candidates. Where even the rarest word is in more articles than that, the
// newest months that hold enough of them are searched and [Results.Bounded] says so. So a search costs nearly the same in an archive of any
// size, but for the look-up of the words.
//
// bleve keeps words, frequencies and places (package scorch) and brings segments together; queries are ours, because its own score every article that
// has any word, and read the segments themselves (lists.go). What is read for thousands of articles, dates and facets, stands in columns on the
// heap (columns.go); what feedback needs of a few articles stands with them (writeOwn).
//
// A new index is made by [Builder], which leaves one segment behind; later articles come in segments of their own, which bleve merges.
package search
