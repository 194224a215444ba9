package migrate_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/migrate"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/google/go-cmp/cmp"
)

var (
	ctx      = context.Background()
	noon     = time.Date(2025, 11, 20, 12, 0, 0, 123_000_000, time.UTC)
	operator = news.SystemActor("test", news.Operator)
)

// desk is a newsroom's comments as commands see them, on a real store.
type desk struct {
	*discussion.Transfer
	store *store.Store
}

func deskOn(s *store.Store, depth int) desk {
	countries := func(a netip.Addr) string {
		if a == netip.MustParseAddr("82.119.20.0") {
			return "SK"
		}
		return ""
	}
	return desk{discussion.NewTransfer(s, countries, depth, func() time.Time { return noon.Add(24 * time.Hour) }), s}
}

func (d desk) ImportComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return d.Transfer.ImportComments(ctx, operator, items)
}
func (d desk) CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error) {
	return d.Transfer.CheckComments(ctx, operator, items)
}
func (d desk) BeginExport(ctx context.Context, emails bool) error {
	return d.Transfer.BeginExport(ctx, operator, emails)
}
func (d desk) DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error) {
	return d.Transfer.DiscussedArticles(ctx, operator, after, limit)
}
func (d desk) ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error) {
	return d.Transfer.ArticleComments(ctx, operator, q)
}

// articles puts articles with these origins into a newsroom.
func (d desk) articles(t *testing.T, origins ...string) []news.Code {
	t.Helper()
	var codes []news.Code
	for _, origin := range origins {
		out, err := d.store.ImportArticles(ctx, operator, []news.Import{{Article: news.Article{State: news.Published, PublishedAt: noon,
			CreatedAt: noon, UpdatedAt: noon, Origin: origin, Content: news.Content{Kind: news.KindNews, Headline: "تیتر " + origin, Slug: "titr"}}}})
		if err != nil || out[0].Code == 0 {
			t.Fatal(err, out)
		}
		codes = append(codes, out[0].Code)
	}
	return codes
}

// all reads every comment out as an export gives it, with e-mails.
func (d desk) all(t *testing.T) []news.ExportedComment {
	t.Helper()
	articles, err := d.DiscussedArticles(ctx, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all []news.ExportedComment
	for _, a := range articles {
		comments, err := d.ArticleComments(ctx, news.ExportQuery{Article: a.Code, Limit: 1000, Emails: true})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, comments...)
	}
	return all
}

