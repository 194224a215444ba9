package persian

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Word is a word of a text that was unmasked: what is compared, and where it stands in the text, in bytes.
type Word struct {
	Text     string // folded; one emoji where it is a symbol
	Madda    bool   // an آ stands in it: who hides a word leaves the madda off and does not add one
	From, To int
}

// Symbol tells whether the word is an emoji or another sign that people use like a word.
func (w Word) Symbol() bool {
	r, _ := utf8.DecodeRuneInString(w.Text)
	return isSymbol(r)
}

// Latin tells whether the word is written in Latin letters, so that it may be Persian for a reader ([Finglish]).
func (w Word) Latin() bool {
	r, _ := utf8.DecodeRuneInString(w.Text)
	return 'a' <= r && r <= 'z'
}

// Unmasked is a text as moderation compares it: the words in their order, and what else some of them may be meant as.
type Unmasked struct {
	Words    []Word
	Readings []Word // over the same places as one or several of the Words, in the order of their places
}

// Unmask folds a text as [Fold] does and undoes the ways in which people hide words from lists: look-alike letters, letters that
// are torn apart or stretched. A half-space stands inside a word and is no boundary. docs/moderation.md has the table of its rules.
func Unmask(s string) Unmasked {
	u := unmasker{pieces: piecesOf(s)}
	u.joinLookAlikes()
	u.out.Words = make([]Word, 0, len(u.pieces))
	for u.at < len(u.pieces) {
		u.word()
	}
	slices.SortStableFunc(u.out.Readings, func(a, b Word) int { return a.From - b.From })
	return u.out
}

// script is what the characters of a piece are.
type script int

const (
	arabicLetters script = iota
	latinLetters         // digits too, when they touch Latin letters
	digits
	otherLetters
	symbols
)

// gap is what stands between a piece and the one before it.
type gap int

const (
	noGap   gap = iota // nothing: only the script changes
	markGap            // marks or emoji, but no space
	oneSpace
	wideGap // several spaces, or the end of a line
)

// piece is a run of letters of one script with nothing between them.
type piece struct {
	text     []rune
	script   script
	gap      gap
	madda    bool
	from, to int
}

// single tells whether the piece is one letter, as of a word that was torn apart; "ککک" is one letter too.
func (p *piece) single() bool {
	return p.script <= latinLetters && !slices.ContainsFunc(p.text, func(r rune) bool { return r != p.text[0] })
}

// letterShare is how many characters a piece has in most texts, with what parts it from the next.
const letterShare = 4

// piecesOf cuts a text where it has something other than letters, or where the script changes. Marks count as gaps, emoji as pieces too.
func piecesOf(s string) []piece {
	n := utf8.RuneCountInString(s)
	c := cutter{letters: make([]rune, 0, n+8), pieces: make([]piece, 0, n/letterShare+8), between: noGap}
	var buffer [8]rune
	for at, r := range s {
		end := at + utf8.RuneLen(r)
		if r == utf8.RuneError { // three bytes, or one that is no text
			_, n := utf8.DecodeRuneInString(s[at:])
			end = at + n
		}
		for _, folded := range unmaskRune(buffer[:0], r) {
			c.take(folded, at, end)
			if r == 'آ' {
				c.pieces[len(c.pieces)-1].madda = true
			}
		}
	}
	return c.pieces
}

// cutter makes pieces of characters. Their letters lie in one array.
type cutter struct {
	pieces  []piece
	letters []rune
	between gap
	spaces  int
	open    bool // the last piece may go on
}

func (c *cutter) take(r rune, from, to int) {
	kind, letter := scriptOf(r)
	if !letter && (r == ' ' || r == '\n') {
		c.spaces++
		c.open, c.between = false, max(c.between, oneSpace)
		if c.spaces > 1 || r == '\n' {
			c.between = wideGap
		}
		return
	}
	c.spaces = 0
	if !letter {
		c.open, c.between = false, max(c.between, markGap)
		if !isSymbol(r) {
			return
		}
	}
	c.letters = append(c.letters, r)
	end := len(c.letters)
	if last := len(c.pieces) - 1; c.open && letter && (c.pieces[last].script == kind || kind == digits && c.pieces[last].script == latinLetters) {
		begin := end - 1 - len(c.pieces[last].text)
		c.pieces[last].text, c.pieces[last].to = c.letters[begin:end:end], to
		return
	}
	c.pieces = append(c.pieces, piece{text: c.letters[end-1 : end : end], script: kind, gap: c.between, from: from, to: to})
	c.between, c.open = noGap, letter
	if !letter {
		c.between = markGap
	}
}

