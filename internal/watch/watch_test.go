package watch

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

func TestWhatIsWrongIsSaid(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	node := func(n news.Node) news.Condition {
		if n.SeenAt.IsZero() {
			n.SeenAt = now
		}
		return news.Condition{Nodes: []news.Node{n}}
	}
	for name, tt := range map[string]struct {
		c    news.Condition
		want []string
	}{
		"nothing":              {node(news.Node{}), nil},
		"a silent node":        {node(news.Node{SeenAt: ago(2 * time.Minute), Projections: []news.Projection{{Name: "pages", Since: ago(time.Hour)}}}), []string{"status.fault_silent"}},
		"a moment behind":      {node(news.Node{Projections: []news.Projection{{Name: "pages", Behind: 1, Since: ago(time.Second)}}}), nil},
		"pages behind":         {node(news.Node{Projections: []news.Projection{{Name: "pages", Behind: 1, Since: ago(time.Minute)}}}), []string{"status_behind.pages"}},
		"an index being built": {node(news.Node{Projections: []news.Projection{{Name: "search", Behind: 1, Since: ago(time.Hour), Building: true}}}), nil},
		"a spool that waits":   {node(news.Node{Queues: []news.Queue{{Name: "spool", Length: 2, Oldest: ago(10 * time.Minute)}}}), []string{"status.fault_spool"}},
		"purges that wait":     {node(news.Node{Queues: []news.Queue{{Name: "purge", Length: 2, Oldest: ago(time.Minute)}}}), []string{"status.fault_purge"}},
		"a purge on its way":   {node(news.Node{Queues: []news.Queue{{Name: "purge", Length: 2, Oldest: ago(time.Second)}}}), nil},
		"an intake that waits": {node(news.Node{Queues: []news.Queue{{Name: "intake", Length: 2}}}), nil},
		"the worst first": {news.Condition{Queues: []news.Queue{{Name: "comments", Length: 1, Oldest: ago(25 * time.Hour)}, {Name: "due", Length: 1, Oldest: ago(time.Minute)}, {Name: "suggest", Length: 9}}},
			[]string{"status.fault_due", "status.fault_comments"}},
		"comments of today": {news.Condition{Queues: []news.Queue{{Name: "comments", Length: 1, Oldest: ago(23 * time.Hour)}, {Name: "due"}}}, nil},
	} {
		tt.c.At = now
		var got []string
		for _, f := range judge(tt.c) {
			got = append(got, f.Key)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

type shared struct{ nodes []news.Node }

func (shared) Position(context.Context) (news.LogPosition, error) {
	return news.LogPosition{Event: 7}, nil
}
func (shared) Queues(context.Context) ([]news.Queue, error) { return nil, nil }
func (s shared) Nodes(context.Context) ([]news.Node, error) { return s.nodes, nil }
func (shared) Backend() string                              { return "PostgreSQL" }

func TestConditionOfAllNodes(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	w := New(shared{[]news.Node{{Name: "a", SeenAt: now, CopiedAt: now.Add(-time.Hour)}, {Name: "b", SeenAt: now.Add(-time.Hour)}}},
		func(context.Context) news.Node { return news.Node{Name: "b", SeenAt: now} },
		func(context.Context) []news.Fault { return []news.Fault{{Key: "doctor.disk"}} }, func() time.Time { return now })
	c, err := w.Condition(t.Context(), news.SystemActor("x", news.Operator))
	if err != nil || len(c.Nodes) != 2 || c.Nodes[0].Name != "b" || !c.Nodes[0].CopiedAt.Equal(now.Add(-time.Hour)) || c.Event != 7 {
		t.Errorf("%+v %v", c, err)
	}
	if len(c.Faults) != 1 || c.Faults[0].Key != "doctor.disk" {
		t.Errorf("what a node wrote of itself an hour ago is told of the one that answers: %+v", c.Faults)
	}
	if _, err := w.Condition(t.Context(), news.SystemActor("x", news.DeskEditor)); news.KindOf(err) != news.Forbidden {
		t.Errorf("a desk editor: %v", err)
	}
}
