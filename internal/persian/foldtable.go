package persian

import (
	"unicode"
)

// foldLow is the folding of each character below U+0800; 0 means it is
// dropped.
var foldLow = buildFoldLow()

// foldLetters lists letters and the letter they fold to.
var foldLetters = []struct {
	to   rune
	from string
}{
	{'ا', "آأإٱٲٳٵ"},
	{'و', "ؤۆۇۈۋٶ"},
	{'ی', "يىئېۍێۑےۓٸ"},
	{'ک', "كڪ"},
	{'ه', "ةۀۂۃہھەۿ"},
	{'ر', "ڕ"},
	{'ل', "ڵ"},
	{'%', "٪"},
	{'.', "٫"},
	{',', "٬"},
	{'a', "àáâãäåāăąǎ"},
	{'c', "çćĉċč"},
	{'d', "ďđ"},
	{'e', "èéêëēĕėęě"},
	{'g', "ĝğġģ"},
	{'h', "ĥħ"},
	{'i', "ìíîïĩīĭį"},
	{'j', "ĵ"},
	{'k', "ķ"},
	{'l', "ĺļľŀł"},
	{'n', "ñńņňŉ"},
	{'o', "òóôõöøōŏőǒ"},
	{'r', "ŕŗř"},
	{'s', "śŝşšș"},
	{'t', "ţťŧț"},
	{'u', "ùúûüũūŭůűųǔ"},
	{'w', "ŵ"},
	{'y', "ýÿŷ"},
	{'z', "źżž"},
}

func buildFoldLow() *[0x800]uint16 {
	letters := map[rune]rune{}
	for _, group := range foldLetters {
		for _, r := range group.from {
			letters[r] = group.to
		}
	}
	var table [0x800]uint16
	for r := rune(0); r < 0x800; r++ {
		to := foldOther(r)
		switch {
		case r >= '٠' && r <= '٩':
			to = '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			to = '0' + r - '۰'
		case r == 'ـ' || r == 'ء' || unicode.Is(unicode.Mn, r):
			to = 0
		case letters[to] != 0:
			to = letters[to]
		}
		table[r] = uint16(to)
	}
	return &table
}

// presentationForms gives the plain letters of the positional forms
// and ligatures that text copied from PDF files is full of.
var presentationForms = buildPresentationForms()

func buildPresentationForms() map[rune]string {
	forms := map[rune]string{
		'ﷲ': "الله", '﷼': "ریال", 'ﷴ': "محمد", 'ﷳ': "اکبر", 'ﷵ': "صلعم", 'ﷶ': "رسول", 'ﷷ': "علیه", 'ﷸ': "وسلم", 'ﷹ': "صلی",
	}
	add := func(first rune, count int, plain string) {
		for i := range rune(count) {
			forms[first+i] = plain
		}
	}
	// Letters of Persian and their neighbours outside Arabic proper.
	for _, f := range []struct {
		first rune
		count int
		plain string
	}{
		{0xfb50, 2, "ا"}, {0xfb56, 4, "پ"}, {0xfb7a, 4, "چ"}, {0xfb8a, 2, "ژ"}, {0xfb8e, 4, "ک"}, {0xfb92, 4, "گ"},
		{0xfba4, 10, "ه"}, {0xfbae, 4, "ی"}, {0xfbd7, 6, "و"}, {0xfbde, 2, "و"}, {0xfbe4, 6, "ی"}, {0xfbfc, 4, "ی"},
	} {
		add(f.first, f.count, f.plain)
	}
	// The forms of the Arabic letters stand in order from U+FE81: alef
	// madda, alef hamza, waw hamza, alef hamza below, yeh hamza, alef, beh …
	next := rune(0xfe81)
	for _, f := range []struct {
		plain string
		count int
	}{
		{"آ", 2}, {"أ", 2}, {"ؤ", 2}, {"إ", 2}, {"ئ", 4}, {"ا", 2}, {"ب", 4}, {"ه", 2}, {"ت", 4}, {"ث", 4}, {"ج", 4}, {"ح", 4},
		{"خ", 4}, {"د", 2}, {"ذ", 2}, {"ر", 2}, {"ز", 2}, {"س", 4}, {"ش", 4}, {"ص", 4}, {"ض", 4}, {"ط", 4}, {"ظ", 4}, {"ع", 4},
		{"غ", 4}, {"ف", 4}, {"ق", 4}, {"ک", 4}, {"ل", 4}, {"م", 4}, {"ن", 4}, {"ه", 4}, {"و", 2}, {"ی", 2}, {"ی", 4}, {"لآ", 2}, {"لأ", 2}, {"لإ", 2}, {"لا", 2},
	} {
		add(next, f.count, f.plain)
		next += rune(f.count)
	}
	add(0xfe70, 0xfe80-0xfe70, "") // vowel signs
	forms['ﺀ'] = "ء"
	return forms
}

// plain returns Clean(s) with presentation forms as plain letters.
func plain(s string) string { return PlainForms(Clean(s)) }

func isForm(r rune) bool { return r >= 0xfb50 && r <= 0xfefc }
