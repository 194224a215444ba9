package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/page"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// keptAndFresh are two handlers over one newsroom: pages of the first are kept, those of the second made anew each time.
type keptAndFresh struct {
	*newsroomUnderTest
	t           *testing.T
	kept, fresh http.Handler
}

func bothHandlers(t *testing.T, n *newsroomUnderTest) *keptAndFresh {
	areas, err := n.areas(n.url)
	if err != nil {
		t.Fatal(err)
	}
	build := func(pages *page.Cache) http.Handler {
		h, err := web.New(web.Options{SiteURL: n.url, Log: slog.New(slog.DiscardHandler), Pages: pages}, areas...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	return &keptAndFresh{n, t, build(n.pages), build(nil)}
}

func (k *keptAndFresh) get(h http.Handler, path string) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return fmt.Sprint(w.Code, w.Header().Get("Location"), "\n", w.Body)
}

// same fails when a kept page differs from what would be made now. What is suggested is computed beside the test: when that came to something
// between the two readings they are read again. A page that is old stays old, so nothing is overlooked.
func (k *keptAndFresh) same(path string, after string) {
	k.t.Helper()
	newest := func() int64 {
		n, err := k.store.NewestEvent(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		return n
	}
	for quiet := 0; ; {
		before := newest()
		got, want := k.get(k.kept, path), k.get(k.fresh, path)
		if got == want {
			return
		}
		if newest() == before {
			quiet++
		}
		if quiet == 2 {
			k.t.Fatalf("%s is old after: %s\nkept:\n%.3000s\nfresh:\n%.3000s", path, after, got, want)
		}
	}
}

// TestCachedPageNeverStale does random things in a newsroom and reads random pages before and after: every kept page is what would be
// made anew at that moment. The same seed does the same things.
func TestCachedPageNeverStale(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { walk(t, bothHandlers(t, start(t, "", anyNumber...)), 60) })
	t.Run("postgres", func(t *testing.T) { walk(t, bothHandlers(t, start(t, storetest.Postgres(t), anyNumber...)), 60) })
}

// anyNumber are settings by which one reader may send any number of comments.
var anyNumber = []string{"DABIR_COMMENTS_LIMIT=0", "DABIR_COMMENTS_CHALLENGE_RATE=0"}

// walk does so many random things.
func walk(t *testing.T, k *keptAndFresh, acts int) {
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	m := &model{keptAndFresh: k, r: rand.New(rand.NewPCG(seed, 0))}
	for i := range 12 {
		m.codes = append(m.codes, k.imports(t, news.Article{PublishedAt: time.Now().Add(-time.Duration(i) * 7 * time.Hour),
			Content: news.Content{Headline: fmt.Sprint("خبر ", i), Lede: "لید", Body: "<p>متن</p>", Tags: []string{m.tag()}}}, m.section()))
	}
	sections, err := k.editorial.Sections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.sections = sections
	for range acts {
		before := m.paths()
		for _, path := range before {
			k.get(k.kept, path)
		}
		did := m.act()
		for _, path := range append(before, m.paths()...) {
			k.same(path, did)
		}
	}
}

// model does random things.
type model struct {
	*keptAndFresh
	r        *rand.Rand
	codes    []news.Code
	sections []news.Section
	comments []news.CommentID
	receipts []string
	acts     int
}

var modelTags = [...]string{"آب", "هوا", "زمین", "خاک"}

func (m *model) tag() string { return modelTags[m.r.IntN(len(modelTags))] }

// anyTag is some tag of its own; NotFound while there is none.
func (m *model) anyTag() (news.Topic, error) {
	all, err := m.topics.Topics(m.t.Context(), chief, news.TopicFilter{Plain: true, Limit: 10})
	if err != nil {
		return news.Topic{}, err
	}
	if len(all.Topics) == 0 {
		return news.Topic{}, news.Fail(news.NotFound, "error.not_found")
	}
	return all.Topics[m.r.IntN(len(all.Topics))], nil
}

func (m *model) section() string {
	return []string{"جامعه", "اقتصاد", "علم"}[m.r.IntN(3)]
}

func (m *model) code() news.Code { return m.codes[m.r.IntN(len(m.codes))] }

// paths are some pages of every sort.
func (m *model) paths() []string {
	all := []string{"/", "/latest", "/sections", "/rss.xml", "/sitemap.xml", "/sitemap/1.xml", "/corrections", "/robots.txt", "/comments/rss.xml", "/part/latest", "/part/bar"}
	for _, s := range m.sections {
		all = append(all, s.Path(), s.Path()+"/rss.xml")
	}
	for _, tag := range modelTags {
		all = append(all, "/tag/"+tag, "/tag/"+tag+"/rss.xml")
	}
	today := persian.DateOf(m.now().In(persian.Tehran()))
	all = append(all, "/topics", "/sitemap/topics.xml", "/reporter/نگار-سپهوند", "/reporter/نگار-سپهوند/rss.xml", "/opensearch.xml",
		fmt.Sprintf("/archive/%04d", today.Year), fmt.Sprintf("/archive/%04d/%02d", today.Year, today.Month))
	for _, code := range m.codes {
		all = append(all, "/print/"+code.String(), "/part/counts/"+code.String(), "/part/version/"+code.String(), "/part/comments/"+code.String())
		if a, err := m.store.Public().Article(m.t.Context(), code); err == nil {
			all = append(all, a.Path(), a.Path()+"?reply=1", a.Path()+"?order=best", a.Path()+"?thread=1", "/news/"+code.String()+"/comments/rss.xml")
		}
	}
	m.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:6]
}

