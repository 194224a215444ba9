package copydesk

import (
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// grammar are words that never stand twice in a row: prepositions, conjunctions, را and the commonest forms of to be and to become.
var grammar = map[string]bool{
	"که": true, "به": true, "از": true, "را": true, "و": true, "با": true, "برای": true, "تا": true, "این": true, "آن": true, "است": true,
	"بود": true, "شد": true, "شده": true, "یا": true, "هم": true, "اما": true, "اگر": true, "بر": true, "در": true, "پس": true,
}

// repeated points at words that stand twice. Persian doubles words for emphasis and spread (کم کم، دانه دانه), so only words of
// grammar and words of seven letters and more count.
func (c *checker) repeated() {
	for i := 0; i+2 < len(c.toks); i++ {
		if c.toks[i].kind != word || c.toks[i+1].kind != space || c.toks[i+2].kind != word || c.toks[i].held {
			continue
		}
		if w := c.of(i); w == c.of(i+2) && (grammar[w] && w != "هم" || utf8.RuneCountInString(w) >= 7 && !strings.HasSuffix(w, "ه")) {
			c.add(RepeatedWord, i, i+2, w, false)
		}
	}
}

var months = map[string]bool{
	"فروردین": true, "اردیبهشت": true, "خرداد": true, "تیر": true, "مرداد": true, "شهریور": true, "مهر": true, "آبان": true, "آذر": true,
	"دی": true, "بهمن": true, "اسفند": true,
}

// dates points at days that the calendar does not have: «۳۱ مهر ۱۴۰۰», ۱۴۰۰/۱۳/۰۱.
func (c *checker) dates() {
	for i := range c.toks {
		if c.toks[i].kind != number {
			continue
		}
		if n := c.of(i); strings.Count(n, "/") == 2 {
			c.date(i, i, persian.LatinDigits(n))
			continue
		}
		if !c.is(i+1, space) || !months[c.of(i+2)] || !c.is(i+3, space) || !c.is(i+4, number) {
			continue
		}
		c.date(i, i+4, persian.LatinDigits(c.of(i+4)))
	}
}

// date points at the tokens from first to last unless they are a day. year must look like a year of this calendar: what else is
// written with two strokes or beside a month is left alone.
func (c *checker) date(first, last int, year string) {
	parts := strings.Split(year, "/")
	if len(parts) == 3 && len(parts[0]) != 4 {
		parts[0] = parts[2]
	}
	if y := parts[0]; len(y) != 4 || !strings.HasPrefix(y, "13") && !strings.HasPrefix(y, "14") {
		return
	}
	text := c.text[c.toks[first].start:c.toks[last].end]
	if _, err := persian.ParseTime(text); err != nil {
		c.add(Date, first, last, text, false)
	}
}

// term is one row of the house's table, cut into words.
type term struct {
	words []string
	HouseTerm
}

func termTable(house []HouseTerm) map[string][]term {
	table := map[string][]term{}
	for _, h := range house {
		words := strings.Fields(TermKey(h.Forbidden))
		if len(words) > 0 && h.Forbidden != h.Preferred {
			table[words[0]] = append(table[words[0]], term{words, h})
		}
	}
	return table
}

// CountWords is the number of words of a text that is nothing but words of the Arabic script with one space between each two, else 0. Only
// such a text can be the forbidden side of a house term, and only one of a single word can be added to the lexicon.
func CountWords(text string) int {
	var l line
	l.scan(text, nil)
	for i, t := range l.toks {
		if want := [...]kind{word, space}[i%2]; t.kind != want || t.kind == space && l.of(i) != " " {
			return 0
		}
	}
	if len(l.toks)%2 == 0 {
		return 0
	}
	return len(l.toks)/2 + 1
}

// TermKey is equal for two forbidden sides that the desk takes for one: it forgets half-spaces and letters of other keyboards.
func TermKey(forbidden string) string {
	words := strings.Fields(forbidden)
	for i, w := range words {
		words[i] = termWord(w)
	}
	return strings.Join(words, " ")
}

// Returns reports whether the preferred side of a term holds the forbidden one, so that the desk would never be content with it.
func (h HouseTerm) Returns() bool {
	c := checker{Desk: &Desk{terms: termTable([]HouseTerm{h})}}
	c.scan(h.Preferred, nil)
	c.houseTerms()
	return len(c.found) > 0
}

// termWord is the form in which a word of a text and one of the table are compared: the letters of Persian, without half-spaces.
func termWord(w string) string {
	plain, _, _ := letters(w)
	return lexicon.Letters(plain)
}

// houseTerms points at what the newsroom writes differently. The longest row that fits counts. It is never safe: letters change.
func (c *checker) houseTerms() {
	if len(c.terms) == 0 {
		return
	}
	for i := 0; i < len(c.toks); i++ {
		if c.toks[i].kind != word || c.toks[i].held {
			continue
		}
		best, last := term{}, 0
		for _, t := range c.terms[termWord(c.of(i))] {
			if end := c.fits(i, t); end >= 0 && len(t.words) > len(best.words) {
				best, last = t, end
			}
		}
		if best.words == nil || c.text[c.toks[i].start:c.toks[last].end] == best.Preferred {
			continue
		}
		c.add(HouseTermRule, i, last, best.Preferred, false)
		c.found[len(c.found)-1].Note = best.Note
		i = last
	}
}

// fits returns the token of the last word of t when it stands at token i, else -1.
func (c *checker) fits(i int, t term) int {
	for n, w := range t.words {
		if n > 0 {
			if i += 2; !c.is(i-1, space) {
				return -1
			}
		}
		if !c.is(i, word) || termWord(c.of(i)) != w {
			return -1
		}
	}
	return i
}
