package migrate

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// newsroom takes articles in memory as editorial.Import promises: an origin is taken once.
type newsroom struct {
	taken   []news.Import
	origins map[string]bool
	sizes   []int             // of the batches
	refuse  map[string]string // headline → reason
	before  func(call int) error
}

func (n *newsroom) Import(ctx context.Context, imports []news.Import) ([]news.ImportOutcome, error) {
	n.sizes = append(n.sizes, len(imports))
	if n.before != nil {
		if err := n.before(len(n.sizes)); err != nil {
			return nil, err
		}
	}
	outcomes := make([]news.ImportOutcome, len(imports))
	for i, im := range imports {
		reason := n.refuse[im.Article.Content.Headline]
		switch {
		case reason != "":
			outcomes[i].Refused = reason
		case n.origins[im.Article.Origin]:
			outcomes[i].Existing = true
		default:
			if n.origins == nil {
				n.origins = map[string]bool{}
			}
			n.origins[im.Article.Origin] = true
			n.taken = append(n.taken, im)
			outcomes[i].Code = news.Code(len(n.taken))
		}
	}
	return outcomes, nil
}

var someday = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestBrokenLinesAreReportedAndPassed compares the whole outcome of a file full of mistakes with its golden file.
func TestBrokenLinesAreReportedAndPassed(t *testing.T) {
	data, err := os.ReadFile("testdata/jsonl/broken-lines.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	to := &newsroom{refuse: map[string]string{"خبر در تعطیلات": "the newsroom is closed"}}
	report, err := JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{Now: someday})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "imported %d, existing %d, refused %d\n", report.Imported, report.Existing, report.Refused)
	for _, p := range report.Problems {
		fmt.Fprintf(&b, "line %d: %s\n", p.Line, p.Reason)
	}
	for _, im := range to.taken {
		a, c := im.Article, im.Article.Content
		fmt.Fprintf(&b, "%s | %s | %s | section %q | %s | tags %q\n", a.Origin, a.State, a.PublishedAt.Format(time.RFC3339), im.SectionName, c.Headline, c.Tags)
		fmt.Fprintf(&b, "  %s %s | kicker %q | short %q | lede %q | source %q | end mark %v %q | slug %s | bylines %v\n",
			c.Lang, c.Kind, c.Kicker, c.ShortHeadline, c.Lede, c.Source, c.EndMark, c.DeskCode, c.Slug, c.Bylines)
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(strings.TrimSpace(c.Body), "\n", "\n  "))
	}
	const golden = "testdata/jsonl/broken-lines.want"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

// archive makes a file of n good articles with the ids 1 to n.
func archive(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id": %d, "title": "خبر %d", "body": "متن خبر"}`+"\n", i+1, i+1)
	}
	return b.Bytes()
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOrderAndBatches(t *testing.T) {
	for _, data := range [][]byte{archive(1050), gzipped(t, archive(1050)), append([]byte("\xef\xbb\xbf"), archive(1050)...), bytes.ReplaceAll(archive(1050), []byte("\n"), []byte("\r\n\r\n"))} {
		to := &newsroom{}
		var last Progress
		calls := 0
		report, err := JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{Size: int64(len(data)), Progress: func(p Progress) {
			if p.Done <= last.Done || p.Bytes < last.Bytes || p.Elapsed < last.Elapsed || p.TotalBytes != int64(len(data)) {
				t.Errorf("progress went from %+v to %+v", last, p)
			}
			last = p
			calls++
		}})
		if err != nil || report.Imported != 1050 || report.Refused != 0 {
			t.Fatalf("%+v, %v", report, err)
		}
		for i, im := range to.taken {
			if want := fmt.Sprintf("jsonl:%d", i+1); im.Article.Origin != want {
				t.Fatalf("article %d is %s", i, im.Article.Origin)
			}
		}
		if slices.Max(to.sizes) > 100 || calls != len(to.sizes) || last.Done != 1050 || last.Bytes != int64(len(data)) {
			t.Errorf("batches %v, %d reports of progress, the last %+v", to.sizes, calls, last)
		}
	}
}

