package newsroom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Topics are the acts on topics, and the names found in a text; *editorial.Topics has them.
type Topics interface {
	Topics(context.Context, news.Actor, news.TopicFilter) (news.TopicPage, error)
	Topic(context.Context, news.Actor, news.TagID) (news.Topic, error)
	Save(context.Context, news.Actor, editorial.SaveTopic) (news.Topic, error)
	Delete(ctx context.Context, actor news.Actor, action string, id news.TagID) error
	Offered(ctx context.Context, c news.Content) ([]string, error)
}

const (
	pathTopics   = root + "/topics"
	topicsLength = 50
)

func (n *Newsroom) topicRoutes(inside func(string, news.Right, web.RateClass, web.Handler) web.Route) []web.Route {
	return append(n.tagRoutes(inside), []web.Route{
		inside("GET "+pathTopics, news.RightFront, web.RateRead, n.topicList),
		inside("POST "+pathTopics, news.RightFront, web.RateWrite, n.saveTopic),
		inside("GET "+pathTopics+"/{id}", news.RightFront, web.RateRead, n.editTopic),
		inside("POST "+pathTopics+"/{id}", news.RightFront, web.RateWrite, n.saveTopic),
		inside("POST "+pathTopics+"/{id}/delete", news.RightFront, web.RateWrite, n.deleteTopic),
	}...)
}

// topicForm is the form of a topic as it was typed.
type topicForm struct{ Name, Slug, Kind, Text, Picture string }

var topicFields = []string{"name", "slug", "kind", "text", "picture"}

type topicListPage struct {
	frame
	Topics      []news.Topic
	Plain       bool // all tags, not topics alone
	Text        string
	First, Next string
	Form        topicForm
	Kinds       []news.TopicKind
	Action      string
	Problems    web.Problems
}

// EditPath is the address of a topic's form.
func (topicListPage) EditPath(t news.Topic) string { return topicPath(t.ID) }

// Count is how many articles a tag has.
func (p topicListPage) Count(t news.Topic) string { return p.Number(int64(t.Count)) }

// TabPath is the address of the list of topics, or of all tags.
func (topicListPage) TabPath(plain bool) string { return topicsAddress("", plain, news.Cursor{}) }

func topicsAddress(text string, plain bool, after news.Cursor) string {
	q := url.Values{}
	if plain {
		q.Set("all", "yes")
	}
	if text != "" {
		q.Set("q", text)
	}
	if !after.IsZero() {
		q.Set("after", after.String())
	}
	if len(q) == 0 {
		return pathTopics
	}
	return pathTopics + "?" + q.Encode()
}

func topicPath(id news.TagID) string { return pathTopics + "/" + news.Code(id).String() }

type topicPage struct {
	frame
	Topic    news.Topic
	Form     topicForm
	Kinds    []news.TopicKind
	Names    []otherName
	Other    string // the name to add, as typed
	Base     int
	Action   string
	Theirs   bool
	Problems web.Problems
}

// otherName is another name of the tag, with the id of the form that separates it.
type otherName struct {
	news.Tag
	Action string
}

// Target is where the form is sent.
func (p topicPage) Target() string { return topicPath(p.Topic.ID) }

// Back is the list in which the tag stands.
func (p topicPage) Back() string { return topicsAddress("", p.Topic.Kind == "", news.Cursor{}) }

// Count says how many articles the tag has.
func (p topicPage) Count() string { return p.N("topic.count", int64(p.Topic.Count)) }

// Preview is the address of the topic's picture; "" for none.
func (p topicPage) Preview() string {
	if p.Topic.Picture == 0 {
		return ""
	}
	return previewPath(p.Topic.Picture)
}

// topicDone are the sentences after an act; those of tagDone say how many articles went along.
var (
	topicDone = map[string]string{"saved": "topic.done_saved", "deleted": "topic.done_deleted", "named": "tag.done_named"}
	tagDone   = map[string]string{"merged": "tag.done_merged", "separated": "tag.done_separated"}
)

// doneText is the sentence that the address asks for; "" for none.
func (n *Newsroom) doneText(query url.Values) string {
	if key := topicDone[query.Get("done")]; key != "" {
		return n.print.T(key)
	}
	key := tagDone[query.Get("done")]
	moved, err := strconv.ParseUint(query.Get("moved"), 10, 31)
	if key == "" || err != nil {
		return ""
	}
	return n.print.N(key, int64(moved))
}

func (n *Newsroom) topicListPage(r *http.Request) (topicListPage, error) {
	query := r.URL.Query()
	page := topicListPage{frame: n.frame(r, n.print.T("topic.many"), "topics"), Plain: query.Get("all") != "", Text: strings.TrimSpace(query.Get("q")),
		Kinds: news.TopicKinds(), Action: web.NewAction()}
	after, err := news.ParseCursor(query.Get("after"))
	if err != nil {
		return page, err
	}
	list, err := n.Topics.Topics(r.Context(), actorOf(r), news.TopicFilter{Text: page.Text, Plain: page.Plain, After: after, Limit: topicsLength})
	page.Topics = list.Topics
	if !after.IsZero() {
		page.First = topicsAddress(page.Text, page.Plain, news.Cursor{})
	}
	if !list.Next.IsZero() {
		page.Next = topicsAddress(page.Text, page.Plain, list.Next)
	}
	page.frame.Done = n.doneText(query)
	return page, err
}

