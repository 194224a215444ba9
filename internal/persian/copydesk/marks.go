package copydesk

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// quotes decides which quotation marks become « and »: pairs within the line that hold Persian. It only writes token.as; the
// finding is made by marks, together with the spaces around.
func (c *checker) quotes() {
	depth := 0
	var straight, single, curly []int
	for i := range c.toks {
		if c.toks[i].held {
			continue
		}
		switch c.mark(i) {
		case "«":
			depth++
		case "»":
			depth--
		case `"`, "“", "”", "„", "‟":
			if depth > 0 {
				return // the marks inside « » are the second level
			}
			if c.mark(i) == `"` {
				straight = append(straight, i)
			} else {
				curly = append(curly, i)
			}
		case "'", "‘", "’":
			single = append(single, i)
		}
	}
	if depth != 0 {
		return
	}
	if len(straight) > 0 && len(curly) > 0 {
		return
	}
	c.pair(straight)
	c.pair(curly)
	if len(single) == 2 && len(straight) == 0 && len(curly) == 0 {
		c.pair(single)
	}
}

// pair turns marks that stand in pairs into « and », all of them or none.
func (c *checker) pair(at []int) {
	if len(at)%2 != 0 {
		return
	}
	for i := 0; i < len(at); i += 2 {
		open, close := at[i], at[i+1]
		if strings.Contains("”’", c.of(open)) && c.of(open) != c.of(close) || c.of(close) == "“" || close == open+1 {
			return
		}
		// A mark that touches a word only on its outer side, or digits as inches do, is not what it seems.
		if !c.opens(open) || !c.closes(close) {
			return
		}
	}
	for i := 0; i < len(at); i += 2 {
		open, close := at[i], at[i+1]
		if slices.ContainsFunc(c.toks[open:close], func(t token) bool { return t.kind == word }) {
			c.toks[open].as, c.toks[close].as = "«", "»"
		}
	}
}

func (c *checker) opens(i int) bool {
	before := i == 0 || c.is(i-1, space) || c.is(i-1, mark)
	return before || c.is(i-1, word) && c.is(i+1, word)
}

func (c *checker) closes(i int) bool {
	after := i == len(c.toks)-1 || c.is(i+1, space) || c.is(i+1, mark)
	return after || c.is(i-1, word) && c.is(i+1, word)
}

// marks puts each mark of Persian in its place: the right character, no space before it, one after it.
func (c *checker) marks() {
	balanced := c.balanced()
	for i := range c.toks {
		if c.toks[i].kind != mark || c.toks[i].held || c.done[i] {
			continue
		}
		rule := c.persianMark(i)
		as := c.toks[i].as
		var left, right int // -1 takes the space away, 1 puts one in
		switch as {
		case "،", "؛", ":", "؟", "!", ".":
			left, right = c.aroundStop(i, as)
			if rule == "" {
				rule = MarkSpace
			}
		case "«", "»", "(", ")", "[", "]", "{", "}":
			if balanced {
				left, right = c.aroundBracket(i, as)
			}
			if rule == "" {
				rule = BracketSpace
			}
		}
		if left == 0 && right == 0 && c.toks[i].as == c.of(i) {
			continue
		}
		c.settle(rule, i, left, right)
	}
}

// settle makes the finding for the mark at i with the spaces it wants changed.
func (c *checker) settle(rule Rule, i, left, right int) {
	first, last, after := i, i, c.toks[i].as
	switch left {
	case -1:
		if c.done[i-1] {
			return
		}
		first--
	case 1:
		after = " " + after
	}
	switch right {
	case -1:
		last++
	case 1:
		after += " "
	}
	c.add(rule, first, last, after, true)
}

// persianMark turns a Latin mark that stands in Persian into the Persian one and returns the rule for it.
func (c *checker) persianMark(i int) Rule {
	t := &c.toks[i]
	raw := c.of(i)
	if t.as != raw {
		return Quotes
	}
	if c.of(i-1) == raw || c.of(i+1) == raw {
		return "" // «سال ????» stands for what was lost
	}
	switch {
	case len(raw) >= 3 && strings.Trim(raw, ".") == "":
		t.as = "…"
		return Ellipsis
	case raw == "," && c.afterPersian(i) && !c.is(i+1, number) && !(c.is(i-1, number) && c.is(i+2, number)):
		t.as = "،"
	case raw == ";" && c.afterPersian(i):
		t.as = "؛"
	case raw == "?" && c.afterPersian(i):
		t.as = "؟"
	case raw == "%" && c.is(i-1, number):
		if c.is(i+1, foreign) || c.is(i+1, word) {
			return ""
		}
		t.as = "٪"
		return Digits
	default:
		return ""
	}
	return LatinMarks
}

// afterPersian reports whether the mark at i follows Persian: a word, or a closing mark or number behind one.
func (c *checker) afterPersian(i int) bool {
	i--
	for end := i - 30; i > end && (c.is(i, space) || c.is(i, number) || c.is(i, mark) && strings.Contains(`»)]}"؟!?`, c.of(i))); {
		i--
	}
	return c.is(i, word)
}

