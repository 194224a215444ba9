package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

type streamsCmd struct {
	common
	Streams int `help:"How many pages are open." default:"15000" placeholder:"N"`
	Publish int `help:"How many articles are published, one after the other." default:"15" placeholder:"N"`
	Readers int `help:"How many pages other readers ask for a second." default:"200" placeholder:"N"`
}

// audience is a number of open pages, and when each of them was told what was published.
type audience struct {
	mu      sync.Mutex
	told    []time.Time // in this round
	arrived chan int    // how many were told, once all were
	want    int
	ended   int // streams that broke off
}

// begin begins a round of so many.
func (a *audience) begin(want int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told, a.arrived, a.want = a.told[:0], make(chan int, 1), want
}

func (a *audience) hear(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.arrived == nil || len(a.told) == a.want {
		return
	}
	if a.told = append(a.told, at); len(a.told) == a.want {
		a.arrived <- a.want
	}
}

// inTime is until when who was not told is late.
const inTime = 20 * time.Second

// all waits until everybody was told, and gives the times since a moment; missing is who was not.
func (a *audience) all(ctx context.Context, since time.Time, patience time.Duration) (times []time.Duration, missing int) {
	select {
	case <-a.arrived:
	case <-ctx.Done():
	case <-time.After(patience):
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range a.told {
		times = append(times, at.Sub(since))
	}
	slices.Sort(times)
	return times, a.want - len(times)
}

// listen reads a connection until it ends and notes each message that holds a line.
func (a *audience) listen(in *bufio.Reader, line []byte) {
	for {
		got, err := in.ReadSlice('\n')
		if err != nil {
			a.mu.Lock()
			a.ended++
			a.mu.Unlock()
			return
		}
		if bytes.HasPrefix(got, line) {
			a.hear(time.Now())
		}
	}
}

// open opens a stream and waits for its first message.
func (a *audience) open(addr, query string) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(conn, "GET /events?%s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: text/event-stream\r\nAccept-Language: fa,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n\r\n", query); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(conn, 512)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			conn.Close()
			return nil, err
		}
		if bytes.HasPrefix(line, []byte("HTTP/1.1 ")) && !bytes.HasPrefix(line[9:], []byte("200")) {
			conn.Close()
			return nil, fmt.Errorf("a stream is answered with %s", bytes.TrimSpace(line))
		}
		if bytes.HasPrefix(line, []byte("id: ")) {
			go a.listen(in, []byte("data: latest"))
			return conn, nil
		}
	}
}

// openAll opens n streams of pages of articles, a few at a time.
func (a *audience) openAll(ctx context.Context, addr string, n int, pages []string) (all []net.Conn, err error) {
	var mu sync.Mutex
	var group sync.WaitGroup
	work := make(chan string)
	for range 32 {
		group.Go(func() {
			for page := range work {
				conn, failed := a.open(addr, "on=latest&on=comments%2F"+strings.Split(page, "/")[2]+"&age=0")
				mu.Lock()
				if failed == nil {
					all = append(all, conn)
				}
				err = errors.Join(err, failed)
				mu.Unlock()
			}
		})
	}
	for i := range n {
		mu.Lock()
		stop := err != nil || ctx.Err() != nil
		mu.Unlock()
		if stop {
			break
		}
		work <- pages[i%len(pages)]
	}
	close(work)
	group.Wait()
	return all, errors.Join(err, ctx.Err())
}

func closeAll(all []net.Conn) {
	for _, conn := range all {
		conn.Close()
	}
}

// rawMost is how many connections have both their ends in this process.
const rawMost = 9000