func (d desk) take(t *testing.T, path string, o migrate.CommentOptions) migrate.CommentReport {
	t.Helper()
	report, err := migrate.ImportComments(ctx, path, d, o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "comments")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// written puts comments of every state and depth into a newsroom, as readers and moderators leave them.
func written(t *testing.T, d desk, article news.Code) {
	t.Helper()
	at := noon
	add := func(c news.Comment) news.CommentID {
		at = at.Add(time.Minute)
		c.Article, c.CreatedAt, c.Pseudonym, c.ReceiptHash, c.Network = article, at, "pseudonym", fmt.Sprint("receipt", article, at.Unix()), "network"
		if c.State != news.CommentPending {
			c.DecidedAt, c.DecidedBy = at.Add(time.Second), 7
		}
		stored, err := d.store.AddComment(ctx, operator, c)
		if err != nil {
			t.Fatal(err)
		}
		return stored.ID
	}
	first := add(news.Comment{State: news.CommentPublished, Name: "نگار", Email: "negar@example.org", Country: "IR", VotesUp: 12, VotesDown: 3,
		Text: "سطر یکم\nسطر دوم\n\nبند دوم با <b>نشانه</b> & «گیومه» و *ستاره* و _خط_ و # و ]]> و [پیوند](http://example.org) می‌خواهم"})
	add(news.Comment{State: news.CommentPublished, Parent: first, Text: "پاسخ تحریریه", ByNewsroom: true})
	add(news.Comment{State: news.CommentPending, Parent: first, Name: "بی‌نام", Text: "&lt;script&gt;alert(1)&lt;/script&gt; 1. یک\n2. دو\n- سه\n> چهار"})
	rejected := add(news.Comment{State: news.CommentRejected, Reason: news.ReasonInsult, Text: "ناسزا"})
	add(news.Comment{State: news.CommentPublished, Parent: rejected, Text: "پاسخ به رد شده"})
	add(news.Comment{State: news.CommentRejected, Reason: news.ReasonAdvertising, Text: "آگهی", Email: "spam@example.org"})
}

// same leaves out of exported comments what differs between newsrooms, their numbers, and what Isso has no state for.
func same(all []news.ExportedComment, isso bool) (out []news.ExportedComment) {
	for _, e := range all {
		if isso && e.Comment.State == news.CommentRejected {
			continue
		}
		if isso && e.ParentState == news.CommentRejected {
			e.ParentState, e.ParentOrigin = "", ""
		}
		e.Comment.ID, e.Comment.Article, e.Comment.Parent = 0, 0, 0
		out = append(out, e)
	}
	return out
}

func TestRoundTrip(t *testing.T) {
	for _, format := range []migrate.CommentFormat{migrate.FormatJSONL, migrate.FormatDisqus, migrate.FormatWXR, migrate.FormatIsso} {
		t.Run(string(format), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				from, to := deskOn(s, 1), deskOn(storetest.SQLite(t), 1)
				codes := from.articles(t, "jsonl:1", "jsonl:2", "jsonl:3")
				to.articles(t, "jsonl:9") // codes differ
				to.articles(t, "jsonl:1", "jsonl:2", "jsonl:3")
				written(t, from, codes[0])
				written(t, from, codes[2])
				path := filepath.Join(t.TempDir(), "out")
				left := export(t, from, format, path)
				options := migrate.CommentOptions{Format: format, Host: "news.example"}
				dry := options
				dry.DryRun = true
				if r := to.take(t, path, dry); r.Imported != 12-left || r.Noted+r.Refused+r.Existing+r.Skipped != 0 || len(to.all(t)) != 0 {
					t.Errorf("dry run: %+v", r)
				}
				if r := to.take(t, path, options); r.Imported != 12-left || r.Noted+r.Refused+r.Existing+r.Skipped != 0 {
					t.Errorf("%+v", r)
				}
				if r := to.take(t, path, options); r.Existing != 12-left || r.Imported != 0 {
					t.Errorf("again: %+v", r)
				}
				if diff := cmp.Diff(same(from.all(t), left > 0), same(to.all(t), false)); diff != "" {
					t.Error(diff)
				}
				if r := from.take(t, path, options); r.Existing != 12-left || r.Imported != 0 {
					t.Errorf("back where they came from: %+v", r)
				}
			})
		})
	}
}

func export(t *testing.T, from desk, format migrate.CommentFormat, path string) (left int) {
	t.Helper()
	options := migrate.ExportOptions{Format: format, Emails: true, SiteURL: "https://news.example", SiteName: "نمونه"}
	if format == migrate.FormatIsso {
		report, err := migrate.ExportIsso(ctx, from, path, options)
		if err != nil || report.Comments+report.LeftOut != 12 {
			t.Fatal(report, err)
		}
		return report.LeftOut
	}
	var out bytes.Buffer
	report, err := migrate.ExportComments(ctx, from, &out, options)
	if err != nil || report != (migrate.ExportReport{Articles: 2, Comments: 12}) {
		t.Fatal(report, err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"pseudonym", "receipt1", "network"} {
		if bytes.Contains(out.Bytes(), []byte(secret)) {
			t.Errorf("%q goes out", secret)
		}
	}
	return 0
}

func TestEmailsStayUnlessAskedFor(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	written(t, d, d.articles(t, "jsonl:1")[0])
	for _, format := range []migrate.CommentFormat{migrate.FormatJSONL, migrate.FormatDisqus, migrate.FormatWXR, migrate.FormatIsso} {
		for _, emails := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "out")
			options := migrate.ExportOptions{Format: format, Emails: emails}
			var out bytes.Buffer
			var err error
			if format == migrate.FormatIsso {
				_, err = migrate.ExportIsso(ctx, d, path, options)
				text, _ := os.ReadFile(path)
				out.Write(text)
			} else {
				_, err = migrate.ExportComments(ctx, d, &out, options)
			}
			if err != nil || strings.Contains(out.String(), "negar@example.org") != emails {
				t.Errorf("%s, e-mails %v: %v", format, emails, err)
			}
		}
	}
}

