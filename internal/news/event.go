package news

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// EventKind names what happened, as "subject.act".
type EventKind string

// The kinds of events. An event of a kind not listed here was written by a newer Dabir.
const (
	ArticleCreated   EventKind = "article.created"
	ArticleSaved     EventKind = "article.saved"
	ArticlePublished EventKind = "article.published" // also when a public article gets a new public revision
	ArticleWithdrawn EventKind = "article.withdrawn"
	ArticleImported  EventKind = "article.imported"

	ArticleSubmitted       EventKind = "article.submitted"
	ArticleReturned        EventKind = "article.returned"
	ArticleTaken           EventKind = "article.taken"
	ArticleScheduled       EventKind = "article.scheduled"
	ArticleUnscheduled     EventKind = "article.unscheduled"
	ArticleEmbargoed       EventKind = "article.embargoed"
	ArticleExpiry          EventKind = "article.expiry_set"
	ArticleChangeScheduled EventKind = "article.change_scheduled"
	ArticleChangeCancelled EventKind = "article.change_cancelled"
	ArticleCorrected       EventKind = "article.corrected"
	ArticleRestored        EventKind = "article.version_restored"
	ArticleTrashed         EventKind = "article.trashed"
	ArticleUntrashed       EventKind = "article.untrashed"
	ArticleLockTaken       EventKind = "article.lock_taken_over"
	ArticlePreviewLinked   EventKind = "article.preview_linked" // somebody outside may see it
	ArticleDeskFixed       EventKind = "article.copydesk_fixed" // the copy desk's safe fixes were made, as a version
	TemplateSaved          EventKind = "template.saved"

	ArticleCommentsClosed EventKind = "article.comments_closed"
	ArticleCommentsOpened EventKind = "article.comments_opened"

	CommentSubmitted  EventKind = "comment.submitted"
	CommentApproved   EventKind = "comment.published"
	CommentTurnedDown EventKind = "comment.rejected"
	CommentReopened   EventKind = "comment.reopened" // a decision was undone
	CommentImported   EventKind = "comment.imported"
	CommentsExported  EventKind = "comments.exported" // in bulk, by the operator; Data "emails": "yes" or "no"
	CommentRevised    EventKind = "comment.revised"   // its writer used the one edit
	CommentTakenBack  EventKind = "comment.withdrawn" // its writer took it back
	CommentReported   EventKind = "comment.reported"  // by a reader; Data "reason"
	CommentVoted      EventKind = "comment.voted"     // the sums of its votes changed

	CommentsClosedOnSite EventKind = "comments.closed" // of the whole site
	CommentsOpenedOnSite EventKind = "comments.opened"
	CommentEdited        EventKind = "comment.edited"   // the newsroom changed its text and published it
	CommentAnswered      EventKind = "comment.answered" // by the newsroom; the subject is the answer
	CommentKept          EventKind = "comment.kept"     // readers' reports were settled: it stays

	BanAdded      EventKind = "ban.added"       // Data "kind", "effect"
	BanLifted     EventKind = "ban.lifted"      // before its end
	SiteTextSaved EventKind = "site_text.saved" // Data "name"

	TermSaved      EventKind = "term.saved"
	TermDeleted    EventKind = "term.deleted"
	TermsImported  EventKind = "term.imported" // Data "terms", "new": how many
	CommentModeSet EventKind = "comment.mode_set"
	ModelTrained   EventKind = "moderation.trained"

	FrontEdited    EventKind = "front.edited"    // the working copy changed
	FrontPublished EventKind = "front.published" // readers see a new version
	FrontAnnounced EventKind = "front.breaking"  // the breaking bar changed
	FrontTurned    EventKind = "front.restored"  // an earlier version was published again

	DossierCreated   EventKind = "dossier.created"
	DossierSaved     EventKind = "dossier.saved"
	DossierPublished EventKind = "dossier.published"
	DossierWithdrawn EventKind = "dossier.withdrawn"

	HouseAdded    EventKind = "house.added" // Data "kind", "text", "preferred", as with the three below
	HouseChanged  EventKind = "house.changed"
	HouseDeleted  EventKind = "house.deleted"
	HouseRestored EventKind = "house.restored" // a deletion was undone
	HouseImported EventKind = "house.imported" // Data "added", "changed"

	SuggestComputed  EventKind = "suggest.computed" // Data "articles": how many lists changed
	SuggestPinned    EventKind = "suggest.pinned"   // Data "other", as with the two below
	SuggestBanned    EventKind = "suggest.banned"
	SuggestFreed     EventKind = "suggest.freed" // a choice was taken back
	TopicSaved       EventKind = "topic.saved"
	TopicDeleted     EventKind = "topic.deleted"      // the tag stays
	KnownNamesLoaded EventKind = "topic.names_loaded" // names that are looked for in texts
	TagRenamed       EventKind = "tag.renamed"        // Data "from", "to": names; "from_slug", "to_slug": addresses
	TagNamed         EventKind = "tag.named"          // it got another name: Data "from" is that, "to" its own
	TagMerged        EventKind = "tag.merged"         // the subject is the tag that stays: Data "from", "to", "articles", and "codes" where they are few
	TagSeparated     EventKind = "tag.separated"      // the subject, to which "to" led, is a tag of its own: Data as of TagMerged

	NewsroomRestored EventKind = "newsroom.restored" // from a copy; the log has another name from here on

	SectionCreated EventKind = "section.created"
	MediaAdded     EventKind = "media.added"
	MediaEdited    EventKind = "media.edited"
	MediaDeleted   EventKind = "media.deleted"

	UserCreated       EventKind = "user.created"
	UserInvited       EventKind = "user.invited"       // got a link by which to choose a password or a passkey
	UserLinkMade      EventKind = "user.link_made"     // got a one-time sign-in link
	UserRolesChanged  EventKind = "user.roles_changed" // Data "roles" and "sections": the new ones, as ScopeData writes them
	UserDisabled      EventKind = "user.disabled"
	UserEnabled       EventKind = "user.enabled"
	UserSignedIn      EventKind = "user.signed_in"      // Data "way": "password", "code", "recovery", "passkey", "link", "invitation", "setup"
	UserCodeRefused   EventKind = "user.code_refused"   // the password was right, the code was not
	UserSignedOut     EventKind = "user.signed_out"     // one session ended
	UserSessionsEnded EventKind = "user.sessions_ended" // several at once
	UserPasswordSet   EventKind = "user.password_set"
	UserPasskeyAdded  EventKind = "user.passkey_added"
	UserPasskeyGone   EventKind = "user.passkey_removed"
	UserTOTPOn        EventKind = "user.totp_on"
	UserTOTPOff       EventKind = "user.totp_off"
	UserRecoveryCodes EventKind = "user.recovery_codes_made"
)

