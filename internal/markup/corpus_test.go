package markup

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// shared returns a file of the shared test data, or skips where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skip("needs the shared test data: " + path)
	}
	return path
}

// newsroomPages returns the bodies of 789 real pages as their sites wrote them.
func newsroomPages(t testing.TB) []string {
	t.Helper()
	var bodies []string
	eachLine(t, shared(t, "news/html_articles.jsonl.gz"), func(line []byte) bool {
		var page struct {
			Body string `json:"body_html"`
		}
		if err := json.Unmarshal(line, &page); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, page.Body)
		return true
	})
	if len(bodies) != 789 {
		t.Fatalf("read %d pages, want 789", len(bodies))
	}
	return bodies
}

// eachLine calls do with every line of a zipped file until it returns false.
func eachLine(t testing.TB, path string, do func([]byte) bool) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() && do(lines.Bytes()) {
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// attackTexts returns what others collected to break sanitisers and parsers.
func attackTexts(t testing.TB) []string {
	t.Helper()
	var texts []string
	var cases []struct{ Payload string }
	readJSON(t, shared(t, "import/html-xss/dompurify-expect.json"), &cases)
	for _, c := range cases {
		texts = append(texts, c.Payload)
	}
	var naughty []string
	readJSON(t, shared(t, "import/naughty-strings/blns.json"), &naughty)
	return append(texts, naughty...)
}

func commonMark(t testing.TB) []string {
	t.Helper()
	var examples []struct{ Markdown, HTML string }
	readJSON(t, shared(t, "import/commonmark/spec.json"), &examples)
	var texts []string
	for _, e := range examples {
		texts = append(texts, e.Markdown, e.HTML)
	}
	return texts
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// allowed is the canonical form, written down a second time for the tests.
var allowed = map[string]string{
	"p": "lang dir", "h2": "lang dir", "h3": "lang dir", "ul": "dir", "ol": "dir", "li": "lang dir",
	"blockquote": "dir", "aside": "class dir", "table": "dir", "thead": "", "tbody": "", "tr": "",
	"th": "lang dir colspan rowspan", "td": "lang dir colspan rowspan", "figure": "class", "figcaption": "dir", "cite": "dir",
	"video": "controls preload src", "audio": "controls preload src",
	"img": "src alt width height", "hr": "", "br": "", "strong": "", "em": "", "sub": "", "sup": "",
	"a": "href rel", "span": "lang dir", "bdi": "lang",
}

// unsafe parses a body as a browser does and returns what must not be in it.
func unsafe(h HTML) string {
	page, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + string(h)))
	if err != nil {
		return err.Error()
	}
	for n := range page.Descendants() {
		switch n.Type {
		case html.CommentNode:
			return "a comment"
		case html.ElementNode:
			if n.Data == "html" || n.Data == "head" || n.Data == "body" {
				if len(n.Attr) > 0 {
					return "attributes on " + n.Data
				}
				continue
			}
			if problem := unsafeElement(n); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func unsafeElement(n *html.Node) string {
	attributes, ok := allowed[n.Data]
	if !ok || n.Namespace != "" {
		return "element " + n.Namespace + " " + n.Data
	}
	for _, a := range n.Attr {
		known := false
		for _, name := range strings.Fields(attributes) {
			known = known || name == a.Key
		}
		address := strings.ToLower(a.Val)
		switch {
		case !known:
			return "attribute " + a.Key + " on " + n.Data
		case a.Key == "src" && !strings.HasPrefix(a.Val, "/media/"):
			return "a load of " + a.Val
		case a.Key == "preload" && a.Val != "none":
			return "preload " + a.Val
		case a.Key == "class" && !slices.Contains([]string{"aside pullquote", "aside more", "aside desk-note", "figure embed"}, n.Data+" "+a.Val):
			return "class " + a.Val
		case a.Key == "href" && !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") &&
			!strings.HasPrefix(address, "mailto:") && !strings.HasPrefix(address, "tel:") &&
			(!strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.Contains(address, `\`)):
			return "a link to " + a.Val
		case a.Key == "href" && strings.HasPrefix(address, "http") && attr(n, "rel") != "nofollow noopener":
			return "no rel on a link to " + a.Val
		}
	}
	return ""
}

// checkBody fails when a body is unsafe, not canonical or lost on the way
// through Markdown.
func checkBody(t *testing.T, source string, h HTML) {
	t.Helper()
	if problem := unsafe(h); problem != "" {
		t.Errorf("%s is left\nof   %q\nin   %q", problem, clip(source), clip(string(h)))
	}
	if again := Sanitize(string(h)); again != h {
		t.Errorf("not canonical\nof    %q\nfirst %q\nthen  %q", clip(source), clip(string(h)), clip(string(again)))
	}
	if text := Plain(h); persian.Clean(text) != text {
		t.Errorf("the text is not clean\nof   %q\nhas  %q\nnot  %q", clip(source), clip(text), clip(persian.Clean(text)))
	}
	md := ToMarkdown(h)
	if back := FromMarkdown(md); back != h {
		t.Errorf("Markdown loses something\nof   %q\nfrom %q\nas   %q\nto   %q", clip(source), clip(string(h)), clip(md), clip(string(back)))
	}
}

func clip(s string) string {
	if len(s) > 1500 {
		return s[:1500] + "…"
	}
	return s
}

func TestRealPagesComeOutCleanAndWhole(t *testing.T) {
	for i, body := range newsroomPages(t) {
		h := Sanitize(body)
		checkBody(t, body, h)
		if before, after := visibleText(body), visibleText(string(h)); before != after {
			t.Errorf("page %d: the text changed\n%s", i, difference(before, after))
		}
	}
}

// visibleText returns what a reader sees of a body, without white space and
// invisible characters; players and pictures are not text.
func visibleText(src string) string {
	page, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	writeVisible(&out, page)
	return out.String()
}

func writeVisible(out *strings.Builder, n *html.Node) {
	switch n.Data {
	case "script", "style", "audio", "video", "iframe":
		return
	case "a":
		// The link that stands for a picture or a player.
		text := plainText(n)
		if strings.HasPrefix(text, pictureWord) && n.Parent.Data == "figure" || attr(n.Parent, "class") == "embed" || text == attr(n, "href") {
			return
		}
	}
	if n.Type == html.TextNode {
		for _, r := range n.Data {
			if r = fold(r); r != 0 && r != ' ' && r != halfSpace {
				out.WriteRune(r)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		writeVisible(out, c)
	}
}

func plainText(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(out.String())
}

func difference(a, b string) string {
	x, y := []rune(a), []rune(b)
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	from := max(0, i-40)
	return "before …" + string(x[from:min(len(x), i+80)]) + "\nafter  …" + string(y[from:min(len(y), i+80)])
}

// TestRealPagesKeepTheirParts counts what a body is made of before and after.
// Paragraphs may become more: text in boxes and double line breaks make some.
func TestRealPagesKeepTheirParts(t *testing.T) {
	before, after := map[string]int{}, map[string]int{}
	for _, body := range newsroomPages(t) {
		for src, parts := range map[string]map[string]int{body: before, string(Sanitize(body)): after} {
			page, err := html.Parse(strings.NewReader(src))
			if err != nil {
				t.Fatal(err)
			}
			countParts(page, parts)
		}
	}
	if before["p"] > after["p"] {
		t.Errorf("p: %d before, %d after", before["p"], after["p"])
	}
	delete(before, "p")
	for part, n := range before {
		if n != after[part] {
			t.Errorf("%s: %d before, %d after", part, n, after[part])
		}
	}
	t.Log(before)
}

func countParts(n *html.Node, parts map[string]int) {
	text := strings.Trim(plainText(n), "\u00a0 \n\u200c")
	switch n.Data {
	case "p", "blockquote", "li":
		if text != "" {
			parts[n.Data]++
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if text != "" {
			parts["heading"]++
		}
	case "table":
		if cells := descendants(n, "td", "th"); cells > 1 {
			parts["table"]++
			parts["row"] += descendants(n, "tr")
			parts["cell"] += cells
		}
	case "img":
		parts["picture"]++
	case "video", "audio", "iframe":
		if attr(n, "src") != "" || descendants(n, "source") > 0 {
			parts["player"]++
		}
		return
	case "a":
		_, usable := cleanURL(attr(n, "href"))
		switch {
		case n.Parent.Data == "figure" && strings.HasPrefix(text, pictureWord):
			parts["picture"]++
		case text != "" && text == attr(n, "href"), attr(n.Parent, "class") == "embed":
			parts["player"]++
		case text != "" && usable && !follows(n):
			parts["link"]++
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		countParts(c, parts)
	}
}

func descendants(n *html.Node, names ...string) int {
	count := 0
	for d := range n.Descendants() {
		if slices.Contains(names, d.Data) {
			count++
		}
	}
	return count
}

// follows tells whether a link goes on where one to the same address ended.
func follows(n *html.Node) bool {
	before := n.PrevSibling
	for before != nil && before.Type == html.TextNode && strings.Trim(before.Data, "\u00a0 \n") == "" {
		before = before.PrevSibling
	}
	return before != nil && before.Data == "a" && attr(before, "href") == attr(n, "href")
}

func TestAttacksLeaveNothing(t *testing.T) {
	texts := attackTexts(t)
	if len(texts) < 600 {
		t.Fatalf("only %d texts", len(texts))
	}
	for _, text := range texts {
		checkBody(t, text, Sanitize(text))
		checkBody(t, text, FromMarkdown(text))
		checkBody(t, text, FromText(text))
	}
}

func TestCommonMarkExamples(t *testing.T) {
	for _, text := range commonMark(t) {
		checkBody(t, text, FromMarkdown(text))
		checkBody(t, text, Sanitize(text))
	}
}

// TestRealPagesThroughTheClipboard: what knows the clipboards of word processors leaves the words of pages alone.
func TestRealPagesThroughTheClipboard(t *testing.T) {
	for i, body := range newsroomPages(t) {
		h := FromClipboard(body)
		if problem := unsafe(h); problem != "" {
			t.Errorf("page %d: %s is left", i, problem)
		}
		if Sanitize(string(h)) != h {
			t.Errorf("page %d is not canonical", i)
		}
		if before, after := Plain(Sanitize(body)), Plain(h); before != after && !strings.Contains(body, "display") {
			t.Errorf("page %d: the text changed\n%s", i, difference(before, after))
		}
	}
}

func TestAttacksThroughTheClipboard(t *testing.T) {
	for _, text := range attackTexts(t) {
		checkBody(t, text, FromClipboard(text))
	}
}
