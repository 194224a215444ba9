package site

import (
	"html/template"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/country"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// letter is a comment as a page shows it.
type letter struct {
	ID         news.CommentID
	Name       string
	Desk       bool   // an answer of the newsroom
	Mark       string // the word that says so behind a name
	Edited     string // the word that marks a text which the newsroom changed
	Country    string
	Time       *Moment
	Link       string // its permanent address; "" where it has none
	Paragraphs []string
	Rest       link // to the whole of a long text that was folded
	Tongue     template.HTMLAttr
	Replies    []letter
	More       link     // to the answers that are not here
	Acts       *letActs // what a reader may do about it; nil: nothing
}

// letActs are the small buttons under a letter.
type letActs struct {
	ID         news.CommentID
	Up, Down   string
	Closed     bool   // no votes are taken: the sums stand alone
	ReplyPath  string // "" where one cannot answer
	ReportPath string
	Words      *actWords
}

// actWords are the words of all letters' buttons, looked up once a page.
type actWords struct{ Up, Down, Reply, Report string }

// written is what a letter is made from, public or seen by its receipt.
type written struct {
	id         news.CommentID
	name, text string
	country    string
	byNewsroom bool
	at         time.Time
	lang       string // that its writer most likely used; "" unknown
}

// letter makes the view of one comment.
func (s *Site) letter(c written) letter {
	out := letter{
		ID: c.id, Name: s.anonymous(c.name), Country: country.Code(c.country).Name(s.settings.Lang.String()),
		Time: moment(c.at, s.print.Stamp), Tongue: s.tongue(c.lang),
	}
	if c.byNewsroom {
		out.Desk, out.Mark = true, s.print.T("letters.newsroom")
		if c.name == "" {
			out.Name, out.Mark = out.Mark, ""
		}
	}
	if s.settings.Flags && out.Country != "" {
		out.Country = country.Code(c.country).Flag() + " " + out.Country
	}
	for line := range strings.SplitSeq(c.text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out.Paragraphs = append(out.Paragraphs, line)
		}
	}
	return out
}

// bench makes the letters of one article's page.
type bench struct {
	site   *Site
	a      news.PublicArticle
	closed bool
	fold   int // characters from which a text is folded; 0: never
	words  *actWords
}

func (s *Site) bench(a news.PublicArticle, closed bool) bench {
	t := s.print.T
	return bench{site: s, a: a, closed: closed, words: &actWords{Up: t("letters.up"), Down: t("letters.down"), Reply: t("letters.reply"), Report: t("letters.report")}}
}

// A page of many threads has room for so much: long texts are folded, and more so where all are long. The page of a thread, to which
// each leads, folds nothing.
const (
	foldLong  = 600  // characters of one text
	foldShort = 280  // where the page would have more than foldAll
	foldAll   = 5000 // characters of a page
)

// folding is from how many characters on the texts of a page are folded.
func folding(threads []news.CommentThread) int {
	all := 0
	for _, t := range threads {
		for _, c := range append([]news.PublicComment{t.Head}, t.Replies...) {
			all += min(utf8.RuneCountInString(c.Text), foldLong)
		}
	}
	if all > foldAll {
		return foldShort
	}
	return foldLong
}

// folded is the beginning of a text that is longer than most characters, up to the end of a word.
func folded(text string, most int) (begin string, cut bool) {
	if most == 0 || utf8.RuneCountInString(text) <= most+most/4 { // for a few words more nobody should have to go elsewhere
		return text, false
	}
	begin = string([]rune(text)[:most])
	if space := strings.LastIndexAny(begin, " \n"); space > len(begin)/2 {
		begin = begin[:space]
	}
	return strings.TrimRight(begin, " \n،؛,.:") + "…", true
}

// thread is a comment with the answers that came with it, each under the one that it answers.
func (b bench) thread(t news.CommentThread) letter {
	under := map[news.CommentID][]news.PublicComment{}
	for _, c := range t.Replies {
		under[c.Parent] = append(under[c.Parent], c)
	}
	// A page that begins in the middle of a thread may lack the comment that an answer answers: then it stands under the first.
	here := map[news.CommentID]bool{t.Head.ID: true}
	for _, c := range t.Replies {
		here[c.ID] = true
	}
	for parent, answers := range under {
		if !here[parent] {
			under[t.Head.ID] = append(under[t.Head.ID], answers...)
			delete(under, parent)
		}
	}
	out := b.branch(t.Head, under)
	if t.More {
		out.More = link{b.site.print.T("letters.more_answers"), b.a.Path() + threadQuery(t.Head.ID) + "#c" + news.Code(t.Head.ID).String()}
		if left := t.Head.Replies - len(t.Replies); t.Head.ID == t.Head.Thread && left > 0 {
			out.More.Name = b.site.print.N("letters.answers", int64(left))
		}
	}
	return out
}

func (b bench) branch(c news.PublicComment, under map[news.CommentID][]news.PublicComment) letter {
	out := b.one(c)
	for _, answer := range under[c.ID] {
		out.Replies = append(out.Replies, b.branch(answer, under))
	}
	return out
}

// one is a public comment with what a reader may do about it.
func (b bench) one(c news.PublicComment) letter {
	s := b.site
	text, cut := folded(c.Text, b.fold)
	out := s.letter(written{id: c.ID, name: c.Name, text: text, country: c.Country, byNewsroom: c.ByNewsroom, at: c.CreatedAt, lang: b.a.Lang})
	if c.Edited {
		out.Edited = s.print.T("letters.edited")
	}
	out.Link = commentPath(c)
	if cut {
		out.Rest = link{s.print.T("letters.rest"), out.Link}
	}
	out.Acts = &letActs{ID: c.ID, ReportPath: out.Link + "/report", Closed: b.closed, Words: b.words}
	if c.VotesUp > 0 {
		out.Acts.Up = s.print.Number(int64(c.VotesUp))
	}
	if c.VotesDown > 0 {
		out.Acts.Down = s.print.Number(int64(c.VotesDown))
	}
	if !b.closed && c.Level < s.depth() {
		out.Acts.ReplyPath = "?reply=" + news.Code(c.ID).String() + "#write"
	}
	return out
}

// depth is how many levels of replies readers may write.
func (s *Site) depth() int { return min(max(1, s.settings.Depth), news.MaxDepth) }

// commentPath is the permanent address of a comment.
func commentPath(c news.PublicComment) string {
	return news.ArticlePath(c.Article, "") + "/comments/" + news.Code(c.ID).String()
}
