package news

import "time"

// The flow of an article: draft → submitted → scheduled or published → withdrawn, and back with a reason. Each method is one
// step; it returns a Conflict when the article does not stand where the step begins. Who may take it is the action's question.

// LockLife is how long a lock lives without a sign of life; LockPulse how often a form gives one.
const (
	LockLife  = 60 * time.Second
	LockPulse = 20 * time.Second
)

func (a *Article) touch(by UserID, now time.Time) { a.UpdatedAt, a.UpdatedBy = now, by }

func (a *Article) in(states ...State) error {
	if !a.TrashedAt.IsZero() {
		return Fail(Conflict, "error.in_trash")
	}
	for _, s := range states {
		if a.State == s {
			return nil
		}
	}
	return Fail(Conflict, "error.wrong_state", string(a.State))
}

// Submit hands a draft to the desk.
func (a *Article) Submit(by UserID, now time.Time) error {
	if err := a.in(Draft); err != nil {
		return err
	}
	a.State, a.Holder, a.ReturnReason = Submitted, 0, ""
	a.touch(by, now)
	return nil
}

// Return gives a submitted or scheduled article back to its author with a reason.
func (a *Article) Return(reason string, by UserID, now time.Time) error {
	if err := a.in(Submitted, Scheduled); err != nil {
		return err
	}
	a.State, a.Holder, a.ReturnReason, a.PublishAt = Draft, a.Author, reason, time.Time{}
	a.touch(by, now)
	return nil
}

// Take makes someone the one who has it.
func (a *Article) Take(by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Scheduled, Published); err != nil {
		return err
	}
	a.Holder = by
	a.touch(by, now)
	return nil
}

// Schedule sets the moment at which the working revision becomes public, not before its embargo.
func (a *Article) Schedule(at time.Time, by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Scheduled); err != nil {
		return err
	}
	if at.Before(a.EmbargoUntil) {
		return FieldError("publish_at", "error.before_embargo", a.EmbargoUntil)
	}
	a.State, a.PublishAt, a.Holder, a.ReturnReason = Scheduled, at, by, ""
	a.touch(by, now)
	return nil
}

// Unschedule takes a scheduled article back to the desk.
func (a *Article) Unschedule(by UserID, now time.Time) error {
	if err := a.in(Scheduled); err != nil {
		return err
	}
	a.State, a.PublishAt, a.Holder = Submitted, time.Time{}, by
	a.touch(by, now)
	return nil
}

// Publish makes the working revision what readers see. The date is that of the first publication; an undated article stays undated.
// While the embargo lasts it is a Conflict "error.embargo".
func (a *Article) Publish(by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Scheduled, Published, Withdrawn); err != nil {
		return err
	}
	if now.Before(a.EmbargoUntil) {
		return Fail(Conflict, "error.embargo", a.EmbargoUntil)
	}
	a.goPublic(a.Revision, now)
	a.touch(by, now)
	return nil
}

// goPublic makes a revision the public one.
func (a *Article) goPublic(revision int, now time.Time) {
	if a.PublicRevision == 0 {
		a.PublishedAt = now
	}
	a.State, a.PublicRevision, a.ModifiedAt, a.Withdrawal = Published, revision, now, ""
	a.PublishAt, a.ChangeNumber, a.ChangeAt, a.ReturnReason = time.Time{}, 0, time.Time{}, ""
	a.PublicCount++
}

// ScheduleChange lets the working revision of a live article swap in at a moment.
func (a *Article) ScheduleChange(at time.Time, by UserID, now time.Time) error {
	if err := a.in(Published); err != nil {
		return err
	}
	if a.Revision == a.PublicRevision {
		return Fail(Conflict, "error.nothing_changed")
	}
	a.ChangeNumber, a.ChangeAt = a.Revision, at
	a.touch(by, now)
	return nil
}

// CancelChange drops the scheduled change.
func (a *Article) CancelChange(by UserID, now time.Time) error {
	if a.ChangeNumber == 0 {
		return Fail(Conflict, "error.nothing_changed")
	}
	a.ChangeNumber, a.ChangeAt = 0, time.Time{}
	a.touch(by, now)
	return nil
}

// Expire sets the moment at which the article leaves the public, with the sentence readers get then; the zero time cancels it.
func (a *Article) Expire(at time.Time, note string, by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Scheduled, Published); err != nil {
		return err
	}
	a.UnpublishAt, a.UnpublishNote = at, note
	a.touch(by, now)
	return nil
}

// Embargo locks the article until a moment; zero lifts it. A public article can have none; a scheduled one must not come out before.
func (a *Article) Embargo(until time.Time, by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Scheduled); err != nil {
		return err
	}
	if a.State == Scheduled && a.PublishAt.Before(until) {
		a.PublishAt = until
	}
	a.EmbargoUntil = until
	a.touch(by, now)
	return nil
}

// Withdraw takes the article from readers; they get the sentence instead.
func (a *Article) Withdraw(sentence string, by UserID, now time.Time) error {
	if err := a.in(Published); err != nil {
		return Fail(Conflict, "error.not_published")
	}
	a.withdraw(sentence)
	a.touch(by, now)
	return nil
}

