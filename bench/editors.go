package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

type editorsCmd struct {
	common
	Editors int           `help:"How many people write." default:"50" placeholder:"N"`
	Every   time.Duration `help:"How often each one's text is kept." default:"5s" placeholder:"TIME"`
	Readers int           `help:"How many pages readers ask for a second." default:"200" placeholder:"N"`
	For     time.Duration `help:"How long." default:"30s" placeholder:"TIME"`
}

// paced is what came of requests sent at a steady rate, whether or not the ones before were answered. A time is measured from the moment at which the request was
// due, so that waiting for a slow answer is counted and not left out.
type paced struct {
	mu     sync.Mutex
	times  []time.Duration
	failed map[string]int
	spent  time.Duration // by the server's processors, on everything
}

func (p *paced) note(due time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if p.failed == nil {
			p.failed = map[string]int{}
		}
		p.failed[err.Error()]++
		return
	}
	p.times = append(p.times, time.Since(due))
}

func (p *paced) failures() (n int) {
	for _, many := range p.failed {
		n += many
	}
	return n
}

// every calls do in a goroutine of its own each interval until ctx ends, and waits for the last.
func (p *paced) every(ctx context.Context, interval time.Duration, do func(i int) error) {
	var group sync.WaitGroup
	defer group.Wait()
	begin := time.Now()
	for i := 0; ; i++ {
		due := begin.Add(time.Duration(i) * interval)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		group.Go(func() { p.note(due, do(i)) })
	}
}

// Run measures.
func (c *editorsCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("editors", w.root)
	r.note("%d people write, each in an article of their own of 800 words that is kept every %v (POST …/autosave), beside %d pages a second for readers, for %v, on SQLite",
		c.Editors, c.Every, c.Readers, c.For)
	r.note("of ten pages eight are articles, one is the front page and one the latest list, out of 1,000 articles, all in br; times count from the moment at which a request was due")
	var read50, read99, save50, save99, cost samples
	failed := 0
	for range c.Runs {
		reads, saves, err := c.once(ctx, w)
		if err != nil {
			return err
		}
		slices.Sort(reads.times)
		slices.Sort(saves.times)
		for list, d := range map[*samples]time.Duration{&read50: quantile(reads.times, 0.5), &read99: quantile(reads.times, 0.99),
			&save50: quantile(saves.times, 0.5), &save99: quantile(saves.times, 0.99)} {
			*list = append(*list, float64(d.Microseconds())/1000)
		}
		failed += reads.failures() + saves.failures()
		for _, p := range []*paced{reads, saves} {
			for _, what := range sortedKeys(p.failed) {
				r.note("%d × %s", p.failed[what], what)
			}
		}
		if n := len(reads.times) + len(saves.times); n > 0 {
			cost = append(cost, float64(reads.spent.Microseconds())/1000/float64(n))
		}
		r.note("%d pages and %d saves were answered", len(reads.times), len(saves.times))
	}
	r.line("ms", "P50", "P99", "RUNS (P99)")
	r.line("pages of readers", number(read50.median()), number(read99.median()), read99.String())
	r.line("autosaves", number(save50.median()), number(save99.median()), save99.String())
	r.line("processor time an answer", number(cost.median()), "", cost.String())
	r.line()
	r.goal(failed == 0, "errors", number(float64(failed)), "0")
	for key, value := range map[string]any{"editors": c.Editors, "readers_per_second": c.Readers, "read_p50_ms": read50.median(), "read_p99_ms": read99.median(),
		"save_p50_ms": save50.median(), "save_p99_ms": save99.median(), "errors": failed,
		"processor_ms": cost.median()} {
		r.set(key, value)
	}
	return r.print(os.Stdout, c.JSON)
}