func TestBatchesAreBoundedInBytes(t *testing.T) {
	long := strings.Repeat("متن ", 50_000)
	var b bytes.Buffer
	for i := range 20 {
		fmt.Fprintf(&b, `{"id": %d, "title": "x", "body": "%s"}`+"\n", i, long)
	}
	to := &newsroom{}
	if _, err := JSONL(t.Context(), &b, to, JSONLOptions{}); err != nil || len(to.taken) != 20 {
		t.Fatalf("%d taken, %v", len(to.taken), err)
	}
	if slices.Max(to.sizes) > 4 {
		t.Errorf("batches %v of 350 kB each", to.sizes)
	}
}

func TestSecondRunTakesUpTheWork(t *testing.T) {
	data := archive(1000)
	broken := errors.New("the newsroom was killed")
	to := &newsroom{before: func(call int) error {
		if call == 4 {
			return broken
		}
		return nil
	}}
	report, err := JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "lines 301 to 400") || report.Imported != 300 {
		t.Fatalf("%+v, %v", report, err)
	}
	to.before = nil
	report, err = JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{})
	if err != nil || report.Existing != 300 || report.Imported != 700 {
		t.Errorf("second run: %+v, %v", report, err)
	}
	report, err = JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{Origin: "other"})
	if err != nil || report.Imported != 1000 {
		t.Errorf("another archive with the same ids: %+v, %v", report, err)
	}
}

