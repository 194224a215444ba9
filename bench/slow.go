package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

type slowCmd struct {
	common
	Attackers int           `help:"How many slow connections." default:"5000" placeholder:"N"`
	Readers   int           `help:"How many pages readers ask for a second." default:"1000" placeholder:"N"`
	For       time.Duration `help:"How long each attack lasts." default:"12s" placeholder:"TIME"`
}

const (
	slowWarm    = 9 * time.Second // until the attackers are there
	slowReaders = 64              // keep-alive connections of the readers
	slowFresh   = 20              // every so many pages come over a connection of their own
	slowCrowds  = 4               // processes of slowhttptest, which begin one after the other: what is cut off comes back with the next beginning
	slowRamp    = 1               // seconds in which a process opens its own: more at once than the kernel's queue holds would say nothing about Dabir
	slowBack    = 1.25            // times more connections are tried of our own than shall be open: each is away for a moment after it was cut off
)

// attack is a way of being slow; run keeps it up until ctx ends.
type attack struct {
	name string
	run  func(ctx context.Context) error
}

// Run measures.
func (c *slowCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("slow", w.root)
	s, _, err := w.serveEmpty(ctx, "slow", 200)
	if err != nil {
		return err
	}
	defer s.stop(syscall.SIGKILL)
	paths, err := sitemapPaths(s.addr)
	if err != nil {
		return err
	}
	for _, path := range paths { // what is made for the first time is not what is measured
		if _, err := fetch(s.addr, path, "br"); err != nil {
			return err
		}
	}
	article := slices.MaxFunc(paths, func(a, b string) int { return len(a) - len(b) })
	r.note("%d pages a second for readers over %d connections, every %dth over a new one, articles in br, for %v; times count from the moment at which a request was due",
		c.Readers, slowReaders, slowFresh, c.For)
	r.line("", "P50 ms", "P99 ms", "P99 BESIDE ALONE", "SLOW CONNECTIONS", "MOST", "ERRORS")
	failed, worst, fewest := 0, 0.0, math.MaxInt
	var alone float64
	for _, a := range append([]attack{{name: "alone"}}, c.attacks(w, r, s.addr, article)...) {
		found, err := c.once(ctx, s, paths, a)
		if err != nil {
			return err
		}
		p99 := float64(quantile(found.reads.times, 0.99).Microseconds()) / 1000
		if alone == 0 {
			alone = p99
		}
		worst = max(worst, p99/alone)
		failed += found.reads.failures()
		for _, what := range sortedKeys(found.reads.failed) {
			r.note("%s: %d × %s", a.name, found.reads.failed[what], what)
		}
		if a.run != nil {
			fewest = min(fewest, found.most())
		}
		r.line(a.name, number(float64(quantile(found.reads.times, 0.5).Microseconds())/1000), number(p99), ratio(p99/alone), strconv.Itoa(found.usual()), strconv.Itoa(found.most()), strconv.Itoa(found.reads.failures()))
		r.set("p99_ms "+a.name, p99)
	}
	peak := s.memory().peak
	r.note("peak memory of Dabir %s", megabytes(peak))
	r.line()
	r.goal(failed == 0, "errors", strconv.Itoa(failed), "0")
	r.goal(fewest >= c.Attackers, "slow connections open at once, in the attack that had the fewest", strconv.Itoa(fewest), "≥ "+strconv.Itoa(c.Attackers))
	r.set("errors", failed)
	r.set("worst_ratio", worst)
	r.set("memory", peak)
	return r.print(os.Stdout, c.JSON)
}

// besides is what came of the readers during an attack.
type besides struct {
	reads *paced
	open  []int // connections of attackers, twice a second
}

// usual is their median, most the most of them at once.
func (b besides) usual() int {
	sorted := slices.Sorted(slices.Values(b.open))
	return sorted[len(sorted)/2]
}

func (b besides) most() int { return slices.Max(b.open) }

func (c *slowCmd) once(ctx context.Context, s *server, paths []string, a attack) (besides, error) {
	readers := newReaders(s.addr, slowReaders)
	defer readers.close()
	for range slowReaders { // who reads already is there before the attack
		if err := readers.read(paths[0], false); err != nil {
			return besides{}, err
		}
	}
	attacked, end := context.WithCancel(ctx)
	defer end()
	over := make(chan error, 1)
	if a.run != nil {
		go func() { over <- a.run(attacked) }()
		select {
		case err := <-over:
			return besides{}, fmt.Errorf("%s: %w", a.name, err)
		case <-time.After(slowWarm):
		case <-ctx.Done():
			return besides{}, ctx.Err()
		}
	}
	found := besides{reads: &paced{}}
	running, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	var watching sync.WaitGroup
	watching.Go(func() {
		for running.Err() == nil {
			found.open = append(found.open, openConnections(s.addr)-slowReaders)
			time.Sleep(500 * time.Millisecond)
		}
	})
	found.reads.every(running, time.Second/time.Duration(c.Readers), func(i int) error {
		return readers.read(paths[i*7919%len(paths)], i%slowFresh == 0)
	})
	watching.Wait()
	slices.Sort(found.reads.times)
	end()
	if a.run != nil {
		if err := <-over; err != nil && ctx.Err() == nil {
			return found, fmt.Errorf("%s: %w", a.name, err)
		}
	}
	return found, nil
}