func TestRealFilesComeIn(t *testing.T) {
	const shared = "../../../shared/data/import"
	if _, err := os.Stat(shared); err != nil {
		t.Skip("../shared is not beside the tree: no real exports")
	}
	d := deskOn(storetest.SQLite(t), 3)
	d.articles(t, "jsonl:http://radio-t.umputun.com/2011/03/229_8880.html", "jsonl:https://radio-t.com/p/2011/03/05/podcast-229",
		"jsonl:18", "jsonl:https://wpthemetestdata.wordpress.com/about/page-with-comments/")
	for _, tt := range []struct {
		file   string
		format migrate.CommentFormat
		want   migrate.CommentReport
	}{
		// five posts, one of them spam; the sixth has no date that can be
		{"disqus/disqus.xml", migrate.FormatDisqus, migrate.CommentReport{Imported: 5, Refused: 1}},
		{"wordpress/isso-wordpress-comments.xml", migrate.FormatWXR, migrate.CommentReport{Imported: 7, Existing: 1}}, // one id comes twice
		// only one of its pages is here; pings are nobody's words
		{"wordpress/wptt-theme-unit-test.xml", migrate.FormatWXR, migrate.CommentReport{Imported: 4, Skipped: 4, Refused: 24}},
	} {
		path := filepath.Join(shared, tt.file)
		for _, dry := range []bool{true, false} {
			got := d.take(t, path, migrate.CommentOptions{Format: tt.format, DryRun: dry})
			got.Remarks, got.Elapsed = nil, 0
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s, dry run %v: %s", tt.file, dry, diff)
			}
		}
	}
}

// disqus makes an export with one thread and these posts.
func disqus(posts ...string) string {
	return `<?xml version="1.0"?><disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<thread dsq:id="1"><id>1</id><link>https://old.example/a</link></thread>
` + strings.Join(posts, "\n") + "\n</disqus>"
}

func post(id, parent, message string) string {
	if parent != "" {
		parent = `<parent dsq:id="` + parent + `"/>`
	}
	return `<post dsq:id="` + id + `"><message>` + message + `</message><createdAt>2020-01-01T00:00:00Z</createdAt><isDeleted>false</isDeleted>
		<isSpam>false</isSpam><author><name>Reader</name></author><thread dsq:id="1"/>` + parent + `</post>`
}

func TestHostileXML(t *testing.T) {
	good := post("1", "", "سلام")
	cut := disqus(good)
	for name, tt := range map[string]struct {
		text string
		fail string // "" when the file is read to its end
		took int
	}{
		"entities that grow": {`<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>` + disqus(post("1", "", "&b;")), "defines entities", 0},
		"a foreign file":     {`<!DOCTYPE d SYSTEM "file:///etc/passwd">` + disqus(good), "", 1},
		"another encoding":   {strings.Replace(disqus(good), `version="1.0"`, `version="1.0" encoding="windows-1256"`, 1), "save it as UTF-8", 0},
		"UTF-16":             {"\xff\xfe<\x00", "UTF-16", 0},
		"no XML":             {"name,text\nAli,salam", "", 0},
		"another form":       {"<rss><channel/></rss>", "no export of Disqus", 0},
		"cut off":            {cut[:len(cut)-30], "unexpected EOF", 0},
		"a huge text":        {disqus(good, post("2", "", strings.Repeat("x", 9<<20)), post("3", "", "after")), "larger than 8 MB", 1},
		"deep elements":      {disqus(good, strings.Repeat("<a>", 4<<20)), "line", 1},
		"broken letters":     {disqus(post("1", "", "سل\xffام"), post("2", "", "a\x00\x08b")), "", 2},
		"unknown entities":   {disqus(post("1", "", "a &nbsp; b &zwnj; &unknown; c")), "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := deskOn(storetest.SQLite(t), 1)
			d.articles(t, "jsonl:1")
			r, err := migrate.ImportComments(ctx, write(t, tt.text), d, migrate.CommentOptions{Format: migrate.FormatDisqus})
			if r.Imported != tt.took || (err == nil) != (tt.fail == "") || err != nil && !strings.Contains(err.Error(), tt.fail) {
				t.Errorf("%+v %v", r, err)
			}
			for _, e := range d.all(t) {
				if strings.ContainsAny(e.Comment.Text, "\x00\x08") {
					t.Errorf("%q", e.Comment.Text)
				}
			}
		})
	}
}

