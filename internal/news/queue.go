package news

import "time"

// QueueTab is a part of the moderators' queue.
type QueueTab string

// The tabs of the queue.
const (
	TabPending   QueueTab = "pending"   // whatever waits for a decision
	TabHeld      QueueTab = "held"      // of these, what a rule held
	TabReported  QueueTab = "reported"  // readers reported it and nobody has settled that
	TabPublished QueueTab = "published" // decided, or published by itself
	TabRejected  QueueTab = "rejected"
	TabMine      QueueTab = "mine" // decided by the person who looks
)

// QueueTabs lists the tabs in the order of the queue.
func QueueTabs() []QueueTab {
	return []QueueTab{TabPending, TabHeld, TabReported, TabPublished, TabRejected, TabMine}
}

// QueueSort is the order of what waits.
type QueueSort string

// The orders of what waits; decided comments are always listed by their decision, newest first.
const (
	SortTime    QueueSort = "time"    // oldest first
	SortRisk    QueueSort = "risk"    // riskiest first, then oldest
	SortArticle QueueSort = "article" // newest article first, then oldest
)

// QueueSorts lists the orders as the queue offers them.
func QueueSorts() []QueueSort { return []QueueSort{SortTime, SortRisk, SortArticle} }

// QueueFilter asks for a page of the queue.
type QueueFilter struct {
	Tab      QueueTab
	Sort     QueueSort   // of pending and held comments
	Article  Code        // 0: any
	Sections []SectionID // of the articles; nil: all
	For      UserID      // who looks: what others have claimed is left out, and TabMine is theirs
	Claimed  bool        // only what For has claimed
	Now      time.Time   // until when claims count
	After    Cursor
	Limit    int // 1 to 200
}

// CommentSearch looks through all comments, newest first. Every condition that is set must hold.
type CommentSearch struct {
	Words     string       // folded by persian.Fold; each word must be part of name or text; "": any
	State     CommentState // "": any
	Article   Code
	Sections  []SectionID // of the articles; nil: all
	Pseudonym string
	Person    string
	Network   string
	From      time.Time // written at or after; zero: no bound
	Until     time.Time // written before; zero: no bound
	After     Cursor
	Limit     int // 1 to 200
}

// WriterTally is what became of the last comments of one writer, as far as they can be recognised; at most 200 are counted.
type WriterTally struct{ Pending, Published, Rejected int }

// Total is how many comments it counts.
func (h WriterTally) Total() int { return h.Pending + h.Published + h.Rejected }

// ReportGiven is what a reader reported of a comment.
type ReportGiven struct {
	Reason Reason
	Note   string // in the reader's words; "" none
}

// Colleague is a moderator who has comments on the screen.
type Colleague struct {
	User  UserID
	Name  string
	Count int
}

// CommentAct is what a person of the newsroom did to a comment.
type CommentAct string

// The acts on comments.
const (
	ActPublish CommentAct = "publish"
	ActReject  CommentAct = "reject"
	ActEdit    CommentAct = "edit"   // changed its text and published it
	ActAnswer  CommentAct = "answer" // answered it, which publishes it
	ActKeep    CommentAct = "keep"   // settled readers' reports: it stays
	ActUndo    CommentAct = "undo"   // took a decision back
)

// CommentStand is what a decision changes of a comment, and so what an undo restores.
type CommentStand struct {
	State     CommentState `json:"state"`
	Reason    Reason       `json:"reason,omitempty"`
	Text      string       `json:"text,omitempty"` // "" when the decision left it as it was
	DecidedAt int64        `json:"decided_at,omitempty"`
	DecidedBy UserID       `json:"decided_by,omitempty"`
	EditedAt  int64        `json:"edited_at,omitempty"` // Unix milliseconds, as DecidedAt; 0 none
	EditedBy  UserID       `json:"edited_by,omitempty"`
	Reports   int          `json:"reports,omitempty"`
}

// CommentDecision is a line of the decision log.
type CommentDecision struct {
	ID      int64
	Comment CommentID
	At      time.Time
	By      UserID
	Act     CommentAct
	From    CommentState
	To      CommentState
	Reason  Reason
	Rules   []string     // that had held the comment
	Before  CommentStand // what an undo restores
	Reply   CommentID    // the answer written with it; 0 none
	Undone  bool
}

