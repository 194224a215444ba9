package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// failover is a newsroom of three nodes over a PostgreSQL primary and its standby, with people at work on all of them.
type failover struct {
	*testing.T
	cluster *storetest.Cluster
	nodes   []*node
	w       *witness
	long    int // how many times longer than in `make test`

	served, kept, standby, unable atomic.Int64 // pages: as they should be, marked as what the node had, marked as from a standby, 503
	wrong                         sync.Map     // what readers got that they should not
}

// node is a Dabir as a process of its own, and its ways to the two servers.
type node struct {
	*serving
	data, address, dsn string
	ways               [2]*storetest.Proxy
	space              *space // nil: it shares our network, on a loopback address
}

// TestThreeNodesFailover lets readers, editors and commenters work on three nodes while a node is killed and started again, one is cut from the
// database and killed with comments in its spool, one is slowed, and the primary is killed and the standby promoted. A journal outside notes
// what was acknowledged; in the end each such act is there once, on the pages and in the search of every node. `make soak` asks for the long form
// by DABIR_TEST_LONG=1; in that the nodes have network namespaces of their own where the machine allows it, and what is cut is the cable.
func TestThreeNodesFailover(t *testing.T) {
	f := &failover{T: t, long: 1}
	if os.Getenv("DABIR_TEST_LONG") != "" {
		f.long = 10
	}
	begun := time.Now()
	f.open()
	t.Logf("begun after %.1f s", time.Since(begun).Seconds())
	f.phase("all is well", f.nodes, nil, nil)
	f.phase("a node is killed and started again", f.nodes[:2], func() { f.kill(f.nodes[2]) }, func() { f.start(f.nodes[2]) })
	cut := f.nodes[1]
	f.phase("a node is cut off, and killed with comments in its spool", []*node{f.nodes[0], f.nodes[2]}, func() {
		cut.cut()
		f.spools(cut)
	}, func() {
		f.kill(cut)
		cut.heal()
		f.start(cut)
	})
	f.phase("a node is far from the database", nil, func() {
		f.nodes[0].each(func(p *storetest.Proxy) { p.Slow(100 * time.Millisecond) })
	}, func() {
		f.nodes[0].each(func(p *storetest.Proxy) { p.Slow(0) })
	})
	f.phase("the primary is killed and the standby promoted", nil, func() {
		f.cluster.Primary.Kill()
		f.spools(f.nodes[0])
	}, func() { f.cluster.Promote(t) })
	f.phase("on the new primary", f.nodes, f.writable, nil)
	begun = time.Now()
	f.check()
	t.Logf("read back in %.1f s", time.Since(begun).Seconds())
}

func (n *node) each(do func(*storetest.Proxy)) {
	for _, way := range n.ways {
		do(way)
	}
}

// cut takes the node its ways to the databases, without a word to anybody.
func (n *node) cut() {
	if n.space != nil {
		n.space.cut()
		return
	}
	n.each((*storetest.Proxy).Cut)
}

func (n *node) heal() {
	if n.space != nil {
		n.space.heal()
	}
	n.each((*storetest.Proxy).Heal)
}

func (f *failover) open() {
	f.cluster = storetest.NewCluster(f.T)
	pictures := f.TempDir()
	var spaces []*space
	if f.long > 1 {
		spaces = newSpaces(f.T, 3)
	}
	for i := range 3 {
		n := &node{data: f.TempDir(), address: storetest.FreeAddr(f.T)}
		settings, databases := killSettings, "127.0.0.1"
		if spaces != nil {
			_, port, _ := net.SplitHostPort(n.address)
			n.space = spaces[i]
			n.address, databases = net.JoinHostPort(n.space.public, port), n.space.here
			settings = strings.Replace(killSettings, "::1", "::1,"+spaceNetwork, 1) + "[site]\nurl = \"" + n.base() + "\"\n"
		}
		n.ways = [2]*storetest.Proxy{storetest.NewProxyAt(f.T, databases, f.cluster.Primary.Addr), storetest.NewProxyAt(f.T, databases, f.cluster.Standby.Addr)}
		n.dsn = storetest.DSN(n.ways[0].Addr, n.ways[1].Addr)
		if err := os.WriteFile(filepath.Join(n.data, config.FileName), []byte(settings), 0o600); err != nil {
			f.Fatal(err)
		}
		if err := os.Symlink(pictures, filepath.Join(n.data, "media")); err != nil {
			f.Fatal(err)
		}
		f.nodes = append(f.nodes, n)
	}
	f.w = newWitness(f.T)
	for _, n := range f.nodes {
		f.start(n)
	}
	f.w.client.Transport = f.transport(32)
	f.w.insists = true
	f.w.settle(f.nodes[0].serving, f.nodes[0].data, f.nodes[0].dsn)
}

