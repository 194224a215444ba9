package newsroom

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// answer is what the queue's script gets for a decision.
type answer struct {
	Message string            `json:"message"`          // what was done, or why not
	State   string            `json:"state,omitempty"`  // of the comment now; "" after an error
	Action  string            `json:"action,omitempty"` // the id for the next act on this comment
	Counts  map[string]string `json:"counts,omitempty"` // of the tabs, as people read them
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

func writeJSON(w http.ResponseWriter, r *http.Request, status int, a answer) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, status, "application/json", body)
}

// decidedKeys say who decided on a comment before, by what they decided: with a name and without.
var decidedKeys = map[string][2]string{
	string(news.CommentPublished): {"newsroom.other_published", "newsroom.other_published_unnamed"},
	string(news.CommentRejected):  {"newsroom.other_rejected", "newsroom.other_rejected_unnamed"},
	string(news.CommentPending):   {"newsroom.other_reopened", "newsroom.other_reopened"},
	string(news.CommentWithdrawn): {"newsroom.other_withdrawn", "newsroom.other_withdrawn"},
}

// message is the sentence of an error. That somebody else was faster is said in whole sentences, by what they did.
func (n *Newsroom) message(e *news.Error) string {
	switch e.Key {
	case "error.already_decided":
		if len(e.Args) < 3 {
			break
		}
		name, _ := e.Args[0].(string)
		at, _ := e.Args[1].(time.Time)
		state, _ := e.Args[2].(string)
		if keys, known := decidedKeys[state]; known {
			return n.byWhom(keys, name, at)
		}
	case "error.house_line":
		return n.lineMessage(e)
	case "error.edited_meanwhile":
		if len(e.Args) < 2 {
			break
		}
		name, _ := e.Args[0].(string)
		at, _ := e.Args[1].(time.Time)
		return n.byWhom([2]string{"newsroom.other_edited", "newsroom.other_edited_unnamed"}, name, at)
	}
	if key, args := flowMessage(e); key != "" {
		return n.print.T(key, n.inWords(args)...)
	}
	return web.Message(n.print, e)
}

func (n *Newsroom) byWhom(keys [2]string, name string, at time.Time) string {
	if name == "" {
		return n.print.T(keys[1], n.print.Stamp(at))
	}
	return n.print.T(keys[0], name, n.print.Stamp(at))
}

// problems puts an error at the fields of a form, with the newsroom's own sentences.
func (n *Newsroom) problems(err error, fields ...string) web.Problems {
	return web.SortProblems(err, n.message, fields...)
}
