package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// How many comments a page has. The first page of an article stays within the weight that an article may have, so it shows the first
// answers of each thread and the way to the others.
const (
	threadsMany = 20
	answersMany = 2
	threadMany  = 50 // answers on the page of one thread
)

// talk is the discussion under an article.
type talk struct {
	Counts         counts
	Orders         []choice
	Letters        []letter
	One            bool   // one thread alone
	All            string // the way from it to all
	First          string // to the first page; "" on it
	Next           string
	VotePath, Back string
	FeedPath       string
	Fresh          *offer // of new comments
	Closed         string // the sentence that says so; "" while comments are taken
	Form           commentForm
}

// counts are the public counters; Rejected is shown where the newsroom wants it.
type counts struct {
	web.Page
	news.CommentCounts
	Everything bool
}

type choice struct {
	Name, Path string
	Current    bool
}

// talkQuery is which part of the discussion an address asks for.
type talkQuery struct {
	order  news.CommentOrder
	after  news.Cursor
	thread news.CommentID // 0: all
}

// readTalk reads the part of the discussion out of a query; NotFound for what cannot be one.
func readTalk(q url.Values) (talkQuery, error) {
	t := talkQuery{order: news.CommentOrder(q.Get("order"))}
	if !slices.Contains(news.CommentOrders(), t.order) {
		t.order = news.OrderNewest
	}
	var err error
	if t.after, err = news.ParseCursor(q.Get("after")); err != nil {
		return t, news.Fail(news.NotFound, "error.not_found")
	}
	if typed := q.Get("thread"); typed != "" {
		id, ok := news.ParseCode(typed)
		if !ok {
			return t, news.Fail(news.NotFound, "error.not_found")
		}
		t.thread = news.CommentID(id)
	}
	return t, nil
}

