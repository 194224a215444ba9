package newsroom

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// rulesPage is the modes, the model, and a text to try both on.
type rulesPage struct {
	frame
	Modes     []news.CommentMode
	Default   news.CommentMode
	SiteMode  news.CommentMode // "": the default
	Sections  []sectionMode
	Articles  []news.ModeSetting
	Report    discussion.ModelReport
	Labels    []news.Label
	Training  string // how far a training is, or why the last one came to nothing; "" when there is nothing to tell
	Goes      bool   // a training goes on
	Code      string // as it was typed
	Mode      news.CommentMode
	Text      string // to try
	Judgement discussion.Judgement
	Tried     bool
	Problems  web.Problems
}

// sectionMode is a section and the mode that is set for it, "" none.
type sectionMode struct {
	news.Section
	Mode news.CommentMode
}

// Percent writes a share of one for people.
func (p rulesPage) Percent(share float64) string {
	return p.Number(int64(share*100+0.5)) + p.T("rules.percent")
}

// Thousandths writes a score for people.
func (p rulesPage) Thousandths(score int) string { return p.Percent(float64(score) / 1000) }

// Trained tells whether there is a model.
func (p rulesPage) Trained() bool { return !p.Report.TrainedAt.IsZero() }

// Has tells whether the model has learnt a label.
func (p rulesPage) Has(label news.Label) bool { return slices.Contains(p.Report.Learnt, label) }

// ArticlePath is where an article is edited.
func (rulesPage) ArticlePath(code int64) string { return editPath(news.Code(code)) }

func (j judges) rulesPage(r *http.Request) (rulesPage, error) {
	p := rulesPage{frame: j.frame(r, j.print.T("rules.title"), "rules"), Modes: news.CommentModes(), Default: j.model.DefaultMode(), Labels: news.Labels(), Mode: news.ModePre}
	modes, err := j.book.Modes(r.Context(), actorOf(r))
	if err != nil {
		return p, err
	}
	sections, err := j.Articles.Sections(r.Context())
	if err != nil {
		return p, err
	}
	for _, s := range sections {
		p.Sections = append(p.Sections, sectionMode{Section: s})
	}
	for _, m := range modes {
		switch m.Scope {
		case news.ScopeSite:
			p.SiteMode = m.Mode
		case news.ScopeArticle:
			p.Articles = append(p.Articles, m)
		case news.ScopeSection:
			for i := range p.Sections {
				if int64(p.Sections[i].ID) == m.ID {
					p.Sections[i].Mode = m.Mode
				}
			}
		}
	}
	training := j.model.Training()
	p.Goes, p.Training = training.Goes(), j.training(training)
	p.Report, err = j.model.Report(r.Context(), actorOf(r))
	return p, err
}

// training says how far a training is.
func (j judges) training(t discussion.Training) string {
	switch {
	case t.Waits:
		return j.print.T("rules.training_waits")
	case t.Step > 0:
		return j.print.T("rules.training", j.print.Stamp(t.Since), j.print.Number(int64(t.Step)), j.print.Number(discussion.TrainingSteps))
	}
	for _, e := range news.Errors(t.Failed) {
		return j.message(e)
	}
	if t.Failed != nil {
		return j.print.T("rules.training_failed")
	}
	return ""
}

func (j judges) rules(w http.ResponseWriter, r *http.Request) error {
	p, err := j.rulesPage(r)
	if err != nil {
		return err
	}
	if web.Done(r, "mode") != "" {
		p.frame.Done = j.print.T("rules.done_mode")
	}
	return j.render(w, r, http.StatusOK, "rules", p)
}

// again shows the page with what is wrong.
func (j judges) again(w http.ResponseWriter, r *http.Request, err error, change func(*rulesPage)) error {
	if kind := news.KindOf(err); kind != news.Invalid && kind != news.NotFound {
		return err
	}
	p, perr := j.rulesPage(r)
	if perr != nil {
		return perr
	}
	change(&p)
	p.Problems = j.problems(err, "code", "mode")
	return j.render(w, r, http.StatusUnprocessableEntity, "rules", p)
}

func (j judges) setMode(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	m := news.ModeSetting{Scope: news.ModeScope(sent.Line("scope")), ID: sent.Int("id"), Mode: news.CommentMode(sent.Line("mode"))}
	typed := sent.Line("code")
	if m.Scope == news.ScopeArticle && typed != "" {
		code, _ := strconv.ParseInt(strings.TrimSpace(persian.LatinDigits(typed)), 10, 64)
		m.ID = code
	}
	err = j.book.SetMode(r.Context(), actorOf(r), m)
	if news.KindOf(err) == news.NotFound && err != nil {
		err = news.FieldError("code", "error.code_unknown")
	}
	if err != nil {
		return j.again(w, r, err, func(p *rulesPage) { p.Code, p.Mode = typed, m.Mode })
	}
	return web.Redirect(w, r, pathRules+"?done=mode")
}

func (j judges) train(w http.ResponseWriter, r *http.Request) error {
	if err := j.model.AskTraining(actorOf(r)); err != nil {
		return err
	}
	return web.Redirect(w, r, pathRules+"#model")
}

// check shows what lists and model say of a text; nothing is stored.
func (j judges) check(w http.ResponseWriter, r *http.Request) error {
	sent, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := j.rulesPage(r)
	if err != nil {
		return err
	}
	p.Text, p.Tried = sent.Text("text"), true
	if p.Judgement, err = j.model.Check(actorOf(r), p.Text); err != nil {
		return err
	}
	p.Judgement.Findings = slices.DeleteFunc(p.Judgement.Findings, func(f news.Finding) bool {
		return !slices.Contains([]string{moderation.RuleLists, moderation.RuleLinks, moderation.RuleFinglish, moderation.RuleModel}, f.Rule)
	})
	return j.render(w, r, http.StatusOK, "rules", p)
}
