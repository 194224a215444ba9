package migrate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// maxText is the largest page saved as text that ReadText takes, in bytes.
const maxText = 4 << 20

// TextOptions says what the file itself does not.
type TextOptions struct {
	At   time.Time // when the article was published; zero: guess from the comments
	Name string    // of the file, for messages; may be ""
}

// Warning is something that the operator should look at, though the page was taken. Line counts from 1; 0 is the whole page.
type Warning struct {
	Line int    `json:"line,omitempty"`
	Text string `json:"text"`
}

// String writes the warning for a terminal.
func (w Warning) String() string {
	if w.Line == 0 {
		return w.Text
	}
	return fmt.Sprintf("line %d: %s", w.Line, w.Text)
}

// TextPage is an article page that was read. Guessed tells that Import.Article.PublishedAt was taken from the comments;
// a warning says so too.
type TextPage struct {
	Import   news.Import
	Guessed  bool
	Warnings []Warning
}

// line is a line of the page without white space around it; n counts from 1.
type line struct {
	n    int
	text string
}

// ReadText reads one article page that was saved as text: headline, lede, body, end mark, the furniture of the page, and
// comments of four lines each (docs/import.md). Words are left as they stand; attribution and end mark become fields, since
// pages generate them. The origin is made of headline, lede and body, so that the same page is recognised when it comes again.
//
// The article's time is opts.At, else the first instant in Tehran of the day of the earliest comment, which is never after
// that comment; without comments the article is undated. Errors say in one sentence what the file lacks.
func ReadText(r io.Reader, opts TextOptions) (TextPage, error) {
	page, err := readText(r, opts)
	if err != nil && opts.Name != "" {
		err = fmt.Errorf("%s: %w", opts.Name, err)
	}
	return page, err
}

func readText(r io.Reader, opts TextOptions) (TextPage, error) {
	text, err := wholeText(r)
	if err != nil {
		return TextPage{}, err
	}
	lines := splitLines(text)
	if len(filled(lines)) == 0 {
		return TextPage{}, errors.New("the file is empty")
	}
	end := bodyEnd(lines)
	parts := partsOf(lines[:end])
	if parts.headline == "" || hasEndMark(parts.headline) {
		return TextPage{}, errors.New("no headline: the page begins with what stands around an article")
	}
	page := TextPage{}
	if err := page.readArticle(parts); err != nil {
		return TextPage{}, err
	}
	page.readComments(lines[end:])
	page.setTime(opts.At)
	return page, nil
}

// wholeText reads the file and refuses what is no text in UTF-8.
func wholeText(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxText {
		return "", fmt.Errorf("the file is larger than %d MB, which no saved page is", maxText>>20)
	}
	if err := checkEncoding(data); err != nil {
		return "", err
	}
	data = bytes.TrimPrefix(data, utf8BOM)
	if !utf8.Valid(data) {
		return "", errors.New("the file is not UTF-8")
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", errors.New("the file holds binary data, not text")
	}
	if looksLikeHTML(data) {
		return "", errors.New("the file is HTML; save the page as text")
	}
	return string(data), nil
}

var utf8BOM = []byte("\xef\xbb\xbf")

// checkEncoding tells the encodings that a byte order mark gives away.
func checkEncoding(start []byte) error {
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) {
		return errors.New("the file is UTF-16; save it as UTF-8")
	}
	return nil
}

func looksLikeHTML(data []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 200)]))
	return bytes.HasPrefix(start, []byte("<!doctype")) || bytes.HasPrefix(start, []byte("<html"))
}

