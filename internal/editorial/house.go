package editorial

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
	"github.com/dabir-newsroom/dabir/internal/persian/lexicon"
)

// HouseStorage keeps the house's style.
type HouseStorage interface {
	HouseVersion(ctx context.Context) (int64, error)
	HouseEntries(ctx context.Context) ([]news.HouseEntry, error)
	HouseList(ctx context.Context, f news.HouseFilter) (news.HousePage, error)
	HouseEntry(ctx context.Context, id news.HouseID) (news.HouseEntry, error)
	CreateHouseEntry(ctx context.Context, actor news.Actor, action string, e news.HouseEntry) (news.HouseEntry, error)
	UpdateHouseEntry(ctx context.Context, actor news.Actor, action string, id news.HouseID, change func(*news.HouseEntry) (news.EventKind, error)) (news.HouseEntry, error)
	ImportHouse(ctx context.Context, actor news.Actor, entries []news.HouseEntry, replace bool) (news.HouseOutcome, error)
}

// House is the house's style (شیوه‌نامه): acts on its entries, and the copy desk that reads by it.
type House struct {
	storage HouseStorage
	now     func() time.Time

	mu      sync.Mutex
	desk    *copydesk.Desk // of version; nil before the first use
	version int64
}

// CopyDesk is the copy desk with the terms and words of this moment. It asks the store for one number; only when that has moved does it
// read the table again, so another node's change is seen by the next request.
func (h *House) CopyDesk(ctx context.Context) (*copydesk.Desk, error) {
	version, err := h.storage.HouseVersion(ctx)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.desk != nil && h.version == version {
		return h.desk, nil
	}
	entries, err := h.storage.HouseEntries(ctx)
	if err != nil {
		return nil, err
	}
	lex, err := lexicon.Default()
	if err != nil {
		return nil, err
	}
	terms, words := HouseStyle(entries)
	h.desk, h.version = copydesk.New(lex, terms, words), version
	return h.desk, nil
}

// HouseStyle is a table of entries as the copy desk takes it.
func HouseStyle(entries []news.HouseEntry) (terms []copydesk.HouseTerm, words []string) {
	for _, e := range entries {
		switch e.Kind {
		case news.HouseTerm:
			terms = append(terms, copydesk.HouseTerm{Forbidden: e.Text, Preferred: e.Preferred, Note: e.Note})
		case news.HouseWord:
			words = append(words, e.Text)
		}
	}
	return terms, words
}

// House entries are bounded, in characters.
const (
	maxHouseText = 100
	maxHouseNote = 300
)

// Check reads a text as it stands in a form. Only Persian is read: any other language has no findings. Errors: Forbidden.
func (h *House) Check(ctx context.Context, actor news.Actor, lang string, a copydesk.Article) ([]copydesk.Finding, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return nil, err
	}
	if lang != "fa" {
		return nil, nil
	}
	desk, err := h.CopyDesk(ctx)
	if err != nil {
		return nil, err
	}
	return desk.CheckArticle(a), nil
}

// houseMost is the largest page of the list.
const houseMost = 200

// List is a page of the house's style; everybody of the newsroom may see it.
func (h *House) List(ctx context.Context, actor news.Actor, f news.HouseFilter) (news.HousePage, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.HousePage{}, err
	}
	if f.Limit < 1 || f.Limit > houseMost {
		f.Limit = 50
	}
	return h.storage.HouseList(ctx, f)
}

// All is the whole house's style in force.
func (h *House) All(ctx context.Context, actor news.Actor) ([]news.HouseEntry, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return nil, err
	}
	return h.storage.HouseEntries(ctx)
}

// Entry is one entry, also a deleted one that can still be brought back. Errors: Forbidden, NotFound.
func (h *House) Entry(ctx context.Context, actor news.Actor, id news.HouseID) (news.HouseEntry, error) {
	if err := actor.Require(news.RightEnter); err != nil {
		return news.HouseEntry{}, err
	}
	return h.storage.HouseEntry(ctx, id)
}

// SaveHouse is the form of an entry.
type SaveHouse struct {
	Action string
	ID     news.HouseID // 0 makes a new entry
	Base   int          // the version that the form began from; 0 for a new one
	Kind   news.HouseKind
	Text   string
	// Preferred is what to write instead of a term; a word has none.
	Preferred string
	Note      string
}

