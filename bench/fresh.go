package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type freshCmd struct {
	common
	Articles int           `help:"How many articles the archive has." default:"10000" placeholder:"N"`
	Publish  int           `help:"How many articles are published under load." default:"50" placeholder:"N"`
	Time     time.Duration `help:"How long each server is loaded at a time." default:"5s"`
	Keep     string        `help:"Keep the archive in this folder for other measurements, or take it from there." placeholder:"FOLDER"`
	Plot     string        `help:"Draw requests a second into this file." placeholder:"FILE.svg"`
	drawn    bars
	moved    float64 // requests a second while the page changes, as a share of nginx's
	spreadTo float64 // the same over many pages
}

// Goals of this measurement.
const (
	goalChanging = 0.9                    // requests a second while the page changes, as a share of nginx's with a file
	goalSpread   = 0.9                    // the same over many pages
	goalVisible  = 100 * time.Millisecond // from the acknowledgement of a publication to its being read, p99
	goalStart    = 300 * time.Millisecond // from the start of the process to its first page
)

// freshSettings let comments appear at once and as fast as this sends them.
var freshSettings = []string{"DABIR_COMMENTS_MODE=post", "DABIR_COMMENTS_RULES=false", "DABIR_COMMENTS_LIMIT=0", "DABIR_COMMENTS_CHALLENGE_RATE=0",
	"DABIR_COMMENTS_CHALLENGE_NETWORK=0", "DABIR_SERVER_TRUSTED_PROXIES=127.0.0.1"}

// Run measures.
func (c *freshCmd) Run(ctx context.Context) error {
	tool := findGenerator()
	if tool.name != "wrk" {
		return errors.New("wrk is not installed (Debian package of that name)")
	}
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("fresh", w.root)
	data, err := w.archive(ctx, c.Keep, "fresh", c.Articles)
	if err != nil {
		return err
	}
	var s *server
	var starts samples
	for range c.Runs {
		began := time.Now()
		if s, err = w.startDabir(ctx, freshSettings, "serve", "--data", data); err != nil {
			return err
		}
		if _, err := fetch(s.addr, "/", "br"); err != nil {
			return err
		}
		starts = append(starts, float64(time.Since(began).Microseconds())/1000)
		s.stop(syscall.SIGTERM)
	}
	if s, err = w.startDabir(ctx, freshSettings, "serve", "--data", data); err != nil {
		return err
	}
	defer s.stop(syscall.SIGTERM)
	r.note("%s articles; wrk, %d keep-alive connections, br, %v at a time; generator and servers share the machine's processors", number(float64(c.Articles)), connections, c.Time)
	r.line("", "DABIR", "NGINX", "RATIO", "RUNS")
	paths, err := sitemapPaths(s.addr)
	if err != nil {
		return err
	}
	one := slices.IndexFunc(paths, func(p string) bool { return strings.HasPrefix(p, "/news/1/") })
	if one < 0 {
		return errors.New("the sitemap has no article 1")
	}
	article := paths[one]
	c.drawn = bars{title: "Requests a second beside nginx with the same bytes as files", format: number,
		series: []series{{name: "Dabir", color: "#b3261e"}, {name: "nginx", color: "#8a8a8a"}}}
	if err := c.changing(ctx, w, r, s, tool, article); err != nil {
		return err
	}
	if err := c.spread(ctx, w, r, s, paths[:min(len(paths), 10_000)]); err != nil {
		return err
	}
	held := s.memory()
	r.line("memory after that", megabytes(held.now), "without files "+megabytes(held.anonymous), "", "")
	r.set("rss_bytes", held.now)
	r.set("anonymous_bytes", held.anonymous)
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(c.moved >= goalChanging, "a page that changes ten times a second", fmt.Sprintf("%.3f×", c.moved), fmt.Sprintf("at least %.1f×", goalChanging))
	r.goal(c.spreadTo >= goalSpread, "many pages, Zipf", fmt.Sprintf("%.3f×", c.spreadTo), fmt.Sprintf("at least %.1f×", goalSpread))
	if err := c.visible(ctx, w, r, s, data, tool, article); err != nil {
		return err
	}
	r.goal(starts.median() <= float64(goalStart.Milliseconds()), "start to the first page", number(starts.median())+" ms ("+starts.String()+")", "at most 300 ms")
	r.set("start_ms", starts.median())
	return errors.Join(c.drawn.write(c.Plot), r.print(os.Stdout, c.JSON))
}

func (c *freshCmd) draw(name string, ours, theirs samples) {
	c.drawn.groups = append(c.drawn.groups, name)
	for i, values := range []samples{ours, theirs} {
		c.drawn.series[i].values = append(c.drawn.series[i].values, values.median())
	}
}

