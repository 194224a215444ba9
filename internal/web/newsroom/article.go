package newsroom

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// previewWidth is the width of pictures in the form, in pixels.
const previewWidth = 640

type articlePage struct {
	frame
	Article  news.Article // as it is stored; the zero Article for a new one
	Form     articleForm
	Theirs   *articleForm // what somebody else saved meanwhile
	Base     int
	Action   string
	Typing   typing
	Problems web.Problems
	Note     string // why comments are closed, as it was typed when it could not be taken
	Kinds    []news.ArticleKind
	Langs    []string
	Sections []news.Section
	// EditorWords are the sentences of the editor by their names in its script.
	EditorWords map[string]string
	Offered     []string // names in the text that are no tags of it yet
	flowView
}

// Target is where the form is sent.
func (p articlePage) Target() string {
	if p.Article.Code == 0 {
		return pathArticles
	}
	return editPath(p.Article.Code)
}

// Public is the article's page for readers; "" while there is none.
func (p articlePage) Public() string {
	if p.Article.State != news.Published {
		return ""
	}
	return news.ArticlePath(p.Article.Code, p.Article.Content.Slug)
}

// Changed tells that what readers see differs from the working copy.
func (p articlePage) Changed() bool {
	return p.Article.State == news.Published && p.Article.PublicRevision != p.Article.Revision
}

// TextDir is the direction of the article's language.
func (p articlePage) TextDir() string {
	if p.Form.Lang == "en" {
		return "ltr"
	}
	return "rtl"
}

// Chosen tells the section that the form names; one that names none is in the general section.
func (p articlePage) Chosen(s news.Section) bool {
	return s.ID == p.Form.Section || p.Form.Section == 0 && s.Slug == news.GeneralSlug
}

// CodeText is the article's code as people read it: a name in figures, never grouped.
func (p articlePage) CodeText() string {
	if p.Lang() == i18n.FA {
		return persian.Digits(p.Article.Code.String())
	}
	return p.Article.Code.String()
}

// RevisionNumber is the working revision as templates want numbers.
func (p articlePage) RevisionNumber() int64 { return int64(p.Article.Revision) }

// Preview is the address of the form's picture; "" for none.
func (p articlePage) Preview() string {
	if p.Form.Picture == 0 {
		return ""
	}
	return previewPath(p.Form.Picture)
}

// PublishLabel says what publishing will do: to publish, or to publish what changed.
func (p articlePage) PublishLabel() string {
	if p.Article.State == news.Published {
		return p.T("newsroom.publish_changes")
	}
	return p.T("newsroom.publish")
}

// MaySwitch tells who may open and close comments, as editorial.SetComments has it.
func (p articlePage) MaySwitch() bool {
	return p.Article.Code != 0 && p.May(string(news.RightComments))
}

func (n *Newsroom) articlePage(r *http.Request, a news.Article, form articleForm) (articlePage, error) {
	sections, err := n.Articles.Sections(r.Context())
	if err != nil {
		return articlePage{}, err
	}
	title, here := a.Content.Headline, "articles"
	if a.Code == 0 {
		title, here = n.print.T("newsroom.new_article"), "new"
	}
	flow, err := n.flowView(r, a)
	if err != nil {
		return articlePage{}, err
	}
	offered, err := n.offeredTags(r, a)
	if err != nil {
		return articlePage{}, err
	}
	return articlePage{frame: n.frame(r, title, here), Offered: offered, Article: a, Form: form, Base: a.Revision, Action: web.NewAction(), Typing: newTyping(a.Code),
		Kinds: news.ArticleKinds(), Langs: []string{"fa", "en", "ar"}, Sections: sections, EditorWords: n.editorWords(), flowView: flow}, nil
}

// offeredTags are known names in what is stored of an article.
func (n *Newsroom) offeredTags(r *http.Request, a news.Article) ([]string, error) {
	if a.Code == 0 || n.Topics == nil {
		return nil, nil
	}
	return n.Topics.Offered(r.Context(), a.Content)
}

func (n *Newsroom) newArticle(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r.URL.Query().Get("kind"))
	if err != nil {
		kind = news.KindNews
	}
	template, err := n.Flow.Template(r.Context(), actorOf(r), kind)
	if err != nil {
		return err
	}
	template.Kind = kind
	page, err := n.articlePage(r, news.Article{}, formOf(template))
	if err == nil {
		err = n.offerKept(r, &page)
	}
	if err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "article", page)
}