// Save stores an entry. Errors: Forbidden; Invalid at "kind", "text", "preferred", "note"; Conflict "error.house_edited" (who, when)
// when Base is not the version any more, "error.house_full"; NotFound.
func (h *House) Save(ctx context.Context, actor news.Actor, in SaveHouse) (news.HouseEntry, error) {
	if err := actor.Require(news.RightHouse); err != nil {
		return news.HouseEntry{}, err
	}
	if in.ID == 0 {
		e, err := h.entry(actor, in)
		if err != nil {
			return e, err
		}
		return h.storage.CreateHouseEntry(ctx, actor, in.Action, e)
	}
	now := h.now()
	return h.change(ctx, actor, in.Action, in.ID, in.Base, func(e *news.HouseEntry) (news.EventKind, error) {
		if e.Gone {
			return "", news.Fail(news.NotFound, "error.not_found")
		}
		in.Kind = e.Kind // what an entry says may change, not what it is
		next, err := h.entry(actor, in)
		if err != nil || !e.Turn(next.HouseState, actor.User, now) {
			return "", err
		}
		return news.HouseChanged, nil
	})
}

// entry checks what was typed: every field that is wrong has its error.
func (h *House) entry(actor news.Actor, in SaveHouse) (news.HouseEntry, error) {
	s := news.HouseState{Text: persian.CleanLine(in.Text), Preferred: persian.CleanLine(in.Preferred), Note: persian.CleanLine(in.Note)}
	wrong := []error{tooLong("text", s.Text, maxHouseText), tooLong("preferred", s.Preferred, maxHouseText), tooLong("note", s.Note, maxHouseNote)}
	words := copydesk.CountWords(s.Text)
	if in.Kind == news.HouseSynonym { // in any script: UN
		words = len(nameTokens(s.Text))
	}
	switch {
	case !slices.Contains(news.HouseKinds(), in.Kind):
		wrong = append(wrong, news.FieldError("kind", "error.house_kind"))
	case s.Text == "":
		wrong = append(wrong, news.FieldError("text", "error.house_text"))
	case in.Kind == news.HouseWord && words != 1:
		wrong = append(wrong, news.FieldError("text", "error.house_word"))
	case in.Kind == news.HouseSynonym && words > maxSynonymWords:
		wrong = append(wrong, news.FieldError("text", "error.house_synonym", s.Text, maxSynonymWords))
	case words == 0:
		wrong = append(wrong, news.FieldError("text", "error.house_words"))
	}
	switch in.Kind {
	case news.HouseTerm:
		s.Key = copydesk.TermKey(s.Text)
		wrong = append(wrong, preferredForm(s))
	case news.HouseWord:
		s.Key = s.Text
		s.Preferred = ""
	case news.HouseSynonym:
		s.Key = persian.Fold(s.Text)
		wrong = append(wrong, synonymWords(s))
	}
	now := h.now()
	gone := s
	gone.Gone = true
	return news.HouseEntry{Kind: in.Kind, HouseState: s, Version: 1, Was: &gone, UpdatedAt: now, UpdatedBy: actor.User}, errors.Join(wrong...)
}

// preferredForm says what is wrong with the preferred side of a term.
func preferredForm(s news.HouseState) error {
	switch {
	case s.Preferred == "":
		return news.FieldError("preferred", "error.house_preferred")
	case s.Preferred == s.Text:
		return news.FieldError("preferred", "error.house_same")
	case copydesk.HouseTerm{Forbidden: s.Text, Preferred: s.Preferred}.Returns():
		return news.FieldError("preferred", "error.house_loop")
	}
	return nil
}

// maxSynonymWords is the longest name that search knows as a synonym, as search.MaxSynonymWords.
const maxSynonymWords = 6

// synonymWords says what is wrong with what is found for one another.
func synonymWords(s news.HouseState) error {
	words := s.Synonyms()
	if len(words) == 0 {
		return news.FieldError("preferred", "error.house_synonyms")
	}
	for _, word := range words {
		if n := len(nameTokens(word)); n == 0 || n > maxSynonymWords {
			return news.FieldError("preferred", "error.house_synonym", word, maxSynonymWords)
		}
	}
	return nil
}

// HouseStep names an entry and the form that moves it.
type HouseStep struct {
	Action string
	ID     news.HouseID
	Base   int // the version that the editor saw
}

