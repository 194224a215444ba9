package newsroom

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Bans keep writers from writing as others do; *discussion.Bans has them.
type Bans interface {
	Add(context.Context, news.Actor, discussion.Banning) (news.Ban, error)
	Lift(ctx context.Context, actor news.Actor, id int64) error
	List(ctx context.Context, actor news.Actor, before int64, limit int) ([]news.Ban, error)
}

const bansLength = 50

// banForm is the form as it was typed.
type banForm struct {
	Action  string
	Comment news.CommentID // 0: a ban of words alone
	Kinds   []news.BanKind
	Kind    news.BanKind
	Effect  news.BanEffect
	Term    string
	Reason  string
	Days    int64
	Times   []int64 // to choose from, in days
}

func (n *Newsroom) newBanForm(comment news.CommentID, everywhere bool) banForm {
	f := banForm{Action: web.NewAction(), Comment: comment, Kinds: news.BanKinds(), Kind: news.BanPseudonym, Effect: news.BanHolds, Days: 7}
	if comment == 0 {
		f.Kinds, f.Kind = []news.BanKind{news.BanTerm}, news.BanTerm
	}
	if !everywhere {
		f.Kinds = slices.DeleteFunc(f.Kinds, func(k news.BanKind) bool { return k == news.BanTerm })
	}
	for _, d := range discussion.BanTimes() {
		f.Times = append(f.Times, int64(d/(24*time.Hour)))
	}
	return f
}

// banFields are those an error can stand at.
var banFields = []string{"kind", "effect", "term", "reason", "for"}

// readBan takes the form and bans.
func (n *Newsroom) readBan(r *http.Request, comment news.CommentID) (banForm, web.Form, error) {
	sent, err := web.ReadForm(r)
	if err != nil {
		return banForm{}, sent, err
	}
	f := n.newBanForm(comment, actorOf(r).RequireEverywhere(news.RightModerate) == nil)
	f.Action, f.Effect, f.Term, f.Reason = sent.Line("action"), news.BanEffect(sent.Line("effect")), sent.Line("term"), sent.Line("reason")
	f.Days = min(max(sent.Int("for"), 0), 10_000)
	if comment != 0 {
		f.Kind = news.BanKind(sent.Line("kind"))
	}
	_, err = n.Bans.Add(r.Context(), actorOf(r), discussion.Banning{Action: f.Action, Kind: f.Kind, Effect: f.Effect, Comment: comment, Term: f.Term,
		Reason: f.Reason, For: time.Duration(f.Days) * 24 * time.Hour})
	return f, sent, err
}

// banWriter bans the writer of a comment.
func (n *Newsroom) banWriter(w http.ResponseWriter, r *http.Request) error {
	id, err := commentID(r)
	if err != nil {
		return err
	}
	form, sent, err := n.readBan(r, id)
	back := backOf(sent.Line("back"))
	if kind := news.KindOf(err); err != nil && (wantsJSON(r) || kind != news.Invalid && kind != news.Conflict) {
		return err
	}
	if err != nil {
		page, pageErr := n.commentView(r, "ban", back)
		if pageErr != nil {
			return pageErr
		}
		page.Ban, page.Problems = form, n.problems(err, banFields...)
		return n.render(w, r, web.Status(err), "comment", page)
	}
	if wantsJSON(r) {
		return writeJSON(w, r, http.StatusOK, answer{Message: n.print.T("ban.done"), Action: web.NewAction()})
	}
	return web.Redirect(w, r, withQuery(back, "done", "banned"))
}

type bansPage struct {
	frame
	Rows     []banRow
	Ban      banForm
	First    string
	Next     string
	Problems web.Problems
}

type banRow struct {
	news.Ban
	Kind    string
	Effect  string
	InForce bool
	Path    string // of the comment for which it was made; "" none
}

// bans lists the bans, those in force and those that were.
func (n *Newsroom) bans(w http.ResponseWriter, r *http.Request) error {
	page, err := n.bansPage(r)
	if err != nil {
		return err
	}
	switch web.Done(r, "banned", "lifted") {
	case "banned":
		page.frame.Done = n.print.T("ban.done")
	case "lifted":
		page.frame.Done = n.print.T("ban.lifted")
	}
	return n.render(w, r, http.StatusOK, "bans", page)
}

func (n *Newsroom) bansPage(r *http.Request) (bansPage, error) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	before = max(before, 0)
	all, err := n.Bans.List(r.Context(), actorOf(r), before, bansLength+1)
	if err != nil {
		return bansPage{}, err
	}
	page := bansPage{frame: n.frame(r, n.print.T("ban.many"), "comments"), Ban: n.newBanForm(0, true)}
	if len(all) > bansLength {
		all = all[:bansLength]
		page.Next = pathBans + "?before=" + strconv.FormatInt(all[bansLength-1].ID, 10)
	}
	if before > 0 {
		page.First = pathBans
	}
	for _, b := range all {
		row := banRow{Ban: b, Kind: n.print.T("ban_kind." + string(b.Kind)), Effect: n.print.T("ban_effect." + string(b.Effect)), InForce: b.InForce(n.now())}
		if b.Comment != 0 {
			row.Path = pathComments + "/" + b.Comment.String()
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// addBan bans words.
func (n *Newsroom) addBan(w http.ResponseWriter, r *http.Request) error {
	form, _, err := n.readBan(r, 0)
	if err != nil && news.KindOf(err) != news.Invalid {
		return err
	}
	if err != nil {
		page, pageErr := n.bansPage(r)
		if pageErr != nil {
			return pageErr
		}
		page.Ban, page.Problems = form, n.problems(err, banFields...)
		return n.render(w, r, http.StatusUnprocessableEntity, "bans", page)
	}
	return web.Redirect(w, r, pathBans+"?done=banned")
}

// liftBan ends a ban before its time.
func (n *Newsroom) liftBan(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return news.Fail(news.NotFound, "error.not_found")
	}
	if err := n.Bans.Lift(r.Context(), actorOf(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, pathBans+"?done=lifted")
}
