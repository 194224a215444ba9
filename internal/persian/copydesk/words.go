package copydesk

import (
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

const (
	halfSpace = "\u200c"
	mi        = "می"
	nemi      = "نمی"
)

// verdict is what the desk says of one word: rule is empty when nothing is to be said.
type verdict struct {
	after string
	rule  Rule
	safe  bool
	role  role // of the word as it was
}

// role says what a word can be to its neighbours.
type role uint8

const (
	plainWord role = iota
	verbPrefixWord
	pluralEnding
	detachedEnding
	comparisonEnding
	secondPart // of a compound: it cannot well stand alone
)

// words judges the words of the line: each for itself, and with the one behind it when a half-space is missing between them. What
// belongs together becomes one finding.
func (c *checker) words() {
	for i := 0; i < len(c.toks); i++ {
		if c.toks[i].kind != word || c.toks[i].held {
			continue
		}
		v := c.judge(c.of(i))
		last := i
		for c.is(last+1, space) && c.is(last+2, word) && !c.toks[last+2].held && !strings.ContainsAny(c.of(last+1), "\t\u00a0") {
			next := c.judge(c.of(last + 2))
			if v.role != verbPrefixWord && (next.role == plainWord || next.role == secondPart) {
				break
			}
			joined, ok := c.join(v, next, i, last, last+2)
			if !ok {
				break
			}
			v = joined
			last += 2
		}
		if v.rule != "" && v.after != c.text[c.toks[i].start:c.toks[last].end] {
			c.add(v.rule, i, last, v.after, v.safe)
		} else if last == i {
			c.compound(i)
		}
		c.width[i], c.width[last] = len(v.after), len(v.after)
		i = last
	}
}

// judge says what is to be said of one word, remembering it for the rest of the text.
func (c *checker) judge(w string) verdict {
	if v, ok := c.judged[w]; ok {
		return v
	}
	if len(c.judged) >= maxJudged {
		clear(c.judged)
	}
	w = strings.Clone(w) // the text itself is not to be held
	v := c.judgeNew(w)
	v.role = c.roleOf(v.after)
	c.judged[w] = v
	return v
}

// maxJudged bounds the memory of a checker: 20,000 words are about 3 MB.
const maxJudged = 20_000

func (c *checker) roleOf(w string) role {
	_, isDetached := detached[w]
	switch {
	case w == mi || w == nemi:
		return verbPrefixWord
	case pluralEndings[w]:
		return pluralEnding
	case isDetached:
		return detachedEnding
	case comparisonEndings[w]:
		return comparisonEnding
	case len(w) >= 6 && (strings.HasPrefix(w, "ال") || c.stemOfVerb(w)):
		return secondPart
	}
	return plainWord
}

func (c *checker) judgeNew(w string) verdict {
	plain, rule, safe := letters(w)
	v := c.halfSpaces(plain)
	switch {
	case v.rule == "":
		return verdict{after: plain, rule: rule, safe: safe}
	case rule != "" && !safe:
		return verdict{after: plain, rule: rule} // first the letter, then the rest
	}
	v.safe = v.safe && v.after != ""
	return v
}

// letters returns w in the letters of Persian, with half-spaces only between letters, and the rule that wanted it so.
func letters(w string) (plain string, rule Rule, safe bool) {
	if !needsLetters(w) {
		return w, "", true
	}
	plain, safe = w, true
	if forms := persian.PlainForms(plain); forms != plain {
		plain, rule = forms, Letters
	}
	var b strings.Builder
	for i, r := range plain { // valid: PlainForms and the scanner see to it
		next, _ := utf8.DecodeRuneInString(plain[min(i+utf8.RuneLen(r), len(plain)):])
		if r == 'ـ' && (strings.Trim(plain[:i], "ـ") == "" || strings.Trim(plain[i:], "ـ") == "") {
			b.WriteRune(r) // at an edge: «هـ», and the dash of some writers
			continue
		}
		became, why := letter(r, next)
		b.WriteString(became)
		if why != "" && (rule == "" || why == TehMarbuta || rule == HalfSpaceStray) {
			rule = why
		}
		safe = safe && why != TehMarbuta
	}
	plain = b.String()
	if bare, ok := strings.CutSuffix(plain, "هء"); ok && bare != "" {
		plain, rule = bare+"هٔ", Heh
	}
	if strings.Contains(plain, halfSpace) {
		trimmed := strings.Trim(plain, halfSpace)
		for strings.Contains(trimmed, halfSpace+halfSpace) {
			trimmed = strings.ReplaceAll(trimmed, halfSpace+halfSpace, halfSpace)
		}
		if trimmed != plain && rule == "" {
			rule = HalfSpaceStray
		}
		plain = trimmed
	}
	if plain == w || plain == "" {
		return w, "", true
	}
	return plain, rule, safe
}

// letter returns what a character of a word is in Persian, and the rule that says so.
func letter(r, next rune) (string, Rule) {
	switch r {
	case 'ي', 'ى', 'ے':
		return "ی", Letters
	case 'ك', 'ڪ':
		return "ک", Letters
	case 'ٱ':
		return "ا", Letters
	case 'ہ', 'ھ':
		return "ه", Heh
	case 'ۀ', 'ۂ':
		return "هٔ", Heh
	case 'ە':
		if inWord(next) {
			return "ه" + halfSpace, Heh
		}
		return "ه", Heh
	case 'ة', 'ۃ':
		return "ه", TehMarbuta
	case 'ـ':
		return "", Tatweel
	case '\u200b', '\u00ad', '¬':
		return halfSpace, HalfSpaceStray
	}
	return string(r), ""
}

// needsLetters reports whether letters may have something to do.
func needsLetters(w string) bool {
	for i := 0; i+1 < len(w); i++ {
		switch w[i] {
		case 0xd9:
			if b := w[i+1]; b == 0x80 || b == 0x83 || b == 0x89 || b == 0x8a || b == 0xb1 {
				return true
			}
		case 0xd8:
			if w[i+1] == 0xa9 || w[i+1] == 0xa1 && i+2 == len(w) {
				return true
			}
		case 0xda:
			if b := w[i+1]; b == 0xbe || b == 0xaa {
				return true
			}
		case 0xdb:
			if b := w[i+1]; b == 0x80 || b == 0x81 || b == 0x82 || b == 0x83 || b == 0x92 || b == 0x95 {
				return true
			}
		case 0xef, 0xc2:
			return true
		case 0xe2:
			if strings.HasPrefix(w[i:], "\u200b") || i == 0 || i+3 == len(w) || strings.HasPrefix(w[i+3:], halfSpace) {
				return true
			}
		}
	}
	return false
}

// halfSpaces says where a half-space is missing inside w. What can be read as a word as it stands is left alone, unless its
// reading is one of those that a half-space belongs to.
func (c *checker) halfSpaces(w string) verdict {
	bare := lexicon.Letters(w)
	if len(bare) < 6 || strings.ContainsAny(bare, "ًٌٍَُِّٰٔ") {
		return verdict{after: w}
	}
	c.readings = c.lex.AppendReadings(c.readings[:0], bare)
	proper, clitic := false, true
	for _, r := range c.readings {
		if r.Is(w) && c.proper(r, bare) {
			proper = true
			clitic = clitic && r.Rule&(lexicon.Own|lexicon.OwnAfterA|lexicon.Be|lexicon.BeAfterA|lexicon.BeAfterH) != 0
		}
	}
	if proper && !(clitic && verbPrefix(w)) {
		return verdict{after: w}
	}
	best, certain := verdict{after: w}, true
	for _, r := range c.readings {
		written := r.Written()
		rule, safe := c.missing(r, bare)
		if rule == "" || !moreHalfSpaces(w, written) || proper && rule != HalfSpaceVerb {
			continue
		}
		switch {
		case best.rule == "" || best.rule != HalfSpaceVerb && rule == HalfSpaceVerb:
			best, certain = verdict{after: written, rule: rule, safe: safe}, safe
		case best.rule == HalfSpaceVerb && rule != HalfSpaceVerb || best.after == written:
		default:
			certain = false
			if rule == HalfSpacePlural {
				best = verdict{after: written, rule: rule, safe: safe}
			}
		}
	}
	best.safe = certain
	if best.rule == "" && !proper {
		return c.unknownPlural(w)
	}
	return best
}

// verbPrefix reports whether w begins as a verb in the present does, without its half-space.
func verbPrefix(w string) bool {
	rest, ok := strings.CutPrefix(w, nemi)
	if !ok {
		rest, ok = strings.CutPrefix(w, mi)
	}
	return ok && rest != "" && !strings.HasPrefix(rest, halfSpace)
}

const comparativeClass = lexicon.Own | lexicon.Be | lexicon.Indefinite | lexicon.Plural | lexicon.IsPlural

// proper reports whether a reading of bare is good Persian as it is written. The lexicon also holds what people write without
// half-spaces: glued plurals and comparatives, some of them as entries of their own, and a few glued verbs.
func (c *checker) proper(r lexicon.Reading, bare string) bool {
	switch r.Rule {
	case lexicon.Plural, lexicon.OwnPlural, lexicon.IsPlural:
		return r.Class&lexicon.PluralApart == 0
	case lexicon.Comparative:
		return r.Class&lexicon.ComparativeApart == 0 || irregular(bare)
	}
	stem := r.Stem
	if strings.Contains(stem, halfSpace) {
		return true
	}
	if verbPrefix(stem) && !c.ownWord(stem) {
		return false
	}
	if base, ok := cutAny(stem, "ترین", "تر"); ok && !irregular(stem) {
		class, _ := c.lex.ClassOf(base)
		return class&lexicon.ComparativeApart == 0 || r.Class != comparativeClass &&
			r.Class != comparativeClass&^lexicon.Plural|lexicon.PluralApart|lexicon.IsPluralApart|lexicon.Plural
	}
	if base, ok := cutAny(stem, "هایی", "های", "ها"); ok {
		class, _ := c.lex.ClassOf(base)
		artefact := r.Class == 0 && (base == "آن" || base == "این") ||
			r.Class == lexicon.OwnAfterA|lexicon.BeAfterA|lexicon.EzafeAfterA|lexicon.IndefiniteAfterA ||
			r.Class == lexicon.OwnApart|lexicon.BeApart|lexicon.IndefiniteApart
		return class&lexicon.PluralApart == 0 || !artefact
	}
	return true
}

// ownWord reports whether an entry that begins with می is more than a verb that lost its half-space: there is no such verb, or
// the entry without its ی is a word too (میدانی: میدان), or others of its conjugation are entries (میرید: میرند).
func (c *checker) ownWord(stem string) bool {
	if !c.finite(stem) {
		return true
	}
	if base, ok := strings.CutSuffix(stem, "ی"); ok && c.lex.Has(base) {
		return true
	}
	if base, ok := cutAny(stem, "ند", "ید", "یم"); ok {
		n := 0
		for _, end := range []string{"ند", "ید", "یم", "م"} {
			if c.lex.Has(base + end) {
				n++
			}
		}
		return n > 1
	}
	return false
}

// finite reports whether letters are a verb with می or نمی when a half-space is put in.
func (c *checker) finite(bare string) bool {
	for _, p := range []string{nemi, mi} {
		if rest, ok := strings.CutPrefix(bare, p); ok {
			if last, _ := utf8.DecodeLastRuneInString(rest); !strings.ContainsRune("میدتن", last) {
				return false // the persons of a verb, its past and توان end so
			}
			class, known := c.lex.ClassOf(bare)
			return known && class&lexicon.Without == 0 && c.lex.Has(p+halfSpace+rest) || known && c.lex.Has(p+halfSpace+rest) && c.plainVerb(p+halfSpace+rest)
		}
	}
	return false
}

// plainVerb reports whether this very entry takes nothing, as the persons of a verb do.
func (c *checker) plainVerb(written string) bool {
	for _, r := range c.lex.AppendReadings(nil, lexicon.Letters(written)) {
		if r.Ending == "" && r.Stem == written && r.Class == 0 {
			return true
		}
	}
	return false
}

// irregular are the comparatives that the Academy writes as one word.
func irregular(w string) bool {
	for _, base := range [...]string{"بهتر", "بیشتر", "کمتر", "مهتر", "کهتر"} {
		if strings.HasPrefix(w, base) {
			return true
		}
	}
	return false
}

func cutAny(w string, ends ...string) (string, bool) {
	for _, end := range ends {
		if base, ok := strings.CutSuffix(w, end); ok && base != "" {
			return base, true
		}
	}
	return w, false
}

// missing returns the rule by which bare should be written as r, and whether that is safe; no rule when r is no reason for a
// half-space.
func (c *checker) missing(r lexicon.Reading, bare string) (Rule, bool) {
	stem := lexicon.Letters(r.Stem)
	enough := utf8.RuneCountInString(stem) >= 3
	switch r.Rule {
	case lexicon.PluralApart, lexicon.OwnPluralApart, lexicon.IsPluralApart:
		return HalfSpacePlural, utf8.RuneCountInString(stem) >= 2
	case lexicon.ComparativeApart:
		return HalfSpaceComparison, enough && !irregular(bare)
	case lexicon.OwnApart, lexicon.BeApart, lexicon.IndefiniteApart, lexicon.EzafeApart:
		// ات after ی is the Arabic plural more often (نظریات); یمان and short stems in ی are names.
		// «برندهای» may be the plural of a new word, since ها after د needs no half-space.
		if strings.HasPrefix(r.Ending, halfSpace+"ا") && plainPlural(bare, stem) {
			return "", false
		}
		return HalfSpaceEnding, enough && (strings.HasSuffix(stem, "ه") || !strings.HasSuffix(r.Ending, "ات") && !strings.HasSuffix(r.Ending, "ان") && utf8.RuneCountInString(stem) >= 4)
	case lexicon.Without:
		return HalfSpaceCompound, false // «بیپاشا» is a name
	case lexicon.Comparative, lexicon.Plural, lexicon.OwnPlural, lexicon.IsPlural:
		if !c.proper(r, bare) {
			return "", false
		}
	}
	if !strings.Contains(r.Stem, halfSpace) || strings.HasPrefix(r.Stem, "همی"+halfSpace) {
		return "", false
	}
	if strings.Contains(r.Stem, mi+halfSpace) {
		return HalfSpaceVerb, true
	}
	at := strings.LastIndex(r.Stem, halfSpace)
	first, second := r.Stem[:at], r.Stem[at+len(halfSpace):]
	if _, ending := detached[second]; ending {
		if plainPlural(bare, lexicon.Letters(first)) {
			return "", false
		}
		return HalfSpaceEnding, true
	}
	if pluralEndings[second] {
		return HalfSpacePlural, true
	}
	// Other compounds in one piece may be names (گلبهار، فریدونکنار، سیتیزن): only pointed at.
	sure := strings.HasPrefix(second, "ال") || strings.HasPrefix(second, "آ") || utf8.RuneCountInString(bare) >= 8 && c.stemOfVerb(second)
	return HalfSpaceCompound, sure
}

// plainPlural reports whether bare may as well be the stem without its ه, which ends in a letter that joins to nothing, with
// ها، های or هایی.
func plainPlural(bare, stem string) bool {
	noun, ok := strings.CutSuffix(stem, "ه")
	last, _ := utf8.DecodeLastRuneInString(noun)
	return ok && !joins(last) && pluralEndings[strings.TrimPrefix(bare, noun)]
}

// moreHalfSpaces reports whether written is w with half-spaces added and none taken away.
func moreHalfSpaces(w, written string) bool {
	if len(written) <= len(w) {
		return false
	}
	for w != "" && written != "" {
		switch {
		case w[0] == written[0] && strings.HasPrefix(w, halfSpace) == strings.HasPrefix(written, halfSpace):
			w, written = w[1:], written[1:]
		case strings.HasPrefix(written, halfSpace):
			written = written[len(halfSpace):]
		default:
			return false
		}
	}
	return w == "" && written == ""
}

// unknownPlural points at what looks like a glued plural of a word that the lexicon does not know. It is never safe.
func (c *checker) unknownPlural(w string) verdict {
	base, ok := cutAny(w, "هایشان", "هایمان", "هایتان", "هایی", "هایم", "هایت", "هایش", "های", "ها")
	last, _ := utf8.DecodeLastRuneInString(base)
	if !ok || utf8.RuneCountInString(base) < 4 || strings.Contains(base, halfSpace) || !joins(last) {
		return verdict{after: w}
	}
	return verdict{after: base + halfSpace + w[len(base):], rule: HalfSpacePlural}
}

// joins reports whether a letter joins to the one behind it; where it does not, a half-space is not seen.
func joins(r rune) bool { return inWord(r) && !strings.ContainsRune("اآأإدذرزژوؤةءۀ", r) }
