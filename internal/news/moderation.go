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