// aroundStop says what is to happen to the spaces around a stop.
func (c *checker) aroundStop(i int, as string) (left, right int) {
	if c.is(i-1, space) && i > 1 && !c.is(i-2, foreign) && !(c.is(i-2, mark) && c.of(i-2) != "»" && c.of(i-2) != ")" && c.mark(i-2) != "»") {
		next := c.of(i + 1)
		dotted := as == "." && (c.is(i+1, number) || c.is(i+1, foreign))
		if !dotted && !(as == ":" && (next == ")" || next == "(")) {
			left = -1
		}
	}
	if !c.is(i-1, word) && !c.is(i-1, number) && c.mark(i-1) != "»" && c.mark(i-1) != ")" && left == 0 {
		return left, 0
	}
	switch {
	case !c.is(i+1, word) && c.mark(i+1) != "«":
	case c.is(i-1, number) && c.is(i+1, number):
	case as == "." || as == ":" || as == "!":
		// «ه.ش» and «ق.م» are abbreviations; «ایسنا.آی‌آر» is an address
		if c.is(i-1, word) && (c.width[i-1] < 6 || c.is(i+1, word) && c.width[i+1] < 4 && as == ".") || as == "." && c.is(i-1, number) {
			return left, 0
		}
		right = 1
	default:
		right = 1
	}
	return left, right
}

// aroundBracket says what is to happen to the spaces around a bracket or quotation mark.
func (c *checker) aroundBracket(i int, as string) (left, right int) {
	if strings.Contains("«([{", as) {
		if c.is(i+1, space) {
			right = -1
		}
		if (c.is(i-1, word) || c.mark(i-1) == "»" && as == "(") && !c.suffix(i+1) && c.persianInside(i) {
			left = 1
		}
		return left, right
	}
	if c.is(i-1, space) && i > 1 && !strings.Contains("«([{", c.mark(i-2)+" ") {
		left = -1
	}
	if c.is(i+1, word) && !c.suffix(i+1) {
		right = 1
	}
	return left, right
}

// persianInside reports whether a bracket opens on Persian or a number of more than one letter, unlike «کتاب(ها)» and «f(x)».
func (c *checker) persianInside(i int) bool {
	if i++; c.is(i, space) {
		i++
	}
	return c.is(i, number) || c.is(i, word) && utf8.RuneCountInString(c.of(i)) > 1 || c.mark(i) == "«" || c.is(i, foreign)
}

// suffix reports whether token i is an ending that may stick to a bracket or quotation mark.
func (c *checker) suffix(i int) bool {
	if !c.is(i, word) {
		return false
	}
	w := c.of(i)
	_, ending := detached[w]
	return ending || pluralEndings[w] || comparisonEndings[w] || len(w) <= 2 && w != "و"
}

// balanced reports whether every bracket of the line is closed by its own kind.
func (c *checker) balanced() bool {
	var open []string
	for i := range c.toks {
		m := c.mark(i)
		switch {
		case m == "":
		case strings.Contains("«([{", m):
			open = append(open, closing(m))
		case strings.Contains("»)]}", m):
			if len(open) == 0 || open[len(open)-1] != m {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

// numbers makes digits Persian where they stand in Persian.
func (c *checker) numbers() {
	for i := range c.toks {
		if c.toks[i].kind != number || c.toks[i].held || c.besideForeign(i) {
			continue
		}
		if as := persianNumber(c.of(i)); as != c.of(i) {
			c.add(Digits, i, i, as, true)
		}
	}
}

// numberSpaces finds numbers that stick to a word. Before a word it is safe («۹کیلومتر»); behind one it may be a name («کووید۱۹»).
func (c *checker) numberSpaces() {
	for i := range c.toks {
		if c.toks[i].kind != number || c.toks[i].held {
			continue
		}
		if w := c.judge(c.of(i + 1)).after; c.is(i+1, word) && utf8.RuneCountInString(w) >= 3 && !ordinal[w] && !strings.Contains(w, halfSpace) && c.lex.Knows(w) && !c.suffix(i+1) {
			c.addAt(NumberSpace, c.toks[i].end, c.toks[i].end, " ", true)
		}
		if c.is(i-1, word) && utf8.RuneCountInString(c.of(i-1)) >= 3 {
			c.addAt(NumberSpace, c.toks[i].start, c.toks[i].start, " ", false)
		}
	}
}

// ordinal are endings of numbers.
var ordinal = map[string]bool{"گانه": true, "امین": true, "مین": true, "ساله": true, "نفره": true, "روزه": true, "ماهه": true, "متری": true, "تایی": true}

// besideForeign reports whether a number belongs to a Latin name, code or unit: «Windows 10», «5 GB», «(+98)».
func (c *checker) besideForeign(i int) bool {
	for _, step := range []int{-1, 1} {
		j := i + step
		for n := 0; n < 30 && (c.is(j, space) || c.is(j, number) || c.is(j, mark) && strings.Contains("+-.*=/", c.of(j))); n++ {
			j += step
		}
		if c.is(j, foreign) {
			return true
		}
	}
	return false
}

// persianNumber returns a number with Persian digits, and with ٬ between groups of three when it is grouped by commas.
func persianNumber(s string) string {
	digits := persian.Digits(s)
	groups := strings.FieldsFunc(digits, func(r rune) bool { return r == ',' || r == '،' })
	if len(groups) < 2 || utf8.RuneCountInString(groups[0]) > 3 || strings.ContainsAny(s, "./:-–") {
		return digits
	}
	for _, g := range groups[1:] {
		if utf8.RuneCountInString(g) != 3 {
			return digits
		}
	}
	return strings.Join(groups, "٬")
}

// spaces takes away what is more than one space, and spaces at the end of the line.
func (c *checker) spaces() {
	for i := range c.toks {
		if c.toks[i].kind != space || c.done[i] || i == 0 || strings.ContainsAny(c.of(i), "\t\u00a0") {
			continue
		}
		rule := DoubleSpace
		if strings.Trim(c.of(i), " ") != "" {
			rule = HalfSpaceStray
		}
		switch {
		case c.is(i-1, foreign) && c.is(i+1, foreign):
		case i == len(c.toks)-1:
			c.add(rule, i, i, "", true)
		case c.of(i) != " ":
			c.add(rule, i, i, " ", true)
		}
	}
}
