package copydesk

import (
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// detached are the endings that people type as words of their own, with the rules of the lexicon that say whether the word
// before takes them.
var detached = map[string]lexicon.Class{
	"ای": lexicon.IndefiniteApart | lexicon.BeApart, "ام": lexicon.OwnApart | lexicon.BeApart, "ات": lexicon.OwnApart,
	"اش": lexicon.OwnApart, "ایم": lexicon.BeApart, "اید": lexicon.BeApart, "اند": lexicon.BeApart, "ی": lexicon.EzafeApart,
	"مان": lexicon.OwnApart, "تان": lexicon.OwnApart, "شان": lexicon.OwnApart,
}

var pluralEndings = map[string]bool{
	"ها": true, "های": true, "هایی": true, "هایم": true, "هایت": true, "هایش": true, "هایمان": true, "هایتان": true, "هایشان": true, "هاست": true,
}

var comparisonEndings = map[string]bool{"تر": true, "تری": true, "ترین": true, "ترها": true, "ترین" + halfSpace + "ها": true}

// join says how the word before and the one at token next are written as one, when a half-space was lost between them. before is
// what the tokens from first to last have become so far.
func (c *checker) join(before, after verdict, first, last, next int) (verdict, bool) {
	a, b := before.after, after.after
	joinedSafe := func(rule Rule, sep string, safe bool) (verdict, bool) {
		return verdict{after: a + sep + b, rule: rule, safe: safe && (before.safe || before.rule == "")}, true
	}
	if first == last && (a == mi || a == nemi) {
		if !c.verb(a, b) {
			return verdict{}, false
		}
		safe := !(c.is(first-1, space) && c.is(first-2, number)) && c.of(first-2) != "ماه" && (after.safe || after.rule == "")
		return joinedSafe(HalfSpaceVerb, halfSpace, safe)
	}
	class, _ := c.lex.ClassOf(lexicon.Letters(a))
	end, _ := utf8.DecodeLastRuneInString(a)
	sep := ""
	if joins(end) || class&lexicon.PluralApart != 0 {
		sep = halfSpace
	}
	if after.role == pluralEnding {
		ok, safe := c.takesPlural(a)
		if !ok {
			return verdict{}, false
		}
		return joinedSafe(HalfSpacePlural, sep, safe)
	}
	if after.role != detachedEnding && after.role != comparisonEnding {
		return verdict{}, false
	}
	if after.role == detachedEnding {
		if class&detached[b] == 0 || c.vocative(b, next) || utf8.RuneCountInString(lexicon.Letters(a)) < 3 {
			return verdict{}, false
		}
		return joinedSafe(HalfSpaceEnding, halfSpace, true)
	}
	if class&(lexicon.Comparative|lexicon.ComparativeApart) == 0 || c.wet(b, next) {
		return verdict{}, false
	}
	return joinedSafe(HalfSpaceComparison, sep, true)
}

// verb reports whether prefix before rest is a form of a verb.
func (c *checker) verb(prefix, rest string) bool {
	if len(rest) < 4 {
		return false
	}
	if c.lex.Has(prefix + halfSpace + rest) {
		return true
	}
	// «می گویدشان» and the like: a form with the object behind it
	base, ok := cutAny(rest, "شان", "مان", "تان", "م", "ت", "ش")
	return ok && strings.HasSuffix(base, "د") && len(base) > 4 && c.lex.Has(prefix+halfSpace+base)
}

// takesPlural reports whether ها may follow w, and whether that is certain. Names and new words may take it; prepositions,
// verbs and what is plural already may not.
func (c *checker) takesPlural(w string) (ok, safe bool) {
	bare := lexicon.Letters(w)
	if utf8.RuneCountInString(bare) < 2 {
		return false, false
	}
	if pluralEndings[bare] {
		return false, false
	}
	class, known := c.lex.ClassOf(bare)
	if class&(lexicon.Plural|lexicon.PluralApart) != 0 {
		return true, true
	}
	if _, plural := cutAny(bare, "ها", "های", "هایی"); plural {
		return false, false
	}
	if known && class == 0 {
		return false, false
	}
	return true, true
}

// vocative reports whether ای or ام at token i begins something else: «ای کاش», «ای مردم!», «ام‌اس».
func (c *checker) vocative(ending string, i int) bool {
	if (ending == "ام" || ending == "ای") && c.of(i+1) == "." && c.is(i+2, word) && utf8.RuneCountInString(c.of(i+2)) < 3 {
		return true // «ام.آر.آی»
	}
	switch next := c.of(i + 2); ending {
	case "ای":
		return next == "کاش" || next == "کاش،" || next == "خدا" || next == "دل" || next == "وای"
	case "ام":
		return next == "اس" || next == "آی" || next == "پی" || next == "دی" || strings.HasPrefix(next, "البن")
	case "ی":
		return next == "" || c.toks[i+1].kind != space
	}
	return false
}

// wet reports whether تر at token i means wet: «تر و تازه», «تر و خشک».
func (c *checker) wet(ending string, i int) bool {
	return ending == "تر" && c.of(i+2) == "و" && (c.of(i+4) == "تازه" || c.of(i+4) == "خشک" || c.of(i+4) == "تمیز" || c.of(i+4) == "فرز")
}

// compound points at two words that the lexicon writes as one with a half-space between them, when the second cannot well stand
// alone: it begins with the Arabic article, or it is the stem of a verb, as in «تصمیم گیری».
func (c *checker) compound(i int) {
	if !c.is(i+1, space) || !c.is(i+2, word) || c.toks[i+2].held || len(c.of(i)) < 4 || c.judge(c.of(i+2)).role != secondPart {
		return
	}
	a, b := c.of(i), c.judge(c.of(i+2)).after
	if !strings.Contains(a, halfSpace) && a != mi && a != nemi && a != "همی" && !grammar[a] && c.lex.Has(a+halfSpace+b) {
		c.add(HalfSpaceCompound, i, i+2, a+halfSpace+b, false)
	}
}

// stemOfVerb reports whether w is the present stem of a verb, with or without an ending of nouns.
func (c *checker) stemOfVerb(w string) bool {
	for _, end := range []string{"", "ی", "ان", "نده", "ندگان", "ندگی"} {
		if stem, ok := strings.CutSuffix(w, end); ok && len(stem) >= 4 && c.lex.Has(mi+halfSpace+stem+"ند") {
			return true
		}
	}
	return false
}
