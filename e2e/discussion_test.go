package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// publishesComment puts the pending comment with these words before the public.
func (v visitor) publishesComment(article, words string) {
	v.t.Helper()
	v.visit(queuePath+"?article="+strings.Split(article, "/")[2], 200)
	status := get[int](v, fmt.Sprintf(`((form) => fetch(form.getAttribute("action"), { method: "POST", redirect: "manual", body: new URLSearchParams(new FormData(form)) }).then((answer) => answer.status))(
		[...document.querySelectorAll("[data-id]")].find((one) => one.innerText.includes(%q)).querySelector("form[data-act=publish]"))`, words))
	if status != 0 { // a redirect that is not followed has no status
		v.t.Fatalf("publishing answers %d", status)
	}
}

// TestReceiptFromPostingToPublication follows a comment with the receipt alone: waiting, edited once, published, its link, taken back;
// with scripts and without.
func TestReceiptFromPostingToPublication(t *testing.T) {
	n := open(t)
	moderator := n.staff(t, "nazer")
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("Script=%v", script), func(t *testing.T) {
			moderator.t = t
			v := n.visitor(t)
			if !script {
				v.must(v.DisableScript())
			}
			v.followsReceipt(moderator, script)
		})
	}
}

func (v visitor) followsReceipt(moderator visitor, script bool) {
	v.t.Helper()
	article := v.openForComments()
	words := fmt.Sprintf("پیگیری تا پایان، اسکریپت %v", script)
	v.write(commentName, "", words)
	if script {
		v.click("#write button.button")
		v.until(`document.querySelector("#comments .letter.mine")`)
		v.visit(article, 200)
		v.until(`!document.querySelector(".own").hidden`)
		if own := v.text(".own"); !strings.Contains(own, "در انتظار بررسی") {
			v.t.Errorf("the reader's own comments say %q", own)
		}
		v.follow(".own li a")
	} else {
		v.follow("#write button.button")
	}
	receipt := v.location()
	if page := v.text("main"); !strings.Contains(page, "صف") {
		v.t.Errorf("no place in the queue: %s", page)
	}
	v.follow(`a[href$="/edit"]`)
	words += "، ویرایش‌شده"
	v.fill("#text", words)
	v.follow("form.write button")
	if v.location() != receipt || !strings.Contains(v.text("main"), words) || v.has(`a[href$="/edit"]`) {
		v.t.Errorf("after the edit: %s", v.text("main"))
	}
	published, _ := v.countsOf(article)
	moderator.publishesComment(article, words)
	v.visit(receipt, 200)
	if page := v.text("main"); !strings.Contains(page, "منتشر شده است") {
		v.t.Errorf("published, the receipt says: %s", page)
	}
	v.follow(`main a[href*="/comments/"]`)
	if v.location() != article || !get[bool](v, `document.querySelector(":target .said").innerText.includes("`+words+`")`) {
		v.t.Errorf("the link leads to %s", get[string](v, "location.href"))
	}
	if now, _ := v.countsOf(article); now != published+1 {
		v.t.Errorf("published: %d, before %d", now, published)
	}
	v.visit(receipt, 200)
	v.follow(`a[href$="/withdraw"]`)
	v.follow("form.write button")
	if page := v.text("main"); v.location() != receipt || !strings.Contains(page, "پس گرفته‌اید") || strings.Contains(page, words) {
		v.t.Errorf("taken back: %s", page)
	}
	if now, _ := v.countsOf(article); now != published || strings.Contains(v.text("#comments"), words) {
		v.t.Errorf("taken back, the page still shows it, or counts %d instead of %d", now, published)
	}
}

// countsOf opens an article and reads its counters.
func (v visitor) countsOf(article string) (published, pending int) {
	v.t.Helper()
	v.visit(article, 200)
	return v.counts()
}

