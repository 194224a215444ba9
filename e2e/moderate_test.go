package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const queuePath = "/newsroom/comments"

// pendingComment is a comment as the queue shows it.
type pendingComment struct{ ID, Article, Words string }

// inQueue are the undecided comments of the open queue, from the top.
func (v visitor) inQueue() []pendingComment {
	v.t.Helper()
	return get[[]pendingComment](v, `[...document.querySelectorAll(".letters > .letter")].filter((l) => !l.querySelector(".line"))
		.map((l) => ({ ID: l.dataset.id, Article: new URL(l.querySelector(".on a").href).pathname, Words: l.querySelector(".words").innerText.trim() }))`)
}

// openQueue opens the queue and waits until what it shows is this person's.
func (v visitor) openQueue() {
	v.t.Helper()
	v.visit(queuePath, 200)
	v.until(`document.querySelector(".letters[data-live=yes]")`)
}

// chosen is the id of the comment that the keys act on.
func (v visitor) chosen() string {
	v.t.Helper()
	return get[string](v, `document.querySelector(".letters [aria-current=true]")?.dataset.id ?? ""`)
}

// decided waits until the queue says that something became of a comment.
func (v visitor) decided(id string) {
	v.t.Helper()
	v.until(fmt.Sprintf(`document.querySelector("#c%s .line")`, id))
}

// listed tells whether a comment stands in a tab of the queue, as the server has it now.
func (v visitor) listed(state, id string) bool {
	v.t.Helper()
	v.visit(queuePath+"?tab="+state, 200)
	return v.has("#c" + id)
}

func TestModerateByKeyboard(t *testing.T) {
	n := open(t)
	reader, moderator := n.visitor(t), n.staff(t, "nazer")
	moderator.openQueue()
	queue := moderator.inQueue()
	if len(queue) < 3 {
		t.Fatalf("the demonstration has %d pending comments, the test needs three", len(queue))
	}
	first, second := queue[0], queue[1]
	t.Run("Move", func(t *testing.T) { moderator.t = t; moderator.moves(queue) })
	t.Run("Publish", func(t *testing.T) { reader.t, moderator.t = t, t; moderator.publishes(reader, first) })
	t.Run("Reject", func(t *testing.T) { reader.t, moderator.t = t, t; moderator.rejects(reader, second) })
	t.Run("Undo", func(t *testing.T) { reader.t, moderator.t = t, t; moderator.undoes(reader) })
	t.Run("TwoModerators", func(t *testing.T) {
		reader.t, moderator.t = t, t
		moderator.isNotOverruled(reader, n.staff(t, "sardabir"))
	})
}

func (v visitor) moves(queue []pendingComment) {
	v.t.Helper()
	for _, step := range []struct {
		key  string
		want int
	}{{"j", 0}, {"j", 1}, {"j", 2}, {"k", 1}, {"k", 0}, {"k", 0}} {
		v.press(step.key)
		if got := v.chosen(); got != queue[step.want].ID {
			v.t.Errorf("after %s the chosen comment is %s, want %s", step.key, got, queue[step.want].ID)
		}
	}
}

// choose moves to a comment with j alone.
func (v visitor) choose(id string) {
	v.t.Helper()
	for range 60 {
		if v.chosen() == id {
			return
		}
		v.press("j")
	}
	v.t.Fatalf("j does not reach comment %s", id)
}

func (v visitor) publishes(reader visitor, c pendingComment) {
	v.t.Helper()
	reader.visit(c.Article, 200)
	published, pending := reader.counts()
	if strings.Contains(reader.text("#comments"), c.Words) {
		v.t.Fatal("the pending comment is public already")
	}
	v.choose(c.ID)
	v.press("f")
	v.decided(c.ID)
	reader.visit(c.Article, 200)
	if p, w := reader.counts(); p != published+1 || w != pending-1 {
		v.t.Errorf("the counters went from %d/%d to %d/%d", published, pending, p, w)
	}
	if !strings.Contains(reader.text("#comments"), c.Words) {
		v.t.Errorf("the published comment is not on its article's page: %q", c.Words)
	}
	if v.chosen() == c.ID || v.chosen() == "" {
		v.t.Errorf("after the decision the chosen comment is %q, want the next one", v.chosen())
	}
}

func (v visitor) rejects(reader visitor, c pendingComment) {
	v.t.Helper()
	reader.visit(c.Article, 200)
	published, pending := reader.counts()
	v.choose(c.ID)
	v.press("d")
	v.until(fmt.Sprintf(`document.querySelector("#c%s details.reject").open`, c.ID))
	v.press("2")
	v.decided(c.ID)
	reader.visit(c.Article, 200)
	if p, w := reader.counts(); p != published || w != pending-1 {
		v.t.Errorf("the counters went from %d/%d to %d/%d", published, pending, p, w)
	}
	if strings.Contains(reader.text("#comments"), c.Words) {
		v.t.Error("the rejected comment is public")
	}
	if !v.listed("rejected", c.ID) {
		v.t.Error("the rejected comment is not among the rejected ones")
	}
	if v.text("#c"+c.ID+" .hint") == "" {
		v.t.Error("the queue does not say who rejected the comment and why")
	}
}

