package store_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// deskFilters are the lists that people of the newsroom open.
func deskFilters(sections []news.SectionID) map[string]news.ArticleFilter {
	some := sections[:2]
	filters := map[string]news.ArticleFilter{
		"all": {}, "published": {State: news.Published}, "section": {Section: sections[1]}, "section and state": {Section: sections[1], State: news.Published},
		"headline": {Text: "تیتر 3"}, "section outside": {Section: sections[2], Sections: some},
	}
	for _, box := range news.Inboxes() {
		filters[string(box)] = news.ArticleFilter{Inbox: box}
		filters[string(box)+" of one"] = news.ArticleFilter{Inbox: box, Person: 3}
		filters[string(box)+" of sections"] = news.ArticleFilter{Inbox: box, Sections: some}
	}
	return filters
}

// wanted tells whether a filter's list holds an article, said a second time in Go.
func wanted(f news.ArticleFilter, a news.Article) bool {
	trashed, personal := !a.TrashedAt.IsZero(), f.Person == 0 || a.Holder == f.Person
	in := map[news.Inbox]bool{
		"":                  !trashed,
		news.InboxMine:      !trashed && a.State == news.Draft && a.ReturnReason == "" && personal,
		news.InboxReturned:  !trashed && a.State == news.Draft && a.ReturnReason != "" && personal,
		news.InboxWaiting:   !trashed && a.State == news.Submitted,
		news.InboxScheduled: !trashed && (a.State == news.Scheduled || !a.ChangeAt.IsZero()),
		news.InboxRecent:    !trashed && a.State == news.Published,
		news.InboxTrash:     trashed && personal,
	}[f.Inbox]
	return in && (f.State == "" || a.State == f.State) && (f.Section == 0 || a.Content.Section == f.Section) &&
		(f.Sections == nil || slices.Contains(f.Sections, a.Content.Section)) && strings.Contains(a.Content.Headline, f.Text)
}

func TestDeskListsHoldWhatTheyShould(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		random := rand.New(rand.NewPCG(5, 5))
		var sections []news.SectionID
		for _, name := range []string{"شهر", "ورزش", "جهان"} {
			sections = append(sections, section(t, s, name).ID)
		}
		var all []news.Article
		for i := range 240 {
			a := article(sections[random.IntN(3)], fmt.Sprintf("تیتر %d", i), noon)
			a.State = []news.State{news.Draft, news.Submitted, news.Scheduled, news.Published}[random.IntN(4)]
			made := create(t, s, a)
			made, err := s.UpdateArticle(ctx, editor, "", made.Code, func(a *news.Article) ([]news.EventKind, error) {
				a.Holder, a.UpdatedAt = news.UserID(random.IntN(4)), noon.Add(time.Duration(random.IntN(20))*time.Minute)
				if a.State == news.Draft && random.IntN(2) == 0 {
					a.ReturnReason = "دوباره"
				}
				if a.State == news.Published && random.IntN(4) == 0 {
					a.ChangeAt = noon.Add(time.Hour)
				}
				if a.State == news.Draft && random.IntN(4) == 0 {
					a.TrashedAt = noon
				}
				return nil, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, made)
		}
		slices.SortFunc(all, func(x, y news.Article) int {
			return cmp.Or(y.UpdatedAt.Compare(x.UpdatedAt), cmp.Compare(y.Code, x.Code))
		})
		for name, f := range deskFilters(sections) {
			var want, got []news.Code
			for _, a := range all {
				if wanted(f, a) {
					want = append(want, a.Code)
				}
			}
			f.Limit = 7
			for more := true; more; more = !f.After.IsZero() {
				page, err := s.Articles(ctx, f)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, row := range page.Rows {
					got = append(got, row.Code)
				}
				f.After = page.Next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d articles %v, want %d %v", name, len(got), got, len(want), want)
			}
			if len(want) == 0 && name != "section outside" {
				t.Errorf("%s is empty: the test shows nothing of it", name)
			}
		}
	})
}

// TestEveryDeskListHasItsIndex: no list reads the table, or an index, from end to end, but for a search in headlines.
func TestEveryDeskListHasItsIndex(t *testing.T) {
	s := storetest.SQLite(t)
	for name, f := range deskFilters([]news.SectionID{1, 2, 3}) {
		if f.Text != "" {
			continue
		}
		f.Limit = 50
		plan, err := store.DeskPlan(s, f)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, step := range plan {
			ofList := strings.Contains(step, "INDEX article_") && strings.Contains(step, "updated_at<?)")
			switch {
			case ofList:
				found++
			case strings.HasPrefix(step, "SEARCH a USING INTEGER PRIMARY KEY"): // a line that is shown
			case strings.HasPrefix(step, "SCAN a"), strings.HasPrefix(step, "SEARCH a "), strings.HasPrefix(step, "SCAN r"):
				t.Errorf("%s: %s", name, step)
			}
		}
		if found == 0 {
			t.Errorf("%s: the plan names no index of the list: %v", name, plan)
		}
	}
}

func TestOnesOwnLockIsNoNews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		made := create(t, s, article(section(t, s, "شهر").ID, "تیتر", noon))
		negar := news.User{Username: "negar", Name: "نگار", Roles: []news.Role{news.Reporter}}
		if err := s.CreateUser(ctx, editor, &negar); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Lock(ctx, negar.ID, made.Code, false, ""); err != nil {
			t.Fatal(err)
		}
		for viewer, want := range map[news.UserID]string{negar.ID: "", 99: "نگار"} {
			page, err := s.Articles(ctx, news.ArticleFilter{Viewer: viewer, Limit: 5})
			if err != nil || len(page.Rows) != 1 || page.Rows[0].LockedBy != want {
				t.Errorf("viewer %d sees %+v (%v), want %q", viewer, page.Rows, err, want)
			}
		}
	})
}