func (f *failover) start(n *node) {
	f.Helper()
	cmd := command("serve", "--data", n.data, "--db", n.dsn, "--addr", n.address)
	if n.space != nil {
		cmd = n.space.within(cmd)
	}
	n.serving = startCommand(f.T, &http.Client{Transport: f.transport(0)}, cmd)
}

// transport finds the nodes: all are called localhost, so that one sign-in is good for all of them, and each has its port.
func (f *failover) transport(idle int) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: idle, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		for _, n := range f.nodes {
			if "http://"+address == n.base() {
				address = n.address
			}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
}

func (f *failover) kill(n *node) {
	f.Helper()
	if err := n.cmd.Process.Kill(); err != nil {
		f.Fatal(err)
	}
	_ = n.cmd.Wait()
}

// primary is the address of whoever takes writes now.
func (f *failover) primary() string {
	return storetest.DSN(f.cluster.Primary.Addr, f.cluster.Standby.Addr) + "&target_session_attrs=read-write&connect_timeout=2"
}

// phase has everybody work, lets something happen, and has it end. Those nodes that are healthy throughout must show within a second what was
// published.
func (f *failover) phase(what string, healthy []*node, happens, ends func()) {
	f.Helper()
	f.w.learn("pgx", f.primary())
	before, begun := f.sums(), time.Now()
	stop := make(chan struct{})
	var group sync.WaitGroup
	for i, kind := range []string{"comment", "comment", "article", "picture", "vote", "approve"} {
		group.Go(func() { f.work(kind, rand.New(rand.NewPCG(uint64(i), 1)), stop) })
	}
	for range 2 {
		group.Go(func() { f.read(stop) })
	}
	if happens != nil {
		f.pause(700 * time.Millisecond)
		happens()
	}
	if len(healthy) > 0 {
		f.fresh(what, healthy)
	} else {
		f.pause(2 * time.Second)
	}
	if ends != nil {
		ends()
		f.pause(700 * time.Millisecond)
	}
	close(stop)
	group.Wait()
	f.Logf("%s: %.1f s, %s", what, time.Since(begun).Seconds(), f.since(before))
}

// pause lets people work for a while; nothing is waited for.
func (f *failover) pause(d time.Duration) { time.Sleep(d * time.Duration(f.long)) }

// think is how long people think before they do something; and the machine has more to do.
var think = map[string]time.Duration{"comment": 20 * time.Millisecond, "article": 100 * time.Millisecond, "picture": 300 * time.Millisecond,
	"vote": 40 * time.Millisecond, "approve": 40 * time.Millisecond}

// work sends deeds of a kind, each to some node.
func (f *failover) work(kind string, chance *rand.Rand, stop chan struct{}) {
	for pause := think[kind]; ; {
		select {
		case <-stop:
			return
		case <-time.After(pause):
		}
		d, ok := f.w.deed(kind)
		if !ok {
			continue
		}
		f.w.send(f.nodes[chance.IntN(len(f.nodes))].base(), d)
		if pause = think[kind]; !f.w.isDone(d) {
			pause *= 8 // whoever is told that it cannot be now reads that first
		}
	}
}

func (n *node) base() string {
	_, port, _ := net.SplitHostPort(n.address)
	return "http://localhost:" + port
}