func TestDryRunHandsNothingOver(t *testing.T) {
	data := append(archive(250), append(archive(30), "{}\n"...)...)
	report, err := JSONL(t.Context(), bytes.NewReader(data), nil, JSONLOptions{DryRun: true})
	want := Report{Imported: 250, Existing: 30, Refused: 1, Problems: []Problem{{281, "no title"}}, Elapsed: report.Elapsed}
	if err != nil || !reflect.DeepEqual(report, want) {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestDryRunAsksWhatIsThere(t *testing.T) {
	there := &newsroom{}
	if _, err := JSONL(t.Context(), bytes.NewReader(archive(120)), there, JSONLOptions{}); err != nil {
		t.Fatal(err)
	}
	check := func(_ context.Context, imports []news.Import) ([]news.ImportOutcome, error) {
		outcomes := make([]news.ImportOutcome, len(imports))
		for i, im := range imports {
			outcomes[i].Existing = there.origins[im.Article.Origin]
		}
		return outcomes, nil
	}
	data := append(archive(250), archive(251)...)
	report, err := JSONL(t.Context(), bytes.NewReader(data), there, JSONLOptions{DryRun: true, Check: check})
	if err != nil || report.Imported != 131 || report.Existing != 370 || len(there.taken) != 120 {
		t.Errorf("%+v, %v; the newsroom has %d", report, err, len(there.taken))
	}
}

func TestProblemsAreCountedButNotAllKept(t *testing.T) {
	report, err := JSONL(t.Context(), strings.NewReader(strings.Repeat("x\n", 2500)), &newsroom{}, JSONLOptions{})
	if err != nil || report.Refused != 2500 || len(report.Problems) != maxProblems || report.Problems[999].Line != 1000 {
		t.Errorf("%d refused, %d kept, %v", report.Refused, len(report.Problems), err)
	}
}

func TestLongLineIsPassed(t *testing.T) {
	text := string(archive(1)) + `{"title":"` + strings.Repeat("x", maxLine) + `"}` + "\n" + `{"id":"last","title":"x","body":"y"}`
	to := &newsroom{}
	report, err := JSONL(t.Context(), strings.NewReader(text), to, JSONLOptions{})
	if err != nil || report.Imported != 2 || len(report.Problems) != 1 || report.Problems[0] != (Problem{2, "the line is longer than 8 MB"}) {
		t.Errorf("%+v, %v", report, err)
	}
	long := `{"title":"x","body":"` + strings.Repeat("x", maxBody+1) + `"}`
	report, err = JSONL(t.Context(), strings.NewReader(long), to, JSONLOptions{})
	if err != nil || report.Refused != 1 || report.Problems[0].Reason != errLongBody.Error() {
		t.Errorf("long body: %+v, %v", report, err)
	}
}

func TestUnreadableFiles(t *testing.T) {
	whole := gzipped(t, archive(5000))
	tests := []struct {
		name, want string
		data       []byte
		taken      int
	}{
		{"empty", "", nil, 0},
		{"one byte", "", []byte("\n"), 0},
		{"UTF-16", "UTF-16", []byte("\xff\xfe{\x00}\x00"), 0},
		{"not gzip after all", "cannot be unpacked", []byte("\x1f\x8bnonsense"), 0},
		{"gzip cut off", "unexpected EOF", whole[:len(whole)/2], 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			to := &newsroom{}
			report, err := JSONL(t.Context(), bytes.NewReader(tt.data), to, JSONLOptions{})
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if report.Refused != 0 || (len(to.taken) > 0) != (tt.taken > 0) {
				t.Errorf("%d taken, %d refused: a line that was cut off is neither", len(to.taken), report.Refused)
			}
		})
	}
}

func TestCancelEndsAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe() // the file never goes on
	defer w.Close()
	go w.Write(archive(150))
	to := &newsroom{before: func(int) error { cancel(); return nil }}
	report, err := JSONL(ctx, r, to, JSONLOptions{})
	if !errors.Is(err, context.Canceled) || report.Imported != 100 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestNewsroomThatAnswersForOthersIsRefused(t *testing.T) {
	_, err := JSONL(t.Context(), bytes.NewReader(archive(3)), short{}, JSONLOptions{})
	if err == nil || !strings.Contains(err.Error(), "answered for 0 of 3") {
		t.Errorf("error %v", err)
	}
}

type short struct{}

func (short) Import(context.Context, []news.Import) ([]news.ImportOutcome, error) { return nil, nil }

func TestImportsTravelAsJSON(t *testing.T) {
	to := &newsroom{}
	line := `{"id":"a","title":"تیتر","body":"متن","date":"2021-11-25","bylines":["x"],"tags":["y"]}`
	if _, err := JSONL(t.Context(), strings.NewReader(line+"\n"+`{"id":"b","title":"x","lead":"y"}`), to, JSONLOptions{}); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(to.taken)
	if err != nil {
		t.Fatal(err)
	}
	var back []news.Import
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for i := range back {
		if !back[i].Article.PublishedAt.Equal(to.taken[i].Article.PublishedAt) || back[i].Article.PublishedAt.IsZero() != (i == 1) {
			t.Errorf("time %v became %v", to.taken[i].Article.PublishedAt, back[i].Article.PublishedAt)
		}
		back[i].Article.PublishedAt = to.taken[i].Article.PublishedAt
	}
	if !reflect.DeepEqual(back, to.taken) {
		t.Errorf("got %+v, want %+v", back, to.taken)
	}
}

// TestAttributionIsNeitherDoubledNorLost: the field and the body may each name a source.
func TestAttributionIsNeitherDoubledNorLost(t *testing.T) {
	tests := []struct{ field, body, source, want string }{
		{"", "به گزارش ایسنا، باران آمد.", "ایسنا", "<p>باران آمد.</p>"},
		{"ایسنا", "به گزارش ایسنا، باران آمد.", "ایسنا", "<p>باران آمد.</p>"},
		{"ایسنا", "باران آمد.", "ایسنا", "<p>باران آمد.</p>"},
		{"ایسنا", "به گزارش مهر، باران آمد.", "ایسنا", "<p>به گزارش مهر، باران آمد.</p>"},
	}
	for _, tt := range tests {
		line, err := json.Marshal(map[string]string{"title": "x", "body": tt.body, "attribution": tt.field})
		if err != nil {
			t.Fatal(err)
		}
		im, err := parser{origin: "x", now: someday}.parse(line)
		if c := im.Article.Content; err != nil || c.Source != tt.source || c.Body != tt.want {
			t.Errorf("%q, %q: source %q, body %q, %v", tt.field, tt.body, c.Source, c.Body, err)
		}
	}
}

func FuzzLine(f *testing.F) {
	data, err := os.ReadFile("testdata/jsonl/broken-lines.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		f.Add(line)
	}
	p := parser{origin: "jsonl", now: someday}
	f.Fuzz(func(t *testing.T, line []byte) {
		im, err := p.parse(line)
		if err != nil {
			if err.Error() == "" || !utf8.ValidString(err.Error()) {
				t.Fatalf("reason %q", err)
			}
			return
		}
		checkImport(t, im)
		if im.Article.PublishedAt.After(someday) {
			t.Fatalf("from the future: %v", im.Article.PublishedAt)
		}
	})
}

// checkImport checks what every import promises to the newsroom.
func checkImport(t *testing.T, im news.Import) {
	t.Helper()
	a, c := im.Article, im.Article.Content
	if c.Headline == "" || c.Body == "" && c.Lede == "" || a.State != news.Published {
		t.Fatalf("not an article: %+v", a)
	}
	if len(a.Origin) > 600 || strings.HasSuffix(a.Origin, ":") || strings.ContainsAny(a.Origin, "\x00\n ") {
		t.Fatalf("origin %q", a.Origin)
	}
	for _, s := range []string{c.Headline, c.Lede, c.Source, c.DeskCode, im.SectionName} {
		if persian.Clean(s) != s || strings.Contains(s, "\n") {
			t.Fatalf("not clean: %q", s)
		}
	}
	if again := markup.Sanitize(c.Body); string(again) != c.Body {
		t.Fatalf("body %q is not sanitised: %q", c.Body, again)
	}
	if _, found, _ := markup.TakeEndMark(markup.HTML(c.Body)); found {
		t.Fatalf("the end mark stayed: %q", c.Body)
	}
}

// TestRealArchive imports the 28,519 real records: every refusal is explained, and memory stays bounded.
func TestRealArchive(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/news/news.jsonl.gz")
	if err != nil {
		t.Skip("../shared/data/news is not here; the real archive is not tested")
	}
	if testing.Short() {
		t.Skip("the real archive takes seconds")
	}
	to := &counting{}
	begin := time.Now()
	report, err := JSONL(t.Context(), bytes.NewReader(data), to, JSONLOptions{Size: int64(len(data))})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d imported, %d existing, %d refused in %v: %.0f a second; heap at most %d MB; %d undated, %d without section, %d without lede, %d with a source, %d with an end mark",
		report.Imported, report.Existing, report.Refused, time.Since(begin).Round(time.Millisecond),
		float64(report.Done())/time.Since(begin).Seconds(), to.heap>>20, to.undated, to.general, to.noLede, to.source, to.endMark)
	if report.Done() != 28519 || report.Imported != 28517 {
		t.Errorf("%d lines, %d imported", report.Done(), report.Imported)
	}
	for _, p := range report.Problems {
		if p.Reason != "no title" {
			t.Errorf("line %d refused: %s", p.Line, p.Reason)
		}
	}
	if to.heap > 200<<20 {
		t.Errorf("the heap grew to %d MB", to.heap>>20)
	}
}

