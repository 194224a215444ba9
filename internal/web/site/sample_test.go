package site

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/theme"
)

// sampleNow is the clock of these tests: noon in Tehran on 4 Azar 1404.
var sampleNow = time.Date(2025, 11, 25, 8, 30, 0, 0, time.UTC)

// memory answers as the gate does, from slices. The real store is tested against the real pages in cmd.
type memory struct {
	articles   []news.PublicArticle // newest first, undated last
	gone       map[news.Code]string
	sections   []news.Section
	comments   map[news.Code][]news.PublicComment
	pending    map[news.Code]int
	submitted  []discussion.Submission
	refuse     error // what Submit answers instead
	receipts   map[string]discussion.ReceiptView
	opinions   []discussion.Opinion
	challenge  *discussion.Challenge // what Submit asks for
	cookie     string                // what it gives
	siteClosed string
	views      int
	broken     error                   // what every read answers instead
	wrong      []news.PublicCorrection // newest first
	embeds     []string                // hosts that may play
	logged     bytes.Buffer
	now        time.Time
}

func (m *memory) Article(_ context.Context, code news.Code) (news.PublicArticle, error) {
	for _, a := range m.articles {
		if a.Code == code {
			return a, m.broken
		}
	}
	if reason, ok := m.gone[code]; ok {
		return news.PublicArticle{}, news.Fail(news.Gone, "error.gone", reason)
	}
	return news.PublicArticle{}, errors.Join(m.broken, news.Fail(news.NotFound, "error.not_found"))
}

func (m *memory) CommentsState(ctx context.Context, code news.Code) (news.CommentsState, error) {
	a, err := m.Article(ctx, code)
	return news.CommentsState{CommentCounts: news.CommentCounts{Published: len(m.comments[code]), Pending: m.pending[code]},
		Closed: a.CommentsClosed, PublishedAt: a.PublishedAt, SiteClosed: m.siteClosed != "", SiteNote: m.siteClosed}, err
}

// threads are the comments of an article, newest first, each with its answers, oldest first.
func (m *memory) threads(code news.Code, answers int) []news.CommentThread {
	var all []news.CommentThread
	for _, c := range m.comments[code] {
		if !c.Head {
			continue
		}
		t := news.CommentThread{Head: c}
		for _, r := range slices.Backward(m.comments[code]) {
			if r.Parent == c.ID {
				t.Replies = append(t.Replies, r)
			}
		}
		if len(t.Replies) > answers {
			t.Replies, t.More = t.Replies[:answers], true
		}
		all = append(all, t)
	}
	return all
}

func (m *memory) Threads(_ context.Context, q news.ThreadQuery) (news.ThreadPage, error) {
	var page news.ThreadPage
	for i, t := range m.threads(q.Article, q.Replies) {
		if int64(i) < q.After.ID {
			continue
		}
		if len(page.Threads) == q.Limit {
			page.Next = news.Cursor{At: 1, ID: int64(i)}
			break
		}
		page.Threads = append(page.Threads, t)
	}
	return page, m.broken
}

