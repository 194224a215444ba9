package moderation

import (
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// form is how a term is compared.
type form int

const (
	whole  form = iota // the words as they are
	stem               // "+": followed by nothing or by an ending of Persian
	prefix             // "*" at the end: followed by any letters
	glob               // "*" elsewhere
)

// parsedTerm is a term as it is compared.
type parsedTerm struct {
	form   form
	madda  bool     // written with آ: «ان» is not found in «آن», but «آن» in «ان»
	text   string   // whole, stem, prefix: folded words with single spaces
	pieces []string // glob: what stands between the stars, "" where the term begins or ends with one
}

// TermKey is what a term is compared by: two spellings with one key are one term. Invalid "error.term_empty" when nothing is left of it,
// "error.term_long", "error.term_stars" when a star stands in a phrase or less than two letters stand beside it.
func TermKey(text string) (string, error) {
	p, err := parseTerm(text)
	if err != nil {
		return "", err
	}
	return p.key(), nil
}

func (p parsedTerm) key() string {
	switch p.form {
	case stem:
		return p.text + "+"
	case prefix:
		return p.text + "*"
	case glob:
		return strings.Join(p.pieces, "*")
	}
	return p.text
}

func parseTerm(text string) (parsedTerm, error) {
	text = persian.CleanLine(text)
	if utf8.RuneCountInString(text) > news.MaxTerm {
		return parsedTerm{}, news.FieldError("text", "error.term_long", news.MaxTerm)
	}
	if body, ok := strings.CutSuffix(text, "+"); ok && !strings.Contains(body, "*") {
		return wordsOf(body, stem)
	}
	switch body, ok := strings.CutSuffix(text, "*"); {
	case !strings.Contains(text, "*"):
		return wordsOf(text, whole)
	case ok && !strings.Contains(body, "*"):
		return wordsOf(body, prefix)
	}
	p := parsedTerm{form: glob}
	letters := 0
	for piece := range strings.SplitSeq(text, "*") {
		folded := foldedWords(piece)
		if strings.Contains(folded, " ") {
			return p, news.FieldError("text", "error.term_stars")
		}
		letters += utf8.RuneCountInString(folded)
		p.pieces = append(p.pieces, folded)
	}
	if letters < 2 {
		return p, news.FieldError("text", "error.term_stars")
	}
	return p, nil
}

func wordsOf(text string, f form) (parsedTerm, error) {
	p := parsedTerm{form: f, text: foldedWords(text)}
	switch {
	case p.text == "":
		return p, news.FieldError("text", "error.term_empty")
	case f == prefix && utf8.RuneCountInString(p.text) < 2:
		return p, news.FieldError("text", "error.term_stars")
	}
	return p, nil
}

func foldedWords(text string) string {
	words := persian.Unmask(text).Words
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

// endings are what may follow the stem of a Persian noun or adjective without changing what it says, in folded letters. Source:
// the classes of package lexicon (Lilak's affix rules), of which these are the written forms.
var endings = strings.Fields(`ها های هایی هایم هایت هایش هایمان هایتان هایشان هام هات هاش هاست هاتون هاشون هامون
	ی یی ای م ام ت ات ش اش مان تان شان مون تون شون ام اید اید ایم ند اند ید یم یید ست است ان انی انم انت انش انه گی
	تر ترین ترها ترینها ه و رو یه یا ا`)

// isEnding tells whether a stem may be followed by the letters; none at all are an ending too.
func isEnding(rest string) bool {
	for _, e := range endings {
		if e == rest {
			return true
		}
	}
	return rest == ""
}

// matchGlob tells whether a word is made of the pieces in their order.
func matchGlob(pieces []string, word string) bool {
	rest, ok := strings.CutPrefix(word, pieces[0])
	if !ok {
		return false
	}
	last := len(pieces) - 1
	for _, piece := range pieces[1:last] {
		at := strings.Index(rest, piece)
		if at < 0 {
			return false
		}
		rest = rest[at+len(piece):]
	}
	return strings.HasSuffix(rest, pieces[last])
}
