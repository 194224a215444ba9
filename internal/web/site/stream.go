package site

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/stream"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// eventsPath is where open pages hear what changed.
const eventsPath = "/events"

// events is the address at which a page follows things.
func events(on ...news.Dependency) string {
	names := make([]string, len(on))
	for i, d := range on {
		names[i] = string(d)
	}
	return eventsPath + "?" + strings.ReplaceAll(url.Values{"on": names}.Encode(), "%2F", "/") // a slash needs no sign in a query
}

// events tells an open page what changes of the things named by "on". It resumes behind the message that the page got last: the
// browser says which that was after a cut, the page's script ("last") when it comes back to a page that was hidden.
func (s *Site) events(w http.ResponseWriter, r *http.Request) error {
	// Other sites cannot read it, but they could hold all places.
	if s.Streams == nil || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return news.Fail(news.NotFound, "error.not_found")
	}
	query := r.URL.Query()
	ask := stream.Ask{On: query["on"], Last: query.Get("last")}
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		ask.Last = last
	}
	if seconds, err := strconv.ParseUint(query.Get("age"), 10, 20); err == nil {
		ask.Age = time.Duration(seconds) * time.Second
	}
	page, err := s.Streams.Join(r.Context(), ask)
	if err != nil {
		return err
	}
	if s.Opened != nil && ask.Last == "" {
		for _, name := range ask.On {
			if number, ok := strings.CutPrefix(name, "article/"); ok {
				code, _ := news.ParseCode(number) // Join has refused what is none
				s.Opened(code, web.ClientAddr(r), r.UserAgent())
			}
		}
	}
	web.OpenStream(w, r, func(open *web.Stream) { page.Serve(open) })
	return nil
}

// offer is the sentence by which a page offers what is new, for one thing and for several: the script puts in how many.
type offer struct{ Single, Several string }

func (s *Site) offer(key string) *offer {
	const several = 5
	return &offer{s.print.N(key, 1), s.print.N(key, several)}
}

// partType is what a part of a page is: it is put into the page as it comes.
const partType = "text/html; charset=utf-8"

// sendPart answers with a part of a page.
func (s *Site) sendPart(w http.ResponseWriter, r *http.Request, name string, view any) error {
	html, err := s.part(name, view)
	if err != nil {
		return err
	}
	w.Header().Set("X-Robots-Tag", "noindex")
	return web.Write(w, r, http.StatusOK, partType, []byte(strings.TrimSpace(html)))
}

// latestPart is the list of the latest with one line more than stands beside a page, as the page's own article is left out there.
func (s *Site) latestPart(w http.ResponseWriter, r *http.Request) error {
	news.Until(r.Context(), s.midnight())
	list, err := s.Lists.List(r.Context(), news.ListQuery{Dated: true, Limit: latestBeside + 1})
	if err != nil {
		return err
	}
	return s.sendPart(w, r, "lines", s.cards(list.Cards, s.shortMoment))
}

// barPart is the breaking bar; nothing when there is none.
func (s *Site) barPart(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	front, err := s.arrangement(ctx)
	if err != nil {
		return err
	}
	front.Slots = nil
	news.Until(ctx, front.StaleAt(s.Now()))
	a := &arranger{site: s, ctx: ctx}
	if err := a.byHand(front, s.Now()); err != nil {
		return err
	}
	return s.sendPart(w, r, "bar", a.bar(front.Breaking, s.Now()))
}

// countsPart is the line that the stream says of an article's comments, for pages without a stream.
func (s *Site) countsPart(w http.ResponseWriter, r *http.Request) error {
	code, ok := news.ParseCode(r.PathValue("code"))
	if !ok {
		return news.Fail(news.NotFound, "error.not_found")
	}
	state, err := s.Letters.CommentsState(r.Context(), code)
	if err != nil {
		return err
	}
	return sendPlainPart(w, r, stream.Counts(code, state.CommentCounts, s.settings.RejectedCount))
}

func sendPlainPart(w http.ResponseWriter, r *http.Request, line string) error {
	w.Header().Set("X-Robots-Tag", "noindex")
	return web.Write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte(line))
}

// commentsPart is the first page of an article's comments.
func (s *Site) commentsPart(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	view := articlePage{frame: s.bare("article", ""), Story: story{Card: Card{Path: a.Path()}}}
	if view.Talk, err = s.talk(r.Context(), a, talkQuery{order: news.OrderNewest}, commentForm{}); err != nil {
		return err
	}
	return s.sendPart(w, r, "talk", view)
}

// version is another text when anything in an article's page changed that its readers should know of: its text or its corrections.
func version(a news.PublicArticle, corrections int) string {
	return strconv.FormatInt(a.ModifiedAt.UnixMilli(), 36) + "." + strconv.Itoa(corrections)
}

// versionPart lets an open page find out whether it is still what it shows.
func (s *Site) versionPart(w http.ResponseWriter, r *http.Request) error {
	a, err := s.public(r)
	if err != nil {
		return err
	}
	corrections, err := s.Corrections.Corrections(r.Context(), a.Code)
	if err != nil {
		return err
	}
	return sendPlainPart(w, r, version(a, len(corrections)))
}
