package persian

// lookAlikes gives, for letters that are taken for others, the letter that is meant: of the Arabic block its neighbours of other
// languages, of Cyrillic and Greek what looks like Latin. Sources: the charts of Unicode blocks Arabic, Arabic Supplement, Cyrillic
// and Greek, and its table of confusable characters (UTS #39).
var lookAlikes = buildLookAlikes()

func buildLookAlikes() map[rune]rune {
	table := map[rune]rune{}
	for _, group := range []struct {
		to   rune
		from string
	}{
		{'ا', "ݳݴࢭ"}, {'ب', "ٮٻڀݐݑݒݓݔݖࡠ"}, {'پ', "ݒ"}, {'ت', "ټٺ"}, {'ث', "ٽٿ"}, {'ج', "ڄڃ"}, {'چ', "ڇڿ"}, {'ح', "ځݮݯ"}, {'خ', "څڂݗ"},
		{'د', "ڈډڊڋڍۮݙݚ"}, {'ذ', "ڌڎڏڐ"}, {'ر', "ړڔڒۯݛ"}, {'ز', "ږݫ"}, {'ژ', "ڙ"}, {'س', "ښڛݭ"}, {'ش', "ڜۺݜ"}, {'ص', "ڝ"}, {'ض', "ڞۻ"},
		{'ط', "ڟ"}, {'ع', "ݝݟ"}, {'غ', "ڠۼݞ"}, {'ف', "ڡڢڣڤڥڦݠݡ"}, {'ق', "ٯڧڨ"}, {'ک', "ڪګڬڭڮݢ"}, {'گ', "ڰڱڲڳڴݣݤ"}, {'ل', "ڶڷڸݪ"}, {'م', "ݥݦ"},
		{'ن', "ںڻڼڽڹݧݨݩ"}, {'و', "ۄۅۉۊݸݹ"}, {'ه', "ۂۃۿݱ"}, {'ی', "ێؠؽؾؿݵݶݷ"},
		{'a', "аαᴀɑ"}, {'b', "вьβʙ"}, {'c', "сϲᴄ"}, {'d', "ԁɗᴅ"}, {'e', "еєεҽᴇ"}, {'f', "ғϝ"}, {'g', "ԍɡɢ"}, {'h', "һнʜ"}, {'i', "іιӏıɪ"}, {'j', "јϳᴊ"},
		{'k', "кκᴋқ"}, {'l', "ⅼʟ"}, {'m', "мϻᴍ"}, {'n', "пηɴ"}, {'o', "оοσօᴏ"}, {'p', "рρᴘ"}, {'q', "ԛ"}, {'r', "гяʀ"}, {'s', "ѕꜱʂ"}, {'t', "тτᴛ"},
		{'u', "υцᴜ"}, {'v', "νѵᴠ"}, {'w', "ԝωшᴡ"}, {'x', "хχ"}, {'y', "уγʏү"}, {'z', "ᴢʐ"},
	} {
		for _, r := range group.from {
			table[r] = group.to
		}
	}
	return table
}

// letterAlphabets are alphabets of styled Latin letters: where each begins and how many letters it has, capitals before small ones.
var letterAlphabets = []struct{ first, last rune }{
	{0x1d400, 0x1d6a3}, // mathematical: 52 letters each
	{0x24b6, 0x24e9},   // circled
}

// squareAlphabets have capitals only.
var squareAlphabets = []struct{ first, last rune }{{0x249c, 0x24b5}, {0x1f110, 0x1f129}, {0x1f130, 0x1f149}, {0x1f150, 0x1f169}, {0x1f170, 0x1f189}}

// lookAlike is the letter or digit that a character is taken for, itself when there is none.
func lookAlike(r rune) rune {
	if r < 0x250 && r != 'ı' || r >= 0x620 && r < 0x66e || r == zwnj || r == 'ی' || r == 'ک' || r == 'گ' || r == 'پ' || r == 'چ' {
		return r // nearly all there is
	}
	if r >= 0x370 && r < 0x530 { // capitals of Greek and Cyrillic
		r = foldOther(r)
	}
	if to, ok := lookAlikes[r]; ok {
		return to
	}
	for _, a := range letterAlphabets {
		if r >= a.first && r <= a.last {
			return 'a' + (r-a.first)%26
		}
	}
	for _, a := range squareAlphabets {
		if r >= a.first && r <= a.last {
			return 'a' + r - a.first
		}
	}
	if r >= 0x1d7ce && r <= 0x1d7ff {
		return '0' + (r-0x1d7ce)%10
	}
	return r
}

// persianLookAlikes reads Latin letters and digits amid Persian letters as the Persian letters that they look like: «lحمq» is no
// mixture of languages. It is false when one of them looks like none.
func persianLookAlikes(text []rune) ([]rune, bool) {
	out := make([]rune, len(text))
	for i, r := range text {
		switch r {
		case 'l', 'i', '1':
			out[i] = 'ا'
		case 'o', '0', '5', 'a':
			out[i] = 'ه'
		case '9', 'g', 'q':
			out[i] = 'و'
		case 'j':
			out[i] = 'ل'
		default:
			return nil, false
		}
	}
	return out, true
}