// act does one thing and says what. What is not possible at the moment (a second withdrawal) is refused, and nothing happens.
func (m *model) act() string {
	ctx, code := m.t.Context(), m.code()
	m.acts++
	acts := []struct {
		name string
		do   func() error
	}{
		{"publish a new article", func() error {
			a, err := m.editorial.Save(ctx, chief, editorial.Save{Content: m.content()})
			if err == nil {
				m.codes = append(m.codes, a.Code)
				_, err = m.editorial.Publish(ctx, chief, editorial.Publish{Code: a.Code, Base: a.Revision, Confirmed: true})
			}
			return err
		}},
		{"change an article and publish it", func() error { return m.change(code, true) }},
		{"change an article and keep it inside", func() error { return m.change(code, false) }},
		{"withdraw", func() error {
			_, err := m.editorial.Withdraw(ctx, chief, editorial.Withdraw{Code: code, Reason: "به درخواست منبع"})
			return err
		}},
		{"write a topic", func() error {
			_, err := m.topics.Save(ctx, chief, editorial.SaveTopic{Name: m.tag(), Kind: news.TopicKinds()[m.r.IntN(4)], Text: fmt.Sprint("متن شمارهٔ ", m.acts)})
			return err
		}},
		{"change or remove a topic", func() error {
			all, err := m.topics.Topics(ctx, chief, news.TopicFilter{Limit: 10})
			if err != nil || len(all.Topics) == 0 {
				return err
			}
			t := all.Topics[m.r.IntN(len(all.Topics))]
			if m.r.IntN(3) == 0 {
				return m.topics.Delete(ctx, chief, "", t.ID)
			}
			_, err = m.topics.Save(ctx, chief, editorial.SaveTopic{ID: t.ID, Base: t.Version, Name: t.Name, Kind: t.Kind, Text: fmt.Sprint("متن دیگر ", m.acts)})
			return err
		}},
		{"rename a tag", func() error {
			t, err := m.anyTag()
			if err == nil {
				_, err = m.topics.Save(ctx, chief, editorial.SaveTopic{ID: t.ID, Base: t.Version, Name: m.tag(), Kind: t.Kind, Text: t.Text})
			}
			return err
		}},
		{"merge two tags", func() error {
			lost, err := m.anyTag()
			kept, kerr := m.anyTag()
			if err = errors.Join(err, kerr); err == nil {
				_, err = m.tags.Merge(ctx, chief, "", news.TagMerge{Lost: lost.ID, Kept: kept.ID, LostVersion: lost.Version, KeptVersion: kept.Version})
			}
			return err
		}},
		{"take a merge back", func() error {
			t, err := m.anyTag()
			if err != nil {
				return err
			}
			names, err := m.tags.Names(ctx, chief, t.ID)
			if err == nil && len(names) > 0 {
				_, err = m.tags.Separate(ctx, chief, "", names[m.r.IntN(len(names))].ID)
			}
			return err
		}},
		{"close comments", func() error {
			_, err := m.editorial.SetComments(ctx, chief, editorial.CommentsSwitch{Code: code, Closed: m.r.IntN(2) == 0})
			return err
		}},
		{"correct", func() error {
			_, err := m.editorial.Correct(ctx, chief, "", news.Correction{Article: code, Kind: news.Amendment, Text: "نام درست شد", Changed: "نام"})
			return err
		}},
		{"comment", func() error {
			s, err := m.discussion.Submit(ctx, discussion.Submission{Article: code, Parent: m.comment(), Text: fmt.Sprint("نظر شمارهٔ ", m.acts), Action: fmt.Sprintf("%020d", m.acts)})
			if err == nil {
				m.comments, m.receipts = append(m.comments, s.Comment.ID), append(m.receipts, s.Receipt)
			}
			return err
		}},
		{"decide on a comment", func() error {
			if len(m.comments) == 0 {
				return nil
			}
			d := discussion.Decision{Comment: m.comment(), From: news.CommentPending, Reason: news.ReasonOffTopic}
			if m.r.IntN(3) == 0 {
				_, err := m.moderation.Reject(ctx, chief, d)
				return err
			}
			_, err := m.moderation.Approve(ctx, chief, d)
			return err
		}},
		{"vote", func() error {
			vote := []news.Vote{news.VoteUp, news.VoteDown, news.VoteNone}[m.r.IntN(3)]
			_, _, err := m.discussion.Vote(ctx, discussion.Opinion{Article: code, Comment: m.comment()}, vote)
			return err
		}},
		{"take a comment back", func() error {
			if len(m.receipts) == 0 {
				return nil
			}
			return m.discussion.Retract(ctx, m.receipts[m.r.IntN(len(m.receipts))], netip.Addr{})
		}},
		{"edit a comment", func() error {
			if len(m.receipts) == 0 {
				return nil
			}
			return m.discussion.Revise(ctx, m.receipts[m.r.IntN(len(m.receipts))], netip.Addr{}, fmt.Sprint("متن تازهٔ ", m.acts))
		}},
		{"close comments with a sentence", func() error {
			_, err := m.editorial.SetComments(ctx, chief, editorial.CommentsSwitch{Code: code, Closed: true, Note: fmt.Sprint("به دلیل ", m.acts)})
			return err
		}},
		{"close or open the whole site", func() error {
			return m.discussion.SetSwitch(ctx, chief, discussion.SiteSwitch{Closed: m.r.IntN(2) == 0, Note: fmt.Sprint("تا روز ", m.acts)})
		}},
		{"arrange the front page", func() error {
			_, err := m.store.UpdateFront(ctx, chief, "", func(s *news.FrontState) ([]news.EventKind, error) {
				f := news.Front{Slots: []news.FrontSlot{{ID: 1, Place: news.FrontLead, Article: code}}}
				s.Publish(f, news.FrontArranged, 0, 0, time.Now())
				return []news.EventKind{news.FrontPublished}, nil
			})
			return err
		}},
		{"count views", func() error { return m.store.AddViews(ctx, []news.Views{{Article: code, Slot: time.Now(), Count: 3}}) }},
	}
	one := acts[m.r.IntN(len(acts))]
	if err := one.do(); err != nil {
		if kind := news.KindOf(err); !slices.Contains([]news.Kind{news.Conflict, news.NotFound, news.Gone, news.Invalid}, kind) {
			m.t.Fatalf("%s: %v", one.name, err)
		}
		return one.name + " " + code.String() + " (refused)"
	}
	return one.name + " " + code.String()
}