func (a *Article) withdraw(sentence string) {
	a.State, a.Withdrawal = Withdrawn, sentence
	a.UnpublishAt, a.UnpublishNote, a.ChangeNumber, a.ChangeAt = time.Time{}, "", 0, time.Time{}
}

// Trash puts an article that is not public aside; it can be restored.
func (a *Article) Trash(by UserID, now time.Time) error {
	if err := a.in(Draft, Submitted, Withdrawn); err != nil {
		return err
	}
	a.TrashedAt = now
	a.touch(by, now)
	return nil
}

// Restore takes it out of the trash, as it was.
func (a *Article) Restore(by UserID, now time.Time) error {
	if a.TrashedAt.IsZero() {
		return Fail(Conflict, "error.not_in_trash")
	}
	a.TrashedAt = time.Time{}
	a.touch(by, now)
	return nil
}

// DueAt is the next moment at which Release has something to do; zero: none.
func (a *Article) DueAt() time.Time {
	var due time.Time
	var moments []time.Time
	switch {
	case !a.TrashedAt.IsZero():
	case a.State == Scheduled: // an expiry before the publication is not due: there is nothing to take back yet
		moments = []time.Time{a.PublishAt}
	case a.State == Published:
		moments = []time.Time{a.ChangeAt, a.UnpublishAt}
	}
	for _, at := range moments {
		if !at.IsZero() && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	return due
}

// Release does what is due now: the scheduled article becomes public, the scheduled change swaps in, the expired one leaves.
// It returns what happened, nothing when nothing was due; doing it twice does nothing the second time.
func (a *Article) Release(now time.Time) []EventKind {
	var happened []EventKind
	due := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) && a.TrashedAt.IsZero() }
	if a.State == Scheduled && due(a.PublishAt) && !now.Before(a.EmbargoUntil) {
		a.goPublic(a.Revision, now)
		happened = append(happened, ArticlePublished)
	}
	if a.State == Published && due(a.ChangeAt) {
		a.goPublic(a.ChangeNumber, now)
		happened = append(happened, ArticlePublished)
	}
	if a.State == Published && due(a.UnpublishAt) {
		a.withdraw(a.UnpublishNote)
		happened = append(happened, ArticleWithdrawn)
	}
	return happened
}

// Lock says who edits an article right now.
type Lock struct {
	User  UserID
	Name  string // display name
	Since time.Time
	Seen  time.Time // last sign of life
}

// LockWord is what somebody said when they took a lock over.
type LockWord struct {
	From string // display name
	Word string
	At   time.Time
}

// Autosave is what a person was typing and had not saved: one for each article, and one for each that is new.
type Autosave struct {
	Article Code   // 0: a new article
	Draft   string // names a new article until it has a code; "" for every other
	Window  string // the window in which it was typed
	Seq     int64  // how often it was written; of what is sent: as the window has seen it, 0 for not at all
	At      time.Time
	Base    int    // the revision it began from
	Form    string // the form's fields as the page sent them, JSON
}

// RevisionInfo is a line of an article's history.
type RevisionInfo struct {
	Number   int
	At       time.Time
	Author   string // display name; "" for an importer
	Headline string
	Public   bool // readers see it now
}

// CorrectionKind says what a correction is.
type CorrectionKind string

// The kinds of corrections (PRODUCT.md A10): اصلاح، توضیح، تکذیب.
const (
	Amendment     CorrectionKind = "amendment"
	Clarification CorrectionKind = "clarification"
	Denial        CorrectionKind = "denial"
)

// CorrectionKinds lists all kinds in the order the newsroom offers them.
func CorrectionKinds() []CorrectionKind { return []CorrectionKind{Amendment, Clarification, Denial} }

// Correction is a note to readers that something in a public article was wrong.
type Correction struct {
	ID      int64
	Article Code
	Kind    CorrectionKind
	Text    string // what is right
	Changed string // what was changed in the article; may be ""
	At      time.Time
}

// PublicCorrection is a correction as the public archive lists it. Only store.Public makes it.
type PublicCorrection struct {
	Correction
	Headline string
	Path     string
}

// EventFilter narrows the audit log, newest first.
type EventFilter struct {
	Actor   string    // "user/3"; "": anybody
	Kind    EventKind // "": any
	Subject string    // "article", "comment", …; "": any
	ID      int64     // of the subject; 0: any
	From    time.Time // zero: no bound
	Until   time.Time
	Before  int64 // seq to go on below; 0: the newest
	Limit   int   // 1 to 10,000
}

// Inbox names a part of a person's desk (کارتابل).
type Inbox string

// The parts of the inbox.
const (
	InboxMine      Inbox = "mine"      // drafts that I have
	InboxReturned  Inbox = "returned"  // came back to me with a reason
	InboxWaiting   Inbox = "waiting"   // submitted, in my sections, waiting for a desk
	InboxScheduled Inbox = "scheduled" // will come out by itself
	InboxRecent    Inbox = "recent"    // published lately, in my sections
	InboxTrash     Inbox = "trash"
)

// Inboxes lists the parts in the order of the tabs.
func Inboxes() []Inbox {
	return []Inbox{InboxMine, InboxReturned, InboxWaiting, InboxScheduled, InboxRecent, InboxTrash}
}