func (m *memory) Thread(ctx context.Context, code news.Code, id news.CommentID, _ news.Cursor, limit int) (news.CommentThread, error) {
	for _, t := range m.threads(code, limit) {
		if t.Head.ID == id || slices.ContainsFunc(t.Replies, func(c news.PublicComment) bool { return c.ID == id }) {
			return t, m.broken
		}
	}
	return news.CommentThread{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) Comment(_ context.Context, code news.Code, id news.CommentID) (news.PublicComment, error) {
	for _, c := range m.comments[code] {
		if c.ID == id {
			return c, m.broken
		}
	}
	return news.PublicComment{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) Comments(_ context.Context, code news.Code, limit int) ([]news.PublicComment, error) {
	if code == 0 {
		code = 12
	}
	return m.comments[code][:min(limit, len(m.comments[code]))], m.broken
}

func (m *memory) Cards(_ context.Context, codes []news.Code) ([]news.PublicCard, error) {
	var cards []news.PublicCard
	for _, code := range codes {
		for _, a := range m.articles {
			if a.Code == code {
				cards = append(cards, a.PublicCard)
			}
		}
	}
	return cards, m.broken
}

func (m *memory) Media(_ context.Context, id news.MediaID) (news.Media, error) {
	for _, a := range m.articles {
		if a.Picture.Media == id {
			return news.Media{ID: id, Hash: "abc" + strconv.Itoa(int(id)), Type: "image/jpeg", PictureSize: a.Size}, m.broken
		}
	}
	return news.Media{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) List(_ context.Context, q news.ListQuery) (news.CardPage, error) {
	var page news.CardPage
	for i, a := range m.articles {
		dated := !a.PublishedAt.IsZero()
		switch {
		case int64(i) < q.After.ID,
			q.Section != 0 && a.Section.ID != q.Section,
			q.Tag != 0 && !slices.ContainsFunc(a.Tags, func(t news.Tag) bool { return t.ID == q.Tag }),
			!dated && (q.Dated || !q.From.IsZero()),
			!q.From.IsZero() && a.PublishedAt.Before(q.From),
			!q.Until.IsZero() && !a.PublishedAt.Before(q.Until):
			continue
		}
		if len(page.Cards) == q.Limit {
			page.Next = news.Cursor{At: 1, ID: int64(i)}
			break
		}
		page.Cards = append(page.Cards, a.PublicCard)
	}
	return page, m.broken
}

func (m *memory) Sections(context.Context) ([]news.Section, error) { return m.sections, m.broken }

func (m *memory) Section(_ context.Context, slug string) (news.Section, error) {
	for _, section := range m.sections {
		if section.Slug == slug {
			return section, m.broken
		}
	}
	return news.Section{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) Tag(_ context.Context, slug string) (news.Tag, error) {
	for _, a := range m.articles {
		for _, tag := range a.Tags {
			if tag.Slug == slug {
				return tag, m.broken
			}
		}
	}
	return news.Tag{}, news.Fail(news.NotFound, "error.not_found")
}

func (m *memory) Around(_ context.Context, from, until time.Time) (before, after time.Time, err error) {
	for _, a := range m.articles {
		if a.PublishedAt.Before(from) && a.PublishedAt.After(before) {
			before = a.PublishedAt
		}
		if !a.PublishedAt.Before(until) {
			after = a.PublishedAt
		}
	}
	return before, after, m.broken
}

func (m *memory) SitemapBlocks(context.Context) (int, error) { return 1, m.broken }

func (m *memory) Sitemap(_ context.Context, block int) ([]news.SitemapEntry, error) {
	var out []news.SitemapEntry
	for _, a := range m.articles {
		if block == 1 {
			out = append(out, news.SitemapEntry{Path: a.Path(), ModifiedAt: a.ModifiedAt})
		}
	}
	return out, m.broken
}

func (m *memory) For(_ context.Context, article news.PublicArticle, _ []news.Code, n int) ([]news.PublicCard, error) {
	var out []news.PublicCard
	for _, a := range m.articles {
		if a.Code != article.Code && len(out) < n {
			out = append(out, a.PublicCard)
		}
	}
	return out, m.broken
}

func (m *memory) Most(ctx context.Context, list news.MostList, n int) ([]news.PublicCard, error) {
	if !slices.Contains(news.MostLists(), list) {
		return nil, news.Fail(news.NotFound, "error.not_found")
	}
	return m.MostRead(ctx, n)
}

func (m *memory) MostRead(_ context.Context, n int) ([]news.PublicCard, error) {
	var out []news.PublicCard
	for i := len(m.articles) - 1; i >= 0 && len(out) < n; i-- {
		out = append(out, m.articles[i].PublicCard)
	}
	return out, m.broken
}

func (m *memory) Submit(_ context.Context, in discussion.Submission) (discussion.Submitted, error) {
	m.submitted = append(m.submitted, in)
	if m.refuse != nil {
		return discussion.Submitted{Challenge: m.challenge}, m.refuse
	}
	m.pending[in.Article]++
	comment := news.Comment{ID: 90, Article: in.Article, Name: in.Name, Text: in.Text, Country: "IR", CreatedAt: sampleNow, State: news.CommentPending}
	return discussion.Submitted{Comment: comment, Receipt: sampleReceipt, Cookie: m.cookie}, nil
}

const sampleReceipt = "ABCDEFGH2345"

func (m *memory) Receipt(_ context.Context, code string, _ netip.Addr) (discussion.ReceiptView, error) {
	if view, ok := m.receipts[strings.ReplaceAll(code, "-", "")]; ok {
		return view, nil
	}
	return discussion.ReceiptView{}, news.Fail(news.NotFound, "error.receipt_unknown")
}

func (m *memory) Retract(ctx context.Context, code string, from netip.Addr) error {
	view, err := m.Receipt(ctx, code, from)
	if err == nil {
		m.receipts[code] = discussion.ReceiptView{State: news.CommentWithdrawn, Article: view.Article}
	}
	return err
}

func (m *memory) Revise(ctx context.Context, code string, from netip.Addr, text string) error {
	view, err := m.Receipt(ctx, code, from)
	if err == nil && len(text) < 3 {
		err = news.FieldError("text", "error.comment_short", 3)
	}
	if err == nil {
		view.Text, view.MayRevise = text, false
		m.receipts[code] = view
	}
	return err
}

func (m *memory) Vote(_ context.Context, in discussion.Opinion, vote news.Vote) (up, down int, err error) {
	m.opinions = append(m.opinions, in)
	if vote == "" {
		return 0, 0, news.Fail(news.Invalid, "error.vote")
	}
	return 4, 1, m.refuse
}

func (m *memory) Report(_ context.Context, in discussion.Opinion, reason news.Reason, _ string) error {
	m.opinions = append(m.opinions, in)
	if reason == "" {
		return news.FieldError("reason", "error.reason")
	}
	return m.refuse
}

func (m *memory) Corrections(_ context.Context, code news.Code) ([]news.Correction, error) {
	var all []news.Correction
	for _, c := range slices.Backward(m.wrong) {
		if c.Article == code {
			all = append(all, c.Correction)
		}
	}
	return all, m.broken
}

func (m *memory) AllCorrections(_ context.Context, after news.Cursor, limit int) ([]news.PublicCorrection, news.Cursor, error) {
	all := m.wrong[int(after.ID):]
	if len(all) > limit {
		return all[:limit], news.Cursor{At: 1, ID: after.ID + int64(limit)}, m.broken
	}
	return all, news.Cursor{}, m.broken
}

func (m *memory) OpenLink(_ context.Context, token string) (news.Preview, error) {
	if token != "good" {
		return news.Preview{}, news.Fail(news.NotFound, "error.not_found")
	}
	return news.Preview(m.articles[0]), m.broken
}

func (m *memory) LinkMedia(ctx context.Context, token string, id news.MediaID) (news.Media, error) {
	if _, err := m.OpenLink(ctx, token); err != nil {
		return news.Media{}, err
	}
	return m.Media(ctx, id)
}

func (m *memory) Count(news.Code, netip.Addr, string) { m.views++ }

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// Open draws a landscape of flat fields, so that screens show something in a picture's place.
func (*memory) Open(_ context.Context, _ news.Media, width int) (media.File, error) {
	img := image.NewGray(image.Rect(0, 0, width, width*9/16))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			shade := uint8(200)
			if y > img.Rect.Dy()*2/3-x/8 {
				shade = 110
			}
			img.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	var buf bytes.Buffer
	err := jpeg.Encode(&buf, img, nil)
	return media.File{ReadSeekCloser: nopCloser{bytes.NewReader(buf.Bytes())}, ModTime: sampleNow, Type: "image/jpeg", Tag: strconv.Itoa(width), Exact: true}, err
}

func (m *memory) OpenCrop(ctx context.Context, item news.Media, _ string) (media.File, error) {
	return m.Open(ctx, item, 1200)
}

// OpenOriginal is ten bytes of sound.
func (*memory) OpenOriginal(_ context.Context, item news.Media) (media.File, error) {
	return media.File{ReadSeekCloser: nopCloser{strings.NewReader("0123456789")}, ModTime: sampleNow, Type: item.Type, Tag: "sound", Exact: true}, nil
}

// newSample is a small newsroom: a full article, one of the world without a picture, an undated one, an English one and
// one with a headline that tries to break out.
func newSample() *memory {
	city := news.Section{ID: 1, Slug: "city", Name: "شهر", NameEN: "City", Position: 1}
	world := news.Section{ID: 2, Slug: "world", Name: "جهان", NameEN: "World", Position: 2}
	article := func(code news.Code, section news.Section, hoursAgo int, headline, lede string) news.PublicArticle {
		card := news.PublicCard{Code: code, Slug: "خبر-" + code.String(), Lang: "fa", Kind: news.KindNews, Section: section,
			Headings: news.Headings{Headline: headline, Lede: lede}}
		if hoursAgo > 0 {
			card.PublishedAt = sampleNow.Add(-time.Duration(hoursAgo) * time.Hour)
			card.ModifiedAt = card.PublishedAt
		}
		return news.PublicArticle{PublicCard: card, Revision: 1, Body: "<p>متن کوتاه این خبر.</p>"}
	}
	full := article(12, city, 2, "کتابخانهٔ میدان کاوه شب‌ها هم باز می‌ماند", "از شنبه، تالار مطالعه تا یک بامداد چراغش روشن است.")
	full.Kicker = "پس از دو سال درخواست اهالی"
	full.Source, full.EndMark, full.DeskCode = "خبرگزاری هفت‌رود", true, "۱۲۳"
	full.Body = "<p>مدیر کتابخانه گفت: تالار تازه ۸۰ صندلی دارد.</p><p>او افزود: ورود آزاد است.</p>"
	full.Bylines = []news.Byline{{Name: "نگار سپهوند", Code: "1104"}}
	full.Tags = []news.Tag{{ID: 5, Slug: "کتابخانه", Name: "کتابخانه"}}
	full.Picture = news.Picture{Media: 3, Caption: "تالار شبانه", Credit: "عکس: کیوان مرادپور", Alt: "میزهای مطالعه زیر چراغ"}
	full.Size = news.PictureSize{Width: 1000, Height: 563}
	english := article(15, world, 30, "Night readers get their library", "The reading hall stays open until one.")
	english.Lang, english.Source, english.EndMark = "en", "Haftrud", true
	english.Body = "<p>The hall has 80 seats.</p>"
	hostile := article(16, world, 40, `</script><script>alert(1)</script> "]]>`, `<b>lede</b>`)
	hostile.Slug = ""
	m := &memory{
		now:      sampleNow,
		sections: []news.Section{city, world},
		articles: []news.PublicArticle{full, article(13, city, 5, "پل قدیمی مرمت می‌شود", ""), english, hostile, article(14, world, 0, "نامه‌ای بی‌تاریخ", "")},
		gone:     map[news.Code]string{20: "به درخواست نویسنده حذف شد."}, pending: map[news.Code]int{},
		comments: map[news.Code][]news.PublicComment{12: {
			{ID: 33, Article: 12, Parent: 31, Thread: 31, Level: 1, ByNewsroom: true, Text: "بله، هر شب.", CreatedAt: sampleNow},
			{ID: 32, Article: 12, Parent: 31, Thread: 31, Level: 1, VotesUp: 3, Name: "سارا", Text: "جمعه‌ها هم؟", Country: "IR", CreatedAt: sampleNow.Add(-time.Minute)},
			{ID: 31, Article: 12, Thread: 31, Head: true, Replies: 2, Text: "خبر خوبی بود.\nسپاس", Country: "IR", CreatedAt: time.Date(2021, 11, 25, 12, 42, 0, 0, time.UTC)},
		}},
		receipts: map[string]discussion.ReceiptView{
			sampleReceipt:  {State: news.CommentPending, Text: "نظر من", CreatedAt: sampleNow, Article: 12, Place: 3, MayRevise: true, MayRetract: true},
			"REJECTED2345": {State: news.CommentRejected, Reason: news.ReasonInsult, Text: "نظر بد", CreatedAt: sampleNow, Article: 12},
		},
	}
	return m
}

// handler is the whole reader's side over a memory.
func (m *memory) handler(t *testing.T, lang i18n.Lang) http.Handler {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.NewAssets(theme.Assets())
	if err != nil {
		t.Fatal(err)
	}
	settings := Settings{Name: "هفت‌رود", Tagline: "خبر، همان‌قدر که می‌دانیم", URL: "https://haftrud.example", Lang: lang, About: "ما **هفت‌رود** هستیم.", Embeds: m.embeds}
	if lang == i18n.EN {
		settings.Name, settings.Tagline = "Haftrud", "The news, as far as we know it"
	}
	log := slog.New(slog.NewTextHandler(&m.logged, nil))
	s, err := New(settings, Sources{Articles: m, Letters: m, Corrections: m, Previews: m, Lists: m, Archive: m, Suggestions: m, Discussion: m, Pictures: m,
		Now: func() time.Time { return m.now }}, bundle, assets)
	if err != nil {
		t.Fatal(err)
	}
	area := s.Area()
	area.Routes = append(area.Routes, assets.Route())
	h, err := web.New(web.Options{SiteURL: settings.URL, Log: log, Viewed: m.Count}, area)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks the handler for a page.
func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}
