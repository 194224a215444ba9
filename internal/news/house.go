package news

import (
	"strconv"
	"strings"
	"time"
)

// HouseID identifies an entry of the house's style; 0 is none.
type HouseID int64

// HouseKind is what an entry of the house's style says.
type HouseKind string

// The kinds of entries.
const (
	HouseTerm HouseKind = "term" // write Preferred and not Text
	HouseWord HouseKind = "word" // Text is a word, with its half-spaces, that the lexicon lacks
	// HouseSynonym: who searches for Text finds the words of Preferred too, and the other way round; acronyms with what they stand for.
	HouseSynonym HouseKind = "synonym"
)

// HouseKinds lists all kinds in the order the newsroom shows them.
func HouseKinds() []HouseKind { return []HouseKind{HouseTerm, HouseWord, HouseSynonym} }

// MaxHouseEntries bounds the house's style.
const MaxHouseEntries = 20_000

// HouseState is what people write of an entry.
type HouseState struct {
	Text      string `json:"text"`      // the forbidden form, or the word
	Preferred string `json:"preferred"` // "" for a word
	Note      string `json:"note"`
	Key       string `json:"key"`            // equal for entries of a kind that say the same; package editorial makes it
	Gone      bool   `json:"gone,omitempty"` // deleted: it says nothing any more and can be brought back for a day
}

// HouseEntry is a row of the house's style (شیوه‌نامه): a term that the newsroom writes in its own way, or a word that it adds to the
// lexicon of the copy desk.
type HouseEntry struct {
	ID   HouseID
	Kind HouseKind
	HouseState
	Version   int         // from 1
	Was       *HouseState // what the last act replaced; nil where there is nothing to go back to
	UpdatedAt time.Time
	UpdatedBy UserID
	ByName    string // display name; "" for a part of the system
}

// Turn gives the entry a new state and keeps the old one, so that the act can be undone; false when nothing differs.
func (e *HouseEntry) Turn(s HouseState, by UserID, now time.Time) bool {
	if e.HouseState == s {
		return false
	}
	was := e.HouseState
	e.HouseState, e.Was = s, &was
	e.Version++
	e.UpdatedAt, e.UpdatedBy = now, by
	return true
}

// Undo takes the last act back; done again it takes back the undoing. Conflict "error.house_nothing" where there is nothing to take back.
func (e *HouseEntry) Undo(by UserID, now time.Time) error {
	if e.Was == nil || !e.Turn(*e.Was, by, now) {
		return Fail(Conflict, "error.house_nothing")
	}
	return nil
}

// Synonyms are the words that stand for Text, of an entry of the kind HouseSynonym: Preferred has commas of either script between them.
func (s HouseState) Synonyms() []string {
	var words []string
	for _, word := range strings.FieldsFunc(s.Preferred, func(r rune) bool { return r == '،' || r == ',' }) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// HouseCursor is the place after which the next page of the house's style begins: the sort key of the last row and its id. The zero
// HouseCursor is the beginning.
type HouseCursor struct {
	Sort string // persian.SortKey
	ID   HouseID
}

// String writes the cursor for an address; "" for the beginning.
func (c HouseCursor) String() string {
	if c.ID == 0 {
		return ""
	}
	return c.Sort + "." + strconv.FormatInt(int64(c.ID), 36)
}

// ParseHouseCursor reads what String wrote. "" is the beginning; anything else that cannot be read is an Invalid error.
func ParseHouseCursor(s string) (HouseCursor, error) {
	if s == "" {
		return HouseCursor{}, nil
	}
	sort, id, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(id, 36, 64)
	if !ok || err != nil || n < 1 || strings.Trim(sort, "0123456789abcdef") != "" {
		return HouseCursor{}, FieldError("after", "error.bad_cursor")
	}
	return HouseCursor{Sort: sort, ID: HouseID(n)}, nil
}

// HouseFilter narrows the list of the house's style, in the order of the alphabet.
type HouseFilter struct {
	Kind  HouseKind // "": any
	Text  string    // words of an entry, all of them; "": any
	After HouseCursor
	Limit int // 1 to 200
}

// HousePage is a page of the list; Next is zero on the last page.
type HousePage struct {
	Entries []HouseEntry
	Next    HouseCursor
}

// HouseOutcome tells what an import did.
type HouseOutcome struct {
	Added, Changed, Same int
	Differ               int // entries that say something else and were left as they are
}