// articleDone are the sentences after an act on an article.
var articleDone = map[string]string{
	"saved":     "newsroom.done_saved",
	"published": "newsroom.done_published",
	"withdrawn": "newsroom.done_withdrawn",
	"opened":    "newsroom.done_opened",
	"closed":    "newsroom.done_closed",

	"fix":             "newsroom.done_fix",
	"submit":          "newsroom.done_submit",
	"publish":         "newsroom.done_published",
	"schedule":        "newsroom.done_schedule",
	"schedule_change": "newsroom.done_schedule_change",
	"unschedule":      "newsroom.done_unschedule",
	"return":          "newsroom.done_return",
	"take":            "newsroom.done_take",
	"embargo":         "newsroom.done_embargo",
	"lift":            "newsroom.done_lift",
	"expire":          "newsroom.done_expire",
	"stay":            "newsroom.done_stay",
	"trash":           "newsroom.done_trash",
	"untrash":         "newsroom.done_untrash",
	"restored":        "newsroom.done_restored",
	"taken_over":      "newsroom.done_taken_over",
	"dropped":         "newsroom.done_dropped",
	"settle":          "newsroom.done_settle",
}

func (n *Newsroom) editArticle(w http.ResponseWriter, r *http.Request) error {
	a, err := n.article(r)
	if err != nil {
		return err
	}
	page, err := n.articlePage(r, a, formOf(a.Content))
	if err != nil {
		return err
	}
	if key := articleDone[r.URL.Query().Get("done")]; key != "" {
		page.frame.Done = n.print.T(key)
	}
	if err := n.offerKept(r, &page); err != nil {
		return err
	}
	return n.render(w, r, http.StatusOK, "article", page)
}

// article finds the article that the address names.
func (n *Newsroom) article(r *http.Request) (news.Article, error) {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return news.Article{}, err
	}
	return n.Articles.Article(r.Context(), actorOf(r), code)
}

