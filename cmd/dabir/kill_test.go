package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// killSettings let one machine send as much as a crowd.
const killSettings = "[server]\ntrusted_proxies = \"127.0.0.1,::1\"\n[comments]\nlimit = 0\nchallenge_rate = 0\nchallenge_network = 0\n"

// deed is something that somebody asks of the newsroom, with the id under which it is asked again when no answer came.
type deed struct {
	kind    string // comment, article, picture, vote, approve
	mark    string // by which it is found again
	path    string
	fields  url.Values
	file    []byte
	address string
}

// witness is outside the process that is killed: it sends, and notes what was acknowledged and what got no answer.
type witness struct {
	t      *testing.T
	jar    http.CookieJar
	client *http.Client
	code   news.Code
	sheet  url.Values

	mu      sync.Mutex
	number  int
	done    map[string]map[string]bool // kind → marks that were acknowledged
	unclear []deed
	refused []string
	away    map[string]int    // kind and status → how many were told that it cannot be now
	insists bool              // who is told so asks again in the end
	waits   map[string]string // marks of comments that a node kept for later → their receipts
	pending chan news.CommentID
	shown   chan news.CommentID
}

func newWitness(t *testing.T) *witness {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{t: t, jar: jar, done: map[string]map[string]bool{}, away: map[string]int{}, waits: map[string]string{}}
	w.client = &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return w
}

// send asks for a deed and notes what came of it; false when the process is gone.
func (w *witness) send(base string, d deed) bool {
	body, kind := io.Reader(strings.NewReader(d.fields.Encode())), "application/x-www-form-urlencoded"
	if d.file != nil {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for name := range d.fields {
			form.WriteField(name, d.fields.Get(name))
		}
		part, err := form.CreateFormFile("files", "x.jpg")
		if err == nil {
			_, err = part.Write(d.file)
		}
		if err != nil || form.Close() != nil {
			w.t.Error(err)
			return false
		}
		body, kind = &b, form.FormDataContentType()
	}
	r, err := http.NewRequest(http.MethodPost, base+d.path, body)
	if err != nil {
		w.t.Error(err)
		return false
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", base)
	r.Header.Set("X-Forwarded-For", d.address)
	response, err := w.client.Do(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unclear = append(w.unclear, d)
		return false
	}
	said, _ := io.ReadAll(response.Body)
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusSeeOther:
		w.acknowledged(d)
	case http.StatusAccepted:
		code := receiptCode.FindSubmatch(said)
		if code == nil || d.kind != "comment" {
			w.refused = append(w.refused, fmt.Sprintf("%s is accepted without a receipt: %.300s", d.kind, said))
			break
		}
		w.waits[d.mark] = string(code[1])
		w.acknowledged(d)
	case http.StatusServiceUnavailable, http.StatusConflict: // said clearly, and nothing was stored; or it was so before
		w.away[fmt.Sprint(d.kind, " ", response.StatusCode)]++
		if w.insists && response.StatusCode == http.StatusServiceUnavailable {
			w.unclear = append(w.unclear, d)
		}
	default:
		w.refused = append(w.refused, fmt.Sprintf("%s %s: %d %.300s", d.kind, d.path, response.StatusCode, said))
	}
	return true
}

// acknowledged notes a deed; the caller holds mu.
func (w *witness) acknowledged(d deed) {
	if w.done[d.kind] == nil {
		w.done[d.kind] = map[string]bool{}
	}
	w.done[d.kind][d.mark] = true
}

func (w *witness) isDone(d deed) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done[d.kind][d.mark]
}

// receiptCode is the code on a receipt's page.
var receiptCode = regexp.MustCompile(`<span class="code">([0-9A-Z-]+)</span>`)

func (w *witness) next() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	return w.number
}

