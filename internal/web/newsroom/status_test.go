package newsroom

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/watch"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// TestStatusPageSaysWhatIsWrongFirst: a node that is late, one that is silent, and what the doctor found, above all figures.
func TestStatusPageSaysWhatIsWrongFirst(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	chief, desk := h.hire("sardabir", "سردبیر", news.ChiefEditor), h.hire("dabir", "دبیر", news.DeskEditor)
	faults := []news.Fault{{Key: "doctor.disk", Args: []any{"/srv/newsroom", int64(700)}}}
	own := news.Node{Name: "one:80", Version: "v1.2.3 0123456789abcdef", SeenAt: now, StartedAt: now, Readers: 1234, Hits: 99, Renders: 1, DiskFree: 700 << 20,
		Projections: []news.Projection{{Name: "pages", Behind: 7, Since: now.Add(-5 * time.Minute)}, {Name: "search", Building: true}, {Name: "desk"}},
		Queues:      []news.Queue{{Name: "intake"}}}
	h.must(h.store.Beat(t.Context(), news.Node{Name: "two:80", SeenAt: now.Add(-10 * time.Minute), DiskFree: -1}))
	w := watch.New(h.store, func(context.Context) news.Node { return own }, func(context.Context) []news.Fault { return faults }, time.Now)
	site, err := web.New(web.Options{SiteURL: "http://news.example", Log: slog.New(slog.DiscardHandler)}, h.room.Area(), h.room.StatusArea(w))
	h.must(err)
	h.handler = site

	page := chief.get("/newsroom/status")
	h.want(page, 200, "آنچه درست نیست", "از گره «two:80» ۱۰ دقیقه است خبری نیست", "گره «one:80» ۵ دقیقه است از ۷ رویداد خبر ندارد", "تنها ۷۰۰ مگابایت",
		"۱٬۲۳۴", "۹۹", "در حال ساختن", "به‌روز", "v1.2.3", "هیچ‌گاه", "نامعلوم", "SQLite")
	h.lacks(page, "0123456789abcdef", "چیزی نادرست نیست")
	if page.Header().Get("Refresh") == "" || page.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", page.Header())
	}
	if still := chief.get("/newsroom/status?still=1"); still.Header().Get("Refresh") != "" {
		t.Error("the page goes on refreshing although it was told not to")
	}
	h.want(desk.get("/newsroom/status"), 403)
	h.lacks(desk.get("/newsroom/articles"), "/newsroom/status")

	own.Projections, faults = nil, nil
	h.must(h.store.Beat(t.Context(), news.Node{Name: "two:80", SeenAt: now, CopiedAt: now}))
	h.want(chief.get("/newsroom/status"), 200, "چیزی نادرست نیست")
}

// TestPagesSayThatNothingCanBeStored: what the node knows of its database stands above every page, those of guests too, and nowhere while all is well.
func TestPagesSayThatNothingCanBeStored(t *testing.T) {
	h := newHouse(t)
	chief := h.hire("sara", "سارا", news.ChiefEditor)
	for reach, want := range map[news.Reach]string{news.ReachPrimary: "", news.ReachReading: "newsroom.away_reading", news.ReachStandby: "newsroom.away_standby", news.ReachNothing: "newsroom.away"} {
		h.room.Reach = func() news.Reach { return reach }
		for _, page := range []string{chief.get("/newsroom/articles").Body.String(), (&person{house: h}).get("/newsroom/signin").Body.String(), chief.get("/newsroom/articles/99999").Body.String()} {
			if said := strings.Contains(page, `class="outage"`); said != (want != "") || said && !strings.Contains(page, h.room.print.T(want)) {
				t.Errorf("reach %d: %v: %.1500s", reach, said, page)
			}
		}
	}
}
