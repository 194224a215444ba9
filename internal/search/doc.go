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
// the score of those. Where even the rarest word is in more articles than that, the candidates are the articles with all words, and as many of
// the newest as are missing; and where more than that have all words, the newest of those (sets.go). [Results.Bounded] says so. So a search
// scores nearly as much in an archive of any size. What grows with the archive is a bit for each article and word of the query, in which
// candidates are chosen, filtered and counted: 15,625 machine words for a million.
//
// bleve keeps words, frequencies and places (package scorch) and brings segments together; queries are ours, because its own score every article that
// has any word, and read the files of the segments themselves (lists.go, postings.go): to read how often a word stands in an article, bleve's
// readers unpack up to a thousand others, and ours skip their bytes eight at a time. What is read for thousands of articles, dates and facets, stands in
// columns on the heap (columns.go); what feedback needs of a few articles stands with them (writeOwn).
//
// As many searches run at once as there are processors, who asked first first; to wait counts in the [Deadline].
//
// A new index is made by [Builder], which leaves one segment behind; later articles come in segments of their own, which bleve merges.
package search
