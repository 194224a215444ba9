package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type hourCmd struct {
	common
	Articles int           `help:"How many articles the archive has." default:"100000" placeholder:"N"`
	Readers  int           `help:"How many pages readers ask for a second." default:"200" placeholder:"N"`
	For      time.Duration `help:"How long." default:"1h" placeholder:"TIME"`
	Keep     string        `help:"Keep the archive in this folder for other measurements, or take it from there." placeholder:"FOLDER"`
	Plot     string        `help:"Draw the memory into this file." placeholder:"FILE.svg"`
}

const (
	hourConnections = 16               // of the readers
	hourLooks       = 12               // how often the memory is looked at
	keptPages       = int64(256) << 20 // the setting pages.memory as it comes
	goalBeside      = int64(100e6)     // what Dabir may hold beside its kept pages, without files
)

// rhythm is who does what how often, beside the readers.
var rhythm = struct{ comment, search, typing, publish time.Duration }{500 * time.Millisecond, time.Second, 2 * time.Second, 15 * time.Second}

// Run measures.
func (c *hourCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("hour", w.root)
	data, err := w.archive(ctx, c.Keep, "hour", c.Articles)
	if err != nil {
		return err
	}
	s, err := w.startDabir(ctx, freshSettings, "serve", "--data", data)
	if err != nil {
		return err
	}
	defer s.stop(syscall.SIGTERM)
	paths, err := sitemapPaths(s.addr)
	if err != nil {
		return err
	}
	chief, err := w.signIn(ctx, s, data, "sanjesh", "chief_editor")
	if err != nil {
		return err
	}
	r.note("%s articles, %v: %d pages a second by Zipf's law over %s, a tenth of them in gzip; a comment each %v, a search each %v, suggestions while typing each %v, a publication each %v",
		number(float64(c.Articles)), c.For, c.Readers, number(float64(len(paths))), rhythm.comment, rhythm.search, rhythm.typing, rhythm.publish)
	during, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	pages, others := &paced{}, &paced{}
	var load sync.WaitGroup
	load.Go(func() { c.load(during, s.addr, paths, chief, pages, others) })
	drawn := c.look(during, r, s)
	load.Wait()
	held := s.memory()
	slices.Sort(pages.times)
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(held.anonymous-keptPages <= goalBeside, "memory without files, less pages.memory", megabytes(held.anonymous-keptPages), "at most 100 MB")
	r.goal(pages.failures()+others.failures() == 0, "requests that failed", fmt.Sprint(pages.failures()+others.failures(), pages.failed, others.failed), "0")
	r.line("pages", number(float64(len(pages.times))), "p99 "+milliseconds(quantile(pages.times, 0.99)), "")
	r.set("anonymous_bytes", held.anonymous)
	r.set("rss_bytes", held.now)
	r.set("pages", len(pages.times))
	return errors.Join(drawn.write(c.Plot), r.print(os.Stdout, c.JSON))
}

// load does what a newsroom's readers and editors do, until ctx ends.
func (c *hourCmd) load(ctx context.Context, addr string, paths []string, chief *editor, pages, others *paced) {
	var group sync.WaitGroup
	group.Go(func() { c.read(ctx, addr, paths, pages) })
	group.Go(func() {
		others.every(ctx, rhythm.comment, func(i int) error { return sendOnce(addr, commentRequest(addr, i), 303) })
	})
	for _, ask := range []struct {
		each time.Duration
		path string
	}{{rhythm.search, "/search?q="}, {rhythm.typing, "/search/suggest?q="}} {
		group.Go(func() {
			others.every(ctx, ask.each, func(i int) error { return sendOnce(addr, get(addr, ask.path+fictionalQuestion(i), "br"), 200) })
		})
	}
	group.Go(func() {
		others.every(ctx, rhythm.publish, func(i int) error {
			_, err := publish(context.WithoutCancel(ctx), chief, fmt.Sprintf("خبر ساعت، شمارهٔ %d", i))
			return err
		})
	})
	group.Wait()
}

// look writes down the memory at even steps until ctx ends.
func (c *hourCmd) look(ctx context.Context, r *report, s *server) bars {
	begun := s.memory()
	r.line("AFTER", "WITHOUT FILES", "IN ALL", "SERVER'S PROCESSOR")
	r.line("0s", megabytes(begun.anonymous), megabytes(begun.now), "")
	spent := s.processor()
	drawn := bars{title: "Megabytes without files, less the kept pages' share: twelve looks at " + c.For.String() + " of mixed load", series: []series{{name: "Dabir", color: "#b3261e"}},
		goal: float64(goalBeside) / 1e6, said: "goal", format: func(v float64) string { return fmt.Sprintf("%.0f", v) }}
	for i := range hourLooks {
		select {
		case <-ctx.Done():
		case <-time.After(c.For/hourLooks - time.Second/hourLooks):
		}
		held, now := s.memory(), s.processor()
		r.line((c.For * time.Duration(i+1) / hourLooks).Round(time.Second).String(), megabytes(held.anonymous), megabytes(held.now), fmt.Sprintf("%.0f %%", 100*float64(now-spent)/float64(c.For/hourLooks)))
		spent = now
		drawn.groups = append(drawn.groups, strconv.Itoa(i+1))
		drawn.series[0].values = append(drawn.series[0].values, float64(held.anonymous-keptPages)/1e6)
	}
	return drawn
}

// read asks for pages at the rate over some kept connections until ctx ends.
func (c *hourCmd) read(ctx context.Context, addr string, paths []string, p *paced) {
	at := zipfOver(len(paths))
	var group sync.WaitGroup
	defer group.Wait()
	for n := range hourConnections {
		group.Go(func() {
			draw := rand.New(rand.NewPCG(uint64(n), 3))
			conn, err := dial(addr)
			if err != nil {
				p.note(time.Now(), err)
				return
			}
			defer conn.Close()
			pause := time.NewTicker(time.Second * hourConnections / time.Duration(c.Readers))
			defer pause.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case due := <-pause.C:
					encoding := "br"
					if draw.IntN(10) == 0 {
						encoding = "gzip"
					}
					status, err := conn.send(get(addr, paths[at(draw)], encoding), nil)
					if err == nil && status != 200 {
						err = fmt.Errorf("a page: status %d", status)
					}
					p.note(due, err)
					if err != nil {
						return
					}
				}
			}
		})
	}
}

// sendOnce sends one request over a connection of its own.
func sendOnce(addr string, request []byte, want int) error {
	conn, err := dial(addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	status, err := conn.send(request, nil)
	if err == nil && status != want {
		err = fmt.Errorf("status %d, want %d", status, want)
	}
	return err
}

// fictionalQuestion is two words of the fictional articles, for an address.
func fictionalQuestion(i int) string {
	words := strings.Fields(fictionalWords)
	return url.QueryEscape(words[i%len(words)] + " " + words[(i/7+3)%len(words)])
}
