package newsroom

import (
	"context"
	"errors"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Topics are the acts on topics, and the names found in a text; *editorial.Topics has them.
type Topics interface {
	Topics(context.Context, news.Actor) ([]news.Topic, error)
	Topic(context.Context, news.Actor, news.TagID) (news.Topic, error)
	Save(context.Context, news.Actor, editorial.SaveTopic) (news.Topic, error)
	Delete(ctx context.Context, actor news.Actor, action string, id news.TagID) error
	Offered(ctx context.Context, c news.Content) ([]string, error)
}

const pathTopics = root + "/topics"

func (n *Newsroom) topicRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	return []web.Route{
		inside("GET "+pathTopics, news.RightFront, web.RateRead, n.topicList),
		inside("POST "+pathTopics, news.RightFront, web.RateWrite, n.saveTopic),
		inside("GET "+pathTopics+"/{id}", news.RightFront, web.RateRead, n.editTopic),
		inside("POST "+pathTopics+"/{id}", news.RightFront, web.RateWrite, n.saveTopic),
		inside("POST "+pathTopics+"/{id}/delete", news.RightFront, web.RateWrite, n.deleteTopic),
	}
}

// topicForm is the form of a topic as it was typed.
type topicForm struct{ Name, Kind, Text, Picture string }

type topicListPage struct {
	frame
	Topics   []news.Topic
	Form     topicForm
	Kinds    []news.TopicKind
	Action   string
	Problems web.Problems
}

// EditPath is the address of a topic's form.
func (topicListPage) EditPath(t news.Topic) string { return topicPath(t.ID) }

func topicPath(id news.TagID) string { return pathTopics + "/" + news.Code(id).String() }

type topicPage struct {
	frame
	Topic    news.Topic
	Form     topicForm
	Kinds    []news.TopicKind
	Base     int
	Action   string
	Theirs   bool
	Problems web.Problems
}

// Target is where the form is sent.
func (p topicPage) Target() string { return topicPath(p.Topic.ID) }

// Back is the list.
func (topicPage) Back() string { return pathTopics }

// Preview is the address of the topic's picture; "" for none.
func (p topicPage) Preview() string {
	if p.Topic.Picture == 0 {
		return ""
	}
	return previewPath(p.Topic.Picture)
}

// topicDone are the sentences after an act.
var topicDone = map[string]string{"saved": "topic.done_saved", "deleted": "topic.done_deleted"}

func (n *Newsroom) topicListPage(r *http.Request) (topicListPage, error) {
	all, err := n.Topics.Topics(r.Context(), actorOf(r))
	page := topicListPage{frame: n.frame(r, n.print.T("topic.many"), "topics"), Topics: all, Kinds: news.TopicKinds(), Action: web.NewAction()}
	if key := topicDone[r.URL.Query().Get("done")]; key != "" {
		page.frame.Done = n.print.T(key)
	}
	return page, err
}

func (n *Newsroom) topicList(w http.ResponseWriter, r *http.Request) error {
	page, err := n.topicListPage(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "topics", page)
}

func (n *Newsroom) topicPage(r *http.Request, t news.Topic, form topicForm) topicPage {
	return topicPage{frame: n.frame(r, t.Name, "topics"), Topic: t, Form: form, Kinds: news.TopicKinds(), Base: t.Version, Action: web.NewAction()}
}

// openTopic finds the topic that the address names.
func (n *Newsroom) openTopic(r *http.Request) (news.Topic, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Topic{}, news.Fail(news.NotFound, "error.not_found")
	}
	return n.Topics.Topic(r.Context(), actorOf(r), news.TagID(id))
}

func (n *Newsroom) editTopic(w http.ResponseWriter, r *http.Request) error {
	t, err := n.openTopic(r)
	if err != nil {
		return err
	}
	form := topicForm{Name: t.Name, Kind: string(t.Kind), Text: t.Text}
	if t.Picture != 0 {
		form.Picture = news.Code(t.Picture).String()
	}
	return n.render(w, r, http.StatusOK, "topic", n.topicPage(r, t, form))
}

// saveTopic stores a new topic or a changed one.
func (n *Newsroom) saveTopic(w http.ResponseWriter, r *http.Request) error {
	var t news.Topic
	if r.PathValue("id") != "" {
		var err error
		if t, err = n.openTopic(r); err != nil {
			return err
		}
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form := topicForm{Name: f.Line("name"), Kind: f.Line("kind"), Text: f.Text("text"), Picture: f.Line("picture")}
	base := int(f.Int("base"))
	_, err = n.Topics.Save(r.Context(), actorOf(r), editorial.SaveTopic{Action: f.Line("action"), ID: t.ID, Base: base, Name: form.Name,
		Kind: news.TopicKind(form.Kind), Text: form.Text, Picture: form.Picture})
	if err == nil {
		return web.Redirect(w, r, pathTopics+"?done=saved")
	}
	if k := news.KindOf(err); k != news.Invalid && k != news.Conflict {
		return err
	}
	problems := n.problems(err, "name", "kind", "text", "picture")
	if t.ID == 0 {
		page, perr := n.topicListPage(r)
		if perr != nil {
			return errors.Join(perr, err)
		}
		page.Form, page.Problems = form, problems
		return n.render(w, r, web.Status(err), "topics", page)
	}
	page := n.topicPage(r, t, form)
	// Another's words stand beside the form: the next save is meant.
	page.Theirs, page.Problems = t.Version != base, problems
	return n.render(w, r, web.Status(err), "topic", page)
}

func (n *Newsroom) deleteTopic(w http.ResponseWriter, r *http.Request) error {
	t, err := n.openTopic(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := n.Topics.Delete(r.Context(), actorOf(r), f.Line("action"), t.ID); err != nil {
		return err
	}
	return web.Redirect(w, r, pathTopics+"?done=deleted")
}
