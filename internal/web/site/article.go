package site

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/syndicate"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// story is an article as its own page and its print show it.
type story struct {
	Card
	CodeText   string
	Section    link
	Updated    *Moment
	Bylines    []byline
	SourceLine string // for languages whose attribution we do not write into the text
	Plate      *Shot
	Language   string
	Direction  string
	Body       template.HTML
	End        string // the end mark, "" for none
	ShortLink  string
	PrintPath  string
	Amendments []amendment
}

type articlePage struct {
	frame
	sides
	Story             story
	Tags              []news.Tag
	Shares            []share
	Suggested         []Card
	SuggestedPictures bool
	Talk              talk
	Version           string
}

type printPage struct {
	frame
	Story story
}

// suggestedMany is how many articles are suggested under an article.
const suggestedMany = 6

// public reads the article of an address. A code that cannot be one is not found, like a hidden one.
func (s *Site) public(r *http.Request) (news.PublicArticle, error) {
	code, ok := news.ParseCode(r.PathValue("code"))
	if !ok {
		return news.PublicArticle{}, news.Fail(news.NotFound, "error.not_found")
	}
	return s.Articles.Article(r.Context(), code)
}

func (s *Site) article(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	if r.PathValue("slug") != a.Slug || r.PathValue("code") != a.Code.String() {
		return permanent(w, r, a.Path())
	}
	part, err := readTalk(r.URL.Query())
	if err != nil {
		return err
	}
	query, err := s.offered(r, a, part)
	if err != nil {
		return err
	}
	if asked, err := url.ParseQuery(strings.TrimPrefix(query, "?")); err != nil || asked.Encode() != r.URL.Query().Encode() {
		http.Redirect(w, r, a.Path()+query, http.StatusSeeOther)
		return nil
	}
	if part.query() == "" { // who leafs through comments reads no second time
		web.ShowsArticle(w, a.Code)
	}
	return s.showArticle(w, r, http.StatusOK, a, part, commentForm{Parent: r.URL.Query().Get("reply")})
}

// offered is the query of the link by which an article's page offers what is asked of it: a part of the discussion, the form that
// answers a letter, or a film that plays. Others lead there and make no page, as each page would be kept by itself.
func (s *Site) offered(r *http.Request, a news.PublicArticle, part talkQuery) (string, error) {
	reply, play := r.URL.Query().Get("reply"), r.URL.Query().Get("play")
	switch query := part.query(); {
	case query != "":
		return query, nil
	case reply != "":
		form := commentForm{Parent: reply}
		if err := s.completeForm(r.Context(), a, &form); err != nil || form.Parent == "" {
			return "", err
		}
		return "?reply=" + form.Parent, nil
	case s.plays(markup.WithoutNotes(markup.HTML(a.Body)), play):
		return "?play=" + play, nil
	}
	return "", nil
}

// moved answers the addresses of older systems: the code finds the article, whatever the rest says.
func (s *Site) moved(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	return permanent(w, r, a.Path())
}

func (s *Site) printed(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	body, err := s.body(r.Context(), a)
	if err != nil {
		return err
	}
	corrections, err := s.Corrections.Corrections(r.Context(), a.Code)
	if err != nil {
		return err
	}
	page := printPage{frame: s.bare("print", a.Headline), Story: s.story(a, body)}
	s.amended(&page.Story, a, corrections)
	page.Canonical = s.machine.Address(a.Path())
	return s.render(w, r, http.StatusOK, "print", page)
}

// showArticle writes the article's page with a part of its discussion and the comment form as it stands.
func (s *Site) showArticle(w http.ResponseWriter, r *http.Request, status int, a news.PublicArticle, part talkQuery, form commentForm) error {
	ctx := r.Context()
	f, err := s.frame(ctx, "article", a.Headline, a.Path(), a.Section.ID, "true")
	if err != nil {
		return err
	}
	body, err := s.body(ctx, a)
	if err == nil {
		body, err = s.play(w, r, body, a.Path())
	}
	if err != nil {
		return err
	}
	page := articlePage{frame: f, Story: s.story(a, body), Tags: a.Tags}
	page.Description = a.Lede
	page.Graph = syndicate.OpenGraph(s.machine, a)
	corrections, err := s.Corrections.Corrections(ctx, a.Code)
	if err != nil {
		return err
	}
	s.amended(&page.Story, a, corrections)
	page.Version = version(a, len(corrections))
	data, err := syndicate.NewsArticle(s.machine, a, corrections...)
	if err != nil {
		return err
	}
	page.JSONLD = template.JS(data)
	page.Shares = shares(page.Story.ShortLink, a.Headline)
	if page.sides, err = s.sides(ctx, &page.frame, a.Code, a.Code.CommentsDependency(), a.Code.Dependency()); err != nil {
		return err
	}
	suggested, err := s.Suggestions.For(ctx, a, page.shown, suggestedMany)
	if err != nil {
		return err
	}
	page.Suggested = s.cards(suggested, s.shortMoment)
	pictures := 0
	for i := range page.Suggested {
		if picture := page.Suggested[i].Picture; picture != nil {
			picture.Sizes = "8rem"
			pictures++
		}
	}
	// Places that mostly hold a section's name would shout; then none has one.
	page.SuggestedPictures = pictures*2 > len(page.Suggested)
	if page.Talk, err = s.talk(ctx, a, part, form); err != nil {
		return err
	}
	page.Feeds = append(page.Feeds, link{s.print.T("letters.feed"), page.Talk.FeedPath})
	page.Letters, page.Plays = true, markup.Plays(body)
	return s.render(w, r, status, "article", page)
}

