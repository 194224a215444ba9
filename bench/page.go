package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// goalPage is what an article's HTML and the style sheet may weigh together, in bytes as they travel (br).
const goalPage = 14_000

type pageCmd struct {
	common
	Time time.Duration `help:"How long each server is loaded at a time." default:"5s"`
}

// sequential is how many requests one after the other the time of a page is the median of.
const sequential = 400

// Run measures.
func (c *pageCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("page", w.root)
	dabir, err := w.startDabir(ctx, nil, "demo", "--data", filepath.Join(w.temp, "demo"), "--log", "info")
	if err != nil {
		return err
	}
	defer dabir.stop(syscall.SIGTERM)
	path, err := findArticle(dabir.addr, r)
	if err != nil {
		return err
	}
	article, err := fetchPacked(dabir.addr, path)
	if err != nil {
		return err
	}
	front, err := fetchPacked(dabir.addr, "/")
	if err != nil {
		return err
	}
	if err := c.sizes(r, dabir.addr, article, front); err != nil {
		return err
	}
	for _, page := range []*packedFile{&article, &front} { // nginx gets them as they go out by now
		if *page, err = fetchPacked(dabir.addr, page.path); err != nil {
			return err
		}
	}
	if err := c.times(r, dabir.addr, path); err != nil {
		return err
	}
	if err := c.loads(ctx, w, r, dabir, []packedFile{article, front}); err != nil {
		return err
	}
	return r.print(os.Stdout, c.JSON)
}

// findArticle is the page with the most comments among those with a picture.
func findArticle(addr string, r *report) (path string, err error) {
	paths, err := sitemapPaths(addr)
	if err != nil {
		return "", err
	}
	most := -1
	for _, p := range paths {
		html, err := fetch(addr, p, "identity")
		if err != nil {
			return "", err
		}
		letters := bytes.Count(html, []byte(`<article class="letter"`))
		if bytes.Contains(html, []byte(`<figure class="plateau"`)) && letters > most {
			most, path = letters, p
		}
	}
	if path == "" {
		return "", errors.New("the demo has no article with a picture")
	}
	r.note("page: of the demo's %d articles the one with a picture and the most comments, %d", len(paths), most)
	r.set("articles", len(paths))
	r.set("comments", most)
	return path, nil
}

// sitemapPaths are the paths of all public articles, from the sitemap.
func sitemapPaths(addr string) ([]string, error) {
	locations := func(path string) ([]string, error) {
		body, err := fetch(addr, path, "identity")
		if err != nil {
			return nil, err
		}
		var list struct {
			Sitemap []string `xml:"sitemap>loc"`
			URL     []string `xml:"url>loc"`
		}
		if err := xml.Unmarshal(body, &list); err != nil {
			return nil, err
		}
		var paths []string
		for _, address := range append(list.Sitemap, list.URL...) {
			u, err := url.Parse(address)
			if err != nil {
				return nil, err
			}
			paths = append(paths, u.EscapedPath())
		}
		return paths, nil
	}
	files, err := locations("/sitemap.xml")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, file := range files {
		paths, err := locations(file)
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			if strings.HasPrefix(p, "/news/") {
				all = append(all, p)
			}
		}
	}
	return all, nil
}

// fetchPacked gets a page in its three encodings, each as it was sent.
func fetchPacked(addr, path string) (packedFile, error) {
	f := packedFile{path: path}
	for encoding, into := range map[string]*[]byte{"identity": &f.plain, "br": &f.br, "gzip": &f.gzip_} {
		body, err := fetch(addr, path, encoding)
		if err != nil {
			return f, err
		}
		*into = body
	}
	return f, nil
}

var assetLink = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

// sizes measures what travels for the article's page and for the front page. A page goes out packed fast at first, and as densely as can be
// from when some readers have come for it.
func (c *pageCmd) sizes(r *report, addr string, article, front packedFile) error {
	r.line("BYTES", "RAW", "BR", "GZIP")
	row := func(key, name string, f packedFile) {
		r.line(name, number(float64(len(f.plain))), number(float64(len(f.br))), number(float64(len(f.gzip_))))
		r.set(key, map[string]int{"raw": len(f.plain), "br": len(f.br), "gzip": len(f.gzip_)})
	}
	type total struct {
		name, figure string
		met          bool
	}
	var totals []total
	for _, page := range []struct {
		key, name string
		file      packedFile
	}{{"article", "article", article}, {"front", "front page", front}} {
		css, js, err := sheetsAndScripts(addr, page.file)
		if err != nil {
			return err
		}
		dense, err := readOften(addr, page.file)
		if err != nil {
			return err
		}
		row("bytes_"+page.key, page.name+", html", page.file)
		r.line("  the same, read often", "", number(float64(dense)), "")
		row("bytes_css_"+page.key, "  its css", css)
		row("bytes_js_"+page.key, "  its scripts", js)
		for _, form := range []struct {
			name string
			html int
		}{{"", len(page.file.br)}, {", read often", dense}} {
			n := form.html + len(css.br)
			totals = append(totals, total{page.name + " html + css, br" + form.name, number(float64(n)), n <= goalPage})
		}
		r.set("bytes_dense_"+page.key, dense)
	}
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	for _, t := range totals {
		r.goal(t.met, t.name, t.figure, "at most "+number(goalPage))
	}
	r.line()
	return nil
}

