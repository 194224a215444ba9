package news

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// Code is the permanent public number of an article, from 1 upwards; it is never reused.
type Code int64

// ParseCode reads a code as it stands in an address: ASCII digits, positive.
func ParseCode(s string) (Code, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return Code(n), err == nil && n > 0 && s[0] != '+' && s[0] != '0'
}

// String gives the code in ASCII digits, as machines and addresses have it.
func (c Code) String() string { return strconv.FormatInt(int64(c), 10) }

// State is where an article stands on its way to the reader.
type State string

// The states of an article. Only Published ones pass the gate.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Scheduled State = "scheduled"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// States lists all states in the order of the flow.
func States() []State { return []State{Draft, Submitted, Scheduled, Published, Withdrawn} }

// ArticleKind is the sort of journalism an article is.
type ArticleKind string

// The kinds of articles (PRODUCT.md B7).
const (
	KindNews      ArticleKind = "news"
	KindReport    ArticleKind = "report"
	KindInterview ArticleKind = "interview"
	KindOpinion   ArticleKind = "opinion"
	KindPhoto     ArticleKind = "photo"
	KindVideo     ArticleKind = "video"
	KindLive      ArticleKind = "live"
)

// ArticleKinds lists all kinds in the order the newsroom offers them.
func ArticleKinds() []ArticleKind {
	return []ArticleKind{KindNews, KindReport, KindInterview, KindOpinion, KindPhoto, KindVideo, KindLive}
}

// Byline is one who signs an article; Code is the reporter's number, empty where there is none.
type Byline struct {
	Name string `json:"name"`
	Code string `json:"code,omitempty"`
}

// Picture is a use of a media item in an article: what this article says of it.
type Picture struct {
	Media   MediaID
	Caption string
	Credit  string
	Alt     string
}

// Content is what people write of an article: one revision holds one Content. Text is clean (persian.Clean), Body is
// sanitised HTML that package markup made, without attribution and end mark: these are generated from Source and DeskCode.
type Content struct {
	Lang          string // "fa", "en", "ar"
	Kind          ArticleKind
	Kicker        string
	Headline      string
	ShortHeadline string // for lists; "" means Headline
	Lede          string
	Body          string
	Source        string // whom the attribution line names; "" for none
	EndMark       bool   // whether the end mark stands under the text
	DeskCode      string // after the end mark's slash; "" for none
	Slug          string // persian.Slug of the headline; may be ""
	Section       SectionID
	Tags          []string // names, in the editor's order, each once
	Bylines       []Byline
	Picture       Picture // Media is 0 when the article has none
}

// Article is the newsroom's whole view of an article: its working copy and where it stands.
type Article struct {
	Code     Code
	State    State
	Revision int // number of the working revision, from 1
	Content  Content
	// PublicRevision is the number of the revision that readers see or would see, 0 when never published.
	PublicRevision int
	PublishedAt    time.Time // zero: not yet published, or imported without a date (undated)
	ModifiedAt     time.Time // when the public revision became public; zero before
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Author         UserID // who created it; 0 for an importer
	UpdatedBy      UserID
	Withdrawal     string // the sentence readers see after a withdrawal
	CommentsClosed bool
	CommentsNote   string // the sentence readers get while they are closed; "" for the usual one
	Origin         string // where an importer took it from, unique; "" when written here
	Flow
}

// Flow is where an article stands between people and in time.
type Flow struct {
	Holder        UserID    // who has it now; 0: nobody in particular, it waits for a desk
	ReturnReason  string    // why it came back to its reporter; "" once it is submitted again
	PublishAt     time.Time // when a scheduled article becomes public
	UnpublishAt   time.Time // when a public one leaves again; zero: never
	UnpublishNote string    // the sentence readers get from then on
	EmbargoUntil  time.Time // it cannot be public before («انتشار ممنوع تا»); zero: no embargo
	ChangeNumber  int       // the revision of a live article that swaps in at ChangeAt; 0: none
	ChangeAt      time.Time
	TrashedAt     time.Time // zero: not in the trash
	PublicCount   int       // how many public revisions there have been
	Answered      Answered  // what the checklist asked and an editor confirmed
}

