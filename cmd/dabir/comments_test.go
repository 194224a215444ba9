package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// TestCommentsComeAndGoByTheCommands: beside a serving process, and without one.
func TestCommentsComeAndGoByTheCommands(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		_, err := n.app.editorial.Import(t.Context(), news.SystemActor("test", news.Operator), []news.Import{{Article: news.Article{State: news.Published,
			Origin: "jsonl:1", Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: "تیتر", Lede: "لید"}}}})
		if err != nil {
			t.Fatal(err)
		}
		in := filepath.Join(t.TempDir(), "in.jsonl")
		lines := `{"id":1,"article":1,"date":"2020-01-01","name":"نگار","email":"negar@example.org","text":"متن"}
{"id":2,"parent":1,"article":1,"date":"2020-01-02","text":"پاسخ","state":"pending"}
{"id":3,"article":"gone","date":"2020-01-02","text":"بی‌خبر"}
`
		if err := os.WriteFile(in, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		folder := []string{"--data", n.cfg.Data, "--db", n.cfg.Database, "--json"}
		run := func(want string, args ...string) string {
			t.Helper()
			out, err := command(append(args, folder...)...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v: %v, %s\nwant %s", args, err, out, want)
			}
			return string(out)
		}
		n.answerCommands(t)
		run(`{"imported":2,"existing":0,"skipped":0,"refused":1,"noted":0}`, "import", "comments", in, "--format", "jsonl", "--dry-run")
		if out := run(`{"imported":2,"existing":0,"skipped":0,"refused":1,"noted":0}`, "import", "comments", in, "--format", "jsonl"); !strings.Contains(out, "line 3 refused") {
			t.Error(out)
		}
		for _, format := range []string{"jsonl", "disqus", "wxr", "isso"} {
			file := filepath.Join(t.TempDir(), format)
			run(`{"articles":1,"comments":2,"left_out":0}`, "export", "comments", "--format", format, "--out", file)
			text, err := os.ReadFile(file)
			if err != nil || strings.Contains(string(text), "negar@example.org") {
				t.Errorf("%s: %v, or an e-mail in it", format, err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: others may read it", format)
			}
			run(`{"imported":0,"existing":2,"skipped":0,"refused":0,"noted":0}`, "import", "comments", file, "--format", format)
		}
		if out := run("negar@example.org", "export", "comments", "--format", "jsonl", "--emails"); strings.Count(out, "\n") != 3 {
			t.Errorf("two comments and a report: %s", out)
		}
		events, err := n.app.store.Events(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		noted := ""
		for _, e := range events {
			if e.Kind == news.CommentsExported {
				noted += e.Data["emails"] + " "
			}
		}
		if noted != "no no no no yes " {
			t.Errorf("the log notes exports as %q", noted)
		}
	})
}