// once runs readers and editors side by side, and looks at the end that the last text of each editor was kept.
func (c *editorsCmd) once(ctx context.Context, w *workshop) (reads, saves *paced, err error) {
	const articles = 1000
	s, data, err := w.serveEmpty(ctx, "editors", articles)
	if err != nil {
		return nil, nil, err
	}
	defer s.stop(syscall.SIGKILL)
	people, err := c.people(ctx, w, s, data)
	if err != nil {
		return nil, nil, err
	}
	pages, err := articlePages(s.addr)
	if err != nil {
		return nil, nil, err
	}
	reads, saves = &paced{}, &paced{}
	running, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	var group sync.WaitGroup
	reader := &editor{addr: s.addr}
	group.Go(func() {
		reads.every(running, time.Second/time.Duration(c.Readers), func(i int) error {
			path := pages[i*7919%len(pages)]
			switch i % 10 {
			case 0:
				path = "/"
			case 5:
				path = "/latest"
			}
			return reader.read(ctx, path)
		})
	})
	before := s.processor()
	kept := make([]string, len(people))
	begin := time.Now()
	for who, person := range people {
		// The form's script sends nothing before the last was answered, so each person is one after the other.
		group.Go(func() {
			for i := 0; ; i++ {
				due := begin.Add(c.Every*time.Duration(who)/time.Duration(len(people)) + c.Every*time.Duration(i))
				select {
				case <-running.Done():
					return
				case <-time.After(time.Until(due)):
				}
				mark := fmt.Sprintf("ذخیره-%d-%d-پایان", who, i)
				err := person.autosave(ctx, mark)
				if err == nil {
					kept[who] = mark
				}
				saves.note(due, err)
			}
		})
	}
	group.Wait()
	reads.spent = s.processor() - before
	s.stop(syscall.SIGKILL)
	return reads, saves, c.verify(ctx, filepath.Join(data, "dabir.db"), kept)
}

// articlePages are the paths of the articles of a newsroom's first sitemap.
func articlePages(addr string) ([]string, error) {
	sitemap, err := fetch(addr, "/sitemap/1.xml", "identity")
	if err != nil {
		return nil, err
	}
	var pages []string
	for _, piece := range strings.Split(string(sitemap), "<loc>")[1:] {
		address, _, _ := strings.Cut(piece, "</loc>")
		_, path, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
		pages = append(pages, "/"+path)
	}
	return pages, nil
}

// writer is an editor with an article of their own.
type writer struct {
	*editor
	path   string
	fields map[string]string
}

func (c *editorsCmd) people(ctx context.Context, w *workshop, s *server, data string) ([]*writer, error) {
	var all []*writer
	for i := range c.Editors {
		e, err := w.signIn(ctx, s, data, fmt.Sprint("dabir", i), "desk_editor")
		if err != nil {
			return nil, err
		}
		path, err := e.newArticle(ctx, fmt.Sprint("تیتر ", i), longText(800, i))
		if err != nil {
			return nil, err
		}
		form, err := e.form(ctx, path)
		if err != nil {
			return nil, err
		}
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		all = append(all, &writer{e, path, fields})
	}
	return all, nil
}

// read asks for a page as a reader's browser does.
func (e *editor) read(ctx context.Context, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.addr+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Encoding", "br")
	response, err := browser.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("a page answers %d", response.StatusCode)
	}
	var sink [32 << 10]byte
	for {
		if _, err := response.Body.Read(sink[:]); err != nil {
			return nil
		}
	}
}

// autosave sends what the editor has typed, with a word in it that names this time, as the form's script does.
func (w *writer) autosave(ctx context.Context, mark string) error {
	fields := map[string]string{}
	for name, value := range w.fields {
		fields[name] = value
	}
	fields["body"] = mark + "\n\n" + fields["body"]
	body, err := json.Marshal(map[string]any{"base": 1, "window": "bench", "fields": fields})
	if err != nil {
		return err
	}
	response, err := w.do(ctx, http.MethodPost, w.path+"/autosave", "application/json", body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNoContent {
		return fmt.Errorf("an autosave answers %d", response.StatusCode)
	}
	return nil
}

// verify fails unless the last acknowledged text of each editor, and one row for each, is in the database.
func (c *editorsCmd) verify(ctx context.Context, dsn string, kept []string) error {
	db, err := openRaw(dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var rows, found int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM autosave`).Scan(&rows); err != nil {
		return err
	}
	for _, mark := range kept {
		var n int
		if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM autosave WHERE form LIKE $1`, "%"+mark+"%").Scan(&n); err != nil {
			return err
		}
		found += n
	}
	if rows != len(kept) || found != len(kept) {
		return fmt.Errorf("%d rows, of which %d are the last texts of %d editors: %w", rows, found, len(kept), errNotSaved)
	}
	return nil
}
