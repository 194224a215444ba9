package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// These tests run the real binary: TestMain makes this test binary behave as dabir when it is started with DABIR_TEST_RUN_MAIN=1.

func TestMain(m *testing.M) {
	if os.Getenv("DABIR_TEST_RUN_MAIN") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command is the program as a process of its own, with an environment free of settings.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "DABIR_") {
			cmd.Env = append(cmd.Env, line)
		}
	}
	cmd.Env = append(cmd.Env, "DABIR_TEST_RUN_MAIN=1")
	return cmd
}

// archive writes n fictional articles as JSON Lines.
func archive(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.jsonl")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	enc := json.NewEncoder(w)
	for i := range n {
		enc.Encode(map[string]any{"id": fmt.Sprint("a", i), "title": fmt.Sprint("تیتر شمارهٔ ", i), "lead": "لید", "section": fmt.Sprint("سرویس ", i%7),
			"body": strings.Repeat("این متن برای آزمون نوشته شده است و چیزی نمی‌گوید.\n", 12), "tags": []string{"آب", fmt.Sprint("برچسب ", i%50)}, "date": "2020-01-07T15:32:00"})
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// closing reads the machine-readable last line of a report.
func closing(t *testing.T, output []byte) (imported, existing, refused int) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	var last struct{ Imported, Existing, Refused int }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("the closing line %q: %v", lines[len(lines)-1], err)
	}
	return last.Imported, last.Existing, last.Refused
}

// folderAndDatabase are what a process of the program is given to work on: a new folder and a database of it, or one of a server.
func folderAndDatabase(t *testing.T, backend string) (data, driver, dsn string) {
	data = t.TempDir()
	if backend == "postgres" {
		return data, "pgx", storetest.Postgres(t)
	}
	return data, "sqlite", filepath.Join(data, "dabir.db")
}

// TestKilledImportResumes kills an import with SIGKILL in the middle and runs it again: everything is there, once and whole.
func TestKilledImportResumes(t *testing.T) {
	t.Parallel()
	const total = 3000
	file := archive(t, total)
	for _, backend := range []string{"sqlite", "postgres"} {
		t.Run(backend, func(t *testing.T) {
			data, driver, dsn := folderAndDatabase(t, backend)
			run := func() *exec.Cmd { return command("import", "jsonl", "--json", "--data", data, "--db", dsn, file) }
			first := run()
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "the import to be under way", func() bool { return count(driver, dsn, "article") > 200 })
			if err := first.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			first.Wait()
			had := count(driver, dsn, "article")
			if had == 0 || had >= total {
				t.Fatalf("%d articles at the kill: it was not in the middle", had)
			}
			output, err := run().Output()
			if err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			imported, existing, refused := closing(t, output)
			if existing != had || imported != total-had || refused != 0 {
				t.Errorf("imported %d, existing %d, refused %d; %d were there", imported, existing, refused, had)
			}
			s := storetest.Open(t, dsn, nil)
			if n := wholeArticles(t, s); n != total {
				t.Errorf("%d whole articles, want %d", n, total)
			}
			if n := count(driver, dsn, "revision"); n != total {
				t.Errorf("%d revisions, want %d", n, total)
			}
			if n := count(driver, dsn, "article_tag"); n != 2*total {
				t.Errorf("%d tags on articles, want %d", n, 2*total)
			}
		})
	}
}

// wholeArticles counts the articles whose import event is in the log once.
func wholeArticles(t *testing.T, s *store.Store) int {
	t.Helper()
	seen := map[int64]int{}
	for after := int64(0); ; {
		events, err := s.Events(context.Background(), after, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			if e.Kind == "article.imported" {
				seen[e.SubjectID]++
			}
			after = e.Seq
		}
	}
	for code, n := range seen {
		if n != 1 {
			t.Errorf("article %d was imported %d times", code, n)
		}
	}
	return len(seen)
}

func count(driver, dsn, table string) int {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return 0
	}
	defer db.Close()
	var n int
	if db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n) != nil {
		return 0 // not there yet
	}
	return n
}

