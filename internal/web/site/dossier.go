package site

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// dossierPage is a dossier (پرونده): what editors say of a matter, and its articles.
type dossierPage struct {
	frame
	sides
	Heading string
	OwnFeed string
	Body    template.HTML
	rows
}

// dossierSitemap is the file of the sitemap that holds the dossiers.
const dossierSitemap = "dossiers.xml"

// openDossier finds the dossier that the address names; a hidden one is NotFound as one that never was.
func (s *Site) openDossier(r *http.Request) (news.PublicDossier, error) {
	if s.Fronts == nil {
		return news.PublicDossier{}, news.Fail(news.NotFound, "error.not_found")
	}
	return s.Fronts.Dossier(r.Context(), r.PathValue("slug"))
}

// dossiersPage is the list of the dossiers.
type dossiersPage struct {
	frame
	sides
	Heading       string
	All           []dossierLine
	Newest, Older string
}

// dossierLine is a dossier in the list.
type dossierLine struct {
	Path, Title, Lede string
	Time              *Moment
}

// dossiersPath is the list of the dossiers. It has no feed of its own: it changes seldom, and each dossier has one.
const dossiersPath = "/dossiers"

func (s *Site) dossiers(w http.ResponseWriter, r *http.Request) error {
	after, err := news.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	heading := s.print.T("site.dossiers")
	f, err := s.frame(r.Context(), "dossiers", heading, dossiersPath, 0, "")
	if err != nil {
		return err
	}
	page := dossiersPage{frame: f, Heading: heading}
	if page.sides, err = s.sides(r.Context(), &page.frame, 0); err != nil {
		return err
	}
	var all []news.PublicDossier
	var next news.Cursor
	if s.Fronts != nil {
		if all, next, err = s.Fronts.DossierList(r.Context(), after, rowsMany); err != nil {
			return err
		}
	}
	for _, d := range all {
		page.All = append(page.All, dossierLine{Path: d.Path(), Title: d.Title, Lede: markup.Excerpt(markup.HTML(d.Text), 200),
			Time: moment(d.ModifiedAt, s.print.LongDate)})
	}
	page.Newest, page.Older = page.turn(dossiersPath, after, next)
	return s.render(w, r, http.StatusOK, "dossiers", page)
}

func (s *Site) dossier(w http.ResponseWriter, r *http.Request) error {
	d, err := s.openDossier(r)
	if err != nil {
		return err
	}
	f, err := s.frame(r.Context(), "dossier", d.Title, d.Path(), 0, "")
	if err != nil {
		return err
	}
	text := markup.HTML(d.Text)
	page := dossierPage{frame: f, Heading: d.Title, OwnFeed: d.Path() + "/rss.xml", Body: text.Template()}
	page.Description = markup.Excerpt(text, 160)
	page.Feeds = append(page.Feeds, link{d.Title + " | " + s.settings.Name, page.OwnFeed})
	if page.sides, err = s.sides(r.Context(), &page.frame, 0); err != nil {
		return err
	}
	cards, pinned, err := s.dossierCards(r.Context(), d, news.DossierShown)
	if err != nil {
		return err
	}
	page.Rows = s.rowsOf(cards, pinned > 0)
	for i := range page.Rows[:pinned] {
		page.Rows[i].Big = true
	}
	return s.render(w, r, http.StatusOK, "dossier", page)
}

// dossierCards are the public articles of a dossier, at most limit: pinned ones, the others by hand, then the newest with its tag.
func (s *Site) dossierCards(ctx context.Context, d news.PublicDossier, limit int) (cards []news.PublicCard, pinned int, err error) {
	codes, pins := d.Ordered()
	if cards, err = s.Fronts.Cards(ctx, codes); err != nil {
		return nil, 0, err
	}
	for _, card := range cards {
		if slices.Contains(codes[:pins], card.Code) {
			pinned++
		}
	}
	if d.TagSlug != "" && len(cards) < limit {
		more, err := s.tagged(ctx, d.TagSlug, limit)
		if err != nil {
			return nil, 0, err
		}
		for _, card := range more {
			if !slices.Contains(codes, card.Code) {
				cards = append(cards, card)
			}
		}
	}
	cards = cards[:min(limit, len(cards))]
	return cards, min(pinned, len(cards)), nil
}

// tagged are the newest articles with a tag; none while it is not public.
func (s *Site) tagged(ctx context.Context, slug string, limit int) ([]news.PublicCard, error) {
	tag, err := s.Lists.Tag(ctx, slug)
	if err != nil {
		return nil, known(err)
	}
	list, err := s.Lists.List(ctx, news.ListQuery{Tag: tag.ID, Limit: limit + news.MaxDossierItems})
	return list.Cards, err
}

// dossierFeed is the dossier's articles for feed readers, newest first as they expect.
func (s *Site) dossierFeed(w http.ResponseWriter, r *http.Request) error {
	d, err := s.openDossier(r)
	if err != nil {
		return err
	}
	cards, _, err := s.dossierCards(r.Context(), d, news.DossierShown)
	if err != nil {
		return err
	}
	slices.SortStableFunc(cards, func(a, b news.PublicCard) int { return b.PublishedAt.Compare(a.PublishedAt) })
	body, err := syndicate.RSS(s.machine, syndicate.Feed{Title: d.Title + " | " + s.settings.Name, Path: d.Path(), Self: d.Path() + "/rss.xml",
		Cards: cards[:min(feedMany, len(cards))]})
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/rss+xml; charset=utf-8", body)
}

// dossierSitemaps names the sitemap of the dossiers, when there are any.
func (s *Site) dossierSitemaps(ctx context.Context) ([]string, error) {
	if s.Fronts == nil {
		return nil, nil
	}
	all, err := s.Fronts.Dossiers(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return []string{"/sitemap/" + dossierSitemap}, nil
}

func (s *Site) sitemapOfDossiers(w http.ResponseWriter, r *http.Request) error {
	var all []news.PublicDossier
	if s.Fronts != nil {
		var err error
		if all, err = s.Fronts.Dossiers(r.Context()); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return news.Fail(news.NotFound, "error.not_found")
	}
	entries := []news.SitemapEntry{{Path: dossiersPath, ModifiedAt: all[0].ModifiedAt}} // the newest stands first
	for _, d := range all {
		entries = append(entries, news.SitemapEntry{Path: d.Path(), ModifiedAt: d.ModifiedAt})
	}
	body, err := syndicate.Sitemap(s.machine, entries)
	if err != nil {
		return err
	}
	return web.Write(w, r, http.StatusOK, "application/xml; charset=utf-8", body)
}