// comment is one that was sent; 0 while there is none.
func (m *model) comment() news.CommentID {
	if len(m.comments) == 0 {
		return 0
	}
	return m.comments[m.r.IntN(len(m.comments))]
}

func (m *model) content() news.Content {
	by := []news.Byline{{Name: "نگار سپهوند"}, {Name: "لیلا خوش‌خلق"}}[m.r.IntN(2):]
	return news.Content{Lang: "fa", Kind: news.KindNews, Bylines: by, Headline: fmt.Sprint("خبر تازهٔ ", m.acts), Lede: "لید", Body: fmt.Sprint("<p>متن ", m.acts, "</p>"),
		Section: m.sections[m.r.IntN(len(m.sections))].ID, Tags: []string{m.tag(), m.tag()}}
}

func (m *model) change(code news.Code, publish bool) error {
	ctx := m.t.Context()
	a, err := m.editorial.Article(ctx, chief, code)
	if err != nil {
		return err
	}
	a, err = m.editorial.Save(ctx, chief, editorial.Save{Code: code, Base: a.Revision, Content: m.content()})
	if err != nil || !publish {
		return err
	}
	_, err = m.editorial.Publish(ctx, chief, editorial.Publish{Code: code, Base: a.Revision, Confirmed: true})
	return err
}

// TestViewsMakeNoPageOld: what readers open moves the lists of the most read, and makes no article's page anew.
func TestViewsMakeNoPageOld(t *testing.T) {
	n := start(t, "")
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر", Lede: "لید", Body: "<p>متن</p>"}}, "جامعه")
	b := n.browser(t)
	read := func() {
		t.Helper()
		for _, path := range []string{"/news/" + code.String() + "/خبر", "/latest"} {
			b.get(path).wants(t, http.StatusOK)
		}
	}
	read()
	before := n.pages.Stats().Renders
	n.moved(news.MostReadList)
	n.moved(news.MostReadHourList)
	read()
	if after := n.pages.Stats().Renders; before == 0 || after != before {
		t.Errorf("%d pages were made anew", after-before)
	}
}
