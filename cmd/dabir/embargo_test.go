package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
)

// bird is the canary: no reader may find it anywhere before its moment. coal is the control that everybody may see. owl stands in the
// notes between editors, which no reader may see at any time.
const bird, coal, owl = "قناری", "زغال", "جغد"

// clock is a clock that runs and can be put forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time           { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) forward(by time.Duration) { c.ahead.Add(int64(by)) }

// onEachDatabase runs a scenario with a clock on SQLite and on PostgreSQL.
func onEachDatabase(t *testing.T, run func(t *testing.T, n *newsroomUnderTest, c *clock)) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			run(t, startAt(t, c.now, dsn(t)), c)
		})
	}
}

// canaryPicture adds a picture of noise whose file says the word, and returns it with pieces of what its renditions hold.
func (n *newsroomUnderTest) canaryPicture(t *testing.T, word string) (news.Media, [][]byte) {
	t.Helper()
	noise := rand.New(rand.NewPCG(7, uint64(len(word))))
	img := image.NewRGBA(image.Rect(0, 0, 700, 420))
	for i := range img.Pix {
		img.Pix[i] = byte(noise.UintN(256))
	}
	img.Set(0, 0, color.Black)
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, nil); err != nil {
		t.Fatal(err)
	}
	comment := []byte(word + " canarybytes")
	marked := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(comment) + 2)}, comment...)
	m, err := n.library.Add(context.Background(), chief, media.Upload{Reader: bytes.NewReader(append(marked, file.Bytes()[2:]...)),
		Caption: word + " شرح", Credit: word + " عکاس", Alt: word + " جانشین"})
	if err != nil {
		t.Fatal(err)
	}
	pieces := [][]byte{[]byte("canarybytes")}
	for _, width := range []int{320, 480, 640, 960} {
		var all []byte
		waitFor(t, "the renditions", func() bool { // some are made in the background
			rendition, err := n.library.Open(context.Background(), m, width)
			if err != nil {
				return false
			}
			defer rendition.Close()
			all, err = io.ReadAll(rendition)
			return err == nil && rendition.Exact && len(all) > 10_000
		})
		pieces = append(pieces, all[len(all)/3:len(all)/3+40], all[len(all)-60:len(all)-20])
	}
	return m, pieces
}

// marked is content with the word in every field.
func marked(word string, section news.SectionID, picture, inBody news.MediaID) news.Content {
	return news.Content{
		Kind: news.KindReport, Lang: "fa", Kicker: word + " روتیتر", Headline: word + " تیتر", ShortHeadline: word + " تیتر کوتاه", Lede: word + " لید",
		Body: fmt.Sprintf(`<p>%s متن</p><figure><img src="/media/%d/800.jpg" alt="%s"><figcaption>%s</figcaption></figure><aside class="pullquote"><p>%s</p></aside><aside class="desk-note"><p>%s یادداشت</p></aside>`,
			word, inBody, word, word, word, owl),
		Source: word + " منبع", EndMark: true, DeskCode: word, Section: section, Tags: []string{word + " برچسب", "مشترک"},
		Bylines: []news.Byline{{Name: word + " نویسنده", Code: word}},
		Picture: news.Picture{Media: picture, Caption: word + " شرح", Credit: word + " عکاس", Alt: word + " جانشین"},
	}
}

// cage is a newsroom with hidden things in it.
type cage struct {
	*newsroomUnderTest
	section, tag string // slugs of their own
	live, hidden news.Code
	pictures     []news.Media
	pieces       [][]byte
	token        string // of a link to the hidden article
}

