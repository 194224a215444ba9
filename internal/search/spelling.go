package search

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// other is a term that may stand for a word of the query.
type other struct {
	stem  string
	shown string // how it is written, where the word itself is in no article
}

// standsFor finds what may stand for a word that count articles have: for a Latin word its Persian reading; and for a word that no article
// has and that has no synonym, those that are spelled nearly alike.
func (x *Index) standsFor(ctx context.Context, r *reader, stem, shown string, count uint64, synonym bool) ([]other, error) {
	if ctx.Err() != nil || synonym {
		return nil, ctx.Err()
	}
	if isLatin(stem) {
		for _, pattern := range []string{finglish(stem), regexp.QuoteMeta(keyboard(stem))} {
			found, err := commonest(ctx, r, func(field string) (index.FieldDict, error) { return r.FieldDictRegexp(field, pattern) })
			if err != nil {
				return nil, err
			}
			if found.Term != "" && found.Count > 2*count {
				return []other{x.other(found.Term, count)}, nil
			}
		}
	}
	if count > 0 {
		return nil, nil
	}
	folded := persian.Fold(shown)
	distance := 1
	switch letters := utf8.RuneCountInString(folded); {
	case letters < 4 || letters > maxSpelling:
		return nil, nil
	case letters > 7:
		distance = 2
	}
	found, err := commonest(ctx, r, func(field string) (index.FieldDict, error) {
		return r.FieldDictFuzzy(field, folded, distance, "")
	})
	if err != nil || found.Term == "" {
		return nil, err
	}
	return []other{x.other(found.Term, 0)}, nil
}

// reading is a word that was typed and the word of the index that was read in its place, folded.
type reading struct{ typed, word, stem string }

// meant is a query with its readings in it.
func meant(text string, readings []reading) string {
	for _, r := range readings {
		text = strings.Replace(text, r.typed, r.word, 1)
	}
	return text
}

// DidYouMean is r.DidYouMean with its words spelled as texts do, the first text first: the index knows them without half-spaces, and some
// without their endings. A word that is in none of the texts stays as it is.
func (x *Index) DidYouMean(ctx context.Context, r Results, query string, texts []string) (string, error) {
	if len(r.readings) == 0 {
		return r.DidYouMean, nil
	}
	s, err := x.splitter(ctx)
	if err != nil {
		return "", err
	}
	defer x.release(s)
	spelled := slices.Clone(r.readings)
	for i := range spelled {
		spelled[i].word = spelling(s, spelled[i], texts)
	}
	return meant(query, spelled), nil
}

// spelling is how texts write a word, by itself or before an ending; a form of it where it is in none of them so (رفت, of which they have می‌رود).
func spelling(s *terms.Splitter, r reading, texts []string) string {
	form := ""
	for _, text := range texts {
		for _, term := range s.Split(text) {
			written := text[term.Start:term.End]
			if string(term.Text) != r.stem && persian.Fold(written) != r.word {
				continue
			}
			for end := range written {
				if end > 0 && persian.Fold(written[:end]) == r.word {
					return strings.TrimRight(written[:end], halfSpace)
				}
			}
			if persian.Fold(written) == r.word {
				return written
			}
			form = cmp.Or(form, written)
		}
	}
	return cmp.Or(form, r.word)
}

const halfSpace = "\u200c"

// maxSpelling is the length of the longest word of which others are looked for, in letters.
const maxSpelling = 30

// other is a word of the index in the place of one that was typed.
func (x *Index) other(word string, count uint64) other {
	o := other{stem: x.stem(word)}
	if count == 0 {
		o.shown = word
	}
	return o
}

// likeEnough is how many words that match are counted.
const likeEnough = 64

// commonest is the word that most articles have among those nearest in spelling, of headlines and tags, and where there is none of the
// stems of whole articles; Term "" where there is none either.
func commonest(ctx context.Context, r *reader, open func(field string) (index.FieldDict, error)) (index.DictEntry, error) {
	for _, field := range []string{fieldWords, fieldText} {
		entries, err := nearest(ctx, field, open)
		if err != nil {
			return index.DictEntry{}, err
		}
		var best index.DictEntry
		for _, entry := range entries {
			if entry.Count, err = r.count(field, entry.Term); err != nil {
				return best, err
			}
			if entry.Count > best.Count {
				best = entry
			}
		}
		if best.Term != "" {
			return best, nil
		}
	}
	return index.DictEntry{}, nil
}