// saveArticle stores the form and then does what the button said. A form that may not be written in sends no text: its buttons
// only move the article.
func (n *Newsroom) saveArticle(w http.ResponseWriter, r *http.Request) error {
	var code news.Code
	if value := r.PathValue("code"); value != "" {
		var err error
		if code, err = codeOf(value); err != nil {
			return err
		}
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := readAct(f)
	in.typing = readTyping(f)
	in.article = news.Article{Code: code, Revision: int(f.Int("base"))}
	var form *articleForm
	if code == 0 || f.Has("headline") {
		typed := readArticleForm(f)
		form = &typed
		if err := n.saveText(r, f, form, &in); err != nil {
			if news.KindOf(err) == news.Invalid { // all mistakes at once, those of the step too
				err = errors.Join(err, n.stepWrong(in))
			}
			return n.saveFailed(w, r, in, form, err)
		}
	}
	a, done, err := n.run(r, in)
	if err != nil {
		return n.saveFailed(w, r, in, form, atOwnField(in.verb, err))
	}
	return web.Redirect(w, r, editPath(a.Code)+"?done="+done)
}

// saveText stores what was typed; the article in the act is then as it was saved.
func (n *Newsroom) saveText(r *http.Request, f web.Form, form *articleForm, in *act) error {
	if err := n.addPicture(r, f, form); err != nil {
		return err
	}
	a, err := n.Articles.Save(r.Context(), actorOf(r), editorial.Save{Action: in.action, Code: in.article.Code, Base: in.article.Revision, Content: form.content(),
		Typed: news.Autosave{Draft: in.typing.Draft, Window: in.typing.Window, Seq: in.typing.Seq}})
	if err == nil {
		in.article = a
	}
	return err
}

// addPicture stores the file that came with the form and puts its number into the form, so that a mistake elsewhere does not
// lose it.
func (n *Newsroom) addPicture(r *http.Request, f web.Form, form *articleForm) error {
	file, ok := f.File("picture")
	if !ok {
		return nil
	}
	body, err := file.Open()
	if err != nil {
		return fmt.Errorf("newsroom: open the upload: %w", err)
	}
	defer body.Close()
	m, err := n.Pictures.Add(r.Context(), actorOf(r), media.Upload{Reader: body, Caption: form.Caption, Credit: form.Credit, Alt: form.Alt})
	if err != nil {
		return err
	}
	form.Picture, form.RemovePicture = m.ID, false
	return nil
}

// saveFailed gives the form back with everything that was typed: with errors at their fields, with what the checklist asks, or
// with what somebody else saved meanwhile below it. A form that sent no text (nil) shows what is stored.
func (n *Newsroom) saveFailed(w http.ResponseWriter, r *http.Request, in act, form *articleForm, failed error) error {
	kind := news.KindOf(failed)
	if kind != news.Invalid && kind != news.Conflict {
		return failed
	}
	at, base := in.article, in.article.Revision
	if at.Code != 0 {
		stored, err := n.Articles.Article(r.Context(), actorOf(r), at.Code)
		if err != nil {
			return errors.Join(err, failed)
		}
		at = stored
	}
	if form == nil {
		stored := formOf(at.Content)
		form = &stored
	}
	page, err := n.articlePage(r, at, form.withBothBodies())
	if err != nil {
		return err
	}
	page.Base, page.Steps = base, in.steps
	if in.typing.Window != "" && (at.Code == 0) == (in.typing.Draft != "") {
		page.Typing = in.typing
	}
	page.Problems = n.problems(failed, append(flowFields, formFields...)...)
	switch {
	case isChecklist(failed):
		page.Problems, page.Ask = web.Problems{}, in.verb
		if page.Asked, err = n.Articles.Questions(r.Context(), actorOf(r), at); err != nil {
			return err
		}
	case kind == news.Conflict && at.Revision != base:
		// From here on the editor has seen the other text: the next save is meant.
		theirs := formOf(at.Content)
		page.Theirs, page.Base = &theirs, at.Revision
		if page.Diff, err = n.differences(r.Context(), at.Content, form.content()); err != nil {
			return err
		}
	}
	return n.render(w, r, web.Status(failed), "article", page)
}

// isChecklist tells that nothing is wrong, but something is asked before the article goes out.
func isChecklist(err error) bool {
	all := news.Errors(err)
	return len(all) == 1 && all[0].Key == "error.checklist"
}

type withdrawPage struct {
	frame
	Article  news.Article
	Reason   string
	Action   string
	Problems web.Problems
}

// Back is the article's form.
func (p withdrawPage) Back() string { return editPath(p.Article.Code) }

func (n *Newsroom) withdrawPage(w http.ResponseWriter, r *http.Request) error {
	a, err := n.article(r)
	if err != nil {
		return err
	}
	if a.State != news.Published {
		return news.Fail(news.Conflict, "error.not_published")
	}
	return n.render(w, r, http.StatusOK, "withdraw", withdrawPage{frame: n.frame(r, n.print.T("newsroom.withdraw"), "articles"),
		Article: a, Action: web.NewAction()})
}

func (n *Newsroom) withdraw(w http.ResponseWriter, r *http.Request) error {
	a, err := n.article(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = n.Articles.Withdraw(r.Context(), actorOf(r), editorial.Withdraw{Action: f.Line("action"), Code: a.Code, Reason: f.Text("reason")})
	if err != nil && news.KindOf(err) == news.Invalid {
		return n.render(w, r, http.StatusUnprocessableEntity, "withdraw", withdrawPage{frame: n.frame(r, n.print.T("newsroom.withdraw"), "articles"),
			Article: a, Reason: f.Text("reason"), Action: web.NewAction(), Problems: n.problems(err, "reason")})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, editPath(a.Code)+"?done=withdrawn")
}

func (n *Newsroom) switchComments(w http.ResponseWriter, r *http.Request) error {
	code, err := codeOf(r.PathValue("code"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	closed := f.Line("closed") == "yes"
	_, err = n.Articles.SetComments(r.Context(), actorOf(r), editorial.CommentsSwitch{Action: f.Line("action"), Code: code, Closed: closed, Note: f.Line("note")})
	if news.KindOf(err) == news.Invalid && err != nil {
		a, readErr := n.article(r)
		if readErr != nil {
			return readErr
		}
		page, readErr := n.articlePage(r, a, formOf(a.Content))
		if readErr != nil {
			return readErr
		}
		page.Note, page.Problems = f.Line("note"), n.problems(err, "note")
		return n.render(w, r, http.StatusUnprocessableEntity, "article", page)
	}
	if err != nil {
		return err
	}
	done := "opened"
	if closed {
		done = "closed"
	}
	return web.Redirect(w, r, editPath(code)+"?done="+done)
}
