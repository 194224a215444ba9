package newsroom

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const (
	pathStatus = root + "/status"
	// statusEvery is how often the page asks for itself, in seconds; who reads slowly stops it by a link.
	statusEvery = "15"
)

// Watch tells how the newsroom is doing; *watch.Watch does.
type Watch interface {
	Condition(context.Context, news.Actor) (news.Condition, error)
}

// StatusArea is the page of those who keep the newsroom running.
func (n *Newsroom) StatusArea(w Watch) web.Area {
	return web.Area{Fail: n.fail, Guard: n.guard, Routes: []web.Route{{Pattern: "GET " + pathStatus, Audience: web.AudienceNewsroom, Right: news.RightWatch, Rate: web.RateRead,
		Handler: func(rw http.ResponseWriter, r *http.Request) error { return n.status(rw, r, w) }}}}
}

type statusPage struct {
	frame
	news.Condition
	Wrong  []string
	Still  bool // it does not ask for itself again
	Other  string
	Copied time.Time
	Rows   []nodeRow
	Waits  []queueRow
	Behind []behindRow
}

// nodeRow is a node in words.
type nodeRow struct {
	news.Node
	Here   bool // it answers this page
	Hits   string
	Disk   string
	Memory string
}

type queueRow struct {
	Name, Length, Since string
}

type behindRow struct {
	Name, Node, Behind string
}

// Count writes a number.
func (p statusPage) Count(n int) string { return p.Number(int64(n)) }

// Readers are those of all nodes, and their open pages.
func (p statusPage) Readers() string {
	sum := 0
	for _, n := range p.Nodes {
		sum += n.Readers
	}
	return p.Count(sum)
}

// Hit is the share of pages that were answered from what is kept, in percent; "" before the first.
func (p statusPage) Hit(hits, renders uint64) string {
	if hits+renders == 0 {
		return ""
	}
	return p.T("queue.percent", p.Number(int64((100*hits+(hits+renders)/2)/(hits+renders))))
}

// AllHits is the share for all nodes.
func (p statusPage) AllHits() string {
	var hits, renders uint64
	for _, n := range p.Nodes {
		hits, renders = hits+n.Hits, renders+n.Renders
	}
	return p.Hit(hits, renders)
}

// Short is a version without the digits of a commit that nobody reads.
func (statusPage) Short(version string) string {
	release, commit, found := strings.Cut(version, " ")
	if found && len(commit) > 10 {
		commit = commit[:10]
	}
	if release == "(devel)" && found {
		return commit
	}
	return release
}

// status shows how the newsroom is doing, what is wrong first.
func (n *Newsroom) status(w http.ResponseWriter, r *http.Request, watch Watch) error {
	c, err := watch.Condition(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	page := statusPage{frame: n.frame(r, n.print.T("status.title"), "status"), Condition: c, Still: r.URL.Query().Has("still"), Other: pathStatus + "?still=1"}
	if page.Still {
		page.Other = pathStatus
	} else {
		w.Header().Set("Refresh", statusEvery)
	}
	for _, f := range c.Faults {
		page.Wrong = append(page.Wrong, n.print.T(f.Key, f.Args...))
	}
	queues := c.Queues
	for i, node := range c.Nodes {
		row := nodeRow{Node: node, Here: i == 0, Hits: page.Hit(node.Hits, node.Renders), Disk: n.print.T("status.unknown"), Memory: n.print.Weight(node.Memory)}
		if node.DiskFree >= 0 {
			row.Disk = n.print.Weight(node.DiskFree)
		}
		page.Rows = append(page.Rows, row)
		page.Copied = node.CopiedAt
		queues = append(queues, node.Queues...)
		for _, p := range node.Projections {
			page.Behind = append(page.Behind, page.behind(p, node, c.At))
		}
	}
	for _, q := range queues {
		row := queueRow{Name: n.print.T("status_queue." + q.Name), Length: page.Count(q.Length)}
		if q.Length > 0 && !q.Oldest.IsZero() {
			row.Since = n.print.Span(c.At.Sub(q.Oldest))
		}
		page.Waits = append(page.Waits, row)
	}
	return n.render(w, r, http.StatusOK, "status", page)
}

func (p statusPage) behind(of news.Projection, node news.Node, now time.Time) behindRow {
	row := behindRow{Name: p.T("status_projection." + of.Name), Node: node.Name, Behind: p.T("status.uptodate")}
	switch {
	case of.Building:
		row.Behind = p.T("status.building")
	case of.Behind > 0:
		row.Behind = p.N("status.behind", of.Behind)
		if !of.Since.IsZero() {
			row.Behind = p.T("status.behind_since", row.Behind, p.Span(now.Sub(of.Since)))
		}
	}
	return row
}
