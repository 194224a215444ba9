package news

import "time"

// SuggestDependency is what is suggested under the article: the computed list and what editors pinned and banned.
func (c Code) SuggestDependency() Dependency { return Dependency("suggest/" + c.String()) }

// Profile is what is compared of a public article to find those that go with it.
type Profile struct {
	Code    Code
	At      time.Time // when it was published; zero: undated
	Section SectionID
	Kind    ArticleKind
	Tags    []TagID
	Words   string // its words and their weights, as package suggest writes them
}

// Match says why one article is suggested under another.
type Match struct {
	Other    Code
	Shared   int // tags and topics that both have
	Likeness int // of their texts, 0 to 100
}

// MatchStep is what is to be done for an article. Lower ones come first.
type MatchStep int

// The steps. Those of an import wait until nothing else does.
const (
	MatchText       MatchStep = iota // it was published or changed: its text is to be read
	MatchList                        // its list is to be made
	MatchImportText                  // as MatchText, of an archive
	MatchImportList
)

// MatchJob is something that is to be done for an article.
type MatchJob struct {
	Code   Code
	At     time.Time // when it was published; zero: undated
	Step   MatchStep
	Spread bool  // the lists of those that it goes with are to be made too
	Mark   int64 // changes whenever the job is given again
}

// Matched is what a job of a list came to.
type Matched struct {
	Job      MatchJob
	List     []Match // best first
	Affected []Code  // whose lists are to be made too
}

// SuggestedRow is an article that is suggested under another, as editors see it.
type SuggestedRow struct {
	Match
	Headline    string
	PublishedAt time.Time // zero: undated
	Public      bool      // a pinned one may not be public yet, or no more
	Pinned      bool
	By          string // display name of the editor who pinned or banned it; "" for a computed one
}

// SuggestedDesk is all that is suggested under an article: readers see Listed from the beginning as far as there is room.
type SuggestedDesk struct {
	Listed []SuggestedRow // pinned ones first, then as computed
	Banned []SuggestedRow
	Due    bool // the list is being made anew
}

// SuggestChoice is what an editor decided on an article under another.
type SuggestChoice string

// The choices. SuggestFree takes one back.
const (
	SuggestPin  SuggestChoice = "pin"
	SuggestBan  SuggestChoice = "ban"
	SuggestFree SuggestChoice = "free"
)