// unmaskRune is what one character stands for; line ends stay what they are.
func unmaskRune(out []rune, r rune) []rune {
	if r == '\n' {
		return append(out, r)
	}
	r = lookAlike(r)
	m, more := foldRune(r)
	switch {
	case more != "":
		return append(out, []rune(more)...)
	case m == 0:
		return out
	}
	return append(out, m)
}

func scriptOf(r rune) (script, bool) {
	switch {
	case r >= 0x620 && r <= 0x6ff && unicode.IsLetter(r):
		return arabicLetters, true
	case r >= 'a' && r <= 'z':
		return latinLetters, true
	case r >= '0' && r <= '9':
		return digits, true
	case isSymbol(r):
		return symbols, false
	case unicode.IsLetter(r):
		return otherLetters, true
	}
	return symbols, false
}

func isSymbol(r rune) bool {
	return r >= 0x2190 && (unicode.Is(unicode.So, r) || r >= 0x1f000 && r < 0x1fb00)
}

// unmasker turns pieces into words.
type unmasker struct {
	pieces []piece
	at     int
	out    Unmasked
}

// joinLookAlikes makes one piece of Persian letters and the Latin letters or digits in their midst that look like Persian ones.
func (u *unmasker) joinLookAlikes() {
	joined := u.pieces[:0]
	for i, p := range u.pieces {
		last := len(joined) - 1
		after := last >= 0 && p.gap == noGap && joined[last].script == arabicLetters
		before := i+1 < len(u.pieces) && u.pieces[i+1].gap == noGap && u.pieces[i+1].script == arabicLetters
		switch {
		case p.script == latinLetters && len(p.text) <= 2 && (after || before), p.script == digits && len(p.text) == 1 && after && before:
			if alike, ok := persianLookAlikes(p.text); ok {
				p.text, p.script = alike, arabicLetters
			}
		}
		if p.script == arabicLetters && after {
			joined[last].text, joined[last].to = append(joined[last].text, p.text...), p.to
			joined[last].madda = joined[last].madda || p.madda
			continue
		}
		joined = append(joined, p)
	}
	u.pieces = joined
}

// word reads the next word, which may be made of several pieces.
func (u *unmasker) word() {
	p := &u.pieces[u.at]
	if p.script == symbols {
		u.out.Words = append(u.out.Words, Word{Text: string(p.text), From: p.from, To: p.to})
		u.at++
		return
	}
	if end := u.singles(); end-u.at > 1 {
		u.torn(end)
		return
	}
	end := u.marked()
	pieces := u.pieces[u.at:end]
	whole := slices.ContainsFunc(pieces, func(p piece) bool { return p.single() })
	if len(pieces) > 1 && whole {
		u.add(u.at, end)
	} else {
		for i := u.at; i < end; i++ {
			u.add(i, i+1)
			u.lonelyNeighbours(i)
		}
		if len(pieces) > 1 {
			u.reading(u.at, end)
		}
	}
	u.at = end
}

// letterAt tells whether the piece at i is of letters of the given script.
func (u *unmasker) letterAt(i int, s script) bool {
	return i >= 0 && i < len(u.pieces) && u.pieces[i].script == s
}

// skipSymbols is the next piece from i on that is no emoji: those between letters are a gap.
func (u *unmasker) skipSymbols(i int) int {
	for i < len(u.pieces) && u.pieces[i].script == symbols && u.pieces[i].gap < wideGap {
		i++
	}
	return i
}

// singles returns the end of the run of single letters that begins here. A gap wider than the first one ends it: it parts words.
func (u *unmasker) singles() int {
	first := u.pieces[u.at]
	if !first.single() {
		return u.at
	}
	end, widest := u.at+1, wideGap
	for i := u.skipSymbols(end); u.letterAt(i, first.script) && u.pieces[i].single(); i = u.skipSymbols(i + 1) {
		wide := u.widest(end, i)
		if wide > widest {
			break
		}
		if end == u.at+1 {
			widest = wide
		}
		end = i + 1
	}
	return end
}

// widest is the widest gap before the pieces from i to last, which is among them.
func (u *unmasker) widest(i, last int) gap {
	wide := noGap
	for _, p := range u.pieces[i : last+1] {
		wide = max(wide, p.gap)
	}
	return wide
}