func TestOldViewsAreSweptAway(t *testing.T) {
	now := noon
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		made := create(t, s, article(section(t, s, "شهر").ID, "تیتر", noon))
		for _, days := range []int{1, 34, 36, 400} {
			if err := s.AddViews(ctx, []news.Views{{Article: made.Code, Slot: now.AddDate(0, 0, -days), Count: 1}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if left, err := store.CountViews(s); err != nil || left != 2 {
			t.Errorf("%d rows are left (%v), want those of the last five weeks", left, err)
		}
	})
}

func TestDraftsThatNobodyTouchedAreSweptAway(t *testing.T) {
	now := noon
	storetest.EachAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		made := create(t, s, article(section(t, s, "شهر").ID, "تیتر", noon))
		typed := func(code news.Code, draft string, days int) {
			now = noon.AddDate(0, 0, -days)
			if err := s.Autosave(ctx, 1, news.Autosave{Article: code, Draft: draft, Window: "w", Form: "x"}); err != nil {
				t.Fatal(err)
			}
			now = noon
		}
		typed(0, "young", 89)
		typed(0, "old", 91)
		typed(made.Code, "", 400)
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		left, err := s.Autosaved(ctx, 1, 0)
		if err != nil || len(left) != 1 || left[0].Draft != "young" {
			t.Errorf("drafts: %+v %v", left, err)
		}
		if kept, err := s.Autosaved(ctx, 1, made.Code); err != nil || len(kept) != 1 {
			t.Errorf("what was typed into an article: %+v %v", kept, err)
		}
	})
}

// BenchmarkDeskLists measures every list of the desk in a newsroom of 1,000 articles and in one of 100,000; the figure ×1000 is the
// ratio of the second to the first. In both 1 article in 50 is on its way and 1 in 200 in the trash, and 40 people hold them.
func BenchmarkDeskLists(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return filepath.Join(tb.(*testing.B).TempDir(), "dabir.db") },
		"postgres": storetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			var stores []*store.Store
			for _, size := range []int{1000, 100_000} {
				at := dsn(b)
				stores = append(stores, storetest.Open(b, at, nil))
				fillDesk(b, name, at, size)
			}
			sections := []news.SectionID{2, 3, 4}
			for _, list := range slices.Sorted(maps.Keys(deskFilters(sections))) {
				f := deskFilters(sections)[list]
				f.Limit = 50
				b.Run(strings.ReplaceAll(list, " ", "-"), func(b *testing.B) {
					var took [2]time.Duration
					for b.Loop() {
						for i, s := range stores {
							began := time.Now()
							if _, err := s.Articles(ctx, f); err != nil {
								b.Fatal(err)
							}
							took[i] += time.Since(began)
						}
					}
					b.ReportMetric(float64(took[1])/float64(took[0]), "×1000")
					b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "µs/100k")
				})
			}
		})
	}
}

// fillDesk writes articles beneath the store, in one statement each.
func fillDesk(b *testing.B, driver, dsn string, n int) {
	b.Helper()
	db, err := sql.Open(map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[driver], dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	numbers := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, n)
	sections := `INSERT INTO section (id, slug, fold, name, name_en, position) VALUES `
	for i := range 11 { // the general section is there already, with number 1
		sections += fmt.Sprintf(`(%d, 's%d', 's%d', 'سرویس %d', '', %d),`, i+2, i, i, i, i)
	}
	state := `CASE WHEN i % 400 = 0 THEN 'submitted' WHEN i % 400 = 1 THEN 'scheduled' WHEN i % 100 = 2 THEN 'draft' ELSE 'published' END`
	for _, statement := range []string{
		strings.TrimSuffix(sections, ","),
		numbers + strings.ReplaceAll(`INSERT INTO article (code, state, working_revision, public_revision, section_id, media_id, published_at, order_at, modified_at, created_at, updated_at,
			author, updated_by, withdrawal, comments_closed, holder, return_reason, publish_at, change_at, trashed_at, desk_section)
			SELECT i, STATE, i, CASE WHEN STATE = 'published' THEN i ELSE NULL END, i % 12 + 1, NULL, i * 60000, i * 60000, NULL, i * 60000, i * 60000,
			1, 1, '', 0, i % 41, CASE WHEN i % 800 = 2 THEN 'دوباره' ELSE '' END, NULL, CASE WHEN i % 500 = 3 THEN i ELSE NULL END,
			CASE WHEN i % 200 = 102 THEN i ELSE NULL END, i % 12 + 1 FROM n`, "STATE", state),
		numbers + `INSERT INTO revision (id, article_code, number, at, author, lang, kind, kicker, headline, short_headline, lede, body, source, end_mark, desk_code,
			slug, section_id, tags, bylines, media_id, picture_caption, picture_credit, picture_alt)
			SELECT i, i, 1, i * 60000, 1, 'fa', 'news', '', 'تیتر خبری که چند واژه دارد ' || i, '', 'لید خبر', '<p>متن</p>', '', 0, '', 'x', i % 12 + 1, '[]', '[]', NULL, '', '', '' FROM n`,
	} {
		if _, err := db.Exec(statement); err != nil {
			b.Fatalf("%v\n%.300s", err, statement)
		}
	}
	if driver == "postgres" {
		if _, err := db.Exec("ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
}
