package editorial

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// FrontStorage keeps the front page.
type FrontStorage interface {
	Front(ctx context.Context) (news.FrontState, error)
	FrontVersions(ctx context.Context) ([]news.FrontVersion, error)
	UpdateFront(ctx context.Context, actor news.Actor, action string, change func(*news.FrontState) ([]news.EventKind, error)) (news.FrontState, error)
	FoundArticles(ctx context.Context, codes []news.Code) (map[news.Code]news.FoundArticle, error)
	Articles(ctx context.Context, f news.ArticleFilter) (news.ArticleRows, error)
	FindTag(ctx context.Context, name string) (news.Tag, error)
	Sections(ctx context.Context) ([]news.Section, error)
	User(ctx context.Context, id news.UserID) (news.User, error)
}

// FrontDesk runs the acts on the front page and on dossiers. The working copy of the front page is one for the whole newsroom; every
// act names the version of it that the editor saw.
type FrontDesk struct {
	storage  FrontStorage
	dossiers DossierStorage
	now      func() time.Time
}

// NewFront makes a FrontDesk; now is the clock.
func NewFront(storage FrontStorage, dossiers DossierStorage, now func() time.Time) *FrontDesk {
	return &FrontDesk{storage: storage, dossiers: dossiers, now: now}
}

// State is the working copy and what readers see.
func (d *FrontDesk) State(ctx context.Context, actor news.Actor) (news.FrontState, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.FrontState{}, err
	}
	return d.storage.Front(ctx)
}

// Versions are the publications that are kept, newest first.
func (d *FrontDesk) Versions(ctx context.Context, actor news.Actor) ([]news.FrontVersion, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	return d.storage.FrontVersions(ctx)
}

// Lines are the articles with these codes as the newsroom lists them, also those that are not public.
func (d *FrontDesk) Lines(ctx context.Context, actor news.Actor, codes []news.Code) (map[news.Code]news.FoundArticle, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	return d.storage.FoundArticles(ctx, codes)
}

// findMost is how many articles a search offers.
const findMost = 12

// Find looks for articles by a part of their headline or by their code, most recently changed first; withdrawn ones are left out.
func (d *FrontDesk) Find(ctx context.Context, actor news.Actor, text string) ([]news.FoundArticle, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	text = persian.CleanLine(text)
	if text == "" {
		return nil, nil
	}
	rows, err := d.storage.Articles(ctx, news.ArticleFilter{Text: text, Limit: findMost * 2})
	if err != nil {
		return nil, err
	}
	var found []news.FoundArticle
	for _, row := range rows.Rows {
		if row.State != news.Withdrawn && len(found) < findMost {
			found = append(found, news.FoundArticle{Code: row.Code, Headline: row.Headline, State: row.State, SectionName: row.SectionName,
				PublishedAt: row.PublishedAt, PublishAt: row.PublishAt})
		}
	}
	return found, nil
}

// FrontAct names what an editor does to a slot of the working copy.
type FrontAct string

// The acts on a slot.
const (
	FrontUp      FrontAct = "up"
	FrontDown    FrontAct = "down"
	FrontToLead  FrontAct = "lead"
	FrontRemove  FrontAct = "remove"
	FrontPut     FrontAct = "put"     // to number At of Place
	FrontPin     FrontAct = "pin"     // until Until; the zero time: for good
	FrontRule    FrontAct = "rule"    // the slot's rule becomes Fill
	FrontAdd     FrontAct = "add"     // the Article, at Place
	FrontAddRule FrontAct = "addrule" // Fill, at Place
	FrontDiscard FrontAct = "discard" // the working copy becomes what readers see
)

// FrontEdit is one act on the working copy.
type FrontEdit struct {
	Action  string
	Base    int // the version of the working copy that the editor saw
	Do      FrontAct
	Slot    int // of every act but FrontAdd, FrontAddRule and FrontDiscard
	Place   news.FrontPlace
	At      int
	Article news.Code
	Until   time.Time
	Fill    news.FrontFill
}

