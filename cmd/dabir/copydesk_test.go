package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

// deskText has mistakes of many kinds beside what counts more than one byte or more than one unit of a browser.
var deskText = []string{
	"👩‍🚀 شهردار با ایمیل گفت: می رود و نمی‌آید ، کتاب ها را \"سلام\" نوشت.",
	"",
	"كتاب علي در سال 1400 و ۳۱ مهر ۱۴۰۰ بود… بینالمللی 😀 می رود",
	"The bridge, opens at https://example.org/می-رود?x=1,2 و که که",
	"سطر یکم\nسطر دوم می آید", // a line break inside a paragraph
	"کژوشکها و خانهای بزرگ و پيام‌رسان ها",
}

// lintFinding is a finding of the command and of the route in one form.
type lintFinding struct {
	Start               int
	Rule, Before, After string
	Note                string
	Safe                bool
}

// lintFindings runs dabir lint on the text, with a newsroom's folder.
func lintFindings(t *testing.T, args ...string) []lintFinding {
	t.Helper()
	out, errs, _ := lint(t, strings.Join(deskText, "\n"), append(args, "--json", "-")...)
	var all []lintFinding
	for line := range strings.Lines(out) {
		var f lintFinding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		t.Fatalf("dabir lint found nothing: %s", errs)
	}
	return all
}

// routeFindings asks the route that the editor asks; places are turned back into bytes.
func (b *browser) routeFindings() []lintFinding {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"lang": "fa", "headline": "تیتر", "lede": "لید", "body": deskText})
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, b.base+"/newsroom/copydesk", strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	got := b.do(r)
	var told struct {
		Findings []struct {
			lintFinding
			Field           string
			Block, From, To int
		}
	}
	if err := json.Unmarshal([]byte(got.body), &told); err != nil || got.StatusCode != 200 {
		b.t.Fatalf("%d %s: %v", got.StatusCode, got.body, err)
	}
	var all []lintFinding
	for _, f := range told.Findings {
		if f.Field != "body" {
			b.t.Errorf("a finding in the %s: %+v", f.Field, f)
			continue
		}
		before := strings.Join(deskText[:f.Block], "\n") + "\n"
		if f.Block == 0 {
			before = ""
		}
		units := utf16.Encode([]rune(deskText[f.Block]))
		f.Start = len(before) + len(string(utf16.Decode(units[:f.From])))
		if got := string(utf16.Decode(units[f.From:f.To])); got != f.Before {
			b.t.Errorf("%+v stands at %q", f, got)
		}
		all = append(all, f.lintFinding)
	}
	return all
}

// TestTheEditorFindsWhatLintFinds: one set of rules, one house's style, whoever asks and whoever serves.
func TestTheEditorFindsWhatLintFinds(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		chief, _ := n.hire(t, "sardabir", news.ChiefEditor)
		reporter, _ := n.hire(t, "negar", news.Reporter)
		folder := []string{"--data", n.cfg.Data, "--db", n.cfg.Database}
		same := func(what string) []lintFinding {
			t.Helper()
			command, route := lintFindings(t, folder...), reporter.routeFindings()
			if !slices.Equal(command, route) {
				t.Errorf("%s: dabir lint finds\n%+v\nthe editor\n%+v", what, command, route)
			}
			return route
		}
		bare := same("an empty house's style")
		for _, entry := range []url.Values{
			{"kind": {"term"}, "text": {"ایمیل"}, "preferred": {"رایانامه"}, "note": {"واژهٔ فرهنگستان"}}, {"kind": {"word"}, "text": {"کژوشک"}},
		} {
			entry.Set("action", web.NewAction())
			if got := chief.post("/newsroom/house", entry); got.StatusCode != http.StatusSeeOther {
				t.Fatalf("adding answers %d: %s", got.StatusCode, got.body)
			}
		}
		styled := same("with a term and a word")
		has := func(found []lintFinding, want lintFinding) bool {
			return slices.ContainsFunc(found, func(f lintFinding) bool { want.Start = f.Start; return f == want })
		}
		term, word := lintFinding{Rule: "house_term", Before: "ایمیل", After: "رایانامه", Note: "واژهٔ فرهنگستان"}, lintFinding{Rule: "half_space_plural", Before: "کژوشکها", After: "کژوشک‌ها", Safe: true}
		if has(bare, term) || has(bare, word) || !has(styled, term) || !has(styled, word) {
			t.Errorf("without: %+v\nwith: %+v", bare, styled)
		}
		if got := lintFindings(t, append(folder, "--no-house")...); !slices.Equal(got, bare) {
			t.Errorf("--no-house finds %+v", got)
		}

		// Beside a process that holds the folder, the command asks by its socket.
		n.answerCommands(t)
		same("by the socket")
	})
}

func TestLintLeavesNoNewsroomBehind(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if _, errs, ok := lint(t, "او می‌رود.", "--data", data, "-"); !ok {
		t.Fatal(errs)
	}
	if found, _ := filepath.Glob(data); len(found) > 0 {
		t.Error("dabir lint made a folder")
	}
}

// answerCommands holds the folder and answers on its socket, as a serving process does, until the test ends.
func (n *newsroomUnderTest) answerCommands(t *testing.T) {
	t.Helper()
	held, err := ownFolder(n.cfg.Data)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := control.Listen(socketPath(n.cfg.Data))
	if err != nil {
		t.Fatal(err)
	}
	c := console{app: n.app}
	server := &http.Server{Handler: control.Handler(c, c, c, slog.New(slog.DiscardHandler))}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Shutdown(context.Background())
		<-done
		held.release()
	})
}
