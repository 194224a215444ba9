package news

import (
	"slices"
	"time"
)

// Label is what a comment may be that a newsroom does not want: the kind of a term and what the model judges.
type Label string

// The labels.
const (
	LabelOffensive   Label = "offensive"
	LabelHate        Label = "hate"
	LabelObscene     Label = "obscene"
	LabelAdvertising Label = "advertising"
)

// Labels lists what the model judges, in the order of its figures.
func Labels() []Label { return []Label{LabelOffensive, LabelHate, LabelObscene, LabelAdvertising} }

// LabelOf is the label that fits a reason for which a comment was rejected; false when it says nothing about the words.
func LabelOf(r Reason) (Label, bool) {
	switch r {
	case ReasonInsult:
		return LabelOffensive, true
	case ReasonAdvertising:
		return LabelAdvertising, true
	}
	return "", false
}

// TermID identifies a term of the lists.
type TermID int64

// TermList is the list that a term stands on.
type TermList string

// The lists. Both only ever hold a comment for review; what stands on the banned one comes first in the queue.
const (
	ListBanned  TermList = "banned"
	ListSuspect TermList = "suspect"
)

// TermLists lists both.
func TermLists() []TermList { return []TermList{ListBanned, ListSuspect} }

// LabelOther is the kind of a term that no label of the model fits, such as a name under an order of a court.
const LabelOther Label = "other"

// TermKinds lists the kinds that a term may have.
func TermKinds() []Label { return append(Labels(), LabelOther) }

// MaxTerm and MaxTermNote are the longest term and note, in characters.
const (
	MaxTerm     = 100
	MaxTermNote = 300
)

// Term is a word or phrase that holds a comment for review. "*" in it stands for any letters of one word, "+" at its end for the
// endings of Persian («ها», «های», «م» …).
type Term struct {
	ID        TermID
	Text      string
	Key       string // what it is compared by; unique
	List      TermList
	Kind      Label
	Note      string // for colleagues
	UpdatedAt time.Time
	UpdatedBy UserID // 0: from a file, by the command line
	ByName    string // who that is; filled when terms are listed
}

// Valid tells whether list and kind are known ones.
func (t Term) Valid() bool {
	return slices.Contains(TermLists(), t.List) && slices.Contains(TermKinds(), t.Kind)
}

// TermFilter narrows the list of terms.
type TermFilter struct {
	Text  string // a part of the term or of its note
	List  TermList
	Kind  Label
	After string // Key of the last term of the page before
	Limit int
}

// TermPage is a page of terms in the order of their keys.
type TermPage struct {
	Terms []Term
	Total int    // of all that fit the filter
	Next  string // "" on the last page
}

// CommentMode says when a comment is published.
type CommentMode string

// The modes. Whatever the mode, a comment that a rule held waits for a moderator.
const (
	ModePre   CommentMode = "pre"   // each waits for a moderator
	ModeTrust CommentMode = "trust" // those of trusted people are published at once
	ModePost  CommentMode = "post"  // all are published at once
)

// CommentModes lists them, the strictest first.
func CommentModes() []CommentMode { return []CommentMode{ModePre, ModeTrust, ModePost} }

// ModeScope is what a mode holds for. The narrowest that is set counts.
type ModeScope string

// The scopes.
const (
	ScopeSite    ModeScope = "site"
	ScopeSection ModeScope = "section"
	ScopeArticle ModeScope = "article"
)

// ModeSetting is the mode of the site (ID 0), a section or an article; Mode "" takes it back.
type ModeSetting struct {
	Scope ModeScope
	ID    int64
	Mode  CommentMode
	Name  string // of the section, or the article's headline; filled when they are listed
}

// WriterHistory is what became of a commenter's earlier comments.
type WriterHistory struct {
	Published int // by the signed cookie alone: an address may be many people's
	Rejected  int // by the cookie or the pseudonym
}

// SeenComment is a comment's fingerprint and when it came.
type SeenComment struct {
	ID          CommentID
	Fingerprint int64
	At          time.Time
}

// DecidedComment is a comment that a person decided on, as the model learns from it.
type DecidedComment struct {
	ID     CommentID
	Text   string
	State  CommentState
	Reason Reason
}

// KeptModel is what the storage keeps for the moderation under a name: its version rises with every change.
type KeptModel struct {
	Version int64
	At      time.Time
	Info    string // JSON for people's pages
	Data    string
}