// Edit does one act on the working copy and returns the slot it was about; readers see nothing of it. Errors: Forbidden; Invalid at
// "article", "until", "place", "rule", "section", "tag", "dossier", "kind", "count", "heading"; Conflict "error.front_edited" (who,
// when) when Base is not the version any more; Conflict "error.front_slot_gone", "error.front_full", "error.front_rules".
func (d *FrontDesk) Edit(ctx context.Context, actor news.Actor, in FrontEdit) (state news.FrontState, slot int, err error) {
	if err := actor.Require(news.RightFront); err != nil {
		return state, 0, err
	}
	if err := d.check(ctx, actor, &in); err != nil {
		return state, 0, err
	}
	slot = in.Slot
	now := d.now()
	state, err = d.update(ctx, actor, in.Action, in.Base, func(s *news.FrontState) ([]news.EventKind, error) {
		changed, id, err := in.apply(s)
		if err != nil || !changed {
			return nil, err
		}
		slot = id
		s.Touch(actor.User, now)
		return []news.EventKind{news.FrontEdited}, nil
	})
	return state, slot, err
}

// apply is the act itself.
func (in FrontEdit) apply(s *news.FrontState) (changed bool, slot int, err error) {
	f := &s.Draft.Front
	slot, changed = in.Slot, true
	switch in.Do {
	case FrontUp:
		changed, err = f.Up(slot)
	case FrontDown:
		changed, err = f.Down(slot)
	case FrontToLead:
		err = f.Put(slot, news.FrontLead, 0)
	case FrontPut:
		err = f.Put(slot, in.Place, in.At)
	case FrontRemove:
		err = f.Remove(slot)
	case FrontAdd:
		slot, err = f.Add(news.FrontSlot{Article: in.Article, Until: in.Until}, in.Place)
	case FrontAddRule:
		slot, err = f.Add(news.FrontSlot{FrontFill: in.Fill}, in.Place)
	case FrontDiscard:
		last := max(f.LastID, s.Published.LastID)
		*f = s.Published.Front.Clone()
		f.LastID = last
	case FrontPin, FrontRule:
		var at *news.FrontSlot
		at, err = f.Slot(slot)
		switch {
		case err != nil:
		case at.ByHand() != (in.Do == FrontPin): // a pin is for an article, a rule for a block
			err = news.Fail(news.Invalid, "error.bad_form")
		case at.ByHand():
			at.Until = in.Until
		default:
			at.FrontFill = in.Fill
		}
	}
	return changed, slot, err
}

// frontActs are the acts that a form may name.
var frontActs = []FrontAct{FrontUp, FrontDown, FrontToLead, FrontRemove, FrontPut, FrontPin, FrontRule, FrontAdd, FrontAddRule, FrontDiscard}

