package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// smallDisk mounts a tmpfs of so many bytes; where the machine does not allow it the test is skipped and says so.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", bytes)); err != nil {
		t.Skipf("no small disk: tmpfs cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestDiskFull fills a small disk under a serving newsroom: what is acknowledged stays, what is refused is said with 503 and is not
// there, pages are served all the while, and when there is room again everything goes on without a start.
func TestDiskFull(t *testing.T) {
	disk := smallDisk(t, 24<<20)
	data := filepath.Join(disk, "newsroom")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(killSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	dsn := filepath.Join(data, "dabir.db")
	s := startProcess(t, "serve", "--data", data)
	w := newWitness(t)
	w.settle(s, data, dsn)
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	for range 400 { // each comment needs a page or so; the files' last blocks take some
		for _, kind := range []string{"comment", "article", "picture"} {
			d, _ := w.deed(kind)
			d.fields.Set("lede", strings.Repeat("لید ", 200))
			if !w.send(s.url, d) {
				t.Fatalf("the process is gone: %s", s.output())
			}
		}
		if len(w.away) >= 3 {
			break
		}
	}
	if w.away["comment 503"] == 0 || w.away["picture 503"] == 0 || w.away["article 503"] == 0 {
		t.Errorf("the disk was full and nobody was told: %v, %v", w.away, w.refused)
	}
	if status, _ := fetch(t, s.url+"/latest"); status != http.StatusOK {
		t.Errorf("readers get %d while the disk is full", status)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the newsroom to take comments again", func() bool {
		d, _ := w.deed("comment")
		return w.send(s.url, d) && w.done["comment"][d.mark]
	})
	for _, kind := range []string{"article", "picture"} {
		if d, _ := w.deed(kind); !w.send(s.url, d) || !w.done[kind][d.mark] {
			t.Errorf("with room again no %s is taken: %v %v", kind, w.refused, w.away)
		}
	}
	w.learn("sqlite", dsn)
	for _, kind := range []string{"approve", "vote"} { // so that check finds each kind tried
		if kind == "vote" {
			w.learn("sqlite", dsn)
		}
		if d, ok := w.deed(kind); !ok || !w.send(s.url, d) {
			t.Errorf("no %s", kind)
		}
	}
	if err := s.end(t); err != nil {
		t.Errorf("the end: %v: %s", err, s.output())
	}
	w.check("sqlite", dsn, data)
}

// fill writes until nothing more goes in.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadOnlyDisk: a start on a read-only disk is refused in one sentence, and the doctor says what to do.
func TestReadOnlyDisk(t *testing.T) {
	disk := smallDisk(t, 64<<20)
	data := filepath.Join(disk, "newsroom")
	s := startProcess(t, "serve", "--data", data)
	s.end(t)
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("the disk cannot be made read-only: %v", err)
	}
	out, err := command("serve", "--data", data, "--addr", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "nothing can be written into the newsroom's folder") || strings.Count(strings.TrimSpace(string(out)), "\n") != 0 {
		t.Errorf("%v: %s", err, out)
	}
	if out, err := command("doctor", "--data", data).CombinedOutput(); err == nil || !strings.Contains(string(out), "Nothing can be written into the folder") {
		t.Errorf("doctor: %v: %s", err, out)
	}
}