func TestNothingOfACommentRuns(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	d.articles(t, "jsonl:1")
	messages := []struct{ html, want string }{
		{`<p>one</p><p>two<br>three &amp; four</p>`, "one\n\ntwo\nthree & four"},
		{`hello<script>alert(1)</script><img src="https://evil.example/x.gif" onerror=alert(1)>`, "hello"},
		{`<a href="javascript:alert(1)" onclick=x>link</a><style>p{}</style>`, "link"},
		{`<svg onload=alert(1)><title>t</title></svg><iframe src=//evil.example></iframe>after`, "after"},
		{`&lt;b&gt; stays &lt;/b&gt;`, "<b> stays </b>"},
	}
	var posts []string
	for i, m := range messages {
		posts = append(posts, post(fmt.Sprint(i+1), "", "<![CDATA["+m.html+"]]>"))
	}
	d.take(t, write(t, disqus(posts...)), migrate.CommentOptions{Format: migrate.FormatDisqus})
	all := d.all(t)
	if len(all) != len(messages) {
		t.Fatal(len(all))
	}
	for i, m := range messages {
		if all[i].Comment.Text != m.want {
			t.Errorf("%q became %q", m.html, all[i].Comment.Text)
		}
	}
}

func TestParentsAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := deskOn(s, 1)
		d.articles(t, "jsonl:1")
		gone := strings.Replace(post("20", "10", "away"), "<isDeleted>false", "<isDeleted>true", 1)
		file := write(t, disqus(post("13", "12", "third"), post("12", "11", "second"), post("11", "10", "first"), post("10", "", "top"),
			gone, post("21", "20", "answers the deleted"), post("30", "99", "orphan"), post("40", "40", "itself"), post("51", "50", "a"), post("50", "51", "b")))
		options := migrate.CommentOptions{Format: migrate.FormatDisqus}
		dry := options
		dry.DryRun = true
		if r := d.take(t, file, dry); r.Imported != 9 || r.Skipped != 1 || r.Refused != 0 || r.Noted != 1 {
			t.Errorf("dry: %+v", r)
		}
		r := d.take(t, file, options)
		if r.Imported != 9 || r.Skipped != 1 || r.Refused != 0 || r.Existing != 0 {
			t.Errorf("%+v", r)
		}
		parents := map[string]string{}
		for _, e := range d.all(t) {
			parents[e.Origin] = e.ParentOrigin
		}
		for child, want := range map[string]string{"10": "", "11": "disqus:10", "12": "disqus:10", "13": "disqus:10", "21": "disqus:10", "30": "", "40": ""} {
			if got := parents["disqus:"+child]; got != want {
				t.Errorf("%s answers %q, want %q", child, got, want)
			}
		}
		if a, b := parents["disqus:51"], parents["disqus:50"]; (a == "") == (b == "") {
			t.Errorf("a circle: %q and %q", a, b)
		}
		again := d.take(t, file, options)
		if again.Existing != 9 || again.Imported != 0 || again.Skipped != 1 {
			t.Errorf("again: %+v", again)
		}
	})
}