// torn reads a word that was torn into single letters, and what it may be together with its neighbours.
func (u *unmasker) torn(end int) {
	u.add(u.at, end)
	script := u.pieces[u.at].script
	before, after := u.at-1, u.skipSymbols(end)
	hasBefore := u.letterAt(before, script) && u.pieces[u.at].gap < wideGap
	hasAfter := u.letterAt(after, script) && u.pieces[after].gap < wideGap
	if hasBefore {
		u.reading(before, end)
	}
	if hasAfter {
		u.reading(u.at, after+1)
	}
	if hasBefore && hasAfter {
		u.reading(before, after+1)
	}
	u.at = end
}

// marked returns the end of the pieces of one script that only marks keep apart.
func (u *unmasker) marked() int {
	end := u.at + 1
	for i := u.skipSymbols(end); u.letterAt(i, u.pieces[u.at].script) && u.widest(end, i) == markGap; i = u.skipSymbols(i + 1) {
		end = i + 1
	}
	return end
}

// lonelyNeighbours reads a single letter together with the word before or after it: the rest of a word torn in two. A lone «و» is a
// word of its own.
func (u *unmasker) lonelyNeighbours(i int) {
	p := u.pieces[i]
	if !p.single() || p.script != arabicLetters || p.text[0] == 'و' {
		return
	}
	if u.letterAt(i-1, arabicLetters) && p.gap == oneSpace {
		u.reading(i-1, i+1)
	}
	if u.letterAt(i+1, arabicLetters) && u.pieces[i+1].gap == oneSpace {
		u.reading(i, i+2)
	}
}

// add is the word of the pieces from i to end, and what it may be when letters were stretched.
func (u *unmasker) add(i, end int) {
	w, letters := u.joined(i, end)
	runs, long := runsOf(letters)
	w.Text = shortened(letters, long)
	u.out.Words = append(u.out.Words, w)
	u.stretchedReadings(w, letters, runs, long)
}

func (u *unmasker) reading(i, end int) {
	w, letters := u.joined(i, end)
	runs, long := runsOf(letters)
	w.Text = shortened(letters, long)
	u.out.Readings = append(u.out.Readings, w)
	u.stretchedReadings(w, letters, runs, long)
}

// runsOf counts the letters that stand more than once in a row, and tells whether one stands more than twice.
func runsOf(letters []rune) (runs int, long bool) {
	for i := 0; i < len(letters); {
		n := runLength(letters[i:])
		if n > 1 {
			runs++
		}
		long = long || n > 2
		i += n
	}
	return runs, long
}

// shortened is a word with one letter where more than two stood; most words have none such.
func shortened(letters []rune, long bool) string {
	if !long {
		return string(letters)
	}
	return string(stretched(letters, 1))
}

func (u *unmasker) joined(i, end int) (Word, []rune) {
	w := Word{From: u.pieces[i].from, To: u.pieces[end-1].to}
	w.Madda = slices.ContainsFunc(u.pieces[i:end], func(p piece) bool { return p.madda })
	if end == i+1 {
		return w, u.pieces[i].text
	}
	var letters []rune
	for _, p := range u.pieces[i:end] {
		if p.script != symbols {
			letters = append(letters, p.text...)
		}
	}
	return w, letters
}

// stretchedReadings are the word with two letters where more stood («الللله»), and with one wherever several stood («ککشش»).
func (u *unmasker) stretchedReadings(w Word, letters []rune, runs int, long bool) {
	if u.pieces[0].script == digits && runs == 0 {
		return
	}
	if long {
		if two := string(stretched(letters, 2)); two != w.Text {
			u.out.Readings = append(u.out.Readings, Word{two, w.Madda, w.From, w.To})
		}
	}
	if runs > 1 || long {
		if one := string(stretched(letters, 0)); one != w.Text {
			u.out.Readings = append(u.out.Readings, Word{one, w.Madda, w.From, w.To})
		}
	}
}

func runLength(letters []rune) int {
	n := 1
	for n < len(letters) && letters[n] == letters[0] {
		n++
	}
	return n
}

// stretched shortens runs of one letter: those of three and more to keep letters, where keep is 1 or 2; keep 0 makes one letter of every run.
// Digits stay: 1000 is no stretched 10.
func stretched(letters []rune, keep int) []rune {
	out := make([]rune, 0, len(letters))
	for i := 0; i < len(letters); {
		n := runLength(letters[i:])
		left := n
		switch {
		case letters[i] <= '9':
		case keep == 0:
			left = 1
		case n > 2:
			left = keep
		}
		out = append(out, letters[i:i+left]...)
		i += n
	}
	return out
}