// nearest are the entries with the least distance.
func nearest(ctx context.Context, field string, open func(field string) (index.FieldDict, error)) ([]index.DictEntry, error) {
	dict, err := open(field)
	if err != nil {
		return nil, err
	}
	defer dict.Close()
	var near []index.DictEntry
	for ctx.Err() == nil {
		entry, err := dict.Next()
		if err != nil {
			return nil, err
		}
		if entry == nil {
			return near, nil
		}
		if len(near) > 0 && entry.EditDistance < near[0].EditDistance {
			near = near[:0]
		}
		if len(near) == 0 || entry.EditDistance == near[0].EditDistance && len(near) < likeEnough {
			near = append(near, *entry)
		}
	}
	return nil, ctx.Err()
}

func isLatin(word string) bool {
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return len(word) >= 3
}

// keyboard is what a word becomes that was typed with the keyboard on Latin letters: sghl is سلام.
func keyboard(latin string) string {
	const keys, letters = "qwertyuiopasdfghjklzxcvbnm", "ضصثقفغعهخحشسیبلاتنمظطزرذدئ"
	runes := []rune(persian.Fold(letters))
	var b strings.Builder
	for _, r := range latin {
		if i := strings.IndexRune(keys, r); i >= 0 {
			b.WriteRune(runes[i])
		}
	}
	return b.String()
}

// Sounds of Persian in Latin letters, two letters before one. Short vowels need not be written.
var (
	finglishPairs = map[string]string{"kh": "خ", "sh": "ش", "ch": "چ", "zh": "ژ", "gh": "(ق|غ)", "oo": "و", "ou": "و", "ee": "ی", "aa": "ا", "ph": "ف",
		"ei": "ی", "ey": "ی", "ai": "(ای|ی)", "ay": "(ای|ی)", "th": "(ث|ت)", "ow": "و", "ya": "(یا|ی)", "iy": "ی"}
	finglishLetters = map[byte]string{'a': "(ا|ع|ه|عا)?", 'e': "(ه|ع|ی|ا)?", 'o': "(و|ع|ا)?", 'i': "(ی|ع|ا)?", 'u': "(و|ع)?", 'b': "ب", 'p': "پ", 't': "(ت|ط)",
		's': "(س|ص|ث)", 'j': "(ج|ژ)", 'h': "(ه|ح)", 'd': "د", 'z': "(ز|ذ|ض|ظ)", 'r': "ر", 'f': "ف", 'q': "(ق|غ)", 'k': "(ک|ق)", 'g': "(گ|ق)", 'l': "ل",
		'm': "م", 'n': "ن", 'v': "و", 'w': "و", 'y': "ی", 'c': "(ک|س)", 'x': "(خ|کس)"}
	finglishFirst = map[byte]string{'a': "(ا|ع)", 'e': "(ا|ع|ای|ه)", 'o': "(ا|ع|او)", 'i': "(ای|ا|ی|عی)", 'u': "(او|ا|ی|یو)"}
)

// finglish is a pattern for the Persian spellings of a word in Latin letters.
func finglish(word string) string {
	var b strings.Builder
	for i := 0; i < len(word); {
		if i+1 < len(word) {
			if p, ok := finglishPairs[word[i:i+2]]; ok && (i > 0 || !strings.ContainsRune("aeiou", rune(word[0]))) {
				b.WriteString(p)
				i += 2
				continue
			}
			if i > 0 && word[i] == word[i-1] { // doubled consonants
				i++
				continue
			}
		}
		if p, ok := finglishFirst[word[i]]; ok && i == 0 {
			b.WriteString(p)
		} else {
			b.WriteString(finglishLetters[word[i]])
		}
		i++
	}
	return b.String()
}