// raw is what the machine itself takes to write a message to so many connections one after the other, for each of them, until the last
// has read it.
func (a *audience) raw(ctx context.Context, n int) (time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	var near, far []net.Conn
	defer func() { closeAll(near); closeAll(far) }()
	for range n {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return 0, err
		}
		near = append(near, conn)
		go a.listen(bufio.NewReaderSize(conn, 512), []byte("data: latest"))
		if conn, err = l.Accept(); err != nil {
			return 0, err
		}
		far = append(far, conn)
	}
	a.begin(n)
	began := time.Now()
	for _, conn := range far {
		if _, err := conn.Write([]byte("2a\r\nid: 123456.0123abcd\ndata: latest\n\n\r\n")); err != nil {
			return 0, err
		}
	}
	times, missing := a.all(ctx, began, inTime)
	if missing > 0 {
		return 0, fmt.Errorf("%d raw connections got nothing", missing)
	}
	return times[len(times)-1] / time.Duration(n), nil
}

func (c *streamsCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("streams", w.root)
	r.note("%d open pages of articles, each with a stream of the latest and of its comments; %d articles published, one a second and a half; beside them %d pages a second for other readers", c.Streams, c.Publish, c.Readers)
	r.note("times count from the moment at which the editor's browser sent the form, and so hold the publication itself")
	a := &audience{}
	raw, err := a.raw(ctx, min(rawMost, c.Streams))
	if err != nil {
		return err
	}
	s, data, err := w.serveEmpty(ctx, "streams", 1000)
	if err != nil {
		return err
	}
	found := &streamed{before: &paced{}, during: &paced{}}
	err = c.calm(ctx, s, found)
	s.stop(syscall.SIGTERM)
	if err != nil {
		return err
	}
	// Again from the beginning, so that memory is that of the streams and not what other readers left.
	if s, err = w.startDabir(ctx, nil, "serve", "--data", data); err != nil {
		return err
	}
	defer s.stop(syscall.SIGKILL)
	if err := c.measure(ctx, w, s, data, found); err != nil {
		return err
	}
	for _, what := range sortedKeys(found.during.failed) {
		r.note("%d × %s", found.during.failed[what], what)
	}
	each := float64(found.full-found.empty) / float64(c.Streams)
	p50, p99 := quantile(found.told, 0.5), quantile(found.told, 0.99)
	before, during := quantile(found.before.times, 0.99), quantile(found.during.times, 0.99)
	ms := func(d time.Duration) string { return number(float64(d.Microseconds()) / 1000) }
	r.line("publish → message, ms", "P50 "+ms(p50), "P99 "+ms(p99))
	r.line("the last of them in each round, ms", ms(quantile(found.lasts, 0.5)), fmt.Sprintf("%s × raw writes to as many connections (%.1f µs each)",
		number(float64(quantile(found.lasts, 0.5))/float64(raw*time.Duration(c.Streams))), float64(raw.Nanoseconds())/1000))
	r.line("the first of them, ms", ms(quantile(found.firsts, 0.5)), "the publication and what is due before anybody is told")
	r.line("processor time of the server a message, µs", number(float64(found.spent.Microseconds())/float64(c.Streams*c.Publish)), "publication and pages of other readers in it")
	r.line("pages of other readers, P99 ms", ms(during), ms(before)+" without streams and publishing")
	r.line("the same, P50 ms", ms(quantile(found.during.times, 0.5)), ms(quantile(found.before.times, 0.5)))
	r.line("memory a stream, kB", number(each/1000))
	r.goal(found.peak <= 1e9, "memory of the process at its peak", megabytes(found.peak), "1000 MB")
	r.line("messages that came after 20 s", number(float64(found.late)))
	r.goal(found.missing+found.ended == 0, "streams that were cut, or did not hear of the last publication within two minutes", fmt.Sprint(found.ended, ", ", max(0, found.missing-found.ended)), "0")
	r.goal(found.during.failures() == 0, "errors of other readers", number(float64(found.during.failures())), "0")
	for key, value := range map[string]any{"streams": c.Streams, "told_p50_ms": p50.Milliseconds(), "told_p99_ms": p99.Milliseconds(), "bytes_a_stream": each,
		"peak_bytes": found.peak, "missing": found.missing, "late": found.late, "page_p99_ms": during.Milliseconds(), "page_p99_before_ms": before.Milliseconds()} {
		r.set(key, value)
	}
	return r.print(os.Stdout, c.JSON)
}

