package newsroom

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/textdiff"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Records are versions, corrections, templates and the audit log; *editorial.Desk has them.
type Records interface {
	Revisions(ctx context.Context, actor news.Actor, code news.Code) ([]news.RevisionInfo, error)
	Revision(ctx context.Context, actor news.Actor, code news.Code, number int) (news.Content, error)
	RestoreRevision(ctx context.Context, actor news.Actor, in editorial.Publish, number int) (news.Article, error)
	FixSafe(ctx context.Context, actor news.Actor, in editorial.Publish) (news.Article, error)
	Correct(ctx context.Context, actor news.Actor, action string, c news.Correction) (news.Correction, error)
	Template(ctx context.Context, actor news.Actor, kind news.ArticleKind) (news.Content, error)
	SaveTemplate(ctx context.Context, actor news.Actor, c news.Content) error
	Audit(ctx context.Context, actor news.Actor, f news.EventFilter) ([]news.Event, error)
}

// Names tells who is who; *store.Store has it.
type Names interface {
	UserNames(ctx context.Context) (map[news.UserID]string, error)
}

// difference is a field of two versions that differs.
type difference struct {
	Label string
	Rows  []textdiff.Row
	// FormOnly says that the words are the same: headings, links or emphasis differ, and the rows show their marks. "" otherwise.
	FormOnly string
}

// differences compares two contents field by field; fields that are the same are left out.
func (n *Newsroom) differences(ctx context.Context, old, new news.Content) ([]difference, error) {
	sections, err := n.Articles.Sections(ctx)
	if err != nil {
		return nil, err
	}
	var all []difference
	compare := func(key, a, b string) {
		if a != b {
			all = append(all, difference{Label: n.print.T(key), Rows: textdiff.Compare(a, b)})
		}
	}
	a, b := n.readable(old, sections), n.readable(new, sections)
	for i := range a {
		if a[i].key == "newsroom.body" && a[i].text == b[i].text && old.Body != new.Body {
			all = append(all, difference{Label: n.print.T(a[i].key), FormOnly: n.print.T("history.form_only"),
				Rows: textdiff.Compare(markup.ToMarkdown(markup.HTML(old.Body)), markup.ToMarkdown(markup.HTML(new.Body)))})
			continue
		}
		compare(a[i].key, a[i].text, b[i].text)
	}
	return all, nil
}

type readableField struct{ key, text string }

// readable is a content as people read it, field by field.
func (n *Newsroom) readable(c news.Content, sections []news.Section) []readableField {
	section := ""
	for _, s := range sections {
		if s.ID == c.Section || c.Section == 0 && s.Slug == news.GeneralSlug {
			section = s.Name
		}
	}
	named := func(prefix, value string) string {
		if value == "" {
			return ""
		}
		return n.print.T(prefix + value)
	}
	picture, end := "", ""
	if c.Picture.Media != 0 {
		picture = n.number(int(c.Picture.Media))
	}
	if c.EndMark {
		end = n.print.T("newsroom.end_mark")
	}
	return []readableField{
		{"newsroom.kicker", c.Kicker}, {"newsroom.headline", c.Headline}, {"newsroom.short_headline", c.ShortHeadline}, {"newsroom.lede", c.Lede},
		{"newsroom.body", markup.Plain(markup.HTML(c.Body))}, {"newsroom.section", section}, {"newsroom.kind", named("kind.", string(c.Kind))},
		{"newsroom.lang", named("lang.", c.Lang)}, {"newsroom.tags", strings.Join(c.Tags, "، ")}, {"newsroom.bylines", writeBylines(c.Bylines)},
		{"newsroom.source", c.Source}, {"newsroom.end_mark", end}, {"newsroom.desk_code", c.DeskCode},
		{"newsroom.picture", picture}, {"newsroom.caption", c.Picture.Caption}, {"newsroom.credit", c.Picture.Credit}, {"newsroom.alt", c.Picture.Alt},
	}
}

// number writes a number that is a name, ungrouped.
func (n *Newsroom) number(i int) string {
	if n.Lang == i18n.FA {
		return persian.Digits(strconv.Itoa(i))
	}
	return strconv.Itoa(i)
}

type historyPage struct {
	frame
	Article  news.Article
	Versions []news.RevisionInfo
	From, To int // the versions compared; 0: none
	Old, New news.RevisionInfo
	Diff     []difference
	MayWrite bool
	Action   string
	Problem  string
}

// Back is the article's form.
func (p historyPage) Back() string { return editPath(p.Article.Code) }

// Path is where the page is.
func (p historyPage) Path() string { return editPath(p.Article.Code) + "/history" }

// Num writes a version's number.
func (p historyPage) Num(i int) string { return p.Number(int64(i)) }

// Compared tells that two versions stand side by side.
func (p historyPage) Compared() bool { return p.From != 0 }

// history lists an article's versions and sets two of them side by side: those that the address names, or the last two.
func (n *Newsroom) history(w http.ResponseWriter, r *http.Request) error {
	page, err := n.historyPage(r)
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "history", page)
}

func (n *Newsroom) historyPage(r *http.Request) (historyPage, error) {
	a, err := n.article(r)
	if err != nil {
		return historyPage{}, err
	}
	ctx, actor := r.Context(), actorOf(r)
	versions, err := n.Flow.Revisions(ctx, actor, a.Code)
	if err != nil {
		return historyPage{}, err
	}
	page := historyPage{frame: n.frame(r, n.print.T("history.title"), "articles"), Article: a, Versions: versions, Action: web.NewAction(),
		MayWrite: actor.May(news.RightWrite) && actor.MayEdit(&a) && a.TrashedAt.IsZero()}
	query := r.URL.Query()
	page.From, page.To = versionNumber(query.Get("from")), versionNumber(query.Get("to"))
	if page.From == 0 && page.To == 0 && len(versions) > 1 {
		page.From, page.To = versions[1].Number, versions[0].Number
	}
	if page.From == 0 || page.To == 0 || page.From == page.To {
		page.From, page.To = 0, 0
		return page, nil
	}
	page.From, page.To = min(page.From, page.To), max(page.From, page.To)
	for _, v := range versions {
		switch v.Number {
		case page.From:
			page.Old = v
		case page.To:
			page.New = v
		}
	}
	old, err := n.Flow.Revision(ctx, actor, a.Code, page.From)
	if err != nil {
		return page, err
	}
	new, err := n.Flow.Revision(ctx, actor, a.Code, page.To)
	if err != nil {
		return page, err
	}
	page.Diff, err = n.differences(ctx, old, new)
	return page, err
}

func versionNumber(s string) int {
	i, err := strconv.Atoi(s)
	if err != nil || i < 1 {
		return 0
	}
	return i
}

// restoreVersion makes an old version the working copy, as a new version.
func (n *Newsroom) restoreVersion(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = n.Flow.RestoreRevision(r.Context(), actorOf(r), editorial.Publish{Action: f.Line("action"), Code: code, Base: int(f.Int("base"))}, int(f.Int("number")))
	if news.KindOf(err) == news.Conflict && err != nil {
		page, failed := n.historyPage(r)
		if failed != nil {
			return failed
		}
		page.Problem = n.failMessage(web.Status(err), err)
		return n.render(w, r, web.Status(err), "history", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, editPath(code)+"?done=restored")
}