// Delete takes an entry out of force; for a day it can be brought back with Undo. Errors: Forbidden; Conflict "error.house_edited";
// NotFound.
func (h *House) Delete(ctx context.Context, actor news.Actor, in HouseStep) (news.HouseEntry, error) {
	if err := actor.Require(news.RightHouse); err != nil {
		return news.HouseEntry{}, err
	}
	now := h.now()
	return h.change(ctx, actor, in.Action, in.ID, in.Base, func(e *news.HouseEntry) (news.EventKind, error) {
		next := e.HouseState
		next.Gone = true
		if !e.Turn(next, actor.User, now) {
			return "", nil
		}
		return news.HouseDeleted, nil
	})
}

// Undo takes the last act on an entry back: what was added goes, what was deleted returns, what was changed says again what it said.
// Errors: Forbidden; Invalid "error.house_known" when another entry says the same by now; Conflict "error.house_edited"; NotFound.
func (h *House) Undo(ctx context.Context, actor news.Actor, in HouseStep) (news.HouseEntry, error) {
	if err := actor.Require(news.RightHouse); err != nil {
		return news.HouseEntry{}, err
	}
	now := h.now()
	return h.change(ctx, actor, in.Action, in.ID, in.Base, func(e *news.HouseEntry) (news.EventKind, error) {
		gone := e.Gone
		if err := e.Undo(actor.User, now); err != nil {
			return "", err
		}
		switch {
		case gone && !e.Gone:
			return news.HouseRestored, nil
		case e.Gone && !gone:
			return news.HouseDeleted, nil
		}
		return news.HouseChanged, nil
	})
}

// change updates an entry unless somebody changed it since base.
func (h *House) change(ctx context.Context, actor news.Actor, action string, id news.HouseID, base int, fn func(*news.HouseEntry) (news.EventKind, error)) (news.HouseEntry, error) {
	var newer *news.HouseEntry
	e, err := h.storage.UpdateHouseEntry(ctx, actor, action, id, func(e *news.HouseEntry) (news.EventKind, error) {
		if e.Version != base {
			newer = e
			return "", news.Fail(news.Conflict, "error.house_edited")
		}
		return fn(e)
	})
	if err != nil && newer != nil {
		return e, news.Fail(news.Conflict, "error.house_edited", newer.ByName, newer.UpdatedAt)
	}
	return e, err
}

// HouseLine is a line of a file that is imported.
type HouseLine struct {
	Number                int // in the file, from 1
	Kind                  news.HouseKind
	Text, Preferred, Note string
}

const (
	// houseSlice is how many entries an import stores in one transaction.
	houseSlice = 2000
	// houseWrong is how many wrong lines an import tells of.
	houseWrong = 10
)

// Import adds the lines of a file. A line that says the same as an entry in force takes its place where replace is set, and is counted
// and left out otherwise. Errors, and then nothing is stored: Forbidden; Invalid at "file" with "error.house_line" (number, the line's
// own error) for each of the first ten wrong lines, "error.house_empty", "error.house_many". Conflict "error.house_full" may leave the
// first lines of a long file stored; importing it again changes nothing about them.
func (h *House) Import(ctx context.Context, actor news.Actor, lines []HouseLine, replace bool) (news.HouseOutcome, error) {
	var all news.HouseOutcome
	if err := actor.Require(news.RightHouse); err != nil {
		return all, err
	}
	switch {
	case len(lines) == 0:
		return all, news.FieldError("file", "error.house_empty")
	case len(lines) > news.MaxHouseEntries:
		return all, news.FieldError("file", "error.house_many", news.MaxHouseEntries)
	}
	var entries []news.HouseEntry
	var wrong []error
	for _, line := range lines {
		e, err := h.entry(actor, SaveHouse{Kind: line.Kind, Text: line.Text, Preferred: line.Preferred, Note: line.Note})
		if bad := news.Errors(err); len(bad) > 0 && len(wrong) < houseWrong {
			wrong = append(wrong, news.FieldError("file", "error.house_line", line.Number, bad[0]))
		}
		entries = append(entries, e)
	}
	if len(wrong) > 0 {
		return all, errors.Join(wrong...)
	}
	for part := range slices.Chunk(entries, houseSlice) {
		done, err := h.storage.ImportHouse(ctx, actor, part, replace)
		if err != nil {
			return all, err
		}
		all.Added, all.Changed, all.Same, all.Differ = all.Added+done.Added, all.Changed+done.Changed, all.Same+done.Same, all.Differ+done.Differ
	}
	return all, nil
}
