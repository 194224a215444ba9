package discussion

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// KeptStorage keeps lists and model, and what they learn from.
type KeptStorage interface {
	AllTerms(ctx context.Context) ([]news.Term, error)
	DecidedComments(ctx context.Context, limit int) ([]news.DecidedComment, error)
	Kept(ctx context.Context, name string) (news.KeptModel, error)
	KeptVersions(ctx context.Context) (map[string]int64, error)
	Keep(ctx context.Context, actor news.Actor, name string, k news.KeptModel) error
	ClaimWork(ctx context.Context, name string, since time.Time) (bool, error)
}

// The names of what is kept.
const (
	keptTerms    = "terms"
	keptModel    = "model"
	keptExamples = "examples"
)

const (
	decisionsMost = 50_000 // decisions that the model learns from, the newest
	examplesMost  = 200_000
	heldOutEach   = 5 // one decision of so many is held out to see how well the model foresees it
	heldOutLeast  = 20
	loadEvery     = 2 * time.Second
	nightAt       = 3 // o'clock in Tehran, from when on the night's training is due
)

// Load brings lists and model up to what is kept. It costs one query when nothing has changed.
func (e *Engine) Load(ctx context.Context) error {
	e.loading.Lock()
	defer e.loading.Unlock()
	versions, err := e.kept.KeptVersions(ctx)
	if err != nil {
		return err
	}
	if v := versions[keptTerms]; v != e.versions[keptTerms] {
		terms, err := e.kept.AllTerms(ctx)
		if err != nil {
			return err
		}
		e.lists.Store(moderation.NewLists(terms))
		e.versions[keptTerms] = v
	}
	if v := versions[keptModel]; v != e.versions[keptModel] {
		e.versions[keptModel] = v // a model that cannot be read is told once, and trained anew at night
		kept, err := e.kept.Kept(ctx, keptModel)
		if err != nil {
			return err
		}
		data, err := base64.StdEncoding.DecodeString(kept.Data)
		if err != nil {
			return fmt.Errorf("the stored model: %w", err)
		}
		model, err := moderation.Decode(data)
		if err != nil {
			return err
		}
		e.model.Store(model)
	}
	return nil
}