// splitLines cuts at every kind of line end and takes the white space and the invisible marks around a line off.
func splitLines(text string) []line {
	text = lineEnds.Replace(text)
	var lines []line
	for i, s := range strings.Split(text, "\n") {
		lines = append(lines, line{i + 1, persian.Clean(s)})
	}
	return lines
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\v", "\n", "\f", "\n")

// bodyEnd is the index behind the article's last line: behind its end mark and what belongs to it, else before the first line of
// furniture. An end mark below the comments' heading belongs to somebody else.
func bodyEnd(lines []line) int {
	furniture, end := len(lines), 0
	for i, l := range lines {
		opens := opensFurniture(l.text)
		if opens {
			furniture = min(furniture, i)
		}
		if opens && end > 0 || opensComments(l.text) {
			break
		}
		if hasEndMark(l.text) {
			end = i + 1
		}
	}
	if end == 0 {
		return furniture
	}
	// Some desks print their number on a line of its own below the mark.
	for i := end; i < len(lines) && strings.Trim(persian.LatinDigits(lines[i].text), "0123456789/ ") == ""; i++ {
		if lines[i].text != "" {
			end = i + 1
		}
	}
	return end
}

// hasEndMark tells a line that is an end mark or closes with one.
func hasEndMark(s string) bool {
	if !strings.Contains(s, "پیام") {
		return false
	}
	_, found, _ := markup.TakeEndMark(markup.FromText(s))
	return found
}

// parts are the texts of an article as they stand on the page.
type parts struct {
	headline string
	lede     string // its lines joined by spaces
	body     string // with its end mark; a line is a paragraph
}

// partsOf takes the lines of an article apart: the first is the headline, those up to the next blank one are the lede. Where
// no blank line stands under the headline, blank lines separate nothing and the lede is one line.
func partsOf(lines []line) parts {
	text := filled(lines)
	if len(text) == 0 {
		return parts{}
	}
	spaced := len(text) > 1 && text[1].n > text[0].n+1
	var lede, body []string
	for i, l := range text[1:] {
		follows := i > 0 && l.n == text[i].n+1
		if i == 0 || spaced && follows && len(body) == 0 {
			lede = append(lede, l.text)
		} else {
			body = append(body, l.text)
		}
	}
	return parts{text[0].text, strings.Join(lede, " "), strings.Join(body, "\n")}
}

// readArticle makes the article of its parts.
func (p *TextPage) readArticle(from parts) error {
	if len(from.body) > maxBody {
		return errLongBody
	}
	headline, lede := persian.CleanLine(from.headline), persian.CleanLine(from.lede)
	code, endMark, html := markup.TakeEndMark(markup.FromText(from.body))
	if lede != "" && markup.Plain(html) == "" {
		p.warn(0, "one paragraph stands under the headline; it was taken as the body, without a lede")
		code, endMark, html = markup.TakeEndMark(markup.FromText(from.lede + "\n" + from.body))
		lede = ""
	}
	source, html := markup.TakeAttribution(html)
	if markup.Plain(html) == "" {
		return errors.New("no body: nothing stands under the headline")
	}
	p.Import.Article = news.Article{
		State:  news.Published,
		Origin: "text:" + digest(from.headline, from.lede, from.body),
		Content: news.Content{
			Lang:     "fa",
			Kind:     news.KindNews,
			Headline: headline,
			Lede:     lede,
			Body:     string(html),
			Source:   source,
			EndMark:  endMark,
			DeskCode: code,
			Slug:     persian.Slug(headline),
		},
	}
	if !endMark {
		p.warn(0, "no end mark («انتهای پیام/»); the body was taken to end where the page's furniture begins")
	}
	return nil
}

// digest identifies texts whatever the white space in them.
func digest(texts ...string) string {
	h := sha256.New()
	for _, s := range texts {
		io.WriteString(h, strings.Join(strings.Fields(s), " "))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

func (p *TextPage) warn(n int, format string, args ...any) {
	p.Warnings = append(p.Warnings, Warning{n, fmt.Sprintf(format, args...)})
}

// setTime dates the article; see ReadText for the rule.
func (p *TextPage) setTime(at time.Time) {
	var earliest time.Time
	for _, c := range p.Import.Comments {
		if earliest.IsZero() || c.CreatedAt.Before(earliest) {
			earliest = c.CreatedAt
		}
	}
	a := &p.Import.Article
	switch {
	case !at.IsZero():
		a.PublishedAt = at
		if !earliest.IsZero() && earliest.Before(at) {
			p.warn(0, "the earliest comment (%s) is older than the article (%s)", stamp(earliest), stamp(at))
		}
	case !earliest.IsZero():
		day := persian.DateOf(earliest.In(persian.Tehran()))
		a.PublishedAt, p.Guessed = day.Time(persian.Tehran()), true
		p.warn(0, "the page does not say when it was published; guessed %s, the day of its earliest comment", day)
	default:
		p.warn(0, "the page does not say when it was published and has no comment to guess from; the article is undated")
	}
}

func stamp(t time.Time) string {
	t = t.In(persian.Tehran())
	return persian.DateOf(t).String() + t.Format(" 15:04")
}
