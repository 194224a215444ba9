package migrate

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// maxBody is the longest body that is taken, in bytes. Written as HTML a text grows up to about eightfold, and markup cuts what is
// longer than its own limit without a word; an article is refused rather than cut.
const maxBody = markup.MaxSize / 8

var errLongBody = fmt.Errorf("the body is longer than %d kB", maxBody>>10)

// record is a line of the file. docs/import.md has the table of these fields; all others are passed over.
type record struct {
	ID       identifier `json:"id"`
	Title    string     `json:"title"`
	Lead     string     `json:"lead"`
	Body     string     `json:"body"`
	BodyHTML string     `json:"body_html"`
	Section  string     `json:"section"`
	Tags     []string   `json:"tags"`
	Date     string     `json:"date"`
	URL      string     `json:"url"`

	Kicker      string           `json:"kicker"`
	ShortTitle  string           `json:"short_headline"`
	Kind        news.ArticleKind `json:"kind"`
	Lang        string           `json:"lang"`
	Bylines     []byline         `json:"bylines"`
	Attribution string           `json:"attribution"`
	EndMark     bool             `json:"end_mark"`
	DeskCode    string           `json:"desk_code"`
}

// identifier is an id that may be written as text or as a number.
type identifier string

// UnmarshalJSON takes text and whole numbers; a number keeps its digits.
func (id *identifier) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, (*string)(id))
	}
	if string(data) == "null" {
		return nil
	}
	if strings.Trim(string(data), "0123456789") != "" {
		return errors.New(`field "id" is neither text nor a whole number`)
	}
	*id = identifier(data)
	return nil
}

// byline is a name, or a name with a reporter's code.
type byline news.Byline

// UnmarshalJSON takes "name" and {"name": …, "code": …}.
func (b *byline) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &b.Name)
	}
	if err := json.Unmarshal(data, (*news.Byline)(b)); err != nil {
		return errors.New(`field "bylines" holds something that is neither a name nor an object with a name and a code`)
	}
	return nil
}

// parser turns lines into imports. It holds no state and may be used from several goroutines.
type parser struct {
	origin string    // what stands before the colon of an origin
	now    time.Time // nothing published lies behind it
}

// parse reads one line. An error is the reason for refusing it, a sentence for the operator.
func (p parser) parse(text []byte) (news.Import, error) {
	if !utf8.Valid(text) {
		return news.Import{}, errors.New("not UTF-8")
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return news.Import{}, jsonReason(err)
	}
	at, err := p.date(r.Date)
	if err != nil {
		return news.Import{}, err
	}
	content, err := r.content()
	if err != nil {
		return news.Import{}, err
	}
	return news.Import{
		Article: news.Article{
			State:       news.Published,
			Content:     content,
			PublishedAt: at,
			Origin:      p.originOf(r),
		},
		SectionName: sectionName(r.Section),
	}, nil
}

// jsonReason says what is wrong with the JSON in the file's words, not in Go's.
func jsonReason(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not valid JSON at byte %d: %s", syntax.Offset, strings.TrimPrefix(syntax.Error(), "json: "))
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("a line must be a JSON object, not %s", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("field %q cannot be a JSON %s", kind.Field, kind.Value)
	}
	return err
}

// date reads the article's time; the zero time when there is none.
func (p parser) date(s string) (time.Time, error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, nil
	}
	moment, err := persian.ParseTime(s)
	if err != nil {
		return time.Time{}, fmt.Errorf("date: %w", err)
	}
	if moment.Time.After(p.now) {
		return time.Time{}, fmt.Errorf("the date %q lies in the future", s)
	}
	return moment.Time, nil
}

// content makes the article's text; what the newsroom generates is taken off it.
func (r record) content() (news.Content, error) {
	c := news.Content{
		Lang:          r.Lang,
		Kind:          r.Kind,
		Kicker:        persian.CleanLine(r.Kicker),
		Headline:      persian.CleanLine(r.Title),
		ShortHeadline: persian.CleanLine(r.ShortTitle),
		Lede:          persian.CleanLine(r.Lead),
		Source:        persian.CleanLine(r.Attribution),
		EndMark:       r.EndMark || r.DeskCode != "",
		DeskCode:      persian.CleanLine(r.DeskCode),
		Tags:          r.Tags, // the import cleans them
	}
	if c.Lang == "" {
		c.Lang = "fa"
	}
	if c.Kind == "" {
		c.Kind = news.KindNews
	}
	if !slices.Contains([]string{"fa", "en", "ar"}, c.Lang) {
		return c, fmt.Errorf("unknown language %q; there are fa, en and ar", c.Lang)
	}
	if !slices.Contains(news.ArticleKinds(), c.Kind) {
		return c, fmt.Errorf("unknown kind %q", c.Kind)
	}
	for _, b := range r.Bylines {
		if name := persian.CleanLine(b.Name); name != "" {
			c.Bylines = append(c.Bylines, news.Byline{Name: name, Code: persian.CleanLine(b.Code)})
		}
	}
	if c.Headline == "" {
		return c, errors.New("no title")
	}
	if max(len(r.Body), len(r.BodyHTML)) > maxBody {
		return c, errLongBody
	}
	r.setBody(&c)
	if c.Body == "" && c.Lede == "" {
		return c, errors.New("neither body nor lead")
	}
	c.Slug = persian.Slug(c.Headline)
	return c, nil
}

// setBody brings the body into form. Where the record names one source and the body begins with another, both stay.
func (r record) setBody(c *news.Content) {
	var html markup.HTML
	if strings.TrimSpace(r.BodyHTML) != "" {
		html = markup.Sanitize(r.BodyHTML)
	}
	if html == "" {
		html = markup.FromText(r.Body)
	}
	code, found, html := markup.TakeEndMark(html)
	if source, rest := markup.TakeAttribution(html); c.Source == "" || c.Source == source {
		c.Source, html = source, rest
	}
	if found {
		c.EndMark = true
		if c.DeskCode == "" {
			c.DeskCode = code
		}
	}
	c.Body = string(html)
}

// sectionName reads a path of sections, as «صفحه نخست > بین‌الملل > آسیا», down to the one that Dabir has: the first below the
// front page.
func sectionName(path string) string {
	for name := range strings.SplitSeq(path, ">") {
		name = persian.CleanLine(name)
		if name != "" && !frontPages[persian.Fold(name)] {
			return name
		}
	}
	return ""
}

var frontPages = foldedSet("صفحه نخست", "صفحه اصلی", "خانه", "home")

// originOf names where the article came from: its id, else its address, else its words.
func (p parser) originOf(r record) string {
	switch {
	case plainID(string(r.ID)):
		return p.origin + ":" + string(r.ID)
	case r.ID != "":
		return p.origin + ":" + digest(string(r.ID))
	case plainID(r.URL):
		return p.origin + ":" + r.URL
	}
	return p.origin + ":" + digest(r.Title, r.Lead, r.Body, r.BodyHTML)
}

// plainID tells an id that can stand in a key as it is. An index of PostgreSQL takes keys up to 2.7 kB.
func plainID(s string) bool {
	return s != "" && len(s) <= 500 && strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) < 0
}
