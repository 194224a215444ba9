package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// metricsTime is how long gathering may take; what the database does not say by then is left out.
const metricsTime = 3 * time.Second

// serveMetrics answers GET /metrics on an address of its own until ctx ends, when the settings name one.
func (a *app) serveMetrics(ctx context.Context) (wait func(), err error) {
	if a.cfg.Metrics == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", a.cfg.Metrics)
	if err != nil {
		return nil, fmt.Errorf("setting server.metrics: %w", err)
	}
	handler, err := a.metrics()
	if err != nil {
		listener.Close()
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", handler)
	a.log.Info("metrics are told", "address", listener.Addr().String())
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, web.NewServer(mux, a.log), listener, time.Second) }()
	return func() {
		if err := <-done; err != nil {
			a.log.Error("the metrics' server ended", "err", err)
		}
	}, nil
}

// metrics is the handler that tells them in Prometheus's form.
func (a *app) metrics() (http.Handler, error) {
	registry := prometheus.NewRegistry()
	err := errors.Join(registry.Register(collector{a}), registry.Register(collectors.NewGoCollector()),
		registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * metricsTime}), err
}

// collector reads what the rooms have counted when somebody asks; until then nobody spends anything on it.
type collector struct{ a *app }

// Describe names no metrics beforehand: their labels are those of the route table.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect tells all of them.
func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTime)
	defer cancel()
	t := teller{out}
	a := c.a
	c.node(t, a.node(ctx))
	c.pages(t)
	c.requests(t)
	if a.cdn != nil {
		c.purges(t)
	}
	pool, _ := a.store.Pool()
	for state, n := range map[string]int{"in_use": pool.InUse, "idle": pool.Idle} {
		t.gauge("dabir_database_connections", "Connections for reading from the database.", float64(n), "state", state)
	}
	t.gauge("dabir_database_connections_most", "How many there may be.", float64(pool.MaxOpenConnections))
	t.counter("dabir_database_statements_total", "Statements that were sent to the database.", float64(a.store.Statements()))
	t.counter("dabir_database_waits_total", "How often somebody waited for a connection.", float64(pool.WaitCount))
	t.counter("dabir_database_wait_seconds_total", "How long they waited together.", pool.WaitDuration.Seconds())
	up := 0.0
	if queues, err := a.store.Queues(ctx); err == nil {
		up = 1
		c.queues(t, queues)
	}
	t.gauge("dabir_database_up", "Whether the database answered just now.", up)
	a.acts.mu.Lock()
	defer a.acts.mu.Unlock()
	for kind, n := range a.acts.counts {
		t.counter("dabir_events_total", "What this process committed, by its kind; comment.* are the comments by outcome.", float64(n), "kind", string(kind))
	}
}

func (c collector) node(t teller, n news.Node) {
	t.gauge("dabir_info", "What runs here.", 1, "version", n.Version, "node", n.Name)
	t.gauge("dabir_readers", "Who opened an article in the last five minutes.", float64(n.Readers))
	t.gauge("dabir_connections", "Open connections of the public port.", float64(n.Connections))
	t.gauge("dabir_streams", "Pages that are open and kept up to date.", float64(n.Streams))
	if n.DiskFree >= 0 {
		t.gauge("dabir_disk_free_bytes", "What is left on the disk of the newsroom's folder.", float64(n.DiskFree))
	}
	if !n.CopiedAt.IsZero() {
		t.gauge("dabir_backup_last_seconds", "When this node made the newest backup, in seconds since 1970.", float64(n.CopiedAt.UnixMilli())/1000)
	}
	for _, p := range n.Projections {
		late := 0.0
		if !p.Since.IsZero() {
			late = max(n.SeenAt.Sub(p.Since).Seconds(), 0)
		}
		t.gauge("dabir_projection_behind_events", "Events that a projection has not heard.", float64(p.Behind), "projection", p.Name)
		t.gauge("dabir_projection_behind_seconds", "Since when the first of them waits.", late, "projection", p.Name)
	}
	c.queues(t, n.Queues)
}

