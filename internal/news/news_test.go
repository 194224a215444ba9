package news

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRightsAreDocumented compares the table of rights with the one in docs/architecture.md.
func TestRightsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, right := range []Right{RightEnter, RightWrite, RightPublish, RightWithdraw, RightFront, RightTemplate, RightHouse, RightAudit, RightComments, RightModerate, RightImport, RightUsers} {
		row := "| " + string(right) + " |"
		for _, role := range Roles() {
			if slices.Contains(Rights(role), right) {
				row += " ✓ |"
			} else {
				row += " |"
			}
		}
		if !strings.Contains(string(doc), row+"\n") {
			t.Errorf("docs/architecture.md has no row %q", row)
		}
	}
	for _, role := range Roles() {
		if len(Rights(role)) == 0 {
			t.Errorf("%s may do nothing", role)
		}
	}
}

func TestRequire(t *testing.T) {
	if err := (Actor{Roles: []Role{Reporter, Moderator}}).Require(RightModerate); err != nil {
		t.Error(err)
	}
	if err := (Actor{Roles: []Role{Reporter}}).Require(RightPublish); KindOf(err) != Forbidden {
		t.Errorf("a reporter publishes: %v", err)
	}
	if err := (Actor{}).Require(RightEnter); KindOf(err) != Forbidden {
		t.Errorf("nobody enters: %v", err)
	}
}

func TestErrorsAreFoundInTrees(t *testing.T) {
	tree := fmt.Errorf("outer: %w", errors.Join(FieldError("name", "error.a"), fmt.Errorf("inner: %w", FieldError("text", "error.b", 3))))
	all := Errors(tree)
	if len(all) != 2 || all[0].Field != "name" || all[1].Field != "text" || KindOf(tree) != Invalid {
		t.Errorf("%v, kind %v", all, KindOf(tree))
	}
	if KindOf(errors.New("a driver's")) != Internal || len(Errors(nil)) != 0 {
		t.Error("an unknown error is internal, none has none")
	}
}

func TestCodesAndCursors(t *testing.T) {
	for s, want := range map[string]Code{"1": 1, "123456": 123456, "0": 0, "-1": 0, "+1": 0, "01": 0, "": 0, "۱": 0, "1a": 0, "99999999999999999999": 0} {
		if code, ok := ParseCode(s); ok != (want != 0) || ok && code != want {
			t.Errorf("%q is code %d, %v", s, code, ok)
		}
	}
	for _, c := range []Cursor{{}, {At: 1, ID: 2}, {At: -1 << 53, ID: 9}} {
		if back, err := ParseCursor(c.String()); err != nil || back != c {
			t.Errorf("%v came back as %v, %v", c, back, err)
		}
	}
	for _, s := range []string{"x", "1", "1.", ".1", "1.2.3", "1.!"} {
		if _, err := ParseCursor(s); KindOf(err) != Invalid {
			t.Errorf("%q is read as a cursor", s)
		}
	}
}

func TestArticleLife(t *testing.T) {
	noon := time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
	a := Article{State: Draft, Revision: 1, Content: Content{Headline: "یک"}}
	if a.Revise(a.Content, 2, noon) || a.Revision != 1 {
		t.Error("the same content made a revision")
	}
	if !a.Revise(Content{Headline: "دو"}, 2, noon) || a.Revision != 2 || a.UpdatedBy != 2 {
		t.Errorf("%+v", a)
	}
	if err := a.Publish(3, noon); err != nil {
		t.Fatal(err)
	}
	if a.State != Published || a.PublicRevision != 2 || !a.PublishedAt.Equal(noon) || a.Undated() {
		t.Errorf("%+v", a)
	}
	if err := errors.Join(a.Withdraw("چون", 3, noon.Add(time.Hour)), a.Publish(3, noon.Add(2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	if !a.PublishedAt.Equal(noon) || !a.ModifiedAt.Equal(noon.Add(2*time.Hour)) || a.Withdrawal != "" {
		t.Errorf("published again it has another date or still a withdrawal: %+v", a)
	}
	imported := Article{State: Published, PublicRevision: 1, Revision: 1}
	if err := imported.Publish(3, noon); err != nil {
		t.Fatal(err)
	}
	if !imported.Undated() {
		t.Error("an undated article got a date by being published again")
	}
}

func TestPaths(t *testing.T) {
	if got := ArticlePath(12, "خبر/۱"); got != "/news/12/%D8%AE%D8%A8%D8%B1%2F%DB%B1" {
		t.Error(got)
	}
	if got := ArticlePath(12, ""); got != "/news/12" {
		t.Error(got)
	}
}
