package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// The lines that a page prints around an article, folded. The first group opens the furniture, the second the comments.
var (
	furnitureLines = foldedSet("اخبار پیشنهادی", "اخبار مرتبط", "مطالب پیشنهادی", "تبادل نظر", "ارسال نظر", "نظر شما", "آخرین اخبار",
		"آدرس ایمیل خود را با فرمت مناسب وارد نمایید.")
	commentsLines = foldedSet("نظرات کاربران", "نظرات بینندگان", "نظرات مخاطبان", "نظرات")
	latestLine    = persian.Fold("آخرین اخبار")
	anonymousLine = persian.Fold("ناشناس")
)

// counters finds «انتشار یافته: ۲» and its sisters in a folded line; «غیر قابل انتشار» comes with and without its spaces.
var counters = regexp.MustCompile(`(انتشار ?یافته|در ?انتظار ?بررسی|غیر ?قابل ?انتشار) ?[:：] ?([0-9]{1,7})`)

func foldedSet(lines ...string) map[string]bool {
	set := map[string]bool{}
	for _, l := range lines {
		set[persian.Fold(l)] = true
	}
	return set
}

// opensFurniture tells a line that never belongs to an article.
func opensFurniture(s string) bool {
	return furnitureLines[heading(s)] || opensComments(s)
}

// opensComments tells the heading or the counters of the readers' comments.
func opensComments(s string) bool {
	if len(s) > 300 {
		return false
	}
	at := counters.FindStringIndex(persian.Fold(s))
	return at != nil && at[0] == 0 || commentsLines[heading(s)]
}

// heading folds a line that may be a heading, without the colon behind it; "" for what is too long for one.
func heading(s string) string {
	if len(s) > 300 {
		return ""
	}
	return strings.TrimSpace(strings.TrimRight(persian.Fold(s), ":："))
}

// head is the beginning of a comment: the indices of its first line, its name and its time.
type head struct {
	first, name, time int
	country           country.Code
	at                time.Time
	warning           string
}

// readComments reads what stands under the article: counters, comments, and the latest list that ends the page.
func (p *TextPage) readComments(lines []line) {
	lines = filled(lines)
	for i, l := range lines {
		if heading(l.text) == latestLine {
			lines = lines[:i]
			break
		}
	}
	heads := findHeads(lines)
	for i, h := range heads {
		end := len(lines)
		if i+1 < len(heads) {
			end = heads[i+1].first
		}
		p.addComment(lines, h, end)
	}
	furniture := lines
	if len(heads) > 0 {
		furniture = lines[:heads[0].first]
	}
	p.checkCounters(furniture)
	p.checkRest(furniture)
}

// checkRest reports lines between the end mark and the first known furniture: they are dropped, and may have been meant to stay.
func (p *TextPage) checkRest(furniture []line) {
	n := slices.IndexFunc(furniture, func(l line) bool { return opensFurniture(l.text) })
	if n < 0 {
		n = len(furniture)
	}
	if n > 0 {
		p.warn(furniture[0].n, "%d unknown lines under the end mark were left out; the first is «%s»", n, shortened(furniture[0].text))
	}
}

// shortened cuts a text for a message.
func shortened(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}

// filled leaves the blank lines out.
func filled(lines []line) []line {
	var out []line
	for _, l := range lines {
		if l.text != "" {
			out = append(out, l)
		}
	}
	return out
}

// findHeads finds the beginnings of comments by their line of time, which is the one that cannot be anything else.
func findHeads(lines []line) []head {
	var heads []head
	free := 0 // the first line that no head has taken
	for i := range lines {
		if i-free < 1 {
			continue
		}
		h, ok := headAt(lines[free:i+1], free)
		if !ok {
			continue
		}
		heads = append(heads, h)
		free = i + 1
	}
	return heads
}

// headAt reads the head whose time is the last of the lines; offset is the index of the first of them.
func headAt(lines []line, offset int) (head, bool) {
	last := len(lines) - 1
	if !mayBeTime(lines[last].text) || opensFurniture(lines[last-1].text) {
		return head{}, false
	}
	moment, err := persian.ParseTime(lines[last].text)
	if err != nil {
		return head{}, false
	}
	h := head{first: offset + last - 2, name: offset + last - 1, time: offset + last, at: moment.Time}
	if last >= 2 {
		name := lines[last-2].text
		code, known := country.FromName(name)
		if known {
			h.country = code
			return h, true
		}
		if moment.HasClock && foreignName(name) {
			h.warning = fmt.Sprintf("unknown country «%s»; the comment comes without one", shortened(name))
			return h, true
		}
	}
	if moment.HasClock && persian.Fold(lines[last-1].text) == anonymousLine {
		h.first = h.name
		h.warning = "a comment without a line for its country"
		return h, true
	}
	return head{}, false
}

// mayBeTime spares most lines the work of parsing: a line with a date holds a digit and is short.
func mayBeTime(s string) bool {
	return len(s) <= 120 && strings.IndexFunc(s, unicode.IsDigit) >= 0
}

// foreignName tells a line that may be an English name: Latin letters, no digit and no other script.
func foreignName(s string) bool {
	letters := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			letters = true
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return false
		}
	}
	return letters && len(s) <= 100
}

// addComment adds the comment that begins with h and ends before lines[end].
func (p *TextPage) addComment(lines []line, h head, end int) {
	n := lines[h.first].n
	if h.time+1 >= end {
		p.warn(n, "a comment without text was left out")
		return
	}
	if h.warning != "" {
		p.warn(n, "%s", h.warning)
	}
	name := persian.CleanLine(lines[h.name].text)
	if persian.Fold(name) == anonymousLine {
		name = ""
	}
	p.Import.Comments = append(p.Import.Comments, news.Comment{
		State:     news.CommentPublished,
		Name:      name,
		Text:      commentText(lines[h.time+1 : end]),
		Country:   string(h.country),
		CreatedAt: h.at,
		Origin:    p.Import.Article.Origin + "#" + strconv.Itoa(len(p.Import.Comments)+1),
	})
}

// commentText joins the lines of a comment as they stood, with one blank line where there were some.
func commentText(lines []line) string {
	var b strings.Builder
	for i, l := range lines {
		switch {
		case i > 0 && l.n > lines[i-1].n+1:
			b.WriteString("\n\n")
		case i > 0:
			b.WriteByte('\n')
		}
		b.WriteString(l.text)
	}
	return persian.Clean(b.String())
}

// checkCounters compares what the page counts with what was read.
func (p *TextPage) checkCounters(furniture []line) {
	for _, l := range furniture {
		if len(l.text) > 300 {
			continue
		}
		for _, m := range counters.FindAllStringSubmatch(persian.Fold(l.text), -1) {
			n, _ := strconv.Atoi(m[2])
			switch read := len(p.Import.Comments); {
			case strings.HasPrefix(m[1], "انتشار"):
				if n != read {
					p.warn(l.n, "the page counts %d published comments, %d were read", n, read)
				}
			case n > 0 && strings.HasPrefix(m[1], "در"):
				p.warn(l.n, "the page counts %d comments in review, 0 were read: a saved page does not hold them", n)
			case n > 0:
				p.warn(l.n, "the page counts %d comments not published, 0 were read: a saved page does not hold them", n)
			}
		}
	}
}
