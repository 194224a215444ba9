package news

import (
	"math"
	"strconv"
	"time"
)

// CommentID identifies a comment.
type CommentID int64

// String writes the number for an address.
func (id CommentID) String() string { return strconv.FormatInt(int64(id), 10) }

// CommentState is where a comment stands.
type CommentState string

// The states of a comment. Only CommentPublished ones pass the gate.
const (
	CommentPending   CommentState = "pending"
	CommentPublished CommentState = "published"
	CommentRejected  CommentState = "rejected"
	// CommentWithdrawn was taken back by its writer: its words are erased, nobody decides on it any more.
	CommentWithdrawn CommentState = "withdrawn"
)

// CommentStates lists the states on which moderators work, in the order of the queue's tabs.
func CommentStates() []CommentState {
	return []CommentState{CommentPending, CommentPublished, CommentRejected}
}

// Reason says why a comment was rejected, as its writer is told.
type Reason string

// The reasons for which a comment may be rejected.
const (
	ReasonInsult       Reason = "insult"
	ReasonOffTopic     Reason = "off_topic"
	ReasonAdvertising  Reason = "advertising"
	ReasonPersonalData Reason = "personal_data"
	ReasonDuplicate    Reason = "duplicate"
	ReasonUnreadable   Reason = "unreadable"
	ReasonUnproven     Reason = "unproven_claim"
)

// Reasons lists all reasons in the order of their keys in the queue (1 … 7).
func Reasons() []Reason {
	return []Reason{ReasonInsult, ReasonOffTopic, ReasonAdvertising, ReasonPersonalData, ReasonDuplicate, ReasonUnreadable, ReasonUnproven}
}

// Comment is a reader's letter under an article, as the newsroom sees it.
type Comment struct {
	ID          CommentID
	Article     Code
	Parent      CommentID // 0: not a reply. How deep replies go is a setting (1 to MaxDepth levels).
	State       CommentState
	Name        string // "" for one who gave none
	Email       string // for moderators only; "" when not given
	Text        string
	Country     string // ISO 3166-1 alpha-2, "" unknown
	Pseudonym   string // keyed hash of the writer's address; "" once it has expired or for imports
	ByNewsroom  bool   // an answer of the editors
	CreatedAt   time.Time
	DecidedAt   time.Time // zero while nobody decided
	DecidedBy   UserID    // 0 while nobody decided, or by an importer
	Reason      Reason    // set when rejected
	ReceiptHash string    // keyed hash of the receipt code; "" for imports
	Origin      string    // where an importer took it from, unique; "" when written here

	Held        bool      // a rule held it; Findings say why
	Risk        int       // thousandths, 0 to 1000; the queue may be sorted by it
	Findings    []Finding // every rule's outcome in the order of the rules; nil when none looked
	Fingerprint int64     // of the folded text: near repeats have near ones; 0 unknown
	Network     string    // keyed hash of the writer's wider network (/24, /48); expires as Pseudonym does
	Person      string    // keyed hash of the writer's signed cookie; "" for one who declined it
	VotesUp     int
	VotesDown   int
	Reports     int       // readers' reports that nobody has settled
	RevisedAt   time.Time // when its writer used the one edit; zero: not yet
	EditedAt    time.Time // when the newsroom last changed its text; zero: never
	EditedBy    UserID
	ClaimedBy   UserID // the moderator who has it on the screen until ClaimedTo; 0 nobody
	ClaimedTo   time.Time

	Section SectionID // in which its article is filed now, for the rights of who decides; never stored with it
}

// Outcome is what a rule made of a comment.
type Outcome string

// The outcomes of a rule. No rule rejects: that is a person's act.
const (
	OutcomePass Outcome = "pass" // nothing found
	OutcomeHold Outcome = "hold" // an editor has to look first
	OutcomeAsk  Outcome = "ask"  // the writer was asked to change it, once
)

// Finding is the outcome of one rule for one comment, kept with it.
type Finding struct {
	Rule    string   `json:"rule"` // the rule's name, also its key in the catalogs ("comment_rule.<rule>")
	Outcome Outcome  `json:"outcome"`
	Detail  []string `json:"detail,omitempty"` // what weighed: the terms that matched, the words of the model, a number
	Label   string   `json:"label,omitempty"`  // the kind of the term or the model's label
	Score   int      `json:"score,omitempty"`  // thousandths, 0 to 1000
}

// MaxDepth is how many levels of replies a newsroom may allow at the most.
const MaxDepth = 3

// PublicComment is a comment as everybody may see it. Only store.Public makes it.
type PublicComment struct {
	ID         CommentID
	Article    Code
	Parent     CommentID // 0 when it answers none; it need not be public any more
	Thread     CommentID // the comment that answers none at the top of its line
	Level      int       // 0 answers none
	Head       bool      // shown at the top: it answers none that is public
	Replies    int       // published ones of the thread; of a comment that answers none only
	Name       string
	Text       string
	Country    string
	ByNewsroom bool
	Edited     bool // the newsroom changed its text
	CreatedAt  time.Time
	VotesUp    int
	VotesDown  int
}

// CommentOrder is an order of an article's comments.
type CommentOrder string