// read asks for pages of all nodes, for some that are kept and for one that never is.
func (f *failover) read(stop chan struct{}) {
	client := &http.Client{Timeout: 15 * time.Second, Transport: f.transport(0), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	paths := []string{"/", "/latest", articlePath(f.w.code), "/rss.xml", "/comments/policy"}
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
		n := f.nodes[i%len(f.nodes)]
		response, err := client.Get(n.base() + paths[i%len(paths)])
		switch {
		case err != nil:
			if os.IsTimeout(err) {
				f.wrong.Store(fmt.Sprintf("%s hangs: %v", paths[i%len(paths)], err), true)
			}
			continue // the node is dead
		case response.StatusCode == http.StatusServiceUnavailable:
			f.unable.Add(1)
		case response.StatusCode >= 400:
			f.wrong.Store(fmt.Sprintf("%s answers %d", paths[i%len(paths)], response.StatusCode), true)
		case strings.HasSuffix(response.Header.Get("Cache-Status"), "detail=old"):
			f.kept.Add(1)
		case strings.HasSuffix(response.Header.Get("Cache-Status"), "detail=standby"):
			f.standby.Add(1)
		default:
			f.served.Add(1)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

// fresh publishes through one healthy node after the other and measures how long it takes until each of them shows it. A request of the machine as
// it is at this moment may take its own time beside the second that is promised.
func (f *failover) fresh(what string, healthy []*node) {
	f.Helper()
	client := &http.Client{Transport: f.transport(0)}
	defer client.CloseIdleConnections()
	var took []time.Duration
	for i := range 4 * f.long {
		d, _ := f.w.deed("article")
		from := healthy[i%len(healthy)]
		if f.w.send(from.base(), d); !f.w.isDone(d) {
			f.Errorf("%s: nothing can be published on a healthy node: %v", what, f.w.away)
			continue
		}
		published := time.Now()
		for _, n := range healthy {
			for {
				asked := time.Now()
				response, err := client.Get(n.base() + "/latest")
				if err != nil {
					f.Errorf("%s: a healthy node does not answer: %v", what, err)
					break
				}
				body, _ := io.ReadAll(response.Body)
				response.Body.Close()
				if strings.Contains(string(body), d.mark+"<") {
					took = append(took, time.Since(published))
					break
				}
				if late := asked.Sub(published); late > time.Second+10*time.Since(asked) {
					f.Errorf("%s: %v after it was published a node does not show it (%d, %q)", what, late, response.StatusCode, response.Header.Get("Cache-Status"))
					break
				}
			}
		}
	}
	if len(took) == 0 {
		f.Errorf("%s: nothing was seen at all", what)
		return
	}
	slices.Sort(took)
	f.Logf("%s: published and seen on all healthy nodes: median %v, worst %v of %d", what, took[len(took)/2], took[len(took)-1], len(took))
}

// spools waits until a node keeps comments for later.
func (f *failover) spools(n *node) {
	f.Helper()
	waitFor(f.T, "comments in the spool of a node that has no primary", func() bool { return len(f.spool(n)) > 2 })
}

func (f *failover) spool(n *node) []string { return inSpool(f.T, n.data) }

// inSpool are the files of the comments that wait in a folder.
func inSpool(t *testing.T, data string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "spool", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// writable waits until every node takes articles again.
func (f *failover) writable() {
	for _, n := range f.nodes {
		waitFor(f.T, "a node to find the new primary", func() bool {
			d, _ := f.w.deed("article")
			return f.w.send(n.base(), d) && f.w.isDone(d)
		})
	}
}

func (f *failover) sums() map[string]int {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	sums := map[string]int{"pages": int(f.served.Load()), "pages marked old": int(f.kept.Load()), "pages from a standby": int(f.standby.Load()), "pages 503": int(f.unable.Load()), "kept for later": len(f.w.waits), "no answer": len(f.w.unclear)}
	for kind, done := range f.w.done {
		sums[kind] = len(done)
	}
	for what, n := range f.w.away {
		sums[what] = n
	}
	return sums
}

func (f *failover) since(before map[string]int) string {
	var said []string
	for what, n := range f.sums() {
		if n != before[what] {
			said = append(said, fmt.Sprintf("%s %d", what, n-before[what]))
		}
	}
	slices.Sort(said)
	return strings.Join(said, ", ")
}

// check sends again what got no answer, waits until nothing is under way, and reads everything back.
func (f *failover) check() {
	waitFor(f.T, "an answer to everything", func() bool {
		var group sync.WaitGroup
		for _, n := range f.nodes {
			group.Go(func() { f.w.again(n.base()) })
		}
		group.Wait()
		return len(f.w.unclear) == 0
	})
	for _, n := range f.nodes {
		waitFor(f.T, "the spools to be empty", func() bool { return len(f.spool(n)) == 0 })
	}
	f.wrong.Range(func(what, _ any) bool { f.Errorf("a reader: %v", what); return true })
	if f.served.Load() == 0 || f.kept.Load() == 0 || f.standby.Load() == 0 || len(f.w.waits) == 0 {
		f.Errorf("nothing was tried: %v", f.sums())
	}
	f.w.check("pgx", f.primary(), f.nodes[0].data)
	db, err := sql.Open("pgx", f.primary())
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	for i, n := range f.nodes {
		f.pages(n, db)
		f.receipts(n, i)
		if err := n.end(f.T); err != nil {
			f.Errorf("the end: %v: %s", err, n.output())
		}
	}
}

// pages: each acknowledged article has its page on a node, its search finds the newest, and published comments can be linked to.
func (f *failover) pages(n *node, db *sql.DB) {
	b := &browser{f.T, n.base(), f.w.client}
	published := texts(f.T, db, `SELECT a.code, r.headline, r.slug FROM article a JOIN revision r ON r.id = a.public_revision WHERE a.state = 'published' ORDER BY a.code DESC`)
	seen := 0
	every := 1 // the first node is asked for each page, the others for some: they read the same rows
	if n != f.nodes[0] {
		every = 8
	}
	for i, row := range published {
		if !f.w.done["article"][row[1]] {
			continue
		}
		if seen++; seen%every != 0 {
			continue
		}
		path := "/news/" + row[0] + "/" + url.PathEscape(row[2])
		if got := b.get(path); got.StatusCode != http.StatusOK || !strings.Contains(got.body, row[1]) {
			f.Errorf("%s: %s answers %d", row[1], path, got.StatusCode)
		}
		if i%(len(published)/10+1) == 0 {
			waitFor(f.T, "the search of a node to find "+row[1], func() bool {
				return strings.Contains(b.get("/search?q="+url.QueryEscape(`"`+row[1]+`"`)).body, "/news/"+row[0]+"/")
			})
		}
	}
	if seen != len(f.w.done["article"]) {
		f.Errorf("%d articles of %d have their page", seen, len(f.w.done["article"]))
	}
	tried := 0
	for id := range f.w.done["approve"] {
		if tried++; tried > 20 {
			break
		}
		if got := b.get(articlePath(f.w.code) + "/comments/" + id); got.StatusCode >= 400 {
			f.Errorf("published comment %s answers %d", id, got.StatusCode)
		}
	}
}

// receipts: what a node kept for later is known by its receipt on every node, and waits for nothing but the moderators. Whoever asks has an
// address of their own, as codes may not be tried without end.
func (f *failover) receipts(n *node, number int) {
	tried := 0
	for mark, code := range f.w.waits {
		if tried++; tried > 20 {
			return
		}
		r, err := http.NewRequest(http.MethodGet, n.base()+"/comments/receipt/"+code, nil)
		if err != nil {
			f.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.200.%d.%d", number, tried))
		response, err := f.w.client.Do(r)
		if err != nil {
			f.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK || !strings.Contains(string(body), mark) || strings.Contains(string(body), "روی این سرور") {
			f.Errorf("the receipt of %q answers %d", mark, response.StatusCode)
		}
	}
}