func (c collector) queues(t teller, queues []news.Queue) {
	for _, q := range queues {
		t.gauge("dabir_queue_length", "What waits.", float64(q.Length), "queue", q.Name)
		if age := 0.0; q.Name != "suggest" && q.Name != "intake" {
			if !q.Oldest.IsZero() {
				age = max(c.a.now().Sub(q.Oldest).Seconds(), 0)
			}
			t.gauge("dabir_queue_oldest_seconds", "Since when its first waits.", age, "queue", q.Name)
		}
	}
}

func (c collector) pages(t teller) {
	p := c.a.pages.Stats()
	for how, n := range map[string]uint64{"kept": p.Hits, "made": p.Renders, "joined": p.Joined, "old": p.Old, "refused": p.Refused} {
		t.counter("dabir_pages_total", "Kept pages by how they were answered: as kept, made anew, made by another meanwhile, old in need, not at all.", float64(n), "how", how)
	}
	t.gauge("dabir_pages", "Pages that are kept.", float64(p.Pages))
	t.gauge("dabir_pages_bytes", "What they take.", float64(p.Bytes))
}

func (c collector) purges(t teller) {
	p := c.a.cdn.Stats()
	for outcome, n := range map[string]uint64{"taken": p.Purges - p.Failed, "failed": p.Failed} {
		t.counter("dabir_purges_total", "Purges that the CDN was asked for.", float64(n), "outcome", outcome)
	}
	t.counter("dabir_purged_names_total", "What was purged in them, each time counted.", float64(p.Names))
	allowed := 0.0
	if p.Allowed {
		allowed = 1
	}
	t.gauge("dabir_cdn_allowed", "Whether the CDN may keep pages that go out now.", allowed)
}

func (c collector) requests(t teller) {
	r := c.a.running
	if r.site == nil || r.conns == nil {
		return
	}
	for _, route := range r.site.Traffic() {
		count := uint64(0)
		for status, n := range route.Statuses {
			count += n
			t.counter("dabir_requests_total", "Answers by route and status; status 0 are the rare ones.", float64(n), "method", route.Method, "route", route.Path, "status", strconv.Itoa(status))
		}
		if count > 0 {
			t.histogram("dabir_request_seconds", "How long answers took.", count, route, "method", route.Method, "route", route.Path)
		}
	}
	load := r.site.Load()
	t.gauge("dabir_requests_working", "Requests that are worked on.", float64(load.Working))
	t.gauge("dabir_requests_waiting", "Requests that wait for their turn.", float64(load.Waiting))
	for what, n := range map[string]uint64{"requests": load.Shed, "connections": r.conns.Shed()} {
		t.counter("dabir_shed_total", "What was turned away, as there was too much.", float64(n), "what", what)
	}
}

// teller writes metrics; labels are names and values by turns.
type teller struct{ out chan<- prometheus.Metric }

func (t teller) gauge(name, help string, value float64, labels ...string) {
	t.tell(name, help, prometheus.GaugeValue, value, labels)
}

func (t teller) counter(name, help string, value float64, labels ...string) {
	t.tell(name, help, prometheus.CounterValue, value, labels)
}

func (t teller) tell(name, help string, kind prometheus.ValueType, value float64, labels []string) {
	names, values := pairs(labels)
	m, err := prometheus.NewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, value, values...)
	t.pass(name, m, err)
}

func (t teller) histogram(name, help string, count uint64, of web.Traffic, labels ...string) {
	names, values := pairs(labels)
	buckets, below := map[float64]uint64{}, uint64(0)
	for i, step := range web.Steps() {
		below += of.Took[i]
		buckets[step] = below
	}
	m, err := prometheus.NewConstHistogram(prometheus.NewDesc(name, help, names, nil), count, of.Total.Seconds(), buckets, values...)
	t.pass(name, m, err)
}

func (t teller) pass(name string, m prometheus.Metric, err error) {
	if err != nil {
		m = prometheus.NewInvalidMetric(prometheus.NewDesc(name, name, nil, nil), err)
	}
	t.out <- m
}

func pairs(labels []string) (names, values []string) {
	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	return names, values
}