func TestArticlesAreFound(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	codes := d.articles(t, "jsonl:77", "jsonl:http://old.example/a/b", "text:abc")
	byHand, err := migrate.ReadArticleMap(strings.NewReader("https://www.old.example/x/,text:abc\n\"http://old.example/y?p=1\"," + codes[0].String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	own := func(code news.Code) string { return "https://news.example/news/" + code.String() + "/slug" }
	for name, tt := range map[string]struct {
		line  string
		codes bool
		want  news.Code
	}{
		"id":                      {`"article":77`, false, codes[0]},
		"number in an address":    {`"url":"http://www.old.example/fa/news/77/some-words"`, false, codes[0]},
		"old address":             {`"url":"https://www.old.example/a/b/#comments"`, false, codes[1]},
		"own address":             {`"url":"` + own(codes[1]) + `"`, false, codes[1]},
		"another's code":          {`"url":"https://other.example/news/` + codes[1].String() + `"`, false, 0},
		"another's code, allowed": {`"url":"https://other.example/news/` + codes[1].String() + `"`, true, codes[1]},
		"path alone":              {`"url":"/news/` + codes[1].String() + `/x"`, false, 0},
		"path alone, allowed":     {`"url":"/news/` + codes[1].String() + `/x"`, true, codes[1]},
		"map to an origin":        {`"url":"http://old.example/x"`, false, codes[2]},
		"map to a code":           {`"url":"old.example/y?p=1"`, false, codes[0]},
		"code of another site":    {`"code":` + codes[0].String() + `,"url":"https://other.example/1"`, false, 0},
		"nothing":                 {`"name":"x"`, false, 0},
		"unknown":                 {`"article":"nobody knows"`, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, fmt.Sprintf(`{"id":%q,"date":"1400/09/04 16:12","text":"متن",%s}`, name, tt.line))
			r := d.take(t, file, migrate.CommentOptions{Format: migrate.FormatJSONL, Map: byHand, Host: "news.example", Codes: tt.codes})
			if (r.Imported == 1) != (tt.want != 0) || (r.Refused == 1) != (tt.want == 0) {
				t.Fatalf("%+v", r)
			}
			for _, e := range d.all(t) {
				if strings.HasSuffix(e.Origin, ":"+name) && e.Comment.Article != tt.want {
					t.Errorf("stands under %d, want %d", e.Comment.Article, tt.want)
				}
			}
		})
	}
	for _, bad := range []string{"one\n", "a,\n", ",b\n", "\"a,b\n"} {
		if _, err := migrate.ReadArticleMap(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a map", bad)
		}
	}
}

func TestBadLinesAreRefusedByLine(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	d.articles(t, "jsonl:1")
	base := `"article":1,"date":"2020-01-02T03:04:05Z"`
	lines := []string{
		`{"id":1,` + base + `,"text":"خوب","email":"not one","name":"` + strings.Repeat("ن", 100) + `"}`,
		`no json`,
		"{\"id\":3," + base + ",\"text\":\"\xff\"}",
		`{"id":4,` + base + `,"text":"\u0000 \u200f "}`,
		`{"id":5,` + base + `,"text":"` + strings.Repeat("a", 30_000) + `"}`,
		`{"id":6,"article":1,"date":"2999-01-01","text":"future"}`,
		`{"id":7,"article":1,"date":"yesterday","text":"no date"}`,
		`{"id":8,"article":1,"text":"none"}`,
		`{` + base + `,"text":"no id"}`,
		`{"id":10,` + base + `,"text":"x","state":"boss"}`,
		`{"id":11,` + base + `,"text":"x","state":"rejected"}`,
		`{"id":12,` + base + `,"text":["x"]}`,
		`{"id":1,` + base + `,"text":"again"}`,
		`{"id":14,` + base + `,"html":"<b>bold</b><script>x</script>","likes":-5,"dislikes":99999999999,"country":"Iran, Islamic Republic of"}`,
	}
	r := d.take(t, write(t, strings.Join(lines, "\n")), migrate.CommentOptions{Format: migrate.FormatJSONL})
	if r.Imported != 2 || r.Existing != 1 || r.Refused != 11 || r.Noted != 2 {
		t.Errorf("%+v", r)
	}
	var refused []int
	for _, m := range r.Remarks {
		if m.Reason == "" {
			t.Errorf("line %d without a reason", m.Line)
		}
		if m.Fate == migrate.FateRefused {
			refused = append(refused, m.Line)
		}
	}
	if len(refused) != 11 {
		t.Errorf("refused: %v", refused)
	}
	all := d.all(t)
	if c := all[0].Comment; c.Email != "" || len([]rune(c.Name)) != discussion.MaxName {
		t.Errorf("%+v", c)
	}
	if c := all[1].Comment; c.Text != "bold" || c.VotesUp != 0 || c.VotesDown > 100_000_000 || c.Country != "IR" {
		t.Errorf("%+v", c)
	}
}