// deed makes something new to ask for; ok is false when there is nothing to decide or vote on.
func (w *witness) deed(kind string) (d deed, ok bool) {
	i := w.next()
	d = deed{kind: kind, mark: "نشان " + persian.Digits(strconv.Itoa(i)), address: fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}
	d.fields = url.Values{"action": {web.NewAction()}}
	switch kind {
	case "comment":
		d.path = articlePath(w.code) + "/comments"
		d.fields.Set("text", d.mark)
	case "article":
		d.path = "/newsroom/articles"
		for name, values := range w.sheet {
			d.fields[name] = values
		}
		for name, value := range map[string]string{"headline": d.mark, "lede": "لید خبر", "body": strings.Repeat("واژه ", 50), "tags": "آب", "source": "خبرگزاری نمونه",
			"do": "publish", "action": web.NewAction()} {
			d.fields.Set(name, value)
		}
	case "picture":
		d.path, d.file = "/newsroom/media", photo(w.t, i)
		d.fields.Set("credit", "مینا")
		sum := sha256.Sum256(d.file)
		d.mark = hex.EncodeToString(sum[:])
	case "vote", "approve":
		from := map[string]chan news.CommentID{"vote": w.shown, "approve": w.pending}[kind]
		select {
		case id := <-from:
			d.mark = strconv.Itoa(int(id))
		default:
			return d, false
		}
		if kind == "vote" {
			d.path = articlePath(w.code) + "/votes"
			d.fields.Set("up", d.mark)
			break
		}
		d.path = "/newsroom/comments/" + d.mark + "/publish"
		d.fields.Set("from", "pending")
	}
	return d, true
}

// load sends deeds until the process is gone.
func (w *witness) load(base string) (wait func()) {
	var group sync.WaitGroup
	for _, kind := range []string{"comment", "comment", "article", "picture", "vote", "approve"} {
		group.Go(func() {
			for {
				d, ok := w.deed(kind)
				if !ok {
					return
				}
				if !w.send(base, d) {
					return
				}
			}
		})
	}
	return group.Wait
}

// again asks once for what got no answer, under the same ids.
func (w *witness) again(base string) {
	w.mu.Lock()
	many := len(w.unclear)
	w.mu.Unlock()
	for range many {
		w.mu.Lock()
		if len(w.unclear) == 0 { // others ask too
			w.mu.Unlock()
			return
		}
		d := w.unclear[0]
		w.unclear = w.unclear[1:]
		w.mu.Unlock()
		w.send(base, d)
	}
}

// learn finds comments to decide and to vote on.
func (w *witness) learn(driver, dsn string) {
	w.t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	list := func(state string) chan news.CommentID {
		found := texts(w.t, db, `SELECT id FROM comment WHERE state = '`+state+`' ORDER BY id DESC LIMIT 2000`)
		ids := make(chan news.CommentID, len(found))
		for _, row := range found {
			id, err := strconv.Atoi(row[0])
			if err != nil {
				w.t.Fatal(err)
			}
			ids <- news.CommentID(id)
		}
		return ids
	}
	w.pending, w.shown = list("pending"), list("published")
}

// TestKillNineLosesNothing kills the program at random moments while people publish, comment, vote, upload and moderate. What it
// acknowledged is there, once; what it did not is there whole or not at all; and it goes on by itself. DABIR_TEST_KILLS says how
// many times (make soak: 300).
func TestKillNineLosesNothing(t *testing.T) {
	kills := 6
	if asked, err := strconv.Atoi(os.Getenv("DABIR_TEST_KILLS")); err == nil {
		kills = asked
	}
	for _, backend := range []string{"sqlite", "postgres"} {
		t.Run(backend, func(t *testing.T) {
			data, driver, dsn := folderAndDatabase(t, backend)
			if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(killSettings), 0o600); err != nil {
				t.Fatal(err)
			}
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			chance := rand.New(rand.NewPCG(seed, 1))
			w := newWitness(t)
			s := startProcess(t, "serve", "--data", data, "--db", dsn)
			w.settle(s, data, dsn)
			for range (kills + 1) / 2 {
				w.learn(driver, dsn)
				wait := w.load(s.url)
				time.Sleep(time.Duration(20+chance.IntN(600)) * time.Millisecond) // not a wait for anything: the moment of the kill is the experiment
				if err := s.cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				s.cmd.Wait()
				wait()
				s = startProcess(t, "serve", "--data", data, "--db", dsn)
				w.again(s.url)
			}
			w.checkPages(s.url)
			if err := s.end(t); err != nil {
				t.Errorf("the end: %v: %s", err, s.output())
			}
			w.check(driver, dsn, data)
		})
	}
}

