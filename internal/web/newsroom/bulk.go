package newsroom

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// bulkPublish is the act of the bulk form that is no reason for rejecting.
const bulkPublish = "publish"

// bulkRow is a comment of a bulk act: what will happen to it, or what did.
type bulkRow struct {
	news.QueuedComment
	Changes bool   // its state changes
	Note    string // why it is left out, or what to think of
	Failed  string // why it stayed as it was
}

// Seen is which of its texts the moderator reads.
func (r bulkRow) Seen() int64 { return seenOf(r.RevisedAt) }

type bulkPage struct {
	frame
	Rows     []bulkRow
	Many     int
	Act      string // bulkPublish, or a reason
	Sentence string // what will happen, or has
	Action   string
	Back     string
	Over     bool // it is done
}

// previewBulk shows what a decision on many comments will do, and does nothing.
func (n *Newsroom) previewBulk(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	act := f.Line("act")
	if act != bulkPublish && !slices.Contains(news.Reasons(), news.Reason(act)) {
		return news.FieldError("act", "error.reason")
	}
	var ids []news.CommentID
	for _, value := range f.All("pick") {
		ids = append(ids, readIDs(value)...)
	}
	back := backOf(f.Line("back"))
	found, err := n.Comments.ByID(r.Context(), actorOf(r), ids)
	if err != nil {
		return err
	}
	page := bulkPage{frame: n.frame(r, n.print.T("queue.bulk"), "comments"), Act: act, Back: back, Action: web.NewAction()}
	for _, c := range found {
		row := bulkRow{QueuedComment: c, Changes: true}
		to := news.CommentRejected
		if act == bulkPublish {
			to = news.CommentPublished
		}
		around := n.card(page.frame, c, back)
		switch {
		case c.State == to:
			row.Changes, row.Note = false, n.print.T("queue.bulk_same")
		case around.Taken != "":
			row.Changes, row.Note = false, n.print.T("queue.taken_by", around.Taken)
		case act == bulkPublish && c.Held:
			row.Note = n.whyLine(around.Why)
		case c.State != news.CommentPending:
			row.Note = n.print.T("queue.bulk_overrules", n.print.T("queue_tab."+string(c.State)))
		}
		if row.Changes {
			page.Many++
		}
		page.Rows = append(page.Rows, row)
	}
	page.Sentence = n.bulkSentence(act, page.Many, false)
	return n.render(w, r, http.StatusOK, "bulk", page)
}

// whyLine writes findings on one line.
func (n *Newsroom) whyLine(all []why) string {
	var parts []string
	for _, one := range all {
		part := one.Name
		if one.Detail != "" {
			part += ": " + one.Detail
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " · ")
}

func (n *Newsroom) bulkSentence(act string, many int, over bool) string {
	switch {
	case act == bulkPublish && over:
		return n.print.N("queue.bulk_published", int64(many))
	case act == bulkPublish:
		return n.print.N("queue.bulk_publish", int64(many))
	case over:
		return n.print.N("queue.bulk_rejected", int64(many), n.print.T("reason."+act))
	}
	return n.print.N("queue.bulk_reject", int64(many), n.print.T("reason."+act))
}

// readSeen reads a comment's number, its state and which of its texts was shown, with colons between.
func readSeen(value string) (news.CommentID, discussion.Seen, bool) {
	parts := strings.Split(value, ":")
	if len(parts) != 3 {
		return 0, discussion.Seen{}, false
	}
	id, err := strconv.ParseInt(parts[0], 10, 64)
	revised, err2 := strconv.ParseInt(parts[2], 10, 64)
	return news.CommentID(id), discussion.Seen{State: news.CommentState(parts[1]), Revised: revisedOf(revised)}, err == nil && err2 == nil && id > 0
}

// doBulk decides on the comments of the preview, each in the state in which it was shown, and tells what became of each.
func (n *Newsroom) doBulk(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	bulk := discussion.Bulk{Action: f.Line("action"), Seen: map[news.CommentID]discussion.Seen{}}
	act := f.Line("act")
	if act != bulkPublish {
		bulk.Reason = news.Reason(act)
		if act == "" {
			return news.FieldError("act", "error.reason")
		}
	}
	for _, value := range f.All("one") {
		if id, seen, ok := readSeen(value); ok {
			bulk.Seen[id] = seen
		}
	}
	done, err := n.Decisions.Decide(r.Context(), actorOf(r), bulk)
	if err != nil {
		return err
	}
	page := bulkPage{frame: n.frame(r, n.print.T("queue.bulk"), "comments"), Act: act, Back: backOf(f.Line("back")), Over: true}
	var ids []news.CommentID
	failed := map[news.CommentID]string{}
	for _, one := range done {
		ids = append(ids, one.ID)
		if one.Err != nil {
			failed[one.ID] = n.failMessage(web.Status(one.Err), one.Err)
		}
	}
	found, err := n.Comments.ByID(r.Context(), actorOf(r), ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		row := bulkRow{QueuedComment: c, Changes: failed[c.ID] == "", Failed: failed[c.ID]}
		if row.Changes {
			page.Many++
		}
		page.Rows = append(page.Rows, row)
	}
	page.Sentence = n.bulkSentence(act, page.Many, true)
	return n.render(w, r, http.StatusOK, "bulk", page)
}