// CommentChange is what an action makes of a comment: the event and the act for the logs, an answer that goes with it, or an answer that an
// undo takes out of sight.
type CommentChange struct {
	Kind     EventKind
	Act      CommentAct
	Reply    *Comment
	Withdraw CommentID
}

// ModeratedComment is what became of one comment of an act.
type ModeratedComment struct {
	ID      CommentID
	Comment Comment
	Err     error // why it stayed as it was: NotFound, Conflict "error.already_decided"
}

// PastDecision is a decision with what is needed to recognise the comment.
type PastDecision struct {
	CommentDecision
	Name, Text      string
	ArticleHeadline string
	Latest          bool // nobody decided on the comment since: it can be undone
}

// BanKind is by what a ban recognises its writer.
type BanKind string

// The kinds of bans.
const (
	BanPseudonym BanKind = "pseudonym" // one address
	BanNetwork   BanKind = "network"   // its neighbourhood (/24, /48), which many readers may share: it only holds
	BanTerm      BanKind = "term"      // words in name or text: it only holds
)

// BanKinds lists the kinds in the order of the form.
func BanKinds() []BanKind { return []BanKind{BanPseudonym, BanNetwork, BanTerm} }

// BanEffect is what a ban does.
type BanEffect string

// The effects of a ban.
const (
	BanHolds   BanEffect = "hold"   // what they write waits for a moderator, whatever the mode
	BanRefuses BanEffect = "refuse" // what they write is not taken, and they are told until when
)

// Ban keeps a writer from writing as others do until it ends. It holds no address and no pseudonym that outlives it.
type Ban struct {
	ID        int64
	Kind      BanKind
	Effect    BanEffect
	Value     string // keyed hash under the ban's own key, or the folded term; "" once it has ended
	KeyName   string // the secret under which Value was made; "" for a term
	Term      string // as typed
	Reason    string // for colleagues
	Comment   CommentID
	CreatedAt time.Time
	CreatedBy UserID
	ByName    string
	EndsAt    time.Time
	LiftedAt  time.Time // zero: not before its end
	LiftedBy  UserID
	LiftName  string
}

// InForce tells whether the ban holds at an instant.
func (b Ban) InForce(now time.Time) bool { return b.LiftedAt.IsZero() && now.Before(b.EndsAt) }

// SavedAnswer is a text that moderators answer with again and again.
type SavedAnswer struct {
	ID          int64
	Title, Body string
	UpdatedAt   time.Time
}

// SiteText is a text that the newsroom writes for readers.
type SiteText struct {
	Body      string // Markdown
	UpdatedAt time.Time
	ByName    string
}

// ModerationNumbers are what was decided in a span of time; what was undone is not counted but where a field says so.
type ModerationNumbers struct {
	Received  int // comments that readers wrote, imports left out
	Published int // decisions by which a comment became public
	Rejected  map[Reason]int
	Edited    int
	Answered  int
	Kept      int           // reports settled by keeping the comment
	Waited    int           // first decisions, over which the waiting times are taken
	Median    time.Duration // from a comment's arrival to its first decision
	P95       time.Duration
	People    []ModeratorNumbers
	Rules     []RuleNumbers
}

// RejectedAll is the sum over the reasons.
func (n ModerationNumbers) RejectedAll() int {
	all := 0
	for _, count := range n.Rejected {
		all += count
	}
	return all
}

// ModeratorNumbers are one person's decisions.
type ModeratorNumbers struct {
	User      UserID
	Name      string
	Published int
	Rejected  int
	Other     int // edits, answers, settled reports
	Undone    int // of all these, taken back by themselves
	Hours     int // clock hours in which they decided something
}

// All is how many decisions they took.
func (n ModeratorNumbers) All() int { return n.Published + n.Rejected + n.Other }

// RuleNumbers are what moderators made of what a rule had held.
type RuleNumbers struct {
	Rule      string
	Held      int // decided comments that it had held
	Confirmed int // of these, rejected or published only after an edit: the moderator agreed
}

// PublicModeration is what readers may know of a month of moderation. Only store.Public makes it.
type PublicModeration struct {
	Received    int
	Published   int
	Edited      int
	Kept        int
	Held        int // first decisions on comments that a rule had held
	Rejected    map[Reason]int
	Waited      int
	Median, P95 time.Duration
}