func TestRemark42(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	d.articles(t, "jsonl:https://old.example/p/1/")
	file := write(t, `{"version":1,"users":[],"posts":[]}
{"id":"a","pid":"","text":"<p>first</p>\n","orig":"first","user":{"name":"umputun","id":"github_x","admin":true,"ip":"hash"},"locator":{"site":"s","url":"https://old.example/p/1/"},"score":1,"votes":{"u1":true,"u2":true,"u3":false},"time":"2019-05-01T10:00:00.5-05:00"}
{"id":"b","pid":"a","text":"reply","user":{"name":"anonymous"},"locator":{"site":"s","url":"https://old.example/p/1/"},"score":-4,"votes":null,"time":"2019-05-01T11:00:00Z"}
{"id":"c","pid":"a","text":"","user":{"name":"x"},"locator":{"site":"s","url":"https://old.example/p/1/"},"delete":true,"time":"2019-05-01T12:00:00Z"}
`)
	r := d.take(t, file, migrate.CommentOptions{Format: migrate.FormatRemark})
	all := d.all(t)
	if r.Imported != 2 || r.Skipped != 1 || r.Refused != 0 || len(all) != 2 {
		t.Fatalf("%+v", r)
	}
	a, b := all[0].Comment, all[1].Comment
	if a.Text != "first" || !a.ByNewsroom || a.VotesUp != 2 || a.VotesDown != 1 || !a.CreatedAt.Equal(time.Date(2019, 5, 1, 15, 0, 0, 500e6, time.UTC)) {
		t.Errorf("%+v", a)
	}
	if b.Parent != a.ID || b.Name != "" || b.VotesDown != 4 || all[1].Origin != "remark42:s/b" {
		t.Errorf("%+v", all[1])
	}
}

// issoFile makes a database by these statements.
func issoFile(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "isso.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	return path
}

const issoTables = `CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT, mode INTEGER,
	remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB);
INSERT INTO threads VALUES (1, '/a/', 'A');`

func TestIsso(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	d.articles(t, "jsonl:/a/")
	path := issoFile(t, issoTables+`
INSERT INTO comments VALUES (1, 1, NULL, 1400000000.25, NULL, 1, '82.119.20.0', 'Hello **world**'||char(10)||'<script>x</script>second', 'Ann', 'ann@example.org', NULL, 3, 1, x'00');
INSERT INTO comments VALUES (1, 2, 1, 1400000001, NULL, 2, NULL, 'waits', NULL, NULL, NULL, 0, 0, NULL);
INSERT INTO comments VALUES (1, 3, 1, 1400000002, NULL, 4, NULL, '', NULL, NULL, NULL, 0, 0, NULL);
INSERT INTO comments VALUES (1, 4, NULL, 'never', NULL, 1, NULL, 'wrong kind', NULL, NULL, NULL, 0, 0, NULL);
INSERT INTO comments VALUES (1, 5, NULL, 1400000003, NULL, 1, NULL, CAST(zeroblob(50000000) AS TEXT), NULL, NULL, NULL, 0, 0, NULL);`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := d.take(t, path, migrate.CommentOptions{Format: migrate.FormatIsso})
	all := d.all(t)
	if r.Imported != 2 || r.Skipped != 1 || r.Refused != 2 || len(all) != 2 {
		t.Fatalf("%+v", r)
	}
	if c := all[0].Comment; c.Text != "Hello world\nsecond" || c.Country != "SK" || c.VotesUp != 3 || c.CreatedAt.UnixMilli() != 1400000000250 {
		t.Errorf("%+v", c)
	}
	if c := all[1].Comment; c.State != news.CommentPending || c.Parent != all[0].Comment.ID {
		t.Errorf("%+v", c)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the file was changed", err)
	}
}

func TestHostileIsso(t *testing.T) {
	d := deskOn(storetest.SQLite(t), 1)
	for name, path := range map[string]string{
		"no database": write(t, "SQLite format 4"),
		"views":       issoFile(t, `CREATE VIEW comments AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x AS id FROM n; CREATE TABLE threads (id, uri);`),
		"generated":   issoFile(t, `CREATE TABLE threads (id, uri); CREATE TABLE comments (id, text GENERATED ALWAYS AS (hex(zeroblob(id))));`),
		"other":       issoFile(t, `CREATE TABLE x (y)`),
		"damaged":     write(t, "SQLite format 3\x00"+strings.Repeat("\xff", 5000)),
	} {
		if r, err := migrate.ImportComments(ctx, path, d, migrate.CommentOptions{Format: migrate.FormatIsso}); err == nil || r.Done() != 0 {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
}