func (n *Newsroom) topicList(w http.ResponseWriter, r *http.Request) error {
	page, err := n.topicListPage(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "topics", page)
}

func formOfTopic(t news.Topic) topicForm {
	form := topicForm{Name: t.Name, Slug: t.Slug, Kind: string(t.Kind), Text: t.Text}
	if t.Picture != 0 {
		form.Picture = news.Code(t.Picture).String()
	}
	return form
}

func (n *Newsroom) topicPage(r *http.Request, t news.Topic, form topicForm) (topicPage, error) {
	page := topicPage{frame: n.frame(r, t.Name, "topics"), Topic: t, Form: form, Kinds: news.TopicKinds(), Base: t.Version, Action: web.NewAction()}
	names, err := n.Tags.Names(r.Context(), actorOf(r), t.ID)
	for _, name := range names {
		page.Names = append(page.Names, otherName{name, web.NewAction()})
	}
	return page, err
}

// openTopic finds the topic that the address names.
func (n *Newsroom) openTopic(r *http.Request) (news.Topic, error) {
	id, ok := news.ParseCode(r.PathValue("id"))
	if !ok {
		return news.Topic{}, news.Fail(news.NotFound, "error.not_found")
	}
	return n.Topics.Topic(r.Context(), actorOf(r), news.TagID(id))
}

// openTopicForm finds the topic that the address names, and reads the form sent to it.
func (n *Newsroom) openTopicForm(r *http.Request) (news.Topic, web.Form, error) {
	t, err := n.openTopic(r)
	if err != nil {
		return t, web.Form{}, err
	}
	f, err := web.ReadForm(r)
	return t, f, err
}

func (n *Newsroom) editTopic(w http.ResponseWriter, r *http.Request) error {
	t, err := n.openTopic(r)
	if err != nil {
		return err
	}
	if t.Into != 0 {
		return web.Redirect(w, r, topicPath(t.Into))
	}
	page, err := n.topicPage(r, t, formOfTopic(t))
	if err != nil {
		return err
	}
	page.frame.Done = n.doneText(r.URL.Query())
	return n.render(w, r, http.StatusOK, "topic", page)
}

// topicAgain shows a topic's page with why an act was refused; fill puts what was typed into it.
func (n *Newsroom) topicAgain(w http.ResponseWriter, r *http.Request, t news.Topic, wrong error, fill func(*topicPage)) error {
	if k := news.KindOf(wrong); k != news.Invalid && k != news.Conflict {
		return wrong
	}
	page, err := n.topicPage(r, t, formOfTopic(t))
	if err != nil {
		return errors.Join(err, wrong)
	}
	page.Problems = n.problems(wrong, append(topicFields, "other")...)
	fill(&page)
	return n.render(w, r, web.Status(wrong), "topic", page)
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
	form := topicForm{Name: f.Line("name"), Slug: f.Line("slug"), Kind: f.Line("kind"), Text: f.Text("text"), Picture: f.Line("picture")}
	base := int(f.Int("base"))
	saved, err := n.Topics.Save(r.Context(), actorOf(r), editorial.SaveTopic{Action: f.Line("action"), ID: t.ID, Base: base, Name: form.Name, Slug: form.Slug,
		Kind: news.TopicKind(form.Kind), Text: form.Text, Picture: form.Picture})
	if err == nil {
		return web.Redirect(w, r, topicPath(saved.ID)+"?done=saved")
	}
	if t.ID == 0 {
		return n.topicListAgain(w, r, form, err)
	}
	return n.topicAgain(w, r, t, err, func(page *topicPage) {
		// Another's words stand beside the form: the next save is meant.
		page.Form, page.Theirs = form, t.Version != base
	})
}

// topicListAgain shows the list with why a new topic was refused.
func (n *Newsroom) topicListAgain(w http.ResponseWriter, r *http.Request, form topicForm, wrong error) error {
	if k := news.KindOf(wrong); k != news.Invalid && k != news.Conflict {
		return wrong
	}
	page, err := n.topicListPage(r)
	if err != nil {
		return errors.Join(err, wrong)
	}
	page.Form, page.Problems = form, n.problems(wrong, topicFields...)
	return n.render(w, r, web.Status(wrong), "topics", page)
}

func (n *Newsroom) deleteTopic(w http.ResponseWriter, r *http.Request) error {
	t, f, err := n.openTopicForm(r)
	if err != nil {
		return err
	}
	if err := n.Topics.Delete(r.Context(), actorOf(r), f.Line("action"), t.ID); err != nil {
		return err
	}
	return web.Redirect(w, r, pathTopics+"?done=deleted")
}