// undoes publishes a comment and takes that back by u.
func (v visitor) undoes(reader visitor) {
	v.t.Helper()
	v.openQueue()
	c := v.inQueue()[0]
	reader.visit(c.Article, 200)
	published, pending := reader.counts()
	v.choose(c.ID)
	v.press("f")
	v.decided(c.ID)
	v.press("u")
	v.until(fmt.Sprintf(`!document.querySelector("#c%s .line")`, c.ID))
	reader.visit(c.Article, 200)
	if p, w := reader.counts(); p != published || w != pending {
		v.t.Errorf("after the undo the counters are %d/%d, they were %d/%d", p, w, published, pending)
	}
	if !v.listed("pending", c.ID) {
		v.t.Error("after the undo the comment is not pending")
	}
}

// isNotOverruled lets two people decide on one comment: the second is told, and nothing changes.
func (v visitor) isNotOverruled(reader, chief visitor) {
	v.t.Helper()
	v.openQueue()
	c := v.inQueue()[0]
	// The queue itself gives a comment to one of them only; its own page is open to both.
	chief.visit(queuePath+"/"+c.ID, 200)
	v.choose(c.ID)
	v.press("f")
	v.decided(c.ID)

	chief.Expect(409)
	chief.choose(c.ID)
	chief.press("d")
	chief.until(fmt.Sprintf(`document.querySelector("#c%s details.reject").open`, c.ID))
	chief.press("1")
	fault := fmt.Sprintf("#c%s .fault", c.ID)
	chief.until(fmt.Sprintf(`!document.querySelector(%q).hidden`, fault))
	if told := chief.text(fault); !strings.Contains(told, "بهرام نیک‌روان") {
		v.t.Errorf("the second moderator is told %q, without the name of the first", told)
	}
	if !chief.listed("published", c.ID) {
		v.t.Error("the second decision overruled the first")
	}
	reader.visit(c.Article, 200)
	if !strings.Contains(reader.text("#comments"), c.Words) {
		v.t.Error("the published comment is not public any more")
	}
}

// arrive sends comments of readers to an article, as browsers without scripts do.
func (n newsroom) arrive(t *testing.T, article string, many int) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for i := range many {
		response, err := client.PostForm(n.URL+article+"/comments", url.Values{"text": {fmt.Sprintf("نظر خوانندهٔ شمارهٔ %d دربارهٔ این خبر", i)}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusSeeOther {
			t.Fatalf("comment %d: %d", i, response.StatusCode)
		}
	}
}

// TestFiftyCommentsByKeyboard: from sign-in on nothing but keys, more than one page of the queue, every way to decide, and undo.
func TestFiftyCommentsByKeyboard(t *testing.T) {
	n := open(t, "DABIR_COMMENTS_CHALLENGE_NETWORK=0", "DABIR_COMMENTS_CHALLENGE_RATE=0")
	v := n.staff(t, "nazer")
	v.openQueue()
	article := strings.Join(strings.Split(v.inQueue()[0].Article, "/")[:3], "/")
	n.arrive(t, article, 50)
	v.press("c") // the frame's key for the queue
	v.until(`document.querySelectorAll(".letter").length >= 30 && document.querySelector(".letters[data-live=yes]")`)
	v.press("j")
	seen := map[string]bool{}
	for i := range 50 {
		id := v.chosen()
		if id == "" || seen[id] {
			t.Fatalf("decision %d: the chosen comment is %q", i, id)
		}
		seen[id] = true
		switch {
		case i == 20:
			v.press("e")
			v.until(fmt.Sprintf(`document.activeElement.matches("#c%s .place textarea")`, id))
			v.press(" (ویراسته)")
			v.must(v.Do(ctrlEnter()))
		case i%7 == 3:
			v.press("d")
			v.until(fmt.Sprintf(`document.querySelector("#c%s details.reject").open`, id))
			v.press("3")
		case i%2 == 1:
			v.press(fmt.Sprint(1 + i%7))
		default:
			v.press("f")
		}
		v.decided(id)
		if i == 30 {
			v.press("u")
			v.until(fmt.Sprintf(`!document.querySelector("#c%s .line") && document.querySelector("#c%s[aria-current]")`, id, id))
			v.press("f")
			v.decided(id)
		}
	}
	if v.inQueue() == nil {
		t.Error("the queue did not fill up while work went on")
	}
	v.visit("/newsroom/comments/numbers", 200)
	figures := get[[]string](v, `[...document.querySelectorAll(".figures dd")].map((d) => d.innerText)`)
	want := []string{"۵۰", "۲۲", "۲۸", "۱"} // received, published, rejected, edited
	if len(figures) < 4 || !slices.Equal(figures[:4], want) {
		t.Errorf("the day's numbers are %v, want %v", figures, want)
	}
}

// TestTwoQueuesShareNothing: two moderators at the same queue have different comments before them and see each other.
func TestTwoQueuesShareNothing(t *testing.T) {
	n := open(t)
	one := n.staff(t, "nazer")
	one.openQueue()
	n.arrive(t, strings.Join(strings.Split(one.inQueue()[0].Article, "/")[:3], "/"), 10)
	two := n.staff(t, "sardabir")
	two.openQueue()
	two.until(`document.querySelectorAll(".letter").length > 0`)
	mine := map[string]bool{}
	for _, c := range one.inQueue() {
		mine[c.ID] = true
	}
	for _, c := range two.inQueue() {
		if mine[c.ID] {
			t.Errorf("both have comment %s", c.ID)
		}
	}
	if !strings.Contains(two.text("[data-colleagues]"), "بهرام نیک‌روان") {
		t.Errorf("the second does not see the first: %q", two.text("[data-colleagues]"))
	}
}