// Answered are the questions of the checklist that an editor answered with yes, for one revision; they are not asked again.
type Answered struct {
	Revision  int      `json:"revision"`
	Questions []string `json:"questions,omitempty"`
}

// HasAnswered tells whether an editor confirmed a question of the checklist for the working revision.
func (a *Article) HasAnswered(question string) bool {
	return a.Answered.Revision == a.Revision && slices.Contains(a.Answered.Questions, question)
}

// Answer notes that an editor confirmed questions of the checklist for the working revision; answers for an older one are forgotten.
func (a *Article) Answer(questions ...string) {
	if len(questions) == 0 {
		return
	}
	var old []string
	if a.Answered.Revision == a.Revision {
		old = a.Answered.Questions
	}
	a.Answered = Answered{Revision: a.Revision, Questions: append(slices.Clone(old), questions...)}
}

// Undated tells a published article that came without a date: last in lists, never in latest.
func (a *Article) Undated() bool { return a.State == Published && a.PublishedAt.IsZero() }

// Headings are the lines of an article that lists, feeds and cards show.
type Headings struct {
	Kicker        string
	Headline      string
	ShortHeadline string
	Lede          string
}

// Short is the headline for lists.
func (h Headings) Short() string {
	if h.ShortHeadline != "" {
		return h.ShortHeadline
	}
	return h.Headline
}

// PublicCard is an article as lists show it. Only store.Public makes it.
type PublicCard struct {
	Code Code
	Slug string
	Lang string
	Kind ArticleKind
	Headings
	Section     Section
	PublishedAt time.Time // zero when undated
	ModifiedAt  time.Time
	Picture     Picture // Media 0: none
	Size        PictureSize
	Focal       Focal
}

// Path is the address of the article's page below the site's root: /news/{code}/{slug}, escaped.
func (c PublicCard) Path() string { return ArticlePath(c.Code, c.Slug) }

// ArticlePath is the one form of an article's address; old ones redirect to it.
func ArticlePath(code Code, slug string) string {
	if slug == "" {
		return "/news/" + code.String()
	}
	return "/news/" + code.String() + "/" + url.PathEscape(slug)
}

// PublicArticle is an article as the public may see it: the published revision, never the working copy. Only store.Public makes it.
type PublicArticle struct {
	PublicCard
	Revision       int
	Body           string // sanitised HTML without attribution and end mark
	Source         string
	EndMark        bool
	DeskCode       string
	Bylines        []Byline
	Tags           []Tag
	CommentsClosed bool
}

// SectionID identifies a section; 0 is none.
type SectionID int64

// Section is a desk's part of the site.
type Section struct {
	ID       SectionID
	Slug     string
	Name     string
	NameEN   string // "" when the section has no English name
	Position int
}

// Path is the section page's address below the site's root.
func (s Section) Path() string { return "/section/" + url.PathEscape(s.Slug) }

// GeneralSlug is the slug of the section that takes articles which name none («عمومی»).
const GeneralSlug = "general"

// TagID identifies a tag.
type TagID int64

// Tag is a word under which articles are filed.
type Tag struct {
	ID   TagID
	Slug string
	Name string
}

// Path is the tag page's address below the site's root.
func (t Tag) Path() string { return "/tag/" + url.PathEscape(t.Slug) }

// Revise gives the article new content as its next revision; false, and no revision, when nothing differs.
func (a *Article) Revise(c Content, by UserID, now time.Time) bool {
	if reflect.DeepEqual(a.Content, c) {
		return false
	}
	a.Content = c
	a.Revision++
	a.UpdatedAt, a.UpdatedBy = now, by
	return true
}