// body is the text of an article for readers: without notes to editors, its boxes filled with the headlines that the gate lets
// through, its films with their lengths and sizes.
func (s *Site) body(ctx context.Context, a news.PublicArticle) (markup.HTML, error) {
	body, err := s.withBoxes(ctx, markup.WithoutNotes(markup.HTML(a.Body)))
	if err != nil {
		return "", err
	}
	body = markup.FillPlayers(body, func(src string) string {
		item, broken := s.playable(ctx, src)
		err = errors.Join(err, broken)
		var parts []string
		if item.Duration > 0 {
			parts = append(parts, s.print.Length(item.Duration))
		}
		if item.Bytes > 0 {
			parts = append(parts, s.print.Weight(item.Bytes))
		}
		return strings.Join(parts, " · ")
	})
	return body, err
}

// playable is the item that an address of a film or a recording names, as far as the gate lets it through.
func (s *Site) playable(ctx context.Context, src string) (news.Media, error) {
	number, _, _ := strings.Cut(strings.TrimPrefix(src, "/media/"), "/")
	id, ok := news.ParseCode(number)
	if !ok {
		return news.Media{}, nil
	}
	item, err := s.Articles.Media(ctx, news.MediaID(id))
	if news.KindOf(err) == news.NotFound {
		return news.Media{}, nil
	}
	return item, err
}

// withBoxes fills the boxes.
func (s *Site) withBoxes(ctx context.Context, body markup.HTML) (markup.HTML, error) {
	named := markup.MoreCodes(body)
	if len(named) == 0 {
		return body, nil
	}
	codes := make([]news.Code, len(named))
	for i, code := range named {
		codes[i] = news.Code(code)
	}
	cards, err := s.Articles.Cards(ctx, codes)
	if err != nil {
		return "", err
	}
	return markup.FillMore(body, func(code int64) (path, headline string, ok bool) {
		for _, c := range cards {
			if c.Code == news.Code(code) {
				return c.Path(), c.Headline, true
			}
		}
		return "", "", false
	}), nil
}

func (s *Site) story(a news.PublicArticle, body markup.HTML) story {
	out := story{
		Card: s.card(a.PublicCard, s.print.Stamp), CodeText: s.plainNumber(a.Code.String()),
		Section: link{s.sectionName(a.Section), a.Section.Path()}, Language: a.Lang, Direction: languages[a.Lang],
		ShortLink: s.machine.Permalink(a.Code), PrintPath: "/print/" + a.Code.String(),
		Plate: shot(a.Picture, a.Size, news.Middle(), plateWidth, "(min-width: 64rem) 46rem, 94vw"),
	}
	if out.Direction == "" {
		out.Language, out.Direction = s.settings.Lang.String(), s.settings.Lang.Dir()
	}
	if out.Plate != nil {
		out.Plate.Eager = true
	}
	out.Bylines = s.bylines(a.Bylines)
	// A first revision that became public later than its date was imported, not changed.
	if a.Revision > 1 && a.ModifiedAt.Sub(a.PublishedAt) >= time.Minute && !a.PublishedAt.IsZero() {
		out.Updated = moment(a.ModifiedAt, s.print.Stamp)
	}
	if out.Language == i18n.FA.String() {
		body = markup.WithAttribution(body, a.Source)
	} else if a.Source != "" {
		out.SourceLine = s.print.T("article.source", a.Source)
	}
	out.Body = withRenditions(body).Template()
	if a.EndMark {
		out.End = s.print.T("article.end_mark", s.plainNumber(a.DeskCode))
	}
	return out
}

// plainNumber writes a code in the digits of the page, ungrouped.
func (s *Site) plainNumber(code string) string {
	if s.settings.Lang == i18n.FA {
		return persian.Digits(code)
	}
	return persian.LatinDigits(code)
}

// anonymous is the name of a letter's writer, also of one who gave none.
func (s *Site) anonymous(name string) string {
	if strings.TrimSpace(name) == "" {
		return s.print.T("letters.anonymous")
	}
	return name
}

// share is a link to a messenger, by the key of its name.
type share struct {
	Name string
	Href template.HTMLAttr
}

// shares are plain links to the messengers; nothing of theirs is loaded.
func shares(address, headline string) []share {
	u, t := url.QueryEscape(address), inLetters(headline)
	all := []share{
		{"share.telegram", "https://t.me/share/url?url={url}&text={text}"},
		{"share.bale", "https://ble.ir/share/url?url={url}&text={text}"},
		{"share.eitaa", "https://eitaa.com/share/url?url={url}&text={text}"},
		{"share.whatsapp", "https://wa.me/?text={text}%20{url}"},
		{"share.x", "https://x.com/intent/post?url={url}&text={text}"},
	}
	fill := strings.NewReplacer("{url}", u, "{text}", t, "&", "&amp;")
	for i := range all {
		all[i].Href = template.HTMLAttr(`href="` + fill.Replace(string(all[i].Href)) + `"`)
	}
	return all
}

// byline is a name above an article, which leads to all that its bearer wrote.
type byline struct {
	link
	Before string // what stands between it and the name before: «، » or « و »
}

func (s *Site) bylines(of []news.Byline) []byline {
	all := make([]byline, len(of))
	for i, b := range of {
		all[i].Name = b.Name
		if slug := persian.Slug(b.Name); slug != "" {
			all[i].Path = news.WriterPath(slug)
		}
		switch i {
		case 0:
		case len(of) - 1:
			all[i].Before = s.print.T("common.list_pair", "", "")
		default:
			all[i].Before = s.print.T("common.list_more", "", "")
		}
	}
	return all
}
