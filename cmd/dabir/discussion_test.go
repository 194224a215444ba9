package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// realComments are texts that readers really wrote, in the order of the file.
func realComments(t *testing.T) []string {
	t.Helper()
	file, err := os.Open(shared(t, "data/comments", "asriran-threaded.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var texts []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, c.Text)
	}
	return texts
}

// weigh is how many bytes an address travels with, packed by brotli.
func (b *browser) weigh(path string) int {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "br")
	response, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.Header.Get("Content-Encoding") != "br" {
		b.t.Fatalf("%s is not packed (%v)", path, err)
	}
	return len(body)
}

// TestCrowdedArticleStaysLight: the first page of an article with thousands of real comments, with its style, is within the 14 kB
// that a first view may weigh.
func TestCrowdedArticleStaysLight(t *testing.T) {
	texts := realComments(t)
	n := start(t, "")
	at := time.Now().Add(-time.Hour)
	item := news.Import{SectionName: "جامعه", Article: news.Article{State: news.Published, PublishedAt: at, Origin: "t:crowd",
		Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: "خبری پرنظر", Slug: "x", Lede: "لید خبر", Body: "<p>" + texts[0] + "</p>"}}}
	for i := range 2000 {
		c := news.Comment{State: news.CommentPublished, Country: "IR", Text: texts[i%len(texts)], CreatedAt: at.Add(time.Duration(i) * time.Second),
			DecidedAt: at, VotesUp: i % 37, VotesDown: i % 11, Origin: fmt.Sprint("t:crowd#", i)}
		if i%4 == 3 {
			c.Parent = news.CommentID(i - 2)
		}
		item.Comments = append(item.Comments, c)
	}
	out, err := n.store.ImportArticles(context.Background(), news.SystemActor("test"), []news.Import{item})
	if err != nil || out[0].Code == 0 {
		t.Fatal(err, out)
	}
	b := n.browser(t)
	page := b.article(out[0].Code)
	if heads := page.page(t).Find(".letters > .letter").Length(); heads != 20 {
		t.Fatalf("%d threads on the first page", heads)
	}
	for _, query := range []string{"", "?order=best", "?order=oldest"} {
		path := page.Request.URL.EscapedPath()
		html, css := b.weigh(path+query), 0
		for _, sheet := range regexp.MustCompile(`/assets/[^"]+\.css`).FindAllString(page.body, -1) {
			css += b.weigh(sheet)
		}
		t.Logf("%s: html %d, css %d bytes", query, html, css)
		if html+css > 14<<10 {
			t.Errorf("%s weighs %d bytes", query, html+css)
		}
	}
}

// from sends a form as a browser behind the trusted proxy does, from an address of its own.
func (b *browser) from(address, path string, form url.Values) answer {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.base)
	r.Header.Set("X-Forwarded-For", address)
	return b.do(r)
}

// behindProxy starts a newsroom that believes its tests' X-Forwarded-For.
func behindProxy(t *testing.T, now func() time.Time, dsn string, env ...string) *newsroomUnderTest {
	t.Helper()
	return startAt(t, now, dsn, append(env, "DABIR_SERVER_TRUSTED_PROXIES=127.0.0.0/8")...)
}

func (n *newsroomUnderTest) open(t *testing.T) news.Code {
	t.Helper()
	return n.imports(t, news.Article{PublishedAt: n.now().Add(-time.Hour), Content: news.Content{Headline: "تیتر", Slug: "titr", Body: "<p>متن</p>"}}, "")
}

// receiptOf is the code to which a sent comment leads.
func receiptOf(t *testing.T, sent answer) string {
	t.Helper()
	at := sent.Header.Get("Location")
	if sent.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, "/comments/receipt/") {
		t.Fatalf("a comment answers %d %q: %s", sent.StatusCode, at, sent.body)
	}
	return at[strings.LastIndexByte(at, '/')+1:]
}