// streamed is what one run found.
type streamed struct {
	empty, full, peak int64 // memory
	told, lasts       []time.Duration
	firsts            []time.Duration // the first page of each round
	spent             time.Duration   // of the server's processors in the rounds
	late              int             // messages that came later than inTime, or never
	missing, ended    int             // streams that did not hear of the last publication; that broke off
	before, during    *paced
}

// busyPages are those that other readers ask for: in a spike they are few. Each publication makes them all anew, as they show the latest.
const busyPages = 20

// read asks for a page as a reader does who has no stream, or whose page was told of something.
func (c *streamsCmd) read(ctx context.Context, addr string, pages []string) func(i int) error {
	reader := &editor{addr: addr}
	return func(i int) error {
		path := pages[rand.IntN(min(busyPages, len(pages)))]
		if i%4 == 0 {
			path = "/part/latest"
		}
		return reader.read(ctx, path)
	}
}

// calm reads pages while no stream is open.
func (c *streamsCmd) calm(ctx context.Context, s *server, out *streamed) error {
	pages, err := articlePages(s.addr)
	if err != nil {
		return err
	}
	calm, stop := context.WithTimeout(ctx, 15*time.Second)
	defer stop()
	out.before.every(calm, time.Second/time.Duration(c.Readers), c.read(ctx, s.addr, pages))
	slices.Sort(out.before.times)
	return nil
}

// measure opens the streams, publishes, and reads pages beside.
func (c *streamsCmd) measure(ctx context.Context, w *workshop, s *server, data string, out *streamed) error {
	person, err := w.signIn(ctx, s, data, "sardabir", "chief_editor")
	if err != nil {
		return err
	}
	pages, err := articlePages(s.addr)
	if err != nil {
		return err
	}
	a := &audience{}
	out.empty = s.memory().now
	open, err := a.openAll(ctx, s.addr, c.Streams, pages)
	defer closeAll(open)
	if err != nil {
		return err
	}
	out.full = s.memory().now
	busy, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { out.during.every(busy, time.Second/time.Duration(c.Readers), c.read(ctx, s.addr, pages)) })
	defer group.Wait()
	defer stop()
	for i := range c.Publish {
		if err := c.round(ctx, s, person, a, out, i); err != nil {
			return err
		}
	}
	stop()
	group.Wait()
	slices.Sort(out.told)
	slices.Sort(out.lasts)
	slices.Sort(out.firsts)
	slices.Sort(out.during.times)
	out.peak = s.memory().peak
	a.mu.Lock()
	out.ended = a.ended
	a.mu.Unlock()
	return nil
}

// round publishes one article and waits until all were told.
func (c *streamsCmd) round(ctx context.Context, s *server, person *editor, a *audience, out *streamed, i int) error {
	path, err := person.newArticle(ctx, fmt.Sprint("خبر فوری ", i), longText(100, i))
	if err != nil {
		return err
	}
	fields, err := person.form(ctx, path)
	if err != nil {
		return err
	}
	fields.Set("do", "publish")
	fields.Set("confirmed", "1")
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(1500 * time.Millisecond):
	}
	a.begin(c.Streams)
	began, spent := time.Now(), s.processor()
	if _, err := person.save(ctx, path, fields); err != nil {
		return err
	}
	times, missing := a.all(ctx, began, inTime)
	out.late += missing
	if i == c.Publish-1 && missing > 0 { // whoever was late before is told with this one
		_, out.missing = a.all(ctx, began, 2*time.Minute)
	}
	out.spent += s.processor() - spent
	if len(times) > 0 {
		out.firsts = append(out.firsts, times[0])
		out.told, out.lasts = append(out.told, times...), append(out.lasts, times[len(times)-1])
	}
	return nil
}
