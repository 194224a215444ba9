package discussion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/rivo/uniseg"
)

// Bounds of a comment, in characters as people see them (grapheme clusters, Unicode UAX #29).
const (
	MinText   = 3
	MaxText   = 2000
	MaxName   = 60
	maxEmail  = 254 // bytes, RFC 5321 §4.5.3.1.3
	minAction = 20  // bytes; a shorter id could be another reader's too
	maxAction = 64
	maxBytes  = 64 << 10 // of the text: a character may be a family of emoji, but not a tower of marks
)

// Submission is a comment as a reader's form sends it.
type Submission struct {
	Action  string // made by the form's script; the same again returns the first result. 20 to 64 bytes; without one it is made from what was sent
	Article news.Code
	Parent  news.CommentID // 0 when it answers none
	Name    string
	Email   string
	Text    string
	Trap    string     // a field that people do not see; whoever fills it is asked to empty it
	Asked   bool       // the writer was asked for Persian letters and sends it all the same
	Address netip.Addr // of the reader; not stored

	Cookie   string // the reader's signed cookie, "" for none; a forged one is as none
	Remember bool   // they want to be known again: whoever has no cookie gets one
	Ticket   string // the Token of the Challenge that was asked for, "" for none
	Proof    string // what the work came to; "" for one who waited instead
}

// Submitted is a comment that was taken in.
type Submitted struct {
	Comment news.Comment
	Receipt string // the code that its writer keeps

	Waits     bool       // it is kept on this node until a database takes it; it has no number yet
	Cookie    string     // a new one for the browser to keep; "" when there is none
	Challenge *Challenge // with TooMany "error.challenge": what the sender has to do first
}

// Submit takes in a reader's comment: durable when it returns, with what the rules found, and waiting for review unless all of them
// passed it. Errors: Invalid at the fields name, email, text, trap and parent, all that apply joined, or "error.ask_finglish" at text,
// once; NotFound for an article that is not public; Conflict "error.comments_closed", or "error.challenge_used" for a ticket that another
// comment had; Forbidden "error.banned"; TooMany "error.comment_rate", or "error.challenge" with the
// Challenge; Unavailable when it could not be stored. While no database takes writes the comment is kept in the spool, where there is one: Waits
// is set, the receipt is final, and what only the database knows is judged when it is handed over.
func (d *Desk) Submit(ctx context.Context, in Submission) (Submitted, error) {
	in.Name, in.Email, in.Text = persian.CleanLine(in.Name), strings.TrimSpace(in.Email), persian.Clean(in.Text)
	if err := in.check(); err != nil {
		return Submitted{}, err
	}
	made, err := d.prepare(ctx, in)
	if err != nil {
		return Submitted{}, err
	}
	out, err := d.send(ctx, in, made)
	if errors.Is(err, news.ErrNoPrimary) && d.settings.Spool != nil {
		return d.keep(ctx, made)
	}
	return out, err
}

// prepared is a comment before anybody but the bans has looked at it.
type prepared struct {
	comment news.Comment
	who     writer
	banned  *news.Finding
	action  string
	receipt string
	cookie  string // a new one; "" for none
}

// prepare makes the comment with what is in memory as a rule: keys and bans.
func (d *Desk) prepare(ctx context.Context, in Submission) (made prepared, err error) {
	if made.banned, err = d.bans.Check(ctx, in.Address, in.Name, in.Text); err != nil {
		return made, err
	}
	if made.who, err = d.writer(ctx, in.Address, in.Cookie); err != nil {
		return made, err
	}
	made.action = d.actionOf(in, made.who.pseudonym)
	if made.receipt, err = d.receipt(ctx, made.action); err != nil {
		return made, err
	}
	hash, err := d.receiptHash(ctx, made.receipt)
	if err != nil {
		return made, err
	}
	person := made.who.person
	if in.Remember && person == "" {
		if made.cookie, person, err = d.newPerson(ctx); err != nil {
			return made, err
		}
	}
	if !in.Remember {
		person = "" // they declined: this comment is nobody's they knew before
	}
	made.comment = news.Comment{
		Article: in.Article, Parent: in.Parent, State: news.CommentPending, Name: in.Name, Email: in.Email, Text: in.Text,
		Country: d.countries(in.Address), Pseudonym: made.who.pseudonym, Network: made.who.network, Person: person, CreatedAt: d.now(), ReceiptHash: hash,
	}
	return made, nil
}

