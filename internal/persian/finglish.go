package persian

import "strings"

// Letters is what one Latin letter or pair of letters may stand for in Persian script, likelier spellings first; "" is a short
// vowel, which is not written.
type Letters []string

// finglishPairs are pairs of Latin letters that stand for one sound.
var finglishPairs = map[string]Letters{
	"kh": {"خ"}, "sh": {"ش"}, "ch": {"چ"}, "zh": {"ژ"}, "gh": {"ق", "غ"}, "ph": {"ف"}, "ck": {"ک"}, "th": {"ت", "ث"},
	"aa": {"ا"}, "ee": {"ی"}, "oo": {"و"}, "ou": {"و"}, "ow": {"و"}, "ey": {"ی"}, "ei": {"ی"}, "ay": {"ای", "ی"}, "ai": {"ای", "ی"}, "iy": {"ی"}, "ye": {"یه", "ی"},
	"kk": {"ک"}, "ss": {"س"}, "tt": {"ت"}, "ll": {"ل"}, "mm": {"م"}, "nn": {"ن"}, "rr": {"ر"},
}

// finglishLetters are what single letters stand for. Digits are what people write for the letters that they look like.
var finglishLetters = map[byte]Letters{
	'a': {"", "ا", "ع"}, 'b': {"ب"}, 'c': {"ک", "س"}, 'd': {"د"}, 'e': {"", "ه"}, 'f': {"ف"}, 'g': {"گ", "ق", "ج"}, 'h': {"ه", "ح"}, 'i': {"ی", ""},
	'j': {"ج", "ژ"}, 'k': {"ک"}, 'l': {"ل"}, 'm': {"م"}, 'n': {"ن"}, 'o': {"", "و"}, 'p': {"پ"}, 'q': {"ق", "غ"}, 'r': {"ر"}, 's': {"س", "ص", "ث"},
	't': {"ت", "ط"}, 'u': {"و", ""}, 'v': {"و"}, 'w': {"و"}, 'x': {"خ", "کس"}, 'y': {"ی"}, 'z': {"ز", "ض", "ذ", "ظ"},
	'0': {"", "و"}, '1': {"ی", "ا"}, '3': {"", "ه"}, '4': {"ا", ""}, '5': {"س", "ص"}, '7': {"ت"},
}

// finglishFirst are vowels at the beginning of a word, where Persian writes them.
var finglishFirst = map[byte]Letters{'a': {"ا", "ع"}, 'e': {"ا", "ع"}, 'i': {"ای", "ا"}, 'o': {"ا", "او", "ع"}, 'u': {"او", "ی"}, '4': {"ا"}}

// finglishLast are vowels at the end, where they are written too.
var finglishLast = map[byte]Letters{'a': {"ا", "ه"}, 'e': {"ه", ""}, 'o': {"و", "ه"}, 'i': {"ی"}}

// finglishTable is all of that by letter, since maps take longer than all the rest of a comment on Finglish.
type finglishTable struct {
	letters, first, last [128]Letters
	pairs                ['z' - 'a' + 1]['z' - 'a' + 1]Letters
}

var finglish = buildFinglish()

func buildFinglish() *finglishTable {
	t := &finglishTable{}
	for letter, to := range finglishLetters {
		t.letters[letter] = to
	}
	for letter, to := range finglishFirst {
		t.first[letter] = to
	}
	for letter, to := range finglishLast {
		t.last[letter] = to
	}
	for pair, to := range finglishPairs {
		t.pairs[pair[0]-'a'][pair[1]-'a'] = to
	}
	return t
}

// AppendFinglish reads a folded Latin word ([Word.Latin]) as Persian in Latin letters, and appends letter by letter what each may stand for.
// A word that has other characters adds nothing.
func AppendFinglish(out []Letters, word string) []Letters {
	begun := len(out)
	for i := 0; i < len(word); i++ {
		next, step := finglish.at(word, i)
		if next == nil {
			return out[:begun]
		}
		out = append(out, next)
		i += step - 1
	}
	return out
}

// at is what stands at one place of a word, and how many letters that takes; nil for no letter.
func (t *finglishTable) at(word string, i int) (Letters, int) {
	letter := word[i]
	if letter >= 128 {
		return nil, 1
	}
	if i == 0 && t.first[letter] != nil && !strings.HasPrefix(word, "aa") && !strings.HasPrefix(word, "ou") {
		return t.first[letter], 1
	}
	if i+1 < len(word) && isLower(letter) && isLower(word[i+1]) {
		if pair := t.pairs[letter-'a'][word[i+1]-'a']; pair != nil {
			return pair, 2
		}
	}
	if i == len(word)-1 && t.last[letter] != nil {
		return t.last[letter], 1
	}
	return t.letters[letter], 1
}

func isLower(b byte) bool { return 'a' <= b && b <= 'z' }

// FinglishCandidates are up to most Persian words that a Latin word may be, the likeliest first: "kesh" is کش.
func FinglishCandidates(word string, most int) []string {
	letters := AppendFinglish(nil, word)
	if len(letters) == 0 || most < 1 {
		return nil
	}
	all := []string{""}
	for _, alternatives := range letters {
		var longer []string
		// The likeliest spelling of every beginning comes first, so that what is cut off at the end is unlikely.
		for _, alternative := range alternatives {
			for _, begun := range all {
				if len(longer) < most {
					longer = append(longer, begun+alternative)
				}
			}
		}
		all = longer
	}
	return all
}
