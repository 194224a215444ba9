package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type workCmd struct {
	common
	Sizes   []int  `help:"How many articles the archives have." default:"1000,10000,100000" placeholder:"N,…"`
	Publish int    `help:"How many articles are published in each." default:"100" placeholder:"N"`
	Keep    string `help:"Keep the archives in this folder for other measurements, or take them from there." placeholder:"FOLDER"`
	Plot    string `help:"Draw it into this file." placeholder:"FILE.svg"`
}

// goalFlat is by how much the work of a publication may grow from the smallest archive to the largest.
const goalFlat = 1.5

// effort is what a server has done so far, or what one publication cost.
type effort struct{ made, statements, written, processor float64 }

// Run measures.
func (c *workCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("work", w.root)
	r.note("%d publications one after the other; after each, the front page, the latest, the feed and two articles are read; with the index and the suggestions that follow", c.Publish)
	r.line("ARTICLES", "PAGES MADE", "STATEMENTS", "KB WRITTEN", "PROCESSOR")
	var first, last effort
	drawn := bars{title: "What a publication costs, beside the same in the smallest archive", goal: goalFlat, said: "goal", format: ratio}
	for i, size := range c.Sizes {
		if last, err = c.once(ctx, w, size); err != nil {
			return fmt.Errorf("%d articles: %w", size, err)
		}
		if i == 0 {
			first = last
		}
		drawn.series = append(drawn.series, series{number(float64(size)) + " articles", workColors[i%len(workColors)], last.beside(first)})
		r.line(number(float64(size)), fmt.Sprintf("%.1f", last.made), fmt.Sprintf("%.0f", last.statements), fmt.Sprintf("%.0f", last.written/1000), fmt.Sprintf("%.1f ms", last.processor))
		r.set(strconv.Itoa(size), map[string]float64{"made": last.made, "statements": last.statements, "written_bytes": last.written, "processor_ms": last.processor})
	}
	r.line()
	r.line("GOAL: LARGEST BESIDE SMALLEST", "RATIO", "WANTED", "")
	drawn.groups = efforts
	for i, grown := range last.beside(first) {
		r.goal(grown <= goalFlat, efforts[i], ratio(grown), fmt.Sprintf("at most %.1f×", goalFlat))
	}
	return errors.Join(drawn.write(c.Plot), r.print(os.Stdout, c.JSON))
}

var (
	efforts    = []string{"pages made", "statements", "bytes written", "processor time"}
	workColors = []string{"#d8a29d", "#c4605a", "#b3261e"}
)

// beside is how many times the effort of another it is, in the order of efforts.
func (e effort) beside(other effort) []float64 {
	return []float64{e.made / other.made, e.statements / other.statements, e.written / other.written, e.processor / other.processor}
}

// once is what a publication costs in an archive of that size.
func (c *workCmd) once(ctx context.Context, w *workshop, size int) (effort, error) {
	data, err := w.archive(ctx, c.Keep, fmt.Sprint("work", size), size)
	if err != nil {
		return effort{}, err
	}
	metrics, err := freeAddress()
	if err != nil {
		return effort{}, err
	}
	s, err := w.startDabir(ctx, append(freshSettings, "DABIR_SERVER_METRICS="+metrics), "serve", "--data", data)
	if err != nil {
		return effort{}, err
	}
	defer s.stop(syscall.SIGTERM)
	chief, err := w.signIn(ctx, s, data, "sanjesh", "chief_editor")
	if err != nil {
		return effort{}, err
	}
	articles, err := articlePages(s.addr)
	if err != nil {
		return effort{}, err
	}
	if len(articles) < 2 {
		return effort{}, errors.New("the sitemap has no two articles")
	}
	read := []string{"/", "/latest", "/rss.xml", articles[0], articles[len(articles)-1]}
	publishAndRead := func(many int) (so effort, err error) {
		for i := range many {
			if _, err := publish(ctx, chief, fmt.Sprintf("خبر سنجش، شمارهٔ %d از %d", i, many)); err != nil {
				return effort{}, err
			}
			for _, path := range read {
				if _, err := fetch(s.addr, path, "br"); err != nil {
					return effort{}, err
				}
			}
		}
		if err := settle(ctx, s); err != nil {
			return effort{}, err
		}
		return effortOf(s, metrics)
	}
	before, err := publishAndRead(5) // what is prepared at the first time is not what is measured
	if err != nil {
		return effort{}, err
	}
	begun := time.Now()
	after, err := publishAndRead(c.Publish)
	if err != nil {
		return effort{}, err
	}
	lasted := time.Since(begun)
	time.Sleep(5 * time.Second)
	rested, err := effortOf(s, metrics)
	if err != nil {
		return effort{}, err
	}
	// What it does anyway, such as looking at the clock for what is due, is no part of a publication.
	idle, n := lasted.Seconds()/5, float64(c.Publish)
	return effort{
		(after.made - before.made) / n,
		(after.statements - before.statements - idle*(rested.statements-after.statements)) / n,
		(after.written - before.written - idle*(rested.written-after.written)) / n,
		(after.processor - before.processor - idle*(rested.processor-after.processor)) / n,
	}, nil
}

// effortOf reads what the server has done so far: from its metrics, and from the system.
func effortOf(s *server, metrics string) (effort, error) {
	response, err := http.Get("http://" + metrics + "/metrics")
	if err != nil {
		return effort{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return effort{}, err
	}
	sum := func(name string) (total float64) {
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, name); ok {
				_, value, _ := strings.Cut(rest, " ")
				n, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
				total += n
			}
		}
		return total
	}
	e := effort{made: sum(`dabir_pages_total{how="made"}`), statements: sum("dabir_database_statements_total"), processor: float64(s.processor().Milliseconds())}
	if e.made == 0 || e.statements == 0 {
		return e, errors.New("the metrics do not tell of pages and statements")
	}
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", s.cmd.Process.Pid))
	if err != nil {
		return e, err
	}
	for line := range strings.Lines(string(io)) {
		if value, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			e.written, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return e, err
}