// build plants a live article with coal and, hidden until a moment, an article and a change of the live one, each full of birds.
func build(t *testing.T, n *newsroomUnderTest, moment time.Time) *cage {
	t.Helper()
	ctx := context.Background()
	g := &cage{newsroomUnderTest: n}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		picture, pieces := n.canaryPicture(t, bird+strconv.Itoa(len(g.pictures)))
		g.pictures, g.pieces = append(g.pictures, picture), append(g.pieces, pieces...)
	}
	own, err := n.store.EnsureSection(ctx, chief, news.Section{Name: bird + " سرویس"})
	must(err)
	g.section, g.tag = own.Slug, persian.Slug(bird+" برچسب")

	g.live = n.imports(t, news.Article{PublishedAt: n.now().Add(-time.Hour), Content: marked(coal, 0, 0, 0)}, coal)
	_, err = n.editorial.Correct(ctx, chief, "", news.Correction{Article: g.live, Kind: news.Amendment, Text: coal + " اصلاح", Changed: coal})
	must(err)
	live, err := n.editorial.Article(ctx, chief, g.live)
	must(err)
	changed := marked(bird, own.ID, g.pictures[2].ID, 0)
	live, err = n.editorial.Save(ctx, chief, editorial.Save{Code: g.live, Base: live.Revision, Content: changed})
	must(err)
	_, err = n.editorial.Schedule(ctx, chief, editorial.Publish{Code: g.live, Base: live.Revision, Confirmed: true}, moment)
	must(err)

	a, err := n.editorial.Save(ctx, chief, editorial.Save{Content: marked(bird, own.ID, g.pictures[0].ID, g.pictures[1].ID)})
	must(err)
	g.hidden = a.Code
	_, err = n.editorial.Embargo(ctx, chief, editorial.Step{Code: g.hidden}, moment)
	must(err)
	_, err = n.editorial.Schedule(ctx, chief, editorial.Publish{Code: g.hidden, Base: 1, Confirmed: true}, moment)
	must(err)
	g.shownByHand(t)
	// What the acts refuse is planted beneath them: a correction of what is not public, and views of it.
	must(n.store.AddCorrection(ctx, chief, "", &news.Correction{Article: g.hidden, Kind: news.Denial, Text: bird + " تکذیب", Changed: bird, At: n.now()}))
	must(n.store.AddViews(ctx, []news.Views{{Article: g.hidden, Slot: n.now().Truncate(time.Hour), Count: 1000}}))
	must(n.store.Autosave(ctx, 1, news.Autosave{Article: g.hidden, Window: "w", Base: 1, Form: bird}))
	link, err := n.previews.Link(ctx, chief, editorial.Step{Code: g.hidden})
	must(err)
	g.token = link.Token
	return g
}

