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

// Finglish reads a folded Latin word ([Word.Latin]) as Persian in Latin letters: letter by letter what each may stand for. It is nil for
// a word that has other characters.
func Finglish(word string) []Letters {
	out := make([]Letters, 0, len(word))
	for i := 0; i < len(word); i++ {
		next, step := finglishAt(word, i)
		if next == nil {
			return nil
		}
		out = append(out, next)
		i += step - 1
	}
	return out
}

func finglishAt(word string, i int) (Letters, int) {
	first, last := i == 0, i == len(word)-1
	if letters, ok := finglishFirst[word[i]]; ok && first && !strings.HasPrefix(word, "aa") && !strings.HasPrefix(word, "ou") {
		return letters, 1
	}
	if i+1 < len(word) {
		if letters, ok := finglishPairs[word[i:i+2]]; ok {
			return letters, 2
		}
	}
	if letters, ok := finglishLast[word[i]]; ok && last {
		return letters, 1
	}
	return finglishLetters[word[i]], 1
}

// FinglishCandidates are up to most Persian words that a Latin word may be, the likeliest first: "kesh" is کش.
func FinglishCandidates(word string, most int) []string {
	letters := Finglish(word)
	if letters == nil || most < 1 {
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