// knownKinds are all of the above.
var knownKinds = map[EventKind]bool{
	TermSaved:              true,
	TermDeleted:            true,
	TermsImported:          true,
	CommentModeSet:         true,
	ModelTrained:           true,
	ArticleCreated:         true,
	ArticleSaved:           true,
	ArticlePublished:       true,
	ArticleWithdrawn:       true,
	ArticleImported:        true,
	ArticleSubmitted:       true,
	ArticleReturned:        true,
	ArticleTaken:           true,
	ArticleScheduled:       true,
	ArticleUnscheduled:     true,
	ArticleEmbargoed:       true,
	ArticleExpiry:          true,
	ArticleChangeScheduled: true,
	ArticleChangeCancelled: true,
	ArticleCorrected:       true,
	ArticleRestored:        true,
	ArticleTrashed:         true,
	ArticleUntrashed:       true,
	ArticleLockTaken:       true,
	ArticlePreviewLinked:   true,
	ArticleDeskFixed:       true,
	TemplateSaved:          true,
	HouseAdded:             true,
	HouseChanged:           true,
	HouseDeleted:           true,
	HouseRestored:          true,
	HouseImported:          true,
	ArticleCommentsClosed:  true,
	ArticleCommentsOpened:  true,
	CommentSubmitted:       true,
	CommentApproved:        true,
	CommentTurnedDown:      true,
	CommentReopened:        true,
	CommentImported:        true,
	CommentsExported:       true,
	CommentRevised:         true,
	CommentTakenBack:       true,
	CommentReported:        true,
	CommentVoted:           true,
	CommentsClosedOnSite:   true,
	CommentsOpenedOnSite:   true,
	FrontEdited:            true,
	FrontPublished:         true,
	FrontAnnounced:         true,
	FrontTurned:            true,
	DossierCreated:         true,
	DossierSaved:           true,
	DossierPublished:       true,
	DossierWithdrawn:       true,
	SuggestComputed:        true,
	SuggestPinned:          true,
	SuggestBanned:          true,
	SuggestFreed:           true,
	TopicSaved:             true,
	TopicDeleted:           true,
	KnownNamesLoaded:       true,
	TagRenamed:             true,
	TagNamed:               true,
	TagMerged:              true,
	TagSeparated:           true,
	NewsroomRestored:       true,
	SectionCreated:         true,
	MediaAdded:             true,
	MediaEdited:            true,
	MediaDeleted:           true,
	UserCreated:            true,
	UserInvited:            true,
	UserLinkMade:           true,
	UserRolesChanged:       true,
	UserDisabled:           true,
	UserEnabled:            true,
	UserSignedIn:           true,
	UserCodeRefused:        true,
	UserSignedOut:          true,
	UserSessionsEnded:      true,
	UserPasswordSet:        true,
	UserPasskeyAdded:       true,
	UserPasskeyGone:        true,
	UserTOTPOn:             true,
	UserTOTPOff:            true,
	UserRecoveryCodes:      true,
	CommentEdited:          true,
	CommentAnswered:        true,
	CommentKept:            true,
	BanAdded:               true,
	BanLifted:              true,
	SiteTextSaved:          true,
}

// Known tells whether this Dabir knows what such an event may have changed. It does not when a newer one wrote it.
func (k EventKind) Known() bool { return knownKinds[k] }

// EventKinds are all kinds that this Dabir knows, by name.
func EventKinds() []EventKind { return slices.Sorted(maps.Keys(knownKinds)) }

// Event is one line of the event log: the audit log, the change feed and the only thing the read side listens to. It
// never holds a comment's text or anything personal about a reader.
type Event struct {
	Seq         int64 // position in the log, rising by commit order; 0 until stored
	At          time.Time
	Actor       string // "user/3", or a part of the system such as "import"
	Kind        EventKind
	SubjectKind string // "article", "comment", …
	SubjectID   int64
	Data        map[string]string
	Touches     []Dependency // what of the public this and the events of the same act before it changed
}

// EventActor is how the log names an actor.
func (a Actor) EventActor() string {
	if a.User != 0 {
		return "user/" + strconv.FormatInt(int64(a.User), 10)
	}
	return a.Name
}
