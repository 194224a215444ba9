package news

import "time"

// CommentID identifies a comment.
type CommentID int64

// CommentState is where a comment stands.
type CommentState string

// The states of a comment. Only CommentPublished ones pass the gate.
const (
	CommentPending   CommentState = "pending"
	CommentPublished CommentState = "published"
	CommentRejected  CommentState = "rejected"
)

// CommentStates lists all states in the order of the queue's tabs.
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
	Parent      CommentID // 0: not a reply. Replies have one level: a reply's parent is never a reply.
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

// PublicComment is a comment as everybody may see it. Only store.Public makes it.
type PublicComment struct {
	ID         CommentID
	Parent     CommentID
	Name       string
	Text       string
	Country    string
	ByNewsroom bool
	CreatedAt  time.Time
}

// CommentCounts are an article's public counters.
type CommentCounts struct{ Published, Pending int }

// QueuedComment is a comment in the moderators' queue with what is needed to judge it.
type QueuedComment struct {
	Comment
	ArticleHeadline string
	ArticlePath     string
	ParentName      string // of the comment it answers
	ParentText      string // "" when it answers none
	DeciderName     string // display name of who decided; "" when nobody or not a user
}

// CommentLimit is how many comments one pseudonym may send within a window; Count 0 is no limit.
type CommentLimit struct {
	Count  int
	Window time.Duration
}