// TestRealPagesAsHTML reads the 789 real bodies that came as HTML.
func TestRealPagesAsHTML(t *testing.T) {
	file, err := os.Open("../../../shared/data/news/html_articles.jsonl.gz")
	if err != nil {
		t.Skip("../shared/data/news is not here; the real HTML is not tested")
	}
	defer file.Close()
	to := &newsroom{}
	report, err := JSONL(t.Context(), file, to, JSONLOptions{})
	if err != nil || report.Imported != 789 || report.Refused != 0 {
		t.Fatalf("%d imported, %d refused %v, %v", report.Imported, report.Refused, report.Problems, err)
	}
	for _, im := range to.taken {
		checkImport(t, im)
	}
}

// counting takes everything and keeps nothing but numbers.
type counting struct {
	undated, general, noLede, source, endMark int
	heap                                      uint64
	calls                                     int
}

func (c *counting) Import(_ context.Context, imports []news.Import) ([]news.ImportOutcome, error) {
	for _, im := range imports {
		a := im.Article
		for _, is := range []struct {
			n  *int
			ok bool
		}{{&c.undated, a.PublishedAt.IsZero()}, {&c.general, im.SectionName == ""}, {&c.noLede, a.Content.Lede == ""},
			{&c.source, a.Content.Source != ""}, {&c.endMark, a.Content.EndMark}} {
			if is.ok {
				*is.n++
			}
		}
	}
	if c.calls++; c.calls%16 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.heap = max(c.heap, m.HeapAlloc)
	}
	return slices.Repeat([]news.ImportOutcome{{Code: 1}}, len(imports)), nil
}
