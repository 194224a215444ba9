package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
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