// flood sends comments as robots do, each from an address of its own, until they are refused.
func (n newsroom) flood(t *testing.T, article string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	code := strings.Split(article, "/")[2]
	for i := range 40 {
		r, err := http.NewRequest(http.MethodPost, n.URL+"/news/"+code+"/comments", strings.NewReader(url.Values{"text": {fmt.Sprint("سیل ", i)}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("91.98.%d.1", i))
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusTooManyRequests {
			return
		}
	}
	t.Fatal("forty comments at once and no challenge")
}

// TestFloodThenAReader: robots flood the site; then a reader comments as ever, their browser works for a second, and a reader without
// scripts gets through by a wait.
func TestFloodThenAReader(t *testing.T) {
	n := open(t, "DABIR_COMMENTS_CHALLENGE_RATE=12", "DABIR_SERVER_TRUSTED_PROXIES=127.0.0.0/8,::1/128")
	source := axeSource(t)
	v, plain := n.visitor(t), n.visitor(t)
	plain.must(plain.DisableScript())
	article := v.openForComments()
	plain.openForComments()
	n.flood(t, article)

	_, pending := v.counts()
	v.Expect(429)
	v.write(commentName, "", "من آدمم و می‌نویسم")
	v.click("#write button.button")
	v.until(`document.querySelector("#comments .letter.mine")`)
	if _, now := v.counts(); now <= pending {
		t.Errorf("the comment is not counted: %d pending, before %d", now, pending)
	}
	if v.text(".working") != "" || v.has("#write .notice") {
		t.Error("something is left of the challenge")
	}

	v.visit(article, 200)
	v.write("", "", "نظری دیگر برای دیدن صفحهٔ درنگ")
	if status, err := v.Leads(submitWithoutScript()); err != nil || status != 429 {
		t.Fatal(status, err)
	}
	v.checked(source, "the wait under a flood")

	plain.Expect(429)
	plain.write("نگار", "", "بی‌اسکریپت هم می‌نویسم")
	if status := plain.follow("#write button.button"); status != 429 {
		t.Fatalf("without scripts it answers %d, want a wait", status)
	}
	if page := plain.text("main"); !strings.Contains(page, "بی‌اسکریپت هم می‌نویسم") || !strings.Contains(page, "ثانیه") {
		t.Errorf("the page of the wait: %s", page)
	}
	if plain.follow("form.write button") == 429 { // whoever presses too early is told how long it still takes
		told := get[int](plain, `[...document.querySelector("main").innerText.match(/هنوز ([۰-۹]+) ثانیه/)[1]].reduce((n, d) => n * 10 + d.charCodeAt(0) - 0x6f0, 0)`)
		over := time.Now().Add(time.Duration(told) * time.Second)
		v.until(fmt.Sprintf("Date.now() > %d", over.UnixMilli())) // in the tab that has scripts
		plain.follow("form.write button")
	}
	if at := plain.location(); !strings.HasPrefix(at, "/comments/receipt/") {
		t.Errorf("after the wait the page is %s", at)
	}
}

func TestVotes(t *testing.T) {
	n := open(t)
	v := n.visitor(t)
	article := v.openForComments()
	const up, down = "#comments .letter .acts [name=up]", "#comments .letter .acts [name=down]"
	for _, step := range []struct{ press, up, down string }{{up, "۱", "۰"}, {down, "۰", "۱"}, {down, "۰", "۰"}, {up, "۱", "۰"}} {
		v.click(step.press)
		v.until(fmt.Sprintf(`document.querySelector(%q)?.textContent === %q && document.querySelector(%q)?.textContent === %q`, up+" b", step.up, down+" b", step.down))
	}
	v.visit(article, 200)
	if !get[bool](v, `document.querySelector("`+up+`").matches("[aria-pressed=true]")`) || v.text(up+" b") != "۱" {
		t.Error("on the next visit the vote is not shown")
	}
	plain := n.visitor(t)
	plain.must(plain.DisableScript())
	plain.visit(article+"?order=oldest", 200)
	id := get[string](plain, `document.querySelector(".letters > .letter:last-child").id`)
	if status := plain.follow("#" + id + " > .acts [name=down]"); status != 200 {
		t.Errorf("a vote without scripts answers %d", status)
	}
	if at := get[string](plain, "location.search + location.hash"); at != "?order=oldest#"+id {
		t.Errorf("it leads to %s", at)
	}
	if got := plain.text("#" + id + " > .acts [name=down]"); !strings.HasSuffix(got, "۱") {
		t.Errorf("it is not counted: %q", got)
	}
}

// TestNewCommentsAreAnnounced: a comment that is published while somebody reads stands in a bar above the letters, and comes when it is
// pressed; what is half written stays.
func TestNewCommentsAreAnnounced(t *testing.T) {
	n := open(t)
	reader, moderator := n.visitor(t), n.staff(t, "nazer")
	article := reader.openForComments()
	published, _ := reader.counts()
	reader.fill("#text", "نوشته‌ای نیمه‌کاره")
	other := n.visitor(t)
	other.openForComments()
	other.write("", "", "نظری که میان خواندن منتشر شد")
	other.click("#write button.button")
	other.until(`document.querySelector("#comments .letter.mine")`)
	moderator.publishesComment(article, "نظری که میان خواندن منتشر شد")
	before := get[int](reader, `document.querySelectorAll("#talk .letter").length`)
	reader.until(`document.querySelector(".fresh a").textContent === "۱ نظر تازه"`)
	if now, _ := reader.counts(); now != published+1 {
		t.Errorf("the counter says %d, before %d", now, published)
	}
	if now := get[int](reader, `document.querySelectorAll("#talk .letter").length`); now != before {
		t.Error("the comment came unasked")
	}
	reader.click(".fresh a")
	reader.until(`document.querySelector("#talk").innerText.includes("نظری که میان خواندن منتشر شد")`)
	if reader.value("#text") != "نوشته‌ای نیمه‌کاره" || reader.text(".fresh a") != "" {
		t.Error("what was half written is gone, or the bar stays")
	}
}

// TestDiscussionIsAccessible looks at the pages that a discussion has besides the article.
func TestDiscussionIsAccessible(t *testing.T) {
	source := axeSource(t)
	n := open(t)
	v := n.visitor(t)
	article := v.openForComments()
	report := get[string](v, `new URL(document.querySelector("#comments a[href$='/report']").href).pathname`)
	v.write("", "", "نظری برای آزمودن رسید")
	v.click("#write button.button")
	v.until(`document.querySelector("#comments .letter.mine")`)
	receipt := get[string](v, `new URL(document.querySelector(".mine a.code").href).pathname`)
	v.visit(article, 200)
	v.until(`!document.querySelector(".own").hidden`)
	v.checked(source, "the article with the reader's own comment")
	thread := get[string](v, `document.querySelector(".letters .letter").id.slice(1)`)
	for _, path := range []string{article + "?thread=" + thread, report, receipt, receipt + "/edit", receipt + "/withdraw"} {
		v.visit(path, 200)
		v.checked(source, path)
	}
	v.Expect(422)
	v.visit(report, 200)
	if _, err := v.Leads(chromedp.Evaluate[chromedp.Void](`document.querySelector("main form").submit()`)); err != nil {
		t.Fatal(err)
	}
	v.checked(source, "the report without a reason")
	chief := n.staff(t, "sardabir")
	chief.visit("/newsroom/closing", 200)
	chief.checked(source, "the closing of comments")
}

// TestFinglishIsAskedAbout: who writes Persian in Latin letters is asked once, nothing typed is lost, and the same text sent again is
// taken; with scripts and without.
func TestFinglishIsAskedAbout(t *testing.T) {
	n := open(t)
	const words = "salam man in gozaresh ra kheili doost dashtam"
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("Script=%v", script), func(t *testing.T) {
			v := n.visitor(t)
			if !script {
				v.must(v.DisableScript())
			}
			article := v.openForComments()
			_, pending := v.countsOf(article)
			text := fmt.Sprint(words, " ", script)
			v.write(commentName, "", text)
			v.Expect(422)
			if script {
				v.click("#write button.button")
				v.until(`!document.querySelector("#text-error").hidden`)
			} else if status := v.follow("#write button.button"); status != 422 {
				t.Fatalf("the first sending answers %d", status)
			}
			if question := v.text("#text-error"); !strings.Contains(question, "فارسی") {
				t.Errorf("the question is %q", question)
			}
			if typed := get[string](v, `document.querySelector("#text").value`); typed != text {
				t.Errorf("of what was typed there is %q left", typed)
			}
			if script {
				v.click("#write button.button")
				v.until(`document.querySelector("#comments .letter.mine")`)
			} else if v.follow("#write button.button"); !strings.HasPrefix(v.location(), "/comments/receipt/") {
				t.Errorf("sent again without scripts it leads to %s", v.location())
			}
			if _, now := v.countsOf(article); now != pending+1 {
				t.Errorf("%d wait, before %d", now, pending)
			}
		})
	}
}