// settle signs the witness in as chief editor and moderator and makes the article under which everybody writes.
func (w *witness) settle(s *serving, data, dsn string) {
	w.t.Helper()
	link, err := command("user", "add", "--data", data, "--db", dsn, "--name", "شاهد", "--role", "chief_editor", "--role", "moderator", "shahed").Output()
	if err != nil {
		w.t.Fatalf("%v: %s", err, link)
	}
	b := &browser{w.t, s.url, w.client}
	words := strings.Fields(string(link))
	path := strings.TrimPrefix(words[len(words)-1], s.url)
	if got := b.post(path, url.Values{}); got.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("signing in answers %d: %s", got.StatusCode, got.body)
	}
	w.sheet = b.sheet(0)
	for _, name := range []string{"window", "draft", "seq"} { // of the script, which watches one window
		w.sheet.Del(name)
	}
	w.code = b.write("خبری که همه زیر آن می‌نویسند", 0, "publish")
}

// checkPages: what was published last is on the pages of the process that was started last.
func (w *witness) checkPages(base string) {
	w.t.Helper()
	b := &browser{w.t, base, w.client}
	d, _ := w.deed("article")
	if !w.send(base, d) || !w.done["article"][d.mark] {
		w.t.Fatalf("after the last start nothing can be published: %v %v %v", w.refused, w.away, w.unclear)
	}
	if got := b.get("/latest"); !strings.Contains(got.body, d.mark) {
		w.t.Errorf("the newest article is not on the latest list (%d)", got.StatusCode)
	}
}

// check reads everything back.
func (w *witness) check(driver, dsn, data string) {
	t := w.t
	t.Helper()
	for _, line := range w.refused {
		t.Errorf("refused: %s", line)
	}
	if len(w.unclear) > 0 {
		t.Errorf("%d deeds still have no answer", len(w.unclear))
	}
	s := storetest.Open(t, dsn, nil)
	faults, err := s.Check(context.Background())
	if err != nil || len(faults) > 0 {
		t.Errorf("not whole: %v, %v", faults, err)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for kind, query := range map[string]string{
		"comment": `SELECT text, COUNT(*) FROM comment GROUP BY text`,
		"article": `SELECT r.headline, COUNT(*) FROM article a JOIN revision r ON r.id = a.public_revision WHERE a.state = 'published' GROUP BY r.headline`,
		"picture": `SELECT hash, COUNT(*) FROM media GROUP BY hash`,
		"approve": `SELECT CAST(id AS TEXT), 1 FROM comment WHERE state = 'published'`,
		"vote":    `SELECT CAST(comment_id AS TEXT), COUNT(*) FROM comment_vote GROUP BY comment_id`,
	} {
		stored := map[string]string{}
		for _, row := range texts(t, db, query) {
			stored[row[0]] = row[1]
		}
		if len(w.done[kind]) == 0 {
			t.Errorf("no %s was acknowledged: nothing was tried", kind)
		}
		for mark := range w.done[kind] {
			if n := stored[mark]; n == "" || kind != "vote" && n != "1" {
				t.Errorf("%s %s was acknowledged and is there %q times", kind, mark, n)
			}
		}
		t.Logf("%s: %d acknowledged, %d stored", kind, len(w.done[kind]), len(stored))
	}
	t.Logf("not now: %v", w.away)
	w.checkFiles(s, data)
}

// checkFiles: every picture has its file, whole.
func (w *witness) checkFiles(s *store.Store, data string) {
	w.t.Helper()
	for after := news.MediaID(0); ; {
		page, err := s.MediaList(context.Background(), news.MediaFilter{After: after, Limit: 200})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range page.Items {
			for _, key := range media.KeysOf(m) {
				if text := mustRead(w.t, filepath.Join(data, "media", key)); !strings.HasSuffix(text, "\xff\xd9") {
					w.t.Errorf("%s is half a JPEG", key)
				}
			}
		}
		if after = page.Next; after == 0 {
			return
		}
	}
}
