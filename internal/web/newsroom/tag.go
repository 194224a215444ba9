package newsroom

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Tags are the acts on the names of tags; *editorial.Tags has them.
type Tags interface {
	Names(ctx context.Context, actor news.Actor, id news.TagID) ([]news.Tag, error)
	Name(ctx context.Context, actor news.Actor, action string, id news.TagID, name string) error
	Target(ctx context.Context, actor news.Actor, id news.TagID, name string) (news.Topic, error)
	Merge(ctx context.Context, actor news.Actor, action string, m news.TagMerge) (int, error)
	Separate(ctx context.Context, actor news.Actor, action string, id news.TagID) (int, error)
}

func (n *Newsroom) tagRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	return []web.Route{
		inside("POST "+pathTopics+"/{id}/names", news.RightFront, web.RateWrite, n.nameTag),
		inside("POST "+pathTopics+"/{id}/separate", news.RightFront, web.RateWrite, n.separateTag),
		inside("GET "+pathTopics+"/{id}/merge", news.RightFront, web.RateRead, n.mergePage),
		inside("POST "+pathTopics+"/{id}/merge", news.RightFront, web.RateWrite, n.mergeTags),
	}
}

// nameTag gives a tag another name.
func (n *Newsroom) nameTag(w http.ResponseWriter, r *http.Request) error {
	t, f, err := n.openTopicForm(r)
	if err != nil {
		return err
	}
	other := f.Line("other")
	err = n.Tags.Name(r.Context(), actorOf(r), f.Line("action"), t.ID, other)
	if err == nil {
		return web.Redirect(w, r, topicPath(t.ID)+"?done=named")
	}
	return n.topicAgain(w, r, t, err, func(page *topicPage) { page.Other = other })
}

// separateTag makes another name a tag of its own again.
func (n *Newsroom) separateTag(w http.ResponseWriter, r *http.Request) error {
	t, f, err := n.openTopicForm(r)
	if err != nil {
		return err
	}
	moved, err := n.Tags.Separate(r.Context(), actorOf(r), f.Line("action"), news.TagID(f.Int("name")))
	if err == nil {
		return web.Redirect(w, r, topicPath(t.ID)+"?done=separated&moved="+strconv.Itoa(moved))
	}
	return n.topicAgain(w, r, t, err, func(*topicPage) {})
}

// mergePage asks before a tag is taken into another: which one, and what that means.
type mergePage struct {
	frame
	Lost     news.Topic
	Kept     *news.Topic // nil: not found yet
	Into     string      // as typed
	Action   string
	Problems web.Problems
}

// Target is where the form is sent.
func (p mergePage) Target() string { return topicPath(p.Lost.ID) + "/merge" }

// Back is the tag's own page.
func (p mergePage) Back() string { return topicPath(p.Lost.ID) }

// Round is the same question the other way round.
func (p mergePage) Round() string {
	return topicPath(p.Kept.ID) + "/merge?" + url.Values{"into": {p.Lost.Name}}.Encode()
}

// Moves says how many articles move, and where to.
func (p mergePage) Moves() string {
	return p.N("tag.moves", int64(p.Lost.Count), p.Lost.Name, p.Kept.Name)
}

// Count says how many articles a tag has.
func (p mergePage) Count(t news.Topic) string { return p.N("topic.count", int64(t.Count)) }

func (n *Newsroom) mergePage(w http.ResponseWriter, r *http.Request) error {
	t, err := n.openTopic(r)
	if err != nil {
		return err
	}
	return n.askMerge(w, r, t, r.URL.Query().Get("into"), nil)
}

// askMerge shows the question; wrong is why the answer was refused.
func (n *Newsroom) askMerge(w http.ResponseWriter, r *http.Request, t news.Topic, into string, wrong error) error {
	page := mergePage{frame: n.frame(r, n.print.T("tag.merge_title", t.Name), "topics"), Lost: t, Into: into, Action: web.NewAction()}
	if t.Into != 0 && wrong == nil {
		return web.Redirect(w, r, topicPath(t.Into))
	}
	if wrong == nil || news.KindOf(wrong) == news.Conflict {
		kept, err := n.Tags.Target(r.Context(), actorOf(r), t.ID, into)
		if err == nil {
			page.Kept = &kept
		} else if wrong == nil {
			wrong = err
		}
	}
	if wrong == nil {
		return n.render(w, r, http.StatusOK, "topicmerge", page)
	}
	if k := news.KindOf(wrong); k != news.Invalid && k != news.Conflict {
		return wrong
	}
	page.Problems = n.problems(wrong, "into")
	return n.render(w, r, web.Status(wrong), "topicmerge", page)
}

// mergeTags takes a tag into another.
func (n *Newsroom) mergeTags(w http.ResponseWriter, r *http.Request) error {
	t, f, err := n.openTopicForm(r)
	if err != nil {
		return err
	}
	kept := news.TagID(f.Int("kept"))
	moved, err := n.Tags.Merge(r.Context(), actorOf(r), f.Line("action"), news.TagMerge{Lost: t.ID, Kept: kept,
		LostVersion: int(f.Int("lost_base")), KeptVersion: int(f.Int("kept_base"))})
	if err == nil {
		return web.Redirect(w, r, topicPath(kept)+"?done=merged&moved="+strconv.Itoa(moved))
	}
	return n.askMerge(w, r, t, f.Line("into"), err)
}