// TestFewOpenFiles: with as many open files as a process may have it says so to those who come and lives on.
func TestFewOpenFiles(t *testing.T) {
	data := t.TempDir()
	s := startProcess(t, "serve", "--data", data)
	storetest.Need(t, exec.Command("prlimit", "--version").Run() == nil, "no prlimit (Debian package util-linux)")
	if out, err := exec.Command("prlimit", "--pid", fmt.Sprint(s.cmd.Process.Pid), "--nofile=48:48").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var open []*http.Response
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{}}
	for range 100 {
		if response, err := client.Get(s.url + "/latest"); err == nil {
			open = append(open, response) // not read: the connection stays
		}
	}
	for _, response := range open {
		response.Body.Close()
	}
	client.CloseIdleConnections()
	waitFor(t, "an answer when there are files again", func() bool {
		response, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	if err := s.end(t); err != nil {
		t.Errorf("the end: %v: %s", err, s.output())
	}
}

// TestStartRefuses: what would do harm stops the start, and one sentence says what.
func TestStartRefuses(t *testing.T) {
	for _, c := range []struct{ name, change, want, doctor string }{
		{"a newer database", `UPDATE meta SET value = '99' WHERE name = 'oldest_reader'`, "this database needs a newer Dabir", "written by a newer Dabir"},
		{"a clock before the newest event", `UPDATE event SET at = at + 3600000`, "the clock of this machine is wrong", "set the clock"},
	} {
		for _, backend := range []string{"sqlite", "postgres"} {
			t.Run(c.name+"/"+backend, func(t *testing.T) {
				dsn := ""
				if backend == "postgres" {
					dsn = storetest.Postgres(t)
				}
				data := t.TempDir()
				args := []string{"--data", data, "--db", dsn}
				if out, err := command(append([]string{"user", "add", "--name", "نگار", "--role", "reporter", "negar"}, args...)...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				n := &newsroomUnderTest{app: &app{cfg: &config.Config{Database: dsn}}}
				if dsn == "" {
					n.cfg.Database = filepath.Join(data, "dabir.db")
				}
				if err := execute(n, c.change); err != nil {
					t.Fatal(err)
				}
				out, err := command(append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...).CombinedOutput()
				said := strings.TrimSpace(string(out))
				if err == nil || !strings.Contains(said, c.want) || strings.Contains(said[strings.LastIndex(said, "dabir:"):], "\n") {
					t.Errorf("%v: %s", err, out)
				}
				out, err = command(append([]string{"doctor"}, args...)...).CombinedOutput()
				if err == nil || !strings.Contains(string(out), c.doctor) {
					t.Errorf("doctor: %v: %s", err, out)
				}
			})
		}
	}
}

// TestClockMaySlip: within a minute the newest event may be ahead, since the clocks of nodes differ.
func TestClockMaySlip(t *testing.T) {
	now := time.Date(2026, 3, 21, 12, 0, 0, 0, time.UTC)
	for ahead, refused := range map[time.Duration]bool{-time.Hour: false, 0: false, time.Minute: false, time.Minute + time.Millisecond: true} {
		err := refuseEarlyClock(now, news.LogPosition{Event: 1, At: now.Add(ahead)})
		if (err != nil) != refused {
			t.Errorf("%v ahead: %v", ahead, err)
		}
	}
	if err := refuseEarlyClock(now, news.LogPosition{}); err != nil {
		t.Errorf("an empty log: %v", err)
	}
}

// TestClockThatJumps: whatever the clock does while people write, everything acknowledged is there once and the log has no gap.
func TestClockThatJumps(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	n := startAt(t, clock, "", "DABIR_COMMENTS_LIMIT=0", "DABIR_COMMENTS_CHALLENGE_RATE=0")
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر", Lede: "لید", Body: "<p>متن</p>"}}, "شهر")
	reader := n.browser(t)
	for i, jump := range []time.Duration{0, -time.Hour, 48 * time.Hour, -30 * 24 * time.Hour, 0, 365 * 24 * time.Hour, time.Minute} {
		ahead.Store(int64(jump))
		text := fmt.Sprint("نظر پرش ", i)
		receiptOf(t, reader.post(articlePath(code)+"/comments", url.Values{"text": {text}}))
		hidden := n.imports(t, news.Article{PublishedAt: clock(), Content: news.Content{Headline: text, Lede: "لید", Body: "<p>متن</p>"}}, "شهر")
		if got := reader.article(hidden); got.StatusCode != http.StatusOK {
			t.Errorf("after a jump of %v a published article answers %d", jump, got.StatusCode)
		}
	}
	page, err := n.store.Queue(context.Background(), news.QueueFilter{Tab: news.TabPending, Limit: 200})
	if err != nil || len(page.Comments) != 7 {
		t.Errorf("%d comments, %v", len(page.Comments), err)
	}
	if faults, err := n.store.Check(context.Background()); err != nil || len(faults) > 0 {
		t.Errorf("not whole: %v, %v", faults, err)
	}
}

// TestDoctorSaysWhatIsWrong in both languages, and nothing where nothing is.
func TestDoctorSaysWhatIsWrong(t *testing.T) {
	well := &config.Config{Data: t.TempDir(), Addr: "127.0.0.1:8080"}
	well.Database = filepath.Join(well.Data, "dabir.db")
	if err := os.Chmod(well.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(t.TempDir(), "gone")
	for want, change := range map[string]func(*config.Config){
		"doctor.backup_none":   func(*config.Config) {},
		"doctor.backup_away":   func(c *config.Config) { c.Backup.To = gone },
		"doctor.backup_never":  func(c *config.Config) { c.Backup.To = t.TempDir() },
		"doctor.folder_absent": func(c *config.Config) { c.Data = gone },
		"doctor.folder_open":   func(c *config.Config) { c.Data = t.TempDir(); os.Chmod(c.Data, 0o755) },
		"doctor.site_url":      func(c *config.Config) { c.Addr = "0.0.0.0:80" },
		"doctor.site_plain":    func(c *config.Config) { c.Site.URL = "http://example.ir" },
		"doctor.proxies":       func(c *config.Config) { c.Site.URL = "https://example.ir" },
		"doctor.database": func(c *config.Config) {
			c.Database = filepath.Join(t.TempDir(), "x")
			os.WriteFile(c.Database, []byte("این پایگاه داده نیست"), 0o600)
		},
		"doctor.media": func(c *config.Config) { c.Media.S3Endpoint, c.Media.S3Bucket = "127.0.0.1:1", "media" },
	} {
		cfg := *well
		change(&cfg)
		found := false
		for _, f := range examine(context.Background(), &cfg, time.Now()) {
			found = found || f.Key == want
			said, err := inBothLanguages([]news.Fault{f})
			if err != nil || strings.Contains(said[0], "⟦") || regexp.MustCompile(`\{\d\}`).MatchString(said[0]) {
				t.Errorf("%s: %v %v", f.Key, said, err)
			}
		}
		if !found {
			t.Errorf("%s is not said: %v", want, examine(context.Background(), &cfg, time.Now()))
		}
	}
	if _, err := os.Stat(gone); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the doctor made a folder")
	}
}

// TestAnswerComesAfterTheSync traces the system calls of a serving newsroom: before the answer to a comment leaves, the log of SQLite
// that holds it has been synced. A kill cannot show that, since what was written outlives the process.
func TestAnswerComesAfterTheSync(t *testing.T) {
	storetest.Need(t, exec.Command("strace", "-V").Run() == nil, "no strace (Debian package strace)")
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(killSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startProcess(t, "serve", "--data", data)
	w := newWitness(t)
	w.settle(s, data, filepath.Join(data, "dabir.db"))
	trace := filepath.Join(t.TempDir(), "trace")
	tracer := exec.Command("strace", "-f", "-y", "-s", "200", "-e", "trace=read,write,pwrite64,fsync,fdatasync", "-o", trace, "-p", fmt.Sprint(s.cmd.Process.Pid))
	said := &journal{}
	tracer.Stderr = said
	if err := tracer.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tracer.Process.Kill() })
	waitFor(t, "the tracer", func() bool { return strings.Contains(said.String(), "attached") || tracer.ProcessState != nil })
	for range 20 {
		d := deed{kind: "comment", path: articlePath(w.code) + "/comments", fields: url.Values{"text": {"نظری که همگام می‌شود"}, "action": {web.NewAction()}}, address: "10.0.0.1"}
		if !w.send(s.url, d) {
			t.Fatal("no answer")
		}
	}
	tracer.Process.Signal(os.Interrupt)
	tracer.Wait()
	answers, early := 0, 0
	written, synced := false, false // since the last answer
	lines := bufio.NewScanner(strings.NewReader(mustRead(t, trace)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.Contains(line, "POST /news/"):
			written, synced = false, false
		case strings.Contains(line, "dabir.db-wal>") && strings.Contains(line, "write"):
			written, synced = true, false
		case syncReturned.MatchString(line) && written:
			synced = true
		case strings.Contains(line, "HTTP/1.1 303"):
			answers++
			if !written || !synced {
				early++
			}
		}
	}
	if answers != 20 || early != 0 {
		t.Errorf("%d answers, %d of them before the sync: %.3000s", answers, early, mustRead(t, trace))
	}
}

// syncReturned is the end of a sync of SQLite's log, in one line or after strace was interrupted by another thread.
var syncReturned = regexp.MustCompile(`(fsync|fdatasync)(\(\d+<[^>]*dabir\.db-wal>| resumed>)\)?\s*\)?\s*= 0`)