// settle waits until the server has nothing to do.
func settle(ctx context.Context, s *server) error {
	const look = 2 * time.Second
	for before := s.processor(); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
		after := s.processor()
		if after-before < look/25 {
			return nil
		}
		before = after
	}
}

// changing loads the page of one article, first as it stands and then while a comment appears under it every 100 ms and an article is published
// every second.
func (c *freshCmd) changing(ctx context.Context, w *workshop, r *report, s *server, tool generator, article string) error {
	conn, err := dial(s.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	sent := 0
	comment := func() error {
		sent++
		status, err := conn.send(commentRequest(s.addr, sent), nil)
		if err == nil && status != 303 {
			err = fmt.Errorf("a comment is answered with %d", status)
		}
		return err
	}
	for range 30 { // the first page of comments is full from the beginning, so its weight stays
		if err := comment(); err != nil {
			return err
		}
	}
	chief, err := w.signIn(ctx, s, filepath.Join(w.temp, "fresh"), "moqayese", "chief_editor")
	if err != nil {
		return err
	}
	page, err := fetchPacked(s.addr, article)
	if err != nil {
		return err
	}
	nginx, encoding, err := w.startNginx(ctx, []packedFile{page})
	if err != nil {
		return err
	}
	defer nginx.stop(syscall.SIGTERM)
	var still, moving, theirs samples
	for range c.Runs {
		a, err := tool.run(ctx, s.addr, article, encoding, c.Time)
		if err != nil {
			return err
		}
		b, err := c.whileChanging(ctx, func(i int) error {
			err := comment()
			if err == nil && i%10 == 0 {
				_, err = publish(ctx, chief, fmt.Sprintf("خبر تازهٔ %d در %d", i, sent))
			}
			return err
		}, func() (loaded, error) { return tool.run(ctx, s.addr, article, encoding, c.Time) })
		if err != nil {
			return err
		}
		n, err := tool.run(ctx, nginx.addr, page.at(), encoding, c.Time)
		if err != nil {
			return err
		}
		still, moving, theirs = append(still, a.perSecond), append(moving, b.perSecond), append(theirs, n.perSecond)
	}
	for _, row := range []struct {
		key, name string
		ours      samples
	}{{"still", "an article's page, a second", still}, {"changing", "the same, which changes ten times a second", moving}} {
		all := ratios(row.ours, theirs)
		r.line(row.name, number(row.ours.median()), number(theirs.median()), fmt.Sprintf("%.3f×", all.median()), "dabir "+row.ours.String()+"; nginx "+theirs.String())
		if row.key == "changing" {
			c.moved = all.median()
		}
		r.set(row.key, map[string]any{"per_second": row.ours.median(), "nginx_per_second": theirs.median(), "ratio": all.median()})
		c.draw(row.name, row.ours, theirs)
	}
	return nil
}

// whileChanging measures a load beside which something changes every 100 ms.
func (c *freshCmd) whileChanging(ctx context.Context, change func(i int) error, load func() (loaded, error)) (loaded, error) {
	during, stop := context.WithTimeout(ctx, c.Time)
	defer stop()
	var group sync.WaitGroup
	var failed error
	group.Go(func() {
		for i := 0; during.Err() == nil && failed == nil; i++ {
			due := time.After(100 * time.Millisecond)
			failed = change(i)
			<-due
		}
	})
	figure, err := load()
	stop()
	group.Wait()
	return figure, errors.Join(err, failed)
}

// publish makes an article and publishes it; it returns when that was acknowledged.
func publish(ctx context.Context, e *editor, headline string) (acknowledged time.Time, err error) {
	fields, err := e.form(ctx, "/newsroom/articles/new")
	if err != nil {
		return time.Time{}, err
	}
	fields.Set("headline", headline)
	fields.Set("body", "متن خبر")
	fields.Set("do", "publish")
	fields.Set("confirmed", "publish")
	_, err = e.save(ctx, "/newsroom/articles", fields)
	return time.Now(), err
}

// spread loads many pages, the n-th of which is asked for in proportion to 1/n (Zipf's law).
func (c *freshCmd) spread(ctx context.Context, w *workshop, r *report, s *server, paths []string) error {
	many := len(paths)
	files := make([]packedFile, many)
	for i, path := range paths {
		body, err := fetch(s.addr, path, "br")
		if err != nil {
			return err
		}
		files[i] = packedFile{path: path, br: body}
	}
	nginx, encoding, err := w.startNginx(ctx, files)
	if err != nil {
		return err
	}
	defer nginx.stop(syscall.SIGTERM)
	if encoding != "br" {
		return errors.New("nginx has no brotli_static (Debian package libnginx-mod-http-brotli-static)")
	}
	var ours, theirs samples
	for range c.Runs {
		a, err := c.zipf(ctx, w, s.addr, paths)
		if err != nil {
			return fmt.Errorf("dabir: %w", err)
		}
		b, err := c.zipf(ctx, w, nginx.addr, paths)
		if err != nil {
			return fmt.Errorf("nginx: %w", err)
		}
		ours, theirs = append(ours, a.perSecond), append(theirs, b.perSecond)
	}
	all := ratios(ours, theirs)
	r.line(fmt.Sprintf("%s pages, Zipf", number(float64(many))), number(ours.median()), number(theirs.median()), fmt.Sprintf("%.3f×", all.median()),
		"dabir "+ours.String()+"; nginx "+theirs.String())
	c.draw(number(float64(many))+" pages, Zipf", ours, theirs)
	c.spreadTo = all.median()
	r.set("zipf", map[string]any{"pages": many, "per_second": ours.median(), "nginx_per_second": theirs.median(), "ratio": all.median()})
	return nil
}

// zipfOver draws the n-th of so many in proportion to 1/n (Zipf's law).
func zipfOver(many int) func(*rand.Rand) int {
	weights := make([]float64, many)
	sum := 0.0
	for i := range weights {
		sum += 1 / float64(i+1)
		weights[i] = sum
	}
	return func(draw *rand.Rand) int {
		at, _ := slices.BinarySearch(weights, draw.Float64()*sum)
		return min(at, many-1)
	}
}

// zipf runs wrk over a list of addresses drawn beforehand, so that drawing costs nothing meanwhile.
func (c *freshCmd) zipf(ctx context.Context, w *workshop, addr string, paths []string) (loaded, error) {
	at, draw := zipfOver(len(paths)), rand.New(rand.NewPCG(7, 7))
	var script strings.Builder
	script.WriteString("local r = {}\nlocal i = 0\nfunction init(args)\n") // wrk.format needs the address, which is known when init runs
	for range 20_000 {
		fmt.Fprintf(&script, "r[#r+1] = wrk.format(\"GET\", %q)\n", paths[at(draw)])
	}
	script.WriteString("end\nfunction request()\n i = i % #r + 1\n return r[i]\nend\n")
	file := filepath.Join(w.temp, "zipf.lua")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		return loaded{}, err
	}
	out, err := exec.CommandContext(ctx, "wrk", "-t", strconv.Itoa(min(2, runtime.NumCPU())), "-c", strconv.Itoa(connections), "-d", fmt.Sprintf("%.0fs", c.Time.Seconds()),
		"--timeout", "30s", "--latency", "-H", "Accept-Encoding: br", "-s", file, "http://"+addr+"/").CombinedOutput()
	if err != nil {
		return loaded{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return parseWrk(string(out))
}

// visible publishes under load and measures how long after the acknowledgement the list of the latest shows the headline, and what
// a publication costs the server.
func (c *freshCmd) visible(ctx context.Context, w *workshop, r *report, s *server, data string, tool generator, article string) error {
	chief, err := w.signIn(ctx, s, data, "sanjesh", "chief_editor")
	if err != nil {
		return err
	}
	spent := s.processor()
	for i := range c.Publish { // without readers: what the work itself costs
		if _, err := publish(ctx, chief, fmt.Sprintf("خبر بی‌خواننده %d", i)); err != nil {
			return err
		}
	}
	each := float64((s.processor() - spent).Microseconds()) / float64(c.Publish) / 1000
	loading, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		for loading.Err() == nil {
			_, _ = tool.run(loading, s.addr, article, "br", c.Time) // ends with the context
		}
	})
	defer group.Wait()
	defer stop()
	conn, err := dial(s.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	var times []time.Duration
	for i := range c.Publish {
		headline := fmt.Sprintf("خبر زیر بار %d", i)
		acknowledged, err := publish(ctx, chief, headline)
		if err != nil {
			return err
		}
		for seen := false; !seen; {
			body, err := fetch(s.addr, "/latest", "identity")
			if err != nil {
				return err
			}
			seen = strings.Contains(string(body), headline)
			if !seen && time.Since(acknowledged) > time.Minute {
				return errors.New("what was published does not appear")
			}
		}
		times = append(times, time.Since(acknowledged))
	}
	slices.Sort(times)
	p99 := quantile(times, 0.99)
	r.goal(p99 <= goalVisible, "published → read under full load, p99 (p50 "+milliseconds(quantile(times, 0.5))+")", milliseconds(p99), "at most 100 ms")
	r.line("processor time of a publication, readers aside", number(math.Round(each*10)/10)+" ms", "", "")
	r.set("visible_p99_ms", p99.Seconds()*1000)
	r.set("publish_processor_ms", each)
	return nil
}