// The orders. The newest first is the usual one; the best by Wilson's lower bound of their votes.
const (
	OrderNewest CommentOrder = "newest"
	OrderOldest CommentOrder = "oldest"
	OrderBest   CommentOrder = "best"
)

// CommentOrders lists the orders as readers choose among them.
func CommentOrders() []CommentOrder { return []CommentOrder{OrderNewest, OrderOldest, OrderBest} }

// ThreadQuery asks for a page of an article's threads.
type ThreadQuery struct {
	Article Code
	Order   CommentOrder
	After   Cursor
	Limit   int // threads
	Replies int // of each at the most, oldest first
}

// CommentThread is a public comment with answers to it, oldest first; More tells that there are others.
type CommentThread struct {
	Head    PublicComment
	Replies []PublicComment
	More    bool
}

// ThreadPage is a page of threads; Next is zero on the last page.
type ThreadPage struct {
	Threads []CommentThread
	Next    Cursor
}

// CommentCounts are an article's public counters.
type CommentCounts struct{ Published, Pending, Rejected int }

// CommentsState is what everybody may know of a public article's discussion.
type CommentsState struct {
	CommentCounts
	Closed      bool      // by an editor
	Note        string    // the editor's sentence for readers; "" for none
	SiteClosed  bool      // the whole site takes no comments
	SiteNote    string    // the sentence for readers; "" for none
	PublishedAt time.Time // zero for an undated article
}

// Closing is why an article takes no comments.
type Closing string

// The reasons for which comments are closed, widest first; OpenComments for none.
const (
	OpenComments    Closing = ""
	ClosedOnSite    Closing = "site"
	ClosedByEditor  Closing = "article"
	ClosedByTheTime Closing = "time"
)

// Closing tells whether comments are closed at an instant and why, with the newsroom's own sentence, "" for none. after is how long an
// article takes comments from its publication on; 0: for ever.
func (s CommentsState) Closing(now time.Time, after time.Duration) (why Closing, note string) {
	switch {
	case s.SiteClosed:
		return ClosedOnSite, s.SiteNote
	case s.Closed:
		return ClosedByEditor, s.Note
	case after > 0 && !s.PublishedAt.IsZero() && now.Sub(s.PublishedAt) >= after:
		return ClosedByTheTime, ""
	}
	return OpenComments, ""
}

// CommentSwitch is the state of the one switch for the comments of the whole site.
type CommentSwitch struct {
	Closed bool
	Note   string    // for readers; "" for none
	At     time.Time // zero while nobody used it
	By     UserID
}

// CommentVote is a reader's vote on a comment.
type CommentVote struct {
	Comment   CommentID
	Article   Code
	Person    string // keyed hash of the signed cookie; "" without one
	Pseudonym string
	Vote      Vote
	At        time.Time
}

// Vote is what a reader thinks of a comment.
type Vote string

// The votes; VoteNone takes an earlier one back.
const (
	VoteUp   Vote = "up"
	VoteDown Vote = "down"
	VoteNone Vote = "none"
)

// CommentReport is a reader's report of a comment to the moderators.
type CommentReport struct {
	Comment   CommentID
	Article   Code
	Person    string // keyed hash of the signed cookie; "" without one
	Pseudonym string
	Reason    Reason
	Note      string
	At        time.Time
}

// CommentTraffic is what came from a writer and from their neighbours within a time; each is counted up to a bound only.
type CommentTraffic struct {
	OnArticle int // from the address, to one article
	Own       int // from the address, to all
	Near      int // from the wider network
}

// QueuedComment is a comment in the moderators' queue with what is needed to judge it.
type QueuedComment struct {
	Comment
	ArticleHeadline string
	ArticlePath     string
	ParentName      string // of the comment it answers
	ParentText      string // "" when it answers none
	DeciderName     string // display name of who decided; "" when nobody or not a user
	ClaimerName     string // display name of who has it on the screen; "" nobody, or a claim that has ended is not told apart
	Writer          WriterTally
	Given           []ReportGiven // unsettled reports, oldest first, the first twenty
}

// CommentLimit is what the store holds a new comment to: how many of one pseudonym an article takes within a window, how deep replies
// go, and the answered challenge that it comes with.
type CommentLimit struct {
	Count  int // 0 is no limit
	Window time.Duration
	Depth  int // levels of replies, 1 to MaxDepth; 0 is 1
	// Pass is the id of an answered challenge, "" when none was asked. It is good for one comment, and is remembered until PassUntil.
	Pass      string
	PassUntil time.Time
}

// Wilson is the lower bound of the share of votes for a comment, at 95 % confidence, in millionths: 0 without a vote. A comment with
// nine of ten stands above one with one of one (E. B. Wilson, 1927, J. Am. Stat. Assoc. 22, 209–212).
func Wilson(up, down int) int {
	n := float64(up + down)
	if n <= 0 {
		return 0
	}
	const z = 1.959964 // the 97.5 % quantile of the normal distribution
	share := float64(up) / n
	bound := (share + z*z/(2*n) - z*math.Sqrt((share*(1-share)+z*z/(4*n))/n)) / (1 + z*z/n)
	return int(math.Round(max(0, bound) * 1e6))
}