// shownByHand puts the hidden article at the top of the front page and into a dossier, as an editor prepares for the moment.
func (g *cage) shownByHand(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	state, _, err := g.front.Edit(ctx, chief, editorial.FrontEdit{Do: editorial.FrontAdd, Place: news.FrontLead, Article: g.hidden})
	if err == nil {
		_, err = g.front.Publish(ctx, chief, editorial.PublishFront{Base: state.Draft.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
	made, err := g.front.SaveDossier(ctx, chief, editorial.SaveDossier{Slug: coal, Content: news.DossierContent{Title: "پروندهٔ " + coal,
		Items: []news.DossierItem{{Code: g.hidden, Pinned: true}, {Code: g.live}}, TagName: "مشترک"}})
	if err == nil {
		_, err = g.front.PublishDossier(ctx, chief, editorial.DossierStep{ID: made.ID, Base: made.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// place finds the parameters of a route's pattern.
var place = regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}|\{\$\}`)

// fill puts every plausible value into a pattern.
func (g *cage) fill(pattern string) []string {
	at := place.FindStringSubmatchIndex(pattern)
	if at == nil {
		return []string{pattern}
	}
	values := []string{""}
	if at[2] >= 0 {
		values = g.plausible(pattern[at[2]:at[3]])
	}
	var all []string
	for _, value := range values {
		all = append(all, g.fill(pattern[:at[0]]+value+pattern[at[1]:])...)
	}
	return all
}

// plausible are the values of a parameter by its name; one that this test does not know gets something of everything.
func (g *cage) plausible(name string) []string {
	today := persian.DateOf(g.now().In(persian.Tehran()))
	next := today.AddDays(1)
	numbers := func(numbers ...int) (all []string) {
		for _, n := range numbers {
			all = append(all, strconv.Itoa(n))
		}
		return all
	}
	switch name {
	case "code":
		return append(numbers(0, 1, 2, 3, 99999), url.PathEscape(persian.Digits(g.hidden.String())))
	case "id", "number":
		return numbers(1, 2, 3, 4)
	case "file":
		return append(syndicate.CropNames(), "320.jpg", "480.jpg", "640.jpg", "800.jpg", "1920.jpg", "file.jpg", "1.xml", "2.xml")
	case "slug":
		var all []string
		for _, text := range []string{bird + " تیتر", bird + " برچسب", bird + " سرویس", bird + " نویسنده", bird, coal + " تیتر", coal + " برچسب", coal, "مشترک", "general"} {
			all = append(all, url.PathEscape(persian.Slug(text)))
		}
		return append(all, url.PathEscape(g.section))
	case "year":
		return numbers(today.Year, next.Year)
	case "month":
		return []string{fmt.Sprintf("%02d", today.Month), fmt.Sprintf("%02d", next.Month)}
	case "day":
		return []string{fmt.Sprintf("%02d", today.Day), fmt.Sprintf("%02d", next.Day)}
	case "token":
		return []string{"x", g.token[:len(g.token)-1], strings.ToLower(g.token), g.token + "A"}
	case "name":
		return []string{"site.css", g.pictures[0].Hash + "-480.jpg", "media/" + g.pictures[0].Hash[:2] + "/" + g.pictures[0].Hash + "-480.jpg"}
	}
	return []string{"1", "2", url.PathEscape(bird), g.pictures[0].Hash, "480.jpg"}
}

// walk asks every route of the program as a reader, with every plausible value in its address, and hands over what comes back.
func (g *cage) walk(t *testing.T, visit func(path string, got answer)) {
	t.Helper()
	areas, err := g.areas(g.url)
	if err != nil {
		t.Fatal(err)
	}
	b := g.browser(t)
	seen := map[string]bool{}
	for _, area := range areas {
		for _, route := range area.Routes {
			method, pattern, _ := strings.Cut(route.Pattern, " ")
			for _, path := range g.fill(pattern) {
				if seen[method+path] {
					continue
				}
				seen[method+path] = true
				if method != http.MethodGet {
					visit(path, b.post(path, url.Values{"text": {"از خواننده"}, "email": {"no"}}))
					continue
				}
				visit(path, b.get(path))
				if strings.Count(pattern, "{") == 0 {
					visit(path, b.get(path+"?after=zzzzzz.zz&reply=1&page=2&revision=2"))
				}
			}
		}
	}
	for path := range everyLink(t, b, g.token) {
		if !seen[http.MethodGet+path] {
			visit(path, b.get(path))
		}
	}
}

// everyLink is what a reader finds by following links, without the one that was sent to somebody in private.
func everyLink(t *testing.T, b *browser, token string) map[string]bool {
	all := map[string]bool{}
	for _, path := range everyPublicPath(t, b) {
		if strings.Contains(path, token) {
			t.Errorf("a public page links to a preview: %s", path)
		}
		all[path] = true
	}
	return all
}

// leaks tells where an answer holds a word, in any spelling, or the bytes of a hidden picture. What the reader typed into the address
// themselves does not count.
func (g *cage) leaks(path string, got answer, word string) string {
	var all strings.Builder
	fmt.Fprintln(&all, got.Status)
	if err := got.Header.Write(&all); err != nil {
		return err.Error()
	}
	all.WriteString(got.body)
	text := all.String()
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	for _, own := range []string{path, plain, url.QueryEscape(path), url.QueryEscape(plain)} {
		if len(own) > 1 {
			text = strings.ReplaceAll(text, own, "")
		}
	}
	ascii := strconv.QuoteToASCII(word)
	escaped, _ := json.Marshal(word)
	for _, spelling := range []string{word, url.PathEscape(word), strings.ToLower(url.PathEscape(word)), ascii[1 : len(ascii)-1], string(escaped[1 : len(escaped)-1]), persian.Fold(word)} {
		if i := strings.Index(text, spelling); i >= 0 {
			return fmt.Sprintf("%q", text[max(0, i-60):min(len(text), i+60)])
		}
	}
	if word == bird {
		for _, piece := range g.pieces {
			if strings.Contains(got.body, string(piece)) {
				return "the bytes of a picture"
			}
		}
	}
	return ""
}

// lists are the places where the hidden article must be once it is public.
func (g *cage) lists(day time.Time) []string {
	date := persian.DateOf(day.In(persian.Tehran()))
	section := "/section/" + url.PathEscape(g.section)
	dossier := "/dossier/" + url.PathEscape(coal)
	return []string{"/", "/latest", dossier, dossier + "/rss.xml", section, section + "/rss.xml", "/tag/" + url.PathEscape(g.tag), "/tag/" + url.PathEscape(g.tag) + "/rss.xml", "/reporter/" + url.PathEscape(persian.Slug(bird+" نویسنده")), "/sections",
		fmt.Sprintf("/archive/%04d/%02d/%02d", date.Year, date.Month, date.Day), "/rss.xml", "/sitemap/1.xml", "/corrections",
		news.ArticlePath(g.hidden, persian.Slug(bird+" تیتر")), "/print/" + g.hidden.String(),
		news.ArticlePath(g.live, persian.Slug(bird+" تیتر")), fmt.Sprintf("/media/%d/480.jpg", g.pictures[0].ID), fmt.Sprintf("/media/%d/640.jpg", g.pictures[1].ID), fmt.Sprintf("/media/%d/480.jpg", g.pictures[2].ID)}
}

// TestEmbargoCanary: an embargoed article, its pictures, its preview, its correction and a change that waits for a live article are nowhere
// before the moment, whatever a reader asks of the whole route table, and everywhere within a second after it.
func TestEmbargoCanary(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, c *clock) {
		moment := n.now().Add(3 * time.Hour).Truncate(time.Second)
		g := build(t, n, moment)
		stream := g.listensBefore(t)
		answers, controls := 0, 0
		twins := map[string]answer{}
		g.walk(t, func(path string, got answer) {
			answers++
			for _, word := range []string{bird, owl} {
				if where := g.leaks(path, got, word); where != "" {
					t.Errorf("%s %s (%d) leaks: %s", got.Request.Method, path, got.StatusCode, where)
				}
			}
			if strings.Contains(got.body, coal) {
				controls++
			}
			twins[got.Request.Method+path] = got
		})
		if answers < 300 || controls < 20 {
			t.Errorf("walked %d addresses, %d show the public article: the walk has lost its grip", answers, controls)
		}
		g.sameAsUnknown(t, twins)
		g.refusals(t)
		g.previewShows(t, c)
		if log := n.log.String(); strings.Contains(log, bird) || strings.Contains(log, url.PathEscape(bird)) || strings.Contains(log, g.token) {
			t.Error("the log holds the canary or the link")
		}

		g.heardNothing(t, stream)
		c.forward(moment.Sub(c.now()))
		g.appears(t, moment)
		stream.hearsAppear(t)
		if got := n.browser(t).get("/preview/" + g.token); got.StatusCode != http.StatusNotFound || strings.Contains(got.body, bird+" متن") {
			t.Errorf("the link lives on after the moment: %d", got.StatusCode)
		}
		g.walk(t, func(path string, got answer) {
			if where := g.leaks(path, got, owl); where != "" {
				t.Errorf("%s %s (%d) shows a note between editors: %s", got.Request.Method, path, got.StatusCode, where)
			}
		})
		published := map[int64]int{}
		for _, e := range n.events(t) {
			if e.Kind == news.ArticlePublished {
				published[e.SubjectID]++
			}
		}
		if published[int64(g.hidden)] != 1 || published[int64(g.live)] != 1 {
			t.Errorf("published events %v, want one each", published)
		}
	})
}

// sameAsUnknown: whatever is asked of the hidden article is answered like the same asked of a code that does not exist.
func (g *cage) sameAsUnknown(t *testing.T, answers map[string]answer) {
	t.Helper()
	compared := 0
	for path, got := range answers {
		for _, before := range []string{"/news/", "/print/", "/part/counts/", "/part/comments/", "/part/version/"} {
			hidden, unknown := before+g.hidden.String(), before+"99999"
			other, ok := answers[strings.Replace(path, hidden, unknown, 1)]
			if !ok || !strings.Contains(path, hidden) {
				continue
			}
			compared++
			if got.StatusCode != other.StatusCode || got.body != other.body || got.Header.Get("Content-Length") != other.Header.Get("Content-Length") {
				t.Errorf("%s (%d) can be told from an unknown code (%d)", path, got.StatusCode, other.StatusCode)
			}
		}
	}
	if compared < 5 {
		t.Errorf("compared %d answers: the check has lost its grip", compared)
	}
}

// refusals asks for what is hidden in ways that are refused: no error page, no header of one, tells anything of it either.
func (g *cage) refusals(t *testing.T) {
	t.Helper()
	b, statuses := g.browser(t), map[int]int{}
	for _, path := range append(g.lists(g.now()), articlePath(g.hidden)+"/comments", "/news/"+g.hidden.String()) {
		for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodPost, http.MethodOptions, "BIRD"} {
			for _, body := range []string{"", "text=" + strings.Repeat("a", 2<<20)} {
				r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Range", "bytes=0-10")
				got := b.do(r)
				statuses[got.StatusCode]++
				if where := g.leaks(path, got, bird); where != "" {
					t.Errorf("%s %s (%d) leaks: %s", method, path, got.StatusCode, where)
				}
			}
		}
	}
	if statuses[http.StatusMethodNotAllowed] < 20 || statuses[http.StatusNotFound] < 10 {
		t.Errorf("the refusals are %v: the check has lost its grip", statuses)
	}
}

// previewShows: whoever has the link sees the article and its pictures, in a page that nobody keeps.
func (g *cage) previewShows(t *testing.T, c *clock) {
	t.Helper()
	b := g.browser(t)
	got := b.get("/preview/" + g.token)
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "ETag": ""} {
		if got.Header.Get(name) != want {
			t.Errorf("the preview's %s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "پیش‌نمایش، منتشر نشده") || !strings.Contains(got.body, bird+" متن") || strings.Contains(got.body, coal) || strings.Contains(got.body, owl) {
		t.Errorf("the preview answers %d, or is not marked, or shows something else of the site", got.StatusCode)
	}
	doc := got.page(t)
	if doc.Find(`link[rel=canonical], script[type="application/ld+json"], meta[property]`).Length() > 0 {
		t.Error("the preview tells machines where it is")
	}
	pictures := 0
	for _, img := range doc.Find("main img").EachIter() {
		for _, source := range append(strings.Split(img.AttrOr("srcset", ""), ", "), img.AttrOr("src", "")) {
			address, _, _ := strings.Cut(source, " ")
			if address == "" {
				continue
			}
			pictures++
			file := b.get(address)
			if file.StatusCode != http.StatusOK || file.Header.Get("Cache-Control") != "no-store" || !slices.ContainsFunc(g.pieces, func(p []byte) bool { return strings.Contains(file.body, string(p)) }) {
				t.Errorf("the picture %s answers %d", address, file.StatusCode)
			}
			public := strings.Replace(address, "/preview/"+g.token, "", 1)
			if got := b.get(public); got.StatusCode != http.StatusNotFound {
				t.Errorf("the picture is at %s too (%d)", public, got.StatusCode)
			}
		}
	}
	if pictures < 3 {
		t.Errorf("the preview shows %d addresses of pictures", pictures)
	}
	// The picture of the change that waits for the other article is not this link's to give.
	if got := b.get(fmt.Sprintf("/preview/%s/media/%d/480.jpg", g.token, g.pictures[2].ID)); got.StatusCode != http.StatusNotFound {
		t.Errorf("another article's picture answers %d", got.StatusCode)
	}
}

// appears: within a second everything is on every list.
func (g *cage) appears(t *testing.T, moment time.Time) {
	t.Helper()
	began := time.Now()
	b := g.browser(t)
	missing := g.lists(moment)
	for len(missing) > 0 && time.Since(began) < soon {
		missing = slices.DeleteFunc(missing, func(path string) bool {
			got := b.get(path)
			found := g.leaks("", got, bird) != ""
			return got.StatusCode == http.StatusOK && found
		})
	}
	if len(missing) > 0 {
		t.Errorf("a second after the moment it is not on %v", missing)
	}
	t.Logf("everywhere %v after the moment", time.Since(began).Round(time.Millisecond))
}

// TestWithdrawnIsGoneEverywhere: what was on every list is on none as soon as the withdrawal has returned.
func TestWithdrawnIsGoneEverywhere(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, n *newsroomUnderTest, c *clock) {
		ctx := context.Background()
		moment := n.now().Add(time.Hour)
		g := build(t, n, moment)
		c.forward(time.Hour)
		g.appears(t, moment)
		letter := n.browser(t).post(articlePath(g.hidden)+"/comments", url.Values{"text": {"نظر من"}})
		receipt := letter.Header.Get("Location")
		if got := n.browser(t).get(receipt); !strings.Contains(got.body, bird) {
			t.Fatalf("the receipt %s does not name the article (%d)", receipt, got.StatusCode)
		}
		if _, err := n.editorial.Correct(ctx, chief, "", news.Correction{Article: g.hidden, Kind: news.Clarification, Text: bird}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, code := range []news.Code{g.hidden, g.live} {
			if _, err := n.editorial.Withdraw(ctx, chief, editorial.Withdraw{Code: code, Reason: "به درخواست منبع حذف شد."}); err != nil {
				t.Fatal(err)
			}
		}
		b := n.browser(t)
		for _, path := range append(g.lists(moment), receipt) {
			if where := g.leaks(path, b.get(path), bird); where != "" {
				t.Errorf("%s still shows it: %s", path, where)
			}
		}
		if took := time.Since(began); took > soon {
			t.Errorf("looking at the lists took %v, so a second is not shown", took)
		}
		gone := 0
		g.walk(t, func(path string, got answer) {
			if where := g.leaks(path, got, bird); where != "" {
				t.Errorf("%s %s (%d) still shows it: %s", got.Request.Method, path, got.StatusCode, where)
			}
			if got.StatusCode == http.StatusGone {
				gone++
				if !strings.Contains(got.body, "به درخواست منبع حذف شد.") && got.Request.Method == http.MethodGet {
					t.Errorf("%s does not say why", path)
				}
			}
		})
		if gone < 4 {
			t.Errorf("%d addresses say that it is gone", gone)
		}
	})
}