// TestReceiptTellsNothingToGuessers: an unknown code, one that cannot be any and one that is nearly right get the same page; nobody
// keeps or finds it; after thirty guesses even the right code gets no answer; the code itself is neither stored nor logged.
func TestReceiptTellsNothingToGuessers(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		code := n.open(t)
		b := n.browser(t)
		receipt := receiptOf(t, b.post(articlePath(code)+"/comments", url.Values{"text": {"رازی که کسی نباید بخواند"}}))
		near := receipt[:11] + "2"
		if receipt[11] == '2' {
			near = receipt[:11] + "3"
		}
		for _, rest := range []string{"", "/edit", "/withdraw"} {
			pages := map[string]bool{}
			for _, guess := range []string{"222222222222", "ABCDEFGHJKLM", "x", strings.Repeat("Z", 300), "%00%ff", near} {
				got := b.get("/comments/receipt/" + guess + rest)
				if got.StatusCode != http.StatusNotFound || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Referrer-Policy") != "no-referrer" {
					t.Errorf("%.20s%s: %d %v", guess, rest, got.StatusCode, got.Header)
				}
				doc := got.page(t)
				doc.Find("#code").RemoveAttr("value")
				doc.Find("#code-error").SetText("") // says whether the code is spelt right, which anybody can reckon
				html, err := doc.Html()
				if err != nil {
					t.Fatal(err)
				}
				pages[html] = true
				if strings.Contains(got.body, "رازی") {
					t.Errorf("%s shows the comment", guess)
				}
				if robots, _ := doc.Find(`meta[name="robots"]`).Attr("content"); !strings.Contains(robots, "noindex") {
					t.Errorf("%s may be indexed", guess)
				}
			}
			if len(pages) != 1 {
				t.Errorf("%q: guesses get %d different pages", rest, len(pages))
			}
		}
		if got := b.get("/comments/receipt/" + receipt); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "رازی") {
			t.Fatalf("the right code answers %d", got.StatusCode)
		}
		for range 30 {
			b.get("/comments/receipt/222222222222")
		}
		unknown, right := b.get("/comments/receipt/222222222222"), b.get("/comments/receipt/"+receipt)
		if unknown.StatusCode != http.StatusTooManyRequests || right.StatusCode != http.StatusTooManyRequests || strings.Contains(right.body, "رازی") {
			t.Errorf("after many guesses: %d for an unknown, %d for the right one", unknown.StatusCode, right.StatusCode)
		}
		if got := b.post("/comments/receipt/"+receipt+"/withdraw", nil); got.StatusCode != http.StatusTooManyRequests {
			t.Errorf("and taking back answers %d", got.StatusCode)
		}
		if strings.Contains(n.log.String(), receipt) {
			t.Error("the code is in the log")
		}
		robots := b.get("/robots.txt")
		if !strings.Contains(robots.body, "/comments/receipt") {
			t.Error("robots.txt does not keep machines from receipts")
		}
	})
}