// sheetsAndScripts are what a page loads before it is seen whole.
func sheetsAndScripts(addr string, page packedFile) (css, js packedFile, err error) {
	seen := map[string]bool{}
	for _, match := range assetLink.FindAllSubmatch(page.plain, -1) {
		path, _, _ := strings.Cut(string(match[1]), "#")
		if seen[path] {
			continue
		}
		seen[path] = true
		asset, err := fetchPacked(addr, path)
		if err != nil {
			return css, js, err
		}
		switch filepath.Ext(path) {
		case ".css":
			css = joined(css, asset)
		case ".js":
			js = joined(js, asset)
		}
	}
	return css, js, nil
}

// readOften is how many bytes a page has in br when it has been asked for often enough to be packed anew; as before when it does not get
// smaller.
func readOften(addr string, page packedFile) (int, error) {
	size := len(page.br)
	for begun := time.Now(); size >= len(page.br) && time.Since(begun) < 10*time.Second; {
		body, err := fetch(addr, page.path, "br")
		if err != nil {
			return 0, err
		}
		size = len(body)
	}
	return size, nil
}

func joined(a, b packedFile) packedFile {
	return packedFile{plain: append(a.plain, b.plain...), br: append(a.br, b.br...), gzip_: append(a.gzip_, b.gzip_...)}
}

// times measures a page without other load: an answer's time less that of /healthz, which passes the same chain and
// renders nothing.
func (c *pageCmd) times(r *report, addr, path string) error {
	r.line("TIME OF A PAGE, ONE READER", "MEDIAN", "LESS /healthz", "RUNS, ms")
	figures := map[string]float64{}
	for _, page := range []struct{ key, name, path, encoding string }{
		{"article_br", "article, br", path, "br"},
		{"article_plain", "article, not packed", path, "identity"},
		{"front_br", "front page, br", "/", "br"},
	} {
		if _, err := alone(addr, page.path, page.encoding, sequential/4); err != nil { // to warm up
			return err
		}
		var whole, net samples
		for range c.Runs {
			health, err := alone(addr, "/healthz", page.encoding, sequential)
			if err != nil {
				return err
			}
			answer, err := alone(addr, page.path, page.encoding, sequential)
			if err != nil {
				return err
			}
			whole, net = append(whole, answer.Seconds()*1000), append(net, (answer-health).Seconds()*1000)
		}
		r.line(page.name, number(whole.median())+" ms", number(net.median())+" ms", net.String())
		figures[page.key] = net.median()
	}
	r.line()
	r.set("render_ms", figures)
	return nil
}

// loads measures requests a second, Dabir and nginx by turns.
func (c *pageCmd) loads(ctx context.Context, w *workshop, r *report, dabir *server, files []packedFile) error {
	nginx, encoding, err := w.startNginx(ctx, files)
	if err != nil {
		return err
	}
	defer nginx.stop(syscall.SIGTERM)
	tool := findGenerator()
	r.note("load: %s, %d keep-alive connections, Accept-Encoding: %s, %v at a time; generator and servers share the machine's processors",
		tool.name, connections, encoding, c.Time)
	r.set("generator", tool.name)
	r.line("REQUESTS A SECOND", "DABIR", "NGINX", "RATIO", "RUNS")
	for i, page := range []struct{ key, name string }{{"article", "article"}, {"front", "front page"}} {
		if err := sameBytes(nginx.addr, files[i], encoding); err != nil {
			return err
		}
		var ours, theirs samples
		var last loaded
		for range c.Runs {
			if last, err = tool.run(ctx, dabir.addr, files[i].path, encoding, c.Time); err != nil {
				return fmt.Errorf("dabir: %w", err)
			}
			other, err := tool.run(ctx, nginx.addr, files[i].at(), encoding, c.Time)
			if err != nil {
				return fmt.Errorf("nginx: %w", err)
			}
			ours, theirs = append(ours, last.perSecond), append(theirs, other.perSecond)
		}
		all := ratios(ours, theirs)
		r.line(page.name+", "+encoding, number(ours.median()), number(theirs.median()), fmt.Sprintf("%.3f×", all.median()), "dabir "+ours.String()+"; nginx "+theirs.String())
		r.line("  time under that load", "p50 "+milliseconds(last.p50)+", p99 "+milliseconds(last.p99), "", "", "")
		r.set("load_"+page.key, map[string]any{"per_second": ours.median(), "nginx_per_second": theirs.median(), "ratio": all.median(),
			"p50_ms": last.p50.Seconds() * 1000, "p99_ms": last.p99.Seconds() * 1000, "runs": ours, "nginx_runs": theirs})
	}
	held := dabir.memory()
	r.line("memory of Dabir after the load", megabytes(held.now), "peak "+megabytes(held.peak), "", "")
	r.set("rss_bytes", held.now)
	r.set("peak_bytes", held.peak)
	return nil
}

// sameBytes makes sure that nginx sends what Dabir sent.
func sameBytes(addr string, f packedFile, encoding string) error {
	want := f.gzip_
	if encoding == "br" {
		want = f.br
	}
	have, err := fetch(addr, f.at(), encoding)
	if err == nil && !bytes.Equal(have, want) {
		err = fmt.Errorf("nginx sends other bytes than Dabir for %s", f.path)
	}
	return err
}