// attacks are those of slowhttptest (Debian package of that name) and one of our own that does not give up.
func (c *slowCmd) attacks(w *workshop, r *report, addr, article string) []attack {
	all := []attack{{"headers, coming back at once", func(ctx context.Context) error { return c.persist(ctx, addr) }}}
	bin, err := exec.LookPath("slowhttptest")
	if err != nil {
		r.note("slowhttptest is not installed (Debian package of that name): only the attack of our own")
		return all
	}
	for _, way := range []struct {
		name string
		last int     // seconds of a process: until the server has cut off the last
		more float64 // times more connections are tried than shall be open: those cut off come back when their process begins anew
		args []string
	}{
		{"slow headers", slowRamp + 5, 1.7, []string{"-H", "-u", "http://" + addr + article}},
		{"slow bodies", slowRamp + 15, 1.15, []string{"-B", "-u", "http://" + addr + commentsPath(article), "-s", "60000", "-x", "10"}},
		{"slow reading", slowRamp + 60, 1.1, []string{"-X", "-u", "http://" + addr + article, "-w", "1", "-y", "8", "-n", "5", "-z", "1", "-k", "3"}},
	} {
		each := max(1, int(way.more*float64(c.Attackers))/slowCrowds)
		args := append(way.args, "-c", strconv.Itoa(each), "-r", strconv.Itoa(max(each/slowRamp, 1)), "-i", "3", "-l", strconv.Itoa(way.last), "-p", "30")
		all = append(all, attack{"slowhttptest, " + way.name, func(ctx context.Context) error {
			over := make(chan error, slowCrowds)
			for i := range slowCrowds {
				go func() {
					wait(ctx, time.Duration(i)*slowWarm/slowCrowds)
					over <- repeat(ctx, w.temp, bin, args)
				}()
			}
			var err error
			for range slowCrowds {
				err = errors.Join(err, <-over)
			}
			return err
		}})
	}
	return all
}

// repeat runs a program again and again until ctx ends; what it says when it fails is not kept.
func repeat(ctx context.Context, folder, bin string, args []string) error {
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, bin, args...)
		cmd.Dir = folder
		var ended *exec.ExitError
		if err := cmd.Run(); err != nil && ctx.Err() == nil && !errors.As(err, &ended) {
			return err
		}
	}
	return nil
}

// commentsPath is where an article's form is sent to: its address without the words of the headline.
func commentsPath(article string) string {
	parts := strings.SplitN(strings.TrimPrefix(article, "/"), "/", 3)
	return "/" + strings.Join(parts[:min(2, len(parts))], "/") + "/comments"
}

// persist opens slow connections and opens each again as soon as it is cut off.
func (c *slowCmd) persist(ctx context.Context, addr string) error {
	var group sync.WaitGroup
	dialer := net.Dialer{Timeout: 10 * time.Second}
	many := int(slowBack * float64(c.Attackers))
	for i := range many {
		group.Go(func() {
			wait(ctx, time.Duration(i)*slowWarm/time.Duration(many))
			for ctx.Err() == nil {
				if conn, err := dialer.DialContext(ctx, "tcp", addr); err == nil {
					drip(ctx, conn)
				}
				wait(ctx, 100*time.Millisecond)
			}
		})
	}
	group.Wait()
	return nil
}

// drip sends a header that does not end, until it is cut off.
func drip(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: slow\r\n")
	for err == nil && ctx.Err() == nil {
		wait(ctx, time.Second)
		_, err = io.WriteString(conn, "X-Slow: 1\r\n")
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// readers are keep-alive connections that are taken by turns.
type readers struct {
	addr string
	free chan *connection
}

func newReaders(addr string, n int) *readers {
	r := &readers{addr, make(chan *connection, n)}
	for range n {
		r.free <- nil
	}
	return r
}

// read asks for a page over a connection that is free, or over a new one. A connection that was closed while it was idle is opened
// again, as browsers do.
func (r *readers) read(path string, fresh bool) error {
	request := get(r.addr, path, "br")
	if fresh {
		c, err := dial(r.addr)
		if err != nil {
			return err
		}
		defer c.Close()
		return pageAnswered(c.send(request, nil))
	}
	c := <-r.free
	if c != nil {
		if status, err := c.send(request, nil); err == nil {
			r.free <- c
			return pageAnswered(status, nil)
		}
		c.Close()
	}
	c, err := dial(r.addr)
	if err != nil {
		r.free <- nil
		return err
	}
	err = pageAnswered(c.send(request, nil))
	r.free <- c
	return err
}

func pageAnswered(status int, err error) error {
	if err == nil && status != 200 {
		return fmt.Errorf("a page answers %d", status)
	}
	return err
}

func (r *readers) close() {
	for range cap(r.free) {
		if c := <-r.free; c != nil {
			c.Close()
		}
	}
}

// openConnections counts the established connections to an address of this machine (Linux).
func openConnections(addr string) (n int) {
	_, port, _ := net.SplitHostPort(addr)
	number, _ := strconv.Atoi(port)
	local := fmt.Sprintf(":%04X", number)
	file, err := os.Open("/proc/net/tcp")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 3 && strings.HasSuffix(fields[1], local) && fields[3] == "01" {
			n++
		}
	}
	return n
}