// TestNoAddressStored does all that a reader can do from two addresses and then looks for them, in every spelling that a program
// would use, in the database's files and in the log. A word that was sent is found, as the control.
func TestNoAddressStored(t *testing.T) {
	n := behindProxy(t, time.Now, "", "DABIR_COMMENTS_CHALLENGE_RATE=6", "DABIR_LOG_LEVEL=debug")
	code := n.open(t)
	shown, err := n.store.AddComment(context.Background(), chief, news.Comment{Article: code, State: news.CommentPublished, Text: "نظر منتشرشده", CreatedAt: time.Now(), DecidedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	const control = "واژهٔشاهد"
	addresses := []string{"203.0.113.77", "2001:db8:4d2:77::abcd"}
	for i, address := range addresses {
		b := n.browser(t)
		for j := range 8 { // over the limit and into the challenge
			b.from(address, articlePath(code)+"/comments", url.Values{"text": {fmt.Sprint(control, " ", i, j)}, "remember": {"1"}, "email": {"a@b.ir"}})
		}
		for _, act := range []struct {
			path string
			form url.Values
		}{
			{articlePath(code) + "/votes", url.Values{"up": {strconv.Itoa(int(shown.ID))}}},
			{articlePath(code) + "/comments/" + strconv.Itoa(int(shown.ID)) + "/report", url.Values{"reason": {"insult"}, "note": {control}}},
			{"/comments/receipt", url.Values{"code": {"222222222222"}}},
		} {
			if got := b.from(address, act.path, act.form); got.StatusCode >= 500 || got.StatusCode == http.StatusForbidden {
				t.Fatalf("%s answers %d", act.path, got.StatusCode)
			}
		}
	}
	var kept []byte
	files, err := filepath.Glob(filepath.Join(n.cfg.Data, "dabir.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v: the database and its WAL are looked at", files, err)
	}
	for _, file := range files {
		kept = append(kept, mustRead(t, file)...)
	}
	log := n.log.String()
	if !bytes.Contains(kept, []byte(control)) || !strings.Contains(log, "/news/{code}/votes") {
		t.Fatal("what was sent is not found either: the search has lost its grip")
	}
	for _, address := range addresses {
		for name, spelling := range spellings(t, address) {
			if bytes.Contains(bytes.ToLower(kept), bytes.ToLower(spelling)) {
				t.Errorf("%s (%s) is in the database", address, name)
			}
			if strings.Contains(strings.ToLower(log), strings.ToLower(string(spelling))) {
				t.Errorf("%s (%s) is in the log", address, name)
			}
		}
	}
}

// spellings are the ways in which an address, or an unkeyed hash of it, could have been kept.
func spellings(t *testing.T, address string) map[string][]byte {
	t.Helper()
	a, err := netip.ParseAddr(address)
	if err != nil {
		t.Fatal(err)
	}
	raw := a.AsSlice()
	mapped := a.As16()
	md, sha1sum, sha2 := md5.Sum([]byte(address)), sha1.Sum([]byte(address)), sha256.Sum256([]byte(address))
	all := map[string][]byte{
		"as it is": []byte(address), "in full": []byte(a.StringExpanded()), "as hex": []byte(hex.EncodeToString(raw)),
		"as a mapped address": []byte(netip.AddrFrom16(mapped).String()), "as base64": []byte(base64.RawStdEncoding.EncodeToString([]byte(address))),
		"as MD5": []byte(hex.EncodeToString(md[:])), "as SHA-1": []byte(hex.EncodeToString(sha1sum[:])), "as SHA-256": []byte(hex.EncodeToString(sha2[:])),
		"as base64 bytes": []byte(base64.RawStdEncoding.EncodeToString(raw)),
	}
	if a.Is4() {
		all["as a number"] = []byte(strconv.FormatUint(uint64(binary.BigEndian.Uint32(raw)), 10))
		all["its network"] = []byte(address[:strings.LastIndexByte(address, '.')+1])
		all["backwards"] = []byte("77.113.0.203")
	} else {
		all["its network"] = []byte("2001:db8:4d2:")
		all["as bytes"] = raw
	}
	return all
}

// TestChallengeUnderFlood: a flood of comments switches the challenge on by itself; who works or waits gets through, who does
// neither does not, and nothing typed is lost.
func TestChallengeUnderFlood(t *testing.T) {
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			dsn := ""
			if database == "postgres" {
				dsn = storetest.Postgres(t)
			}
			var moved atomic.Int64
			n := behindProxy(t, func() time.Time { return time.Now().Add(time.Duration(moved.Load())) }, dsn, "DABIR_COMMENTS_CHALLENGE_RATE=20")
			underFlood(t, n, n.open(t), &moved)
		})
	}
}

