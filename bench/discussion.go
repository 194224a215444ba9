package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
)

type discussionCmd struct {
	common
	Count int `help:"How many comments the crowded article has." default:"20000" placeholder:"N"`
}

// quietComments is how many the other article has: one page of them.
const quietComments = 20

// goalDiscussion is how long the first page of a crowded article may take, in milliseconds.
const goalDiscussion = 10

// Run measures.
func (c *discussionCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("discussion", w.root)
	r.note("one article twice, with %d and with %d published comments of real length (60 to 300 characters); a quarter are replies; all have votes", c.Count, quietComments)
	data, err := w.folder("discussion")
	if err != nil {
		return err
	}
	paths, err := c.prepare(ctx, filepath.Join(data, "dabir.db"))
	if err != nil {
		return err
	}
	s, err := w.startDabir(ctx, nil, "serve", "--data", data)
	if err != nil {
		return err
	}
	defer s.stop(syscall.SIGTERM)
	for i := range paths {
		if paths[i], err = c.whole(s.addr, paths[i]); err != nil {
			return err
		}
	}
	return c.measure(r, s, paths[0], paths[1])
}

// whole is the address with its slug, which the code alone leads to.
func (c *discussionCmd) whole(addr, path string) (string, error) {
	paths, err := sitemapPaths(addr)
	for _, p := range paths {
		if strings.HasPrefix(p, path+"/") || p == path {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s is not in the sitemap (%w)", path, err)
}

// prepare makes the two articles in a fresh database.
func (c *discussionCmd) prepare(ctx context.Context, file string) (paths []string, err error) {
	s, err := store.Open(ctx, store.Options{DSN: file})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	made := fictionist{rand.New(rand.NewPCG(1, 2)), strings.Fields(fictionalWords), strings.Split(fictionalSections, ",")}
	content := made.article(1)
	for i, count := range []int{c.Count, quietComments} {
		item := news.Import{SectionName: "جامعه", Article: news.Article{State: news.Published, PublishedAt: time.Now().Add(-48 * time.Hour),
			Origin: fmt.Sprintf("bench:%d", i), Content: news.Content{Lang: "fa", Kind: news.KindNews, Headline: content["title"].(string),
				Slug: "bench", Body: "<p>" + strings.ReplaceAll(content["body"].(string), "\n", "</p><p>") + "</p>"}}}
		item.Comments = made.comments(count)
		outcomes, err := s.ImportArticles(ctx, news.SystemActor("bench"), []news.Import{item})
		if err != nil {
			return nil, err
		}
		paths = append(paths, news.ArticlePath(outcomes[0].Code, ""))
	}
	return paths, nil
}

// comments are published comments, a quarter of them replies to an earlier one.
func (f fictionist) comments(n int) []news.Comment {
	all := make([]news.Comment, n)
	begin := time.Now().Add(-47 * time.Hour)
	for i := range all {
		at := begin.Add(time.Duration(i) * time.Second)
		all[i] = news.Comment{State: news.CommentPublished, Country: "IR", Text: f.sentence(10 + f.random.IntN(45)), CreatedAt: at, DecidedAt: at,
			VotesUp: f.random.IntN(40), VotesDown: f.random.IntN(20), Origin: fmt.Sprintf("bench-%d-%d", n, i)}
		if i%3 == 0 {
			all[i].Name = f.word() + " " + f.word()
		}
		if i%4 == 3 {
			all[i].Parent = news.CommentID(i - i%4 + 1)
		}
	}
	return all
}

// rendered is the median time of a page that is made anew for each request: pages are kept by their address, so each asks for the form
// of an answer to another comment that is not there.
func rendered(addr, path string, asked *int, n int) (time.Duration, error) {
	conn, err := dial(addr)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	times := make([]time.Duration, n)
	for i := range times {
		*asked++
		request := get(addr, fmt.Sprintf("%sreply=%d", path, 1_000_000_000+*asked), "br")
		start := time.Now()
		status, err := conn.send(request, nil)
		if err == nil && status != 200 {
			err = fmt.Errorf("%s answers %d", path, status)
		}
		if err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return quantile(times, 0.5), nil
}

// measure compares the pages of both articles.
func (c *discussionCmd) measure(r *report, s *server, crowded, quiet string) error {
	page, err := fetchPacked(s.addr, crowded)
	if err != nil {
		return err
	}
	css := 0
	for _, match := range assetLink.FindAllSubmatch(page.plain, -1) {
		if path := string(match[1]); filepath.Ext(path) == ".css" {
			sheet, err := fetch(s.addr, path, "br")
			if err != nil {
				return err
			}
			css += len(sheet)
		}
	}
	r.line("FIRST PAGE, ONE READER", "MEDIAN", "LESS /healthz", "RUNS, ms")
	figures := map[string]samples{}
	asked := 0
	for _, one := range []struct{ name, path string }{
		{"quiet", quiet + "?"}, {"crowded", crowded + "?"}, {"crowded, best first", crowded + "?order=best&"}, {"crowded, oldest first", crowded + "?order=oldest&"},
	} {
		if _, err := rendered(s.addr, one.path, &asked, sequential/4); err != nil { // to warm up
			return err
		}
		var whole samples
		for range c.Runs {
			health, err := alone(s.addr, "/healthz", "br", sequential)
			if err != nil {
				return err
			}
			answer, err := rendered(s.addr, one.path, &asked, sequential)
			if err != nil {
				return err
			}
			whole, figures[one.name] = append(whole, answer.Seconds()*1000), append(figures[one.name], (answer-health).Seconds()*1000)
		}
		r.line(one.name, number(whole.median())+" ms", number(figures[one.name].median())+" ms", figures[one.name].String())
	}
	all := ratios(figures["crowded"], figures["quiet"])
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	for _, name := range []string{"crowded", "crowded, best first", "crowded, oldest first"} {
		r.goal(figures[name].median() < goalDiscussion, name+", first page", number(figures[name].median())+" ms", "under "+number(goalDiscussion)+" ms")
	}
	r.line("as a ratio to the quiet article", ratio(all.median()), "", all.String())
	r.goal(len(page.br)+css <= goalPage, "html + css, br", number(float64(len(page.br)))+" + "+number(float64(css)), "at most "+number(goalPage))
	r.set("comments", c.Count)
	r.set("crowded_ms", figures["crowded"].median())
	r.set("quiet_ms", figures["quiet"].median())
	r.set("ratio", all.median())
	r.set("bytes_br", len(page.br)+css)
	return r.print(os.Stdout, c.JSON)
}
