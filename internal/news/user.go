package news

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// UserID identifies a user of the newsroom; 0 is nobody.
type UserID int64

// Role is what a user is in the newsroom.
type Role string

// The roles (PRODUCT.md A1).
const (
	Reporter    Role = "reporter"
	DeskEditor  Role = "desk_editor"
	ChiefEditor Role = "chief_editor"
	Moderator   Role = "moderator"
	Operator    Role = "operator"
)

// Roles lists all roles in the order the newsroom shows them.
func Roles() []Role { return []Role{Reporter, DeskEditor, ChiefEditor, Moderator, Operator} }

// Right is something a person may or may not do.
type Right string

// The rights that actions check.
const (
	RightEnter              Right = "newsroom.enter"      // see the newsroom's lists
	RightWrite              Right = "article.write"       // create and edit articles
	RightPublish            Right = "article.publish"     // publish articles and change published ones
	RightWithdraw           Right = "article.withdraw"    // take a published article out of every output
	RightFront              Right = "front.arrange"       // arrange the front page, its breaking bar and the dossiers
	RightTemplate           Right = "template.save"       // set what new articles begin with
	RightHouse              Right = "house.edit"          // change the house's style: terms and added words
	RightAudit              Right = "audit.read"          // read who did what
	RightWatch              Right = "status.read"         // see how the newsroom's nodes are doing
	RightComments           Right = "article.comments"    // open and close the comments of an article
	RightModerate           Right = "comment.moderate"    // decide on comments, see e-mails
	RightModerationSettings Right = "moderation.settings" // import lists, set modes, train the model, close the comments of the site
	RightImport             Right = "content.import"      // bring in articles and comments in bulk, and take comments out
	RightUsers              Right = "users.manage"        // invite people, change their roles, disable them, make links
)

// rights is the one table of who may do what; docs/architecture.md shows the same and a test compares them.
var rights = map[Role][]Right{
	Reporter:    {RightEnter, RightWrite},
	DeskEditor:  {RightEnter, RightWrite, RightPublish, RightFront, RightComments},
	ChiefEditor: {RightEnter, RightWrite, RightPublish, RightWithdraw, RightFront, RightTemplate, RightHouse, RightAudit, RightWatch, RightComments, RightModerate, RightModerationSettings},
	Moderator:   {RightEnter, RightComments, RightModerate},
	Operator:    {RightEnter, RightHouse, RightAudit, RightWatch, RightModerationSettings, RightImport, RightUsers},
}

// Rights lists what a role may do.
func Rights(r Role) []Right { return slices.Clone(rights[r]) }

// User is one who works in the newsroom.
type User struct {
	ID           UserID
	Username     string // lower-case, unique; for signing in
	Name         string // shown to colleagues
	PasswordHash string // PHC string of argon2id; "" when the user signs in by link only
	Roles        []Role
	Sections     []SectionID // the roles hold for these; nil: for all
	Disabled     bool
	CreatedAt    time.Time
}

// Actor is in whose name something is done: a user, or a part of the system.
type Actor struct {
	User     UserID // 0 for the system
	Name     string // "" or a user's name; for the system "import", "demo", "setup", "reader"
	Roles    []Role
	Sections []SectionID // the roles hold for these; nil: for all
}

// Actor is the user as one who acts.
func (u *User) Actor() Actor {
	return Actor{User: u.ID, Name: u.Name, Roles: u.Roles, Sections: u.Sections}
}

// SystemActor acts for a part of the system that holds the given roles, such as the importer.
func SystemActor(name string, roles ...Role) Actor { return Actor{Name: name, Roles: roles} }

// May tells whether any of the actor's roles has the right.
func (a Actor) May(r Right) bool {
	return slices.ContainsFunc(a.Roles, func(role Role) bool { return slices.Contains(rights[role], r) })
}

// Require is nil when the actor has the right, a Forbidden error otherwise.
func (a Actor) Require(r Right) error {
	if a.May(r) {
		return nil
	}
	return Fail(Forbidden, "error.forbidden")
}

// MayIn tells whether the actor has the right in a section.
func (a Actor) MayIn(r Right, section SectionID) bool {
	return a.May(r) && (a.Sections == nil || slices.Contains(a.Sections, section))
}

// RequireIn is nil when the actor has the right in the section, a Forbidden error otherwise.
func (a Actor) RequireIn(r Right, section SectionID) error {
	if a.MayIn(r, section) {
		return nil
	}
	if a.May(r) {
		return Fail(Forbidden, "error.other_section")
	}
	return Fail(Forbidden, "error.forbidden")
}

// RequireEverywhere is nil when the actor has the right in all sections: for what holds on the whole site.
func (a Actor) RequireEverywhere(r Right) error {
	if err := a.Require(r); err != nil || a.Sections == nil {
		return err
	}
	return Fail(Forbidden, "error.section_only")
}

// MayEdit tells whether the actor may write in an article: a desk in its sections, a reporter in drafts of their own.
func (a Actor) MayEdit(article *Article) bool {
	if a.MayIn(RightPublish, article.Content.Section) {
		return true
	}
	own := a.User != 0 && (article.Author == a.User || article.Holder == a.User)
	return a.May(RightWrite) && own && article.State == Draft
}

// ScopeData is what the log holds of a person's roles and of the sections for which they hold: "all", or their numbers.
func ScopeData(roles []Role, sections []SectionID) map[string]string {
	scope := "all"
	if len(sections) > 0 {
		numbers := make([]string, len(sections))
		for i, id := range sections {
			numbers[i] = strconv.FormatInt(int64(id), 10)
		}
		scope = strings.Join(numbers, " ")
	}
	return map[string]string{"roles": RoleList(roles), "sections": scope}
}

// RoleList writes roles for the log: their names with spaces between.
func RoleList(roles []Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return strings.Join(names, " ")
}