func waitFor(t *testing.T, what string, true func() bool) {
	t.Helper()
	limit := time.Now().Add(2 * time.Minute) // the race detector and a busy machine make a demo slow
	for !true() {
		if time.Now().After(limit) {
			t.Fatalf("waited two minutes for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// serving starts the program and waits until it answers.
type serving struct {
	cmd    *exec.Cmd
	url    string
	output func() string
}

func startProcess(t *testing.T, args ...string) *serving {
	t.Helper()
	return startOn(t, "127.0.0.1:0", args...)
}

// startOn is startProcess on an address.
func startOn(t *testing.T, address string, args ...string) *serving {
	t.Helper()
	return startProcessFor(t, http.DefaultClient, append(args, "--addr", address)...)
}

// startProcessFor asks by a client of its own whether the program answers.
func startProcessFor(t *testing.T, client *http.Client, args ...string) *serving {
	t.Helper()
	if !slices.Contains(args, "--addr") {
		args = append(args, "--addr", "127.0.0.1:0")
	}
	return startCommand(t, client, command(args...))
}

// startCommand is startProcessFor for a command that was made already.
func startCommand(t *testing.T, client *http.Client, cmd *exec.Cmd) *serving {
	t.Helper()
	out := &journal{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("%v said:\n%s", cmd.Args, out.String())
		}
	})
	s := &serving{cmd: cmd, output: out.String}
	said := regexp.MustCompile(`Readers:\s+(https?://\S+)`)
	waitFor(t, "the address", func() bool {
		if m := said.FindStringSubmatch(out.String()); m != nil {
			s.url = m[1]
		} else if hasEnded(cmd.Process.Pid) {
			t.Fatalf("the program ended at once: %s", out.String())
		}
		return s.url != ""
	})
	waitFor(t, "an answer", func() bool {
		response, err := client.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return s
}

// hasEnded tells a process that nobody has waited for yet from one that runs (Linux; elsewhere it never does).
func hasEnded(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}

// end sends Ctrl-C and returns how the process ended.
func (s *serving) end(t *testing.T) error {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	return s.cmd.Wait()
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestImportBesideServe: one process owns the folder, and what a command imports beside it appears at once.
func TestImportBesideServe(t *testing.T) {
	data := t.TempDir()
	s := startProcess(t, "serve", "--data", data)
	if status, _ := fetch(t, s.url+"/"); status != 200 {
		t.Errorf("before the set-up the front page answers %d", status)
	}
	if !strings.Contains(s.output(), s.url+"/newsroom/setup/") {
		t.Errorf("no set-up link: %s", s.output())
	}
	output, err := command("import", "jsonl", "--json", "--data", data, archive(t, 150)).Output()
	if imported, _, _ := closing(t, output); err != nil || imported != 150 {
		t.Fatalf("%v: %s", err, output)
	}
	if status, page := fetch(t, s.url+"/latest"); status != 200 || !strings.Contains(page, "تیتر شمارهٔ ") {
		t.Errorf("the imported articles are not on /latest (%d)", status)
	}
	output, err = command("import", "jsonl", "--json", "--dry-run", "--data", data, archive(t, 151)).Output()
	if imported, existing, _ := closing(t, output); err != nil || imported != 1 || existing != 150 {
		t.Errorf("dry run: %v: %s", err, output)
	}
	link, err := command("user", "add", "--data", data, "--name", "ناظر", "--role", "moderator", "nazer").Output()
	if err != nil || !strings.Contains(string(link), s.url+"/newsroom/signin/") {
		t.Errorf("user add: %v: %s", err, link)
	}
	refused, err := command("user", "add", "--data", data, "--name", "دبیر", "--role", "desk_editor", "--section", "شطرنج", "dabir").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(refused), `dabir: there is no section "شطرنج"`) {
		t.Errorf("user add for a section that is none: %v: %s", err, refused)
	}
	second, err := command("serve", "--data", data, "--addr", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(second), "one process owns a folder") {
		t.Errorf("a second serve: %v: %s", err, second)
	}
	if err := s.end(t); err != nil {
		t.Errorf("Ctrl-C: %v: %s", err, s.output())
	}
	if _, err := os.Stat(filepath.Join(data, "dabir.sock")); err == nil {
		t.Error("the socket stayed behind")
	}
}

// TestServeAfterKill: a serve that was killed leaves nothing that keeps the next one from starting.
func TestServeAfterKill(t *testing.T) {
	data := t.TempDir()
	s := startProcess(t, "serve", "--data", data)
	s.cmd.Process.Kill()
	s.cmd.Wait()
	again := startProcess(t, "serve", "--data", data)
	if status, _ := fetch(t, again.url+"/healthz"); status != 200 {
		t.Errorf("healthz answers %d", status)
	}
}

// TestDemoGoesOn: with a folder, a second start of the demo goes on where the first stopped.
func TestDemoGoesOn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := startProcess(t, "demo", "--data", data)
	_, first := fetch(t, s.url+"/sitemap/1.xml")
	articles := strings.Count(first, "<loc>")
	if articles < 60 {
		t.Errorf("%d public articles, want at least 60", articles)
	}
	for _, who := range []string{"Chief editor:", "Moderator:"} {
		if !regexp.MustCompile(who + `\s+` + regexp.QuoteMeta(s.url) + `/newsroom/signin/\S{43}`).MatchString(s.output()) {
			t.Errorf("no sign-in link for %s in %s", who, s.output())
		}
	}
	if err := s.end(t); err != nil {
		t.Errorf("Ctrl-C: %v: %s", err, s.output())
	}
	again := startProcess(t, "demo", "--data", data)
	if _, second := fetch(t, again.url+"/sitemap/1.xml"); strings.Count(second, "<loc>") != articles {
		t.Errorf("the second start has %d articles, the first had %d", strings.Count(second, "<loc>"), articles)
	}
}

// TestWrongSettingStopsTheStart: the sentence names the setting.
func TestWrongSettingStopsTheStart(t *testing.T) {
	for want, args := range map[string][]string{
		"setting log.level":   {"serve", "--log", "loud"},
		"setting server.addr": {"serve", "--addr", "nowhere"},
		"unknown setting site.nmae": {"serve", "--config", func() string {
			path := filepath.Join(t.TempDir(), "x.toml")
			os.WriteFile(path, []byte("[site]\nnmae = \"x\"\n"), 0o600)
			return path
		}()},
		"open the database":    {"serve", "--db", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"},
		"setting country.file": {"serve"},
	} {
		cmd := command(append(args, "--data", t.TempDir())...)
		if want == "setting country.file" {
			cmd.Env = append(cmd.Env, "DABIR_COUNTRY_FILE=/nowhere.mmdb")
		}
		output, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(output), want) {
			t.Errorf("%v: %v: %s", args, err, output)
		}
	}
}