func underFlood(t *testing.T, n *newsroomUnderTest, code news.Code, moved *atomic.Int64) {
	b := n.browser(t)
	path := articlePath(code) + "/comments"
	taken := 0
	for i := range 60 {
		got := b.from(fmt.Sprintf("91.98.%d.1", i), path, url.Values{"text": {fmt.Sprint("سیل شمارهٔ ", i)}, "action": {fmt.Sprintf("flood-%020d", i)}})
		if got.StatusCode == http.StatusSeeOther {
			taken++
		} else if got.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("comment %d: %d", i, got.StatusCode)
		}
	}
	if taken < 15 || taken > 25 {
		t.Errorf("of sixty comments in a minute %d were taken, with a rate of 20", taken)
	}
	// A reader with scripts: the answer holds the work.
	form := url.Values{"text": {"من آدمم و می‌نویسم"}, "name": {"نگار <i>"}, "action": {"a-reader-of-flesh-and-blood"}}
	script := func(form url.Values) (answer, siteAnswer) {
		r, err := http.NewRequest(http.MethodPost, n.url+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		r.Header.Set("X-Forwarded-For", "5.160.1.1")
		got := b.do(r)
		var a siteAnswer
		if err := json.Unmarshal([]byte(got.body), &a); err != nil {
			t.Fatal(err, got.body)
		}
		return got, a
	}
	got, asked := script(form)
	if got.StatusCode != http.StatusTooManyRequests || asked.Work.Bits < 17 || got.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %+v", got.StatusCode, asked)
	}
	form.Set("ticket", asked.Work.Ticket)
	form.Set("proof", workOut(asked.Work.Seed, asked.Work.Bits))
	if got, done := script(form); got.StatusCode != http.StatusCreated || len(done.Receipt) != 12 {
		t.Fatalf("after the work: %d %s", got.StatusCode, got.body)
	}
	first, again := form.Get("text"), form
	again.Set("text", "همان کار برای نظری دیگر")
	if got, _ := script(again); got.StatusCode != http.StatusConflict {
		t.Errorf("the work is taken twice: %d", got.StatusCode)
	}
	again.Set("text", first)
	if got, done := script(again); got.StatusCode != http.StatusCreated || len(done.Receipt) != 12 {
		t.Errorf("a repeat after a lost answer: %d", got.StatusCode)
	}
	// A reader without scripts: a page with what was typed, a wait, and a button.
	page := b.from("5.160.2.2", path, url.Values{"text": {"بی‌اسکریپت & آرام"}, "name": {"نگار <i>"}, "email": {"a@b.ir"}, "remember": {"1"}})
	action, fields := waitForm(t, page)
	if fields.Get("text") != "بی‌اسکریپت & آرام" || fields.Get("name") != "نگار <i>" || fields.Get("email") != "a@b.ir" || fields.Get("remember") != "1" {
		t.Errorf("the page has lost something: %v", fields)
	}
	action = strings.Split(action, "#")[0]
	early := b.from("5.160.2.2", action, fields)
	_, fields2 := waitForm(t, early)
	if fields2.Get("ticket") != fields.Get("ticket") || !strings.Contains(early.body, `role="alert"`) {
		t.Error("too early, the wait begins anew")
	}
	moved.Store(int64(3 * time.Minute))
	receiptOf(t, b.from("5.160.2.2", action, fields))
}

// waitForm reads the form of the page that asks for a wait.
func waitForm(t *testing.T, page answer) (string, url.Values) {
	t.Helper()
	if page.StatusCode != http.StatusTooManyRequests || page.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", page.StatusCode, page.Header)
	}
	return form(t, page.page(t), "main form")
}

// siteAnswer is what scripts of the reader's pages get.
type siteAnswer struct {
	Receipt, Message, HTML, Up, Down string
	Work                             struct {
		Ticket, Seed string
		Bits         int
	}
}

// workOut finds a proof as the page's worker does, written anew.
func workOut(seed string, zeros int) string {
	for n := 0; ; n++ {
		proof := strconv.Itoa(n)
		sum := sha256.Sum256([]byte(seed + proof))
		if binary.BigEndian.Uint32(sum[:])>>(32-zeros) == 0 {
			return proof
		}
	}
}
