package newsroom

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// inboxTab is a part of the inbox with how much is in it.
type inboxTab struct {
	Box     news.Inbox
	Count   string // "" where nothing is, or nothing is counted
	Path    string
	Current bool
}

type inboxPage struct {
	frame
	Tabs        []inboxTab
	Box         news.Inbox
	Rows        []news.ArticleRow
	First, Next string
	Action      string
}

// EditPath is the address of an article's form.
func (inboxPage) EditPath(code news.Code) string { return editPath(code) }

// counted are the parts that hold work: they are told with their numbers, up to countMost.
var counted = []news.Inbox{news.InboxMine, news.InboxReturned, news.InboxWaiting, news.InboxScheduled}

const countMost = 99

// inboxesOf are the parts that a person has: what waits for a desk waits for those who publish.
func inboxesOf(actor news.Actor) []news.Inbox {
	return slices.DeleteFunc(news.Inboxes(), func(b news.Inbox) bool { return b == news.InboxWaiting && !actor.May(news.RightPublish) })
}

// inboxFilter is what a part of the inbox lists for a person. Those who do not publish find only their own in the trash.
func inboxFilter(actor news.Actor, box news.Inbox) news.ArticleFilter {
	f := news.ArticleFilter{Inbox: box, Sections: actor.Sections, Limit: listLength}
	switch {
	case box == news.InboxMine || box == news.InboxReturned:
		f.Person, f.Sections = actor.User, nil // what a person has is theirs, wherever it is filed
	case box == news.InboxTrash && !actor.May(news.RightPublish):
		f.Person = actor.User
	}
	return f
}

// inbox is a person's desk (کارتابل).
func (n *Newsroom) inbox(w http.ResponseWriter, r *http.Request) error {
	actor, query := actorOf(r), r.URL.Query()
	boxes := inboxesOf(actor)
	counts, err := n.inboxCounts(r, actor, boxes)
	if err != nil {
		return err
	}
	box := news.Inbox(query.Get("box"))
	if !slices.Contains(boxes, box) {
		box = firstWithWork(boxes, counts)
	}
	after, err := news.ParseCursor(query.Get("after"))
	if err != nil {
		return err
	}
	filter := inboxFilter(actor, box)
	filter.After = after
	found, err := n.Articles.Articles(r.Context(), actor, filter)
	if err != nil {
		return err
	}
	page := inboxPage{frame: n.frame(r, n.print.T("inbox.title"), "inbox"), Box: box, Rows: found.Rows, Action: web.NewAction()}
	for _, b := range boxes {
		page.Tabs = append(page.Tabs, inboxTab{Box: b, Count: counts[b], Path: inboxAddress(b, ""), Current: b == box})
	}
	if !after.IsZero() {
		page.First = inboxAddress(box, "")
	}
	if !found.Next.IsZero() {
		page.Next = inboxAddress(box, found.Next.String())
	}
	if query.Get("done") == "untrash" {
		page.frame.Done = n.print.T("newsroom.done_untrash")
	}
	return n.render(w, r, http.StatusOK, "inbox", page)
}

// firstWithWork is the part that opens by itself: the first that holds work for the person, their own when none does.
func firstWithWork(boxes []news.Inbox, counts map[news.Inbox]string) news.Inbox {
	for _, box := range boxes {
		if counts[box] != "" && box != news.InboxScheduled {
			return box
		}
	}
	return news.InboxMine
}

// inboxCounts is how much is in the parts that hold work; empty ones have no count.
func (n *Newsroom) inboxCounts(r *http.Request, actor news.Actor, boxes []news.Inbox) (map[news.Inbox]string, error) {
	counts := map[news.Inbox]string{}
	for _, box := range boxes {
		if !slices.Contains(counted, box) {
			continue
		}
		f := inboxFilter(actor, box)
		f.Limit = countMost
		rows, err := n.Articles.Articles(r.Context(), actor, f)
		if err != nil {
			return nil, err
		}
		if len(rows.Rows) == 0 {
			continue
		}
		counts[box] = n.print.Number(int64(len(rows.Rows)))
		if !rows.Next.IsZero() {
			counts[box] += "+"
		}
	}
	return counts, nil
}

func inboxAddress(box news.Inbox, after string) string {
	q := url.Values{"box": {string(box)}}
	if after != "" {
		q.Set("after", after)
	}
	return pathInbox + "?" + q.Encode()
}
