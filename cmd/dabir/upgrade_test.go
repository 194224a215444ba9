package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// TestOlderNodeBesideANewerOne: while a newsroom is brought up to date node by node, this Dabir works beside one that has migrated further. It
// reads and writes tables that have more columns, an event of a kind that it does not know makes all its pages anew, shows in the audit log and
// stops no index, and it starts again.
func TestOlderNodeBesideANewerOne(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		code := n.open(t)
		b := n.everyone(t, "hame")
		path := b.get(articlePath(code)).Header.Get("Location")
		b.get(path)
		renders := n.pages.Stats().Renders
		for _, statement := range []string{
			`ALTER TABLE article ADD COLUMN newer TEXT NOT NULL DEFAULT 'x'`,
			`ALTER TABLE revision ADD COLUMN newer BIGINT NOT NULL DEFAULT 0`,
			`ALTER TABLE comment ADD COLUMN newer TEXT`,
			`CREATE TABLE newer (id BIGINT PRIMARY KEY)`,
			`INSERT INTO migration (number, name, at) VALUES (9999, 'newer', 0)`,
			`UPDATE counter SET value = value + 1 WHERE name = 'event'`,
			`INSERT INTO event (seq, at, actor, kind, subject_kind, subject_id, data, touches)
				SELECT value, 0, 'user/1', 'article.sung', 'article', 1, '{"aloud":"yes"}', 'songs' FROM counter WHERE name = 'event'`,
		} {
			waitFor(t, "a turn to do: "+statement, func() bool { return execute(n, statement) == nil })
		}
		waitFor(t, "a page to be made anew after an event that nobody here knows", func() bool {
			return b.get(path).StatusCode == http.StatusOK && n.pages.Stats().Renders > renders
		})
		newer := b.write("خبری از گرهٔ قدیمی", 0, "publish")
		receiptOf(t, b.post(articlePath(code)+"/comments", url.Values{"text": {"نظری از گرهٔ قدیمی"}}))
		if got := b.get("/newsroom/audit"); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "article.sung") {
			t.Errorf("the audit log answers %d", got.StatusCode)
		}
		waitFor(t, "the search to find what was published after it", func() bool {
			return strings.Contains(b.get("/search?q="+url.QueryEscape("خبری از گرهٔ قدیمی")).body, "/news/"+newer.String()+"/")
		})
		again := storetest.Open(t, n.cfg.Database, time.Now)
		if a, err := again.Article(context.Background(), newer); err != nil || a.State != news.Published {
			t.Errorf("opened again: %+v, %v", a, err)
		}
		if faults, err := again.Check(context.Background()); err != nil || len(faults) > 0 {
			t.Errorf("not whole: %v, %v", faults, err)
		}
	})
}