// Run keeps lists and model fresh and trains at night and when somebody asks, until ctx ends. Of several nodes one trains at night.
// Training goes on beside the rest, so that a changed list counts meanwhile too.
func (e *Engine) Run(ctx context.Context, failed func(error)) {
	var work sync.WaitGroup
	defer work.Wait()
	tell := func(err error) {
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
	work.Go(func() { every(ctx, func() { tell(e.Load(ctx)) }) })
	every(ctx, func() { tell(errors.Join(e.TrainAtNight(ctx), e.TrainAsked(ctx))) })
}

// every does something now and each time that lists and model are looked after, until ctx ends.
func every(ctx context.Context, do func()) {
	tick := time.NewTicker(loadEvery)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Training is how far this node's training is.
type Training struct {
	Since  time.Time // when it was asked for or began; zero: none was since the start
	Step   int       // 1 to TrainingSteps while it goes on; 0 before and after
	Waits  bool      // it was asked for and has not begun
	Failed error     // why the last one came to nothing
}

// TrainingSteps are the steps of a training: reading, trying on decisions held out, learning, keeping.
const TrainingSteps = 4

// Goes tells whether a training goes on or is about to.
func (t Training) Goes() bool { return t.Waits || t.Step > 0 }

// Training tells how far a training is.
func (e *Engine) Training() Training { return *e.progress.Load() }

// step notes how far a training is.
func (e *Engine) step(n int) {
	t := Training{Since: e.now(), Step: n}
	if n > 1 {
		t.Since = e.Training().Since
	}
	e.progress.Store(&t)
}

// AskTraining has the model learn anew from what is there, as soon as [Engine.Run] comes to it. Asking while one goes on changes nothing.
// Forbidden without the right in all sections.
func (e *Engine) AskTraining(actor news.Actor) error {
	if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
		return err
	}
	if e.Training().Goes() {
		return nil
	}
	select {
	case e.asked <- actor:
		e.progress.Store(&Training{Since: e.now(), Waits: true})
	default: // somebody asked in the same moment
	}
	return nil
}

// TrainAsked trains when somebody asked for it.
func (e *Engine) TrainAsked(ctx context.Context) error {
	select {
	case actor := <-e.asked:
		_, err := e.train(ctx, actor)
		if news.KindOf(err) == news.Invalid {
			return nil // too little to learn from: told on the page, no fault of the node
		}
		return err
	default:
		return nil
	}
}

// TrainAtNight trains when a night's training is due and no other node has claimed it.
func (e *Engine) TrainAtNight(ctx context.Context) error {
	local := e.now().In(persian.Tehran())
	due := time.Date(local.Year(), local.Month(), local.Day(), nightAt, 0, 0, 0, local.Location())
	if e.rules.Off || local.Before(due) || local.Sub(due) > time.Hour {
		return nil
	}
	mine, err := e.kept.ClaimWork(ctx, "moderation.train", due)
	if err != nil || !mine {
		return err
	}
	_, err = e.train(ctx, news.SystemActor("night"))
	return err
}

// ModelReport is what is known of the model.
type ModelReport struct {
	TrainedAt time.Time          `json:"trained_at"`
	Examples  int                `json:"examples"`  // from a file
	Decisions int                `json:"decisions"` // of this newsroom
	ByLabel   map[news.Label]int `json:"by_label"`  // examples and decisions with each label
	Learnt    []news.Label       `json:"learnt"`    // the labels that had enough
	HeldOut   int                `json:"held_out"`  // decisions it was tried on without having seen them; 0: too few
	Area      float64            `json:"area"`      // under the ROC on those; 0 unknown
	Agreed    float64            `json:"agreed"`    // share of those on which it agreed with the moderators
}

// Report tells what the model learnt from and how well it does; a zero report before the first training. Forbidden without the right.
func (e *Engine) Report(ctx context.Context, actor news.Actor) (ModelReport, error) {
	if err := actor.Require(news.RightModerationSettings); err != nil {
		return ModelReport{}, err
	}
	kept, err := e.kept.Kept(ctx, keptModel)
	if news.KindOf(err) == news.NotFound {
		return ModelReport{}, nil
	}
	var r ModelReport
	if err == nil {
		err = json.Unmarshal([]byte(kept.Info), &r)
	}
	return r, err
}

// Train learns from all decisions and, when examples are given, from these in place of the ones that were given before. It takes
// seconds to minutes. Forbidden without the right; Invalid "error.model_few" when there is too little to learn from.
func (e *Engine) Train(ctx context.Context, actor news.Actor, examples []moderation.Example) (ModelReport, error) {
	if err := actor.RequireEverywhere(news.RightModerationSettings); err != nil {
		return ModelReport{}, err
	}
	if len(examples) > 0 {
		packed, err := packExamples(examples[:min(len(examples), examplesMost)])
		if err != nil {
			return ModelReport{}, err
		}
		if err := e.kept.Keep(ctx, actor, keptExamples, news.KeptModel{At: e.now(), Data: packed}); err != nil {
			return ModelReport{}, err
		}
	}
	return e.train(ctx, actor)
}

func (e *Engine) train(ctx context.Context, actor news.Actor) (report ModelReport, err error) {
	e.training.Lock()
	defer e.training.Unlock()
	defer func() { e.progress.Store(&Training{Since: e.Training().Since, Failed: err}) }()
	e.step(1)
	given, err := e.givenExamples(ctx)
	if err != nil {
		return ModelReport{}, err
	}
	decided, err := e.kept.DecidedComments(ctx, decisionsMost)
	if err != nil {
		return ModelReport{}, err
	}
	decisions := examplesOf(decided)
	report = ModelReport{TrainedAt: e.now(), Examples: len(given), Decisions: len(decisions), ByLabel: map[news.Label]int{}}
	e.step(2)
	tryOn(&report, given, decisions)
	all := slices.Concat(given, decisions)
	for _, one := range all {
		for _, label := range one.Labels {
			report.ByLabel[label]++
		}
	}
	e.step(3)
	model := moderation.Train(all)
	if model == nil {
		return report, news.Fail(news.Invalid, "error.model_few")
	}
	e.step(4)
	report.Learnt = model.Labels()
	data, err := model.Encode()
	if err != nil {
		return report, err
	}
	info, err := json.Marshal(report)
	if err != nil {
		return report, err
	}
	err = e.kept.Keep(ctx, actor, keptModel, news.KeptModel{At: report.TrainedAt, Info: string(info), Data: base64.StdEncoding.EncodeToString(data)})
	if err != nil {
		return report, err
	}
	return report, e.Load(ctx)
}

// examplesOf are decisions as the model learns from them. A rejection that says nothing about the words («off topic») teaches nothing.
func examplesOf(decided []news.DecidedComment) []moderation.Example {
	var all []moderation.Example
	for _, d := range decided {
		if e, ok := exampleOf(d); ok {
			all = append(all, e)
		}
	}
	return all
}

func exampleOf(d news.DecidedComment) (moderation.Example, bool) {
	e := moderation.Example{Text: d.Text}
	if d.State == news.CommentPublished {
		return e, true
	}
	label, ok := news.LabelOf(d.Reason)
	e.Labels = []news.Label{label}
	return e, ok && d.State == news.CommentRejected
}

// tryOn trains without a part of the decisions and sees how well it foresees them.
func tryOn(report *ModelReport, given, decisions []moderation.Example) {
	var learnt, heldOut []moderation.Example
	for i, one := range decisions {
		if i%heldOutEach == 0 {
			heldOut = append(heldOut, one)
		} else {
			learnt = append(learnt, one)
		}
	}
	if len(heldOut) < heldOutLeast {
		return
	}
	model := moderation.Train(slices.Concat(given, learnt))
	if model == nil {
		return
	}
	report.HeldOut = len(heldOut)
	report.Area, report.Agreed = moderation.Try(model, heldOut)
}

// learn takes decisions over into the model that this node uses; at night they are weighed anew among all others.
func (e *Engine) learn(decided ...news.Comment) {
	if e == nil {
		return
	}
	var examples []moderation.Example
	for _, c := range decided {
		if one, ok := exampleOf(news.DecidedComment{Text: c.Text, State: c.State, Reason: c.Reason}); ok {
			examples = append(examples, one)
		}
	}
	for len(examples) > 0 {
		before := e.model.Load()
		if before == nil || e.model.CompareAndSwap(before, before.Learn(examples...)) {
			return
		}
	}
}

// Judgement is what lists and model say of a text.
type Judgement struct {
	Findings []news.Finding
	Verdict  moderation.Verdict
	Learnt   bool // a model judged
}

// Check tells what the rules that look at words would say of a text. Forbidden without the right to moderate or to set the rules.
func (e *Engine) Check(actor news.Actor, text string) (Judgement, error) {
	if err := actor.Require(news.RightModerate); err != nil && !actor.May(news.RightModerationSettings) {
		return Judgement{}, err
	}
	text = persian.Clean(text)
	var j Judgement
	j.Findings = moderation.Check(moderation.Case{Text: text, Words: persian.Unmask(text), Mode: news.ModePost, Lists: e.lists.Load(), Model: e.model.Load(), Limits: e.rules.Limits})
	j.Verdict, j.Learnt = e.model.Load().Judge(text)
	return j, nil
}

func packExamples(examples []moderation.Example) (string, error) {
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	if err := json.NewEncoder(packed).Encode(examples); err != nil {
		return "", err
	}
	err := packed.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes()), err
}

// examplesBytes is the most that kept examples may unpack to.
const examplesBytes = 512 << 20

func (e *Engine) givenExamples(ctx context.Context) ([]moderation.Example, error) {
	kept, err := e.kept.Kept(ctx, keptExamples)
	if news.KindOf(err) == news.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	packed, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader([]byte(kept.Data))))
	if err != nil {
		return nil, fmt.Errorf("the kept examples: %w", err)
	}
	var examples []moderation.Example
	err = json.NewDecoder(io.LimitReader(packed, examplesBytes)).Decode(&examples)
	return examples, err
}