// query writes it back, "" for what every article begins with.
func (t talkQuery) query() string {
	if t.thread != 0 {
		if t.after.IsZero() {
			return threadQuery(t.thread)
		}
		return threadQuery(t.thread) + "&after=" + t.after.String()
	}
	q := url.Values{}
	if t.order != news.OrderNewest {
		q.Set("order", string(t.order))
	}
	if !t.after.IsZero() {
		q.Set("after", t.after.String())
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func threadQuery(id news.CommentID) string { return "?thread=" + news.Code(id).String() }

// talk reads the part of the discussion that is asked for, with the form as it stands.
func (s *Site) talk(ctx context.Context, a news.PublicArticle, t talkQuery, form commentForm) (talk, error) {
	state, err := s.Letters.CommentsState(ctx, a.Code)
	if err != nil {
		return talk{}, err
	}
	base := news.ArticlePath(a.Code, "") + "/comments"
	out := talk{Counts: s.counts(state.CommentCounts), VotePath: news.ArticlePath(a.Code, "") + "/votes", Back: t.query(),
		FeedPath: base + "/rss.xml", Fresh: s.offer("letters.fresh"), Closed: s.closing(state), Form: form}
	if form.Refused {
		out.Closed = s.print.T("letters.closed")
	}
	if ends := state.PublishedAt.Add(s.settings.CloseAfter); s.settings.CloseAfter > 0 && ends.After(s.Now()) {
		news.Until(ctx, ends)
	}
	if err := s.readLetters(ctx, a, t, &out); err != nil {
		return talk{}, err
	}
	return out, s.completeForm(ctx, a, &out.Form)
}

// readLetters fills in the threads of the page, or the one thread that is asked for.
func (s *Site) readLetters(ctx context.Context, a news.PublicArticle, t talkQuery, out *talk) error {
	b := s.bench(a, out.Closed != "")
	if t.thread != 0 {
		thread, err := s.Letters.Thread(ctx, a.Code, t.thread, t.after, threadMany)
		if err != nil {
			return err
		}
		if thread.More {
			last := thread.Replies[len(thread.Replies)-1]
			next := talkQuery{thread: thread.Head.ID, after: news.Cursor{At: last.CreatedAt.UnixMilli(), ID: int64(last.ID)}}
			out.Next, thread.More = a.Path()+next.query()+"#comments", false
		}
		out.One, out.All, out.Letters = true, a.Path()+"#comments", []letter{b.thread(thread)}
		return nil
	}
	page, err := s.Letters.Threads(ctx, news.ThreadQuery{Article: a.Code, Order: t.order, After: t.after, Limit: threadsMany, Replies: answersMany})
	if err != nil {
		return err
	}
	b.fold = folding(page.Threads)
	for _, thread := range page.Threads {
		out.Letters = append(out.Letters, b.thread(thread))
	}
	if !t.after.IsZero() {
		out.First = a.Path() + talkQuery{order: t.order}.query() + "#comments"
	}
	if !page.Next.IsZero() {
		out.Next = a.Path() + talkQuery{order: t.order, after: page.Next}.query() + "#comments"
	}
	if len(out.Letters) > 1 || out.First != "" {
		for _, order := range news.CommentOrders() {
			out.Orders = append(out.Orders, choice{s.orderName(order), a.Path() + talkQuery{order: order}.query() + "#comments", order == t.order})
		}
	}
	return nil
}

func (s *Site) orderName(order news.CommentOrder) string {
	switch order {
	case news.OrderOldest:
		return s.print.T("letters.order_oldest")
	case news.OrderBest:
		return s.print.T("letters.order_best")
	}
	return s.print.T("letters.order_newest")
}

func (s *Site) counts(n news.CommentCounts) counts {
	return counts{web.NewPage(s.print, s.assets), n, s.settings.RejectedCount}
}

// closing is the sentence for readers while an article takes no comments, "" while it does.
func (s *Site) closing(state news.CommentsState) string {
	why, note := state.Closing(s.Now(), s.settings.CloseAfter)
	switch {
	case note != "":
		return note
	case why == news.ClosedOnSite:
		return s.print.T("letters.closed_site")
	case why == news.ClosedByTheTime:
		return s.print.T("letters.closed_time")
	case why == news.ClosedByEditor:
		return s.print.T("letters.closed")
	}
	return ""
}

// completeForm fills what the page knows: the target and whom the form answers. The action id is not among it, so that the page
// is the same for all readers: the script gives each form its own, and the discussion makes one where there is none.
func (s *Site) completeForm(ctx context.Context, a news.PublicArticle, f *commentForm) error {
	f.Target = news.ArticlePath(a.Code, "") + "/comments#write"
	f.Worker = s.assets.URL("challenge.js")
	asked, ok := news.ParseCode(f.Parent)
	f.Parent = ""
	if !ok {
		return nil
	}
	c, err := s.Letters.Comment(ctx, a.Code, news.CommentID(asked))
	if err == nil && c.Level < s.depth() {
		f.Parent, f.ParentName = news.Code(c.ID).String(), s.anonymous(c.Name)
	}
	if news.KindOf(err) == news.NotFound {
		return nil
	}
	return err
}

// commentOf is the public comment of an address, with its article.
func (s *Site) commentOf(r *http.Request) (news.PublicArticle, news.PublicComment, error) {
	a, err := s.public(r)
	if err != nil {
		return a, news.PublicComment{}, err
	}
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return a, news.PublicComment{}, news.Fail(news.NotFound, "error.not_found")
	}
	c, err := s.Letters.Comment(r.Context(), a.Code, news.CommentID(id))
	return a, c, err
}

// permalink leads from a comment's permanent address to the page where it stands: that of its thread, begun with the comment itself
// where the thread is long.
func (s *Site) permalink(w http.ResponseWriter, r *http.Request) error {
	a, c, err := s.commentOf(r)
	if err != nil {
		return err
	}
	thread, err := s.Letters.Thread(r.Context(), a.Code, c.ID, news.Cursor{}, threadMany)
	if err != nil {
		return err
	}
	at := talkQuery{thread: thread.Head.ID}
	if !c.Head && !slices.ContainsFunc(thread.Replies, func(one news.PublicComment) bool { return one.ID == c.ID }) {
		at.after = news.Cursor{At: c.CreatedAt.UnixMilli(), ID: int64(c.ID) - 1}
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, a.Path()+at.query()+"#c"+news.Code(c.ID).String(), http.StatusFound)
	return nil
}