// send has everything look at a comment and stores it.
func (d *Desk) send(ctx context.Context, in Submission, made prepared) (Submitted, error) {
	if err := d.openLately(ctx, in.Article); err != nil {
		return Submitted{}, err
	}
	limit, challenge, err := d.admit(ctx, in, made.who)
	if err != nil {
		return Submitted{Challenge: challenge}, err
	}
	comment := made.comment
	if err := d.judged(ctx, &comment, made.banned, in.Asked); err != nil {
		return Submitted{}, err
	}
	out := Submitted{Receipt: made.receipt, Cookie: made.cookie}
	out.Comment, err = d.storage.SubmitComment(ctx, comment, limit, d.takes)
	if err == nil {
		d.settings.Engine.remember(out.Comment)
	}
	return out, err
}

// repeatWindow is the time within which the same comment from the same address, sent without an action id, is a repeat.
const repeatWindow = 10 * time.Minute

// actionOf binds the form's id to what was sent, so that an id brings back its own comment only: words that were changed
// before a second try are another comment, and knowing an id alone opens nobody's receipt. Pages are the same for all
// readers, so only a script can give each form an id; without one the same words from the same address are one comment.
func (d *Desk) actionOf(in Submission, pseudonym string) string {
	h := sha256.New()
	who := []string{in.Action}
	if len(in.Action) < minAction || len(in.Action) > maxAction {
		who = []string{pseudonym, strconv.FormatInt(d.now().Unix()/int64(repeatWindow/time.Second), 10)}
	}
	for _, part := range append(who, in.Article.String(), strconv.FormatInt(int64(in.Parent), 10), in.Name, in.Email, in.Text) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return "sent." + hex.EncodeToString(h.Sum(nil))
}

// check looks at what was typed; every field that is wrong has its error.
func (in *Submission) check() error {
	var wrong []error
	if err := checkText(in.Text); err != nil {
		wrong = append(wrong, err)
	}
	if tooLong(in.Name, MaxName) {
		wrong = append(wrong, news.FieldError("name", "error.name_long", MaxName))
	}
	if in.Email != "" && !validEmail(in.Email) {
		wrong = append(wrong, news.FieldError("email", "error.email"))
	}
	if in.Trap != "" {
		wrong = append(wrong, news.FieldError("trap", "error.trap"))
	}
	return errors.Join(wrong...)
}

// checkText tells whether a text is a comment by its length.
func checkText(text string) error {
	rest, state, n := text, -1, 0
	for ; n < MinText && rest != ""; n++ {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	if n < MinText {
		return news.FieldError("text", "error.comment_short", MinText)
	}
	if tooLong(text, MaxText) || len(text) > maxBytes {
		return news.FieldError("text", "error.comment_long", MaxText, uniseg.GraphemeClusterCount(text))
	}
	return nil
}

// tooLong tells whether a text has more than so many characters. Few have as many code points, and characters are never more.
func tooLong(text string, most int) bool {
	return utf8.RuneCountInString(text) > most && uniseg.GraphemeClusterCount(text) > most
}

// commentText is a text of the newsroom that stands where comments do: cleaned, and as long as a reader's may be.
func commentText(text string) (string, error) {
	text = persian.Clean(text)
	return text, checkText(text)
}

// validEmail tells a plain address with a dotted domain, such as a reader has; no display name, no address literal.
func validEmail(s string) bool {
	if len(s) > maxEmail {
		return false
	}
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || address.Name != "" {
		return false
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && len(domain)-dot > 2 && !strings.ContainsAny(domain, "[]") && !strings.Contains(domain, "..")
}