// check completes an act and says what is wrong with it.
func (d *FrontDesk) check(ctx context.Context, actor news.Actor, in *FrontEdit) error {
	if !slices.Contains(frontActs, in.Do) {
		return news.Fail(news.Invalid, "error.bad_form")
	}
	var wrong []error
	if adds := in.Do == FrontAdd || in.Do == FrontAddRule || in.Do == FrontPut; adds && !slices.Contains(news.FrontPlaces(), in.Place) {
		wrong = append(wrong, news.FieldError("place", "error.front_place"))
	}
	if in.Do == FrontAdd {
		found, err := d.storage.FoundArticles(ctx, []news.Code{in.Article})
		if err != nil {
			return err
		}
		if a, ok := found[in.Article]; !ok || a.State == news.Withdrawn {
			wrong = append(wrong, news.FieldError("article", "error.front_article"))
		}
	}
	if !in.Until.IsZero() && (in.Do == FrontAdd || in.Do == FrontPin) && !in.Until.After(d.now()) {
		wrong = append(wrong, news.FieldError("until", "error.front_passed"))
	}
	if in.Do == FrontAddRule || in.Do == FrontRule {
		err := d.checkFill(ctx, &in.Fill)
		if err != nil && news.KindOf(err) != news.Invalid {
			return err
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// checkFill completes a rule from what was typed: FrontFill.Name is the tag's name or the dossier's slug.
func (d *FrontDesk) checkFill(ctx context.Context, fill *news.FrontFill) error {
	var wrong []error
	in := *fill
	*fill = news.FrontFill{Rule: in.Rule, Count: in.Count, Heading: persian.CleanLine(in.Heading)}
	switch in.Rule {
	case news.FrontNewest, news.FrontMostRead:
	case news.FrontOfSection:
		sections, err := d.storage.Sections(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(sections, func(s news.Section) bool { return s.ID == in.Section })
		if at < 0 {
			wrong = append(wrong, news.FieldError("section", "error.section"))
			break
		}
		fill.Section = in.Section
	case news.FrontOfKind:
		if !slices.Contains(news.ArticleKinds(), in.Kind) {
			wrong = append(wrong, news.FieldError("kind", "error.kind"))
		}
		fill.Kind = in.Kind
	case news.FrontOfTag:
		tag, err := d.storage.FindTag(ctx, persian.CleanLine(in.Name))
		if err != nil && news.KindOf(err) != news.NotFound {
			return err
		}
		if err != nil {
			wrong = append(wrong, news.FieldError("tag", "error.front_tag"))
		}
		fill.Slug, fill.Name = tag.Slug, tag.Name
	case news.FrontOfDossier:
		dossiers, err := d.dossiers.Dossiers(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(dossiers, func(x news.Dossier) bool { return x.Slug == in.Slug && x.Slug != "" })
		if at < 0 {
			wrong = append(wrong, news.FieldError("dossier", "error.front_dossier"))
			break
		}
		fill.Slug, fill.Name = in.Slug, dossiers[at].Content.Title
	default:
		wrong = append(wrong, news.FieldError("rule", "error.front_rule"))
	}
	if in.Count < 1 || in.Count > news.MaxFrontCount {
		wrong = append(wrong, news.FieldError("count", "error.front_count", news.MaxFrontCount))
	}
	wrong = append(wrong, tooLong("heading", fill.Heading, maxLine))
	return errors.Join(wrong...)
}

// update changes the front page unless somebody changed the working copy since base.
func (d *FrontDesk) update(ctx context.Context, actor news.Actor, action string, base int, change func(*news.FrontState) ([]news.EventKind, error)) (news.FrontState, error) {
	var newer news.FrontDraft
	state, err := d.storage.UpdateFront(ctx, actor, action, func(s *news.FrontState) ([]news.EventKind, error) {
		if s.Draft.Version != base {
			newer = s.Draft
			return nil, news.Fail(news.Conflict, "error.front_edited")
		}
		return change(s)
	})
	if err != nil && newer.Version != 0 {
		return state, news.Fail(news.Conflict, "error.front_edited", newer.ByName, newer.UpdatedAt)
	}
	return state, err
}

// PublishFront names the working copy that goes out.
type PublishFront struct {
	Action string
	Base   int // the version of the working copy that the editor saw
}

// Publish makes the working copy what readers see, as one change. The breaking bar stays as readers see it. Errors: Forbidden; Conflict
// "error.front_edited"; Conflict "error.front_same".
func (d *FrontDesk) Publish(ctx context.Context, actor news.Actor, in PublishFront) (news.FrontState, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.FrontState{}, err
	}
	now := d.now()
	return d.update(ctx, actor, in.Action, in.Base, func(s *news.FrontState) ([]news.EventKind, error) {
		if !s.Changed() {
			return nil, news.Fail(news.Conflict, "error.front_same")
		}
		next := s.Draft.Front.Clone()
		next.Breaking = s.Published.Breaking
		s.Publish(next, news.FrontArranged, 0, actor.User, now)
		return []news.EventKind{news.FrontPublished}, nil
	})
}

// RestoreFront names a publication that readers shall see again.
type RestoreFront struct {
	Action string
	Seen   int // the version that readers saw when the editor decided
	Number int // of the version; 0: the one before what readers see
}

// Restore publishes an earlier version again; the working copy stays. Before the first publication the page arranged itself, and does so
// again. Errors: Forbidden; Conflict "error.front_published" (who, when) when Seen is not what readers see any more; Conflict
// "error.front_no_previous"; NotFound.
func (d *FrontDesk) Restore(ctx context.Context, actor news.Actor, in RestoreFront) (news.FrontState, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.FrontState{}, err
	}
	versions, err := d.storage.FrontVersions(ctx)
	if err != nil {
		return news.FrontState{}, err
	}
	old, of, err := earlier(versions, in.Number)
	if err != nil {
		return news.FrontState{}, err
	}
	now := d.now()
	var newer news.FrontVersion
	state, err := d.storage.UpdateFront(ctx, actor, in.Action, func(s *news.FrontState) ([]news.EventKind, error) {
		if s.Published.Number != in.Seen {
			newer = s.Published
			return nil, news.Fail(news.Conflict, "error.front_published")
		}
		next := old.Clone()
		next.LastID = max(next.LastID, s.Published.LastID)
		s.Publish(next, news.FrontRestored, of, actor.User, now)
		return []news.EventKind{news.FrontTurned}, nil
	})
	if err != nil && newer.Number != 0 {
		return state, news.Fail(news.Conflict, "error.front_published", newer.ByName, newer.At)
	}
	return state, err
}

// earlier finds a version by its number, or the one before what readers see: a version that was itself restored counts as the one that
// it repeats, so that undoing again goes further back.
func earlier(versions []news.FrontVersion, number int) (news.Front, int, error) {
	if number == 0 {
		if len(versions) == 0 {
			return news.Front{}, 0, news.Fail(news.Conflict, "error.front_no_previous")
		}
		current := versions[0]
		number = current.Number - 1
		if current.Cause == news.FrontRestored {
			number = current.Of - 1
		}
		if number == 0 {
			return news.Front{}, 0, nil
		}
		if number < 0 || number < versions[len(versions)-1].Number {
			return news.Front{}, 0, news.Fail(news.Conflict, "error.front_no_previous")
		}
	}
	for _, v := range versions {
		if v.Number == number {
			return v.Front, number, nil
		}
	}
	return news.Front{}, 0, news.Fail(news.NotFound, "error.not_found")
}

// Bounds of the breaking bar.
const (
	maxBreaking  = 200 // characters
	breakingMost = 7 * 24 * time.Hour
)

// Announce names what the breaking bar shall say; without a text it goes away.
type Announce struct {
	Action string
	news.Breaking
}

// Announce puts the breaking bar above the page, or takes it away, at once: readers see it without the working copy. Errors: Forbidden;
// Invalid at "text", "kind", "article", "until".
func (d *FrontDesk) Announce(ctx context.Context, actor news.Actor, in Announce) (news.FrontState, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.FrontState{}, err
	}
	in.Text = persian.CleanLine(in.Text)
	now := d.now()
	if in.Text == "" {
		in.Breaking = news.Breaking{}
	} else if err := d.checkBreaking(ctx, in.Breaking, now); err != nil {
		return news.FrontState{}, err
	}
	return d.storage.UpdateFront(ctx, actor, in.Action, func(s *news.FrontState) ([]news.EventKind, error) {
		if s.Published.Breaking == in.Breaking {
			return nil, nil
		}
		next := s.Published.Front.Clone()
		next.Breaking = in.Breaking
		s.Publish(next, news.FrontBar, 0, actor.User, now)
		return []news.EventKind{news.FrontAnnounced}, nil
	})
}

func (d *FrontDesk) checkBreaking(ctx context.Context, b news.Breaking, now time.Time) error {
	wrong := []error{tooLong("text", b.Text, maxBreaking)}
	if !slices.Contains(news.BreakingKinds(), b.Kind) {
		wrong = append(wrong, news.FieldError("kind", "error.front_bar_kind"))
	}
	switch {
	case b.Until.IsZero():
		wrong = append(wrong, news.FieldError("until", "error.front_bar_until"))
	case !b.Until.After(now):
		wrong = append(wrong, news.FieldError("until", "error.front_passed"))
	case b.Until.After(now.Add(breakingMost)):
		wrong = append(wrong, news.FieldError("until", "error.front_bar_far"))
	}
	if b.Article != 0 {
		found, err := d.storage.FoundArticles(ctx, []news.Code{b.Article})
		if err != nil {
			return err
		}
		if found[b.Article].State != news.Published {
			wrong = append(wrong, news.FieldError("article", "error.front_article"))
		}
	}
	return errors.Join(wrong...)
}
