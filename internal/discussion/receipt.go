package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// OwnStorage is what is kept of a writer's own comment, found by the keyed hash of its receipt.
type OwnStorage interface {
	UpdateOwnComment(ctx context.Context, action, receipt string, change func(*news.Comment) (news.EventKind, error)) (news.Comment, error)
	QueuePlace(ctx context.Context, c news.CommentID, sent time.Time, most int) (int, error)
}

const (
	receiptLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32 signs without 0 O 1 I, so that 5 bits choose one evenly
	receiptLength  = 12                                 // 55 bits and a sign that checks them

	// guessesMost is how many unknown codes one address may ask for within guessWindow; then it is told nothing for a while.
	guessesMost = 30
	guessWindow = 10 * time.Minute

	// MaxPlace is the place in the queue up to which it is counted.
	MaxPlace = 1000
)

// ReceiptView is what a receipt's page tells.
type ReceiptView struct {
	State      news.CommentState
	Reason     news.Reason // when rejected
	Comment    news.CommentID
	Name       string
	Text       string // "" when withdrawn
	Country    string
	CreatedAt  time.Time
	DecidedAt  time.Time // zero while pending
	Article    news.Code // public or not: ask the gate before naming it
	Place      int       // in the queue, counted from 1; MaxPlace for that and beyond; 0 when it does not wait
	MayRevise  bool      // it waits, and its one edit was not used
	MayRetract bool      // it was not withdrawn yet
	Waits      bool      // it is kept on this node until a database takes it; nothing can be done to it until then
	Untaken    bool      // it was kept on a node, and could not be handed over: there is no such article; State says nothing
}

// Receipt tells what became of a comment. The code may be typed in small letters, with spaces, dashes or Persian digits. Errors:
// NotFound "error.receipt_unknown" when no comment has it, or "error.receipt_misheard" when besides no code reads so: one sign was
// taken for another. Who can make codes up can check them too, so neither tells a guesser anything. TooMany "error.receipt_rate" for
// an address that asked for many codes that nobody has.
func (d *Desk) Receipt(ctx context.Context, code string, address netip.Addr) (ReceiptView, error) {
	if view, ok := d.spooledReceipt(ctx, code); ok {
		return view, nil
	}
	hash, err := d.ownReceipt(ctx, code, address)
	if err != nil {
		return ReceiptView{}, err
	}
	q, err := d.storage.CommentByReceipt(ctx, hash)
	if news.KindOf(err) == news.NotFound && err != nil {
		if c, err := d.storage.Untaken(ctx, hash); err == nil {
			return ReceiptView{Untaken: true, Name: c.Name, Text: c.Text, Country: c.Country, CreatedAt: c.CreatedAt, Article: c.Article}, nil
		} else if news.KindOf(err) != news.NotFound {
			return ReceiptView{}, err
		}
	}
	if err != nil {
		return ReceiptView{}, d.noted(ctx, code, address, err)
	}
	view := ReceiptView{State: q.State, Reason: q.Reason, Comment: q.ID, Name: q.Name, Text: q.Text, Country: q.Country, CreatedAt: q.CreatedAt,
		DecidedAt: q.DecidedAt, Article: q.Article, MayRetract: q.State != news.CommentWithdrawn}
	if q.State == news.CommentPending {
		view.MayRevise = q.RevisedAt.IsZero()
		ahead, err := d.storage.QueuePlace(ctx, q.ID, q.CreatedAt, MaxPlace-1)
		if err != nil {
			return ReceiptView{}, err
		}
		view.Place = ahead + 1
	}
	return view, nil
}

// spooledReceipt is what a receipt's page tells of a comment that waits on this node. A guesser learns no faster here: what waits is little, and
// soon handed over.
func (d *Desk) spooledReceipt(ctx context.Context, code string) (ReceiptView, bool) {
	if waits, _ := d.settings.Spool.Waiting(); waits == 0 {
		return ReceiptView{}, false
	}
	hash, err := d.receiptHash(ctx, NormalReceipt(code))
	if err != nil {
		return ReceiptView{}, false
	}
	e, ok := d.settings.Spool.find(hash)
	return ReceiptView{State: news.CommentPending, Name: e.Name, Text: e.Text, Country: e.Country, CreatedAt: e.SentAt, Article: e.Article, Waits: true}, ok
}

// Retract takes a comment back for its writer, at any time: nobody sees it any more, its words, name and e-mail are erased. Once more
// changes nothing. Errors as Receipt.
func (d *Desk) Retract(ctx context.Context, code string, address netip.Addr) error {
	hash, err := d.ownReceipt(ctx, code, address)
	if err != nil {
		return err
	}
	_, err = d.storage.UpdateOwnComment(ctx, "", hash, func(c *news.Comment) (news.EventKind, error) {
		if c.State == news.CommentWithdrawn {
			return "", nil
		}
		c.State, c.Name, c.Email, c.Text, c.Reason = news.CommentWithdrawn, "", "", "", ""
		c.Reports, c.ClaimedBy = 0, 0
		c.Held, c.Risk, c.Findings, c.Fingerprint, c.Person, c.Pseudonym, c.Network = false, 0, nil, 0, "", "", ""
		return news.CommentTakenBack, nil
	})
	return d.noted(ctx, code, address, err)
}

// Revise gives a comment that still waits another text, once, and all that is asked of a new comment is asked again. Errors: Invalid
// at "text"; Conflict "error.revise_once", "error.revise_decided" or, while a moderator has it on the screen, "error.revise_read"; and
// as Receipt.
func (d *Desk) Revise(ctx context.Context, code string, address netip.Addr, text string) error {
	hash, err := d.ownReceipt(ctx, code, address)
	if err != nil {
		return err
	}
	in := Submission{Text: persian.Clean(text), Address: address}
	if err := in.check(); err != nil {
		return err
	}
	judged, err := d.judgedAnew(ctx, hash, in)
	if err != nil && news.KindOf(err) != news.NotFound {
		return err // an unknown code goes the same way as a known one, below
	}
	now := d.now()
	_, err = d.storage.UpdateOwnComment(ctx, "", hash, func(c *news.Comment) (news.EventKind, error) {
		switch {
		case c.State != news.CommentPending:
			return "", news.Fail(news.Conflict, "error.revise_decided")
		case !c.RevisedAt.IsZero():
			return "", news.Fail(news.Conflict, "error.revise_once")
		case c.ClaimedTo.After(now):
			return "", news.Fail(news.Conflict, "error.revise_read")
		}
		c.Text, c.RevisedAt = in.Text, now
		c.Held, c.Risk, c.Findings, c.Fingerprint = judged.Held, judged.Risk, judged.Findings, judged.Fingerprint
		return news.CommentRevised, nil
	})
	return d.noted(ctx, code, address, err)
}

// judgedAnew is the comment of a receipt with its new words, as the ban and the rules see it. It waits for a moderator whatever they say.
func (d *Desk) judgedAnew(ctx context.Context, hash string, in Submission) (news.Comment, error) {
	q, err := d.storage.CommentByReceipt(ctx, hash)
	if err != nil {
		return news.Comment{}, err
	}
	c := q.Comment
	c.Text = in.Text
	banned, err := d.bans.Check(ctx, in.Address, c.Name, c.Text)
	if err != nil {
		return c, err
	}
	const asked = true // for Persian letters: at the first sending
	err = d.judged(ctx, &c, banned, asked)
	return c, err
}

// ownReceipt is the hash under which the comment of a code is kept. A code that cannot be one gets a hash too, which nobody has: all
// take the same way.
func (d *Desk) ownReceipt(ctx context.Context, code string, address netip.Addr) (hash string, err error) {
	key, err := d.guessKey(ctx, address)
	if err != nil {
		return "", err
	}
	guesses, err := d.storage.Attempts(ctx, key, d.now().Add(-guessWindow))
	if err != nil {
		return "", err
	}
	if guesses >= guessesMost {
		return "", news.Fail(news.TooMany, "error.receipt_rate")
	}
	return d.receiptHash(ctx, NormalReceipt(code))
}

func (d *Desk) guessKey(ctx context.Context, address netip.Addr) (string, error) {
	who, err := d.writer(ctx, address, "")
	return "receipt/" + who.pseudonym, err
}

// noted counts an unknown code against whoever asked for it, and says what may be wrong with it.
func (d *Desk) noted(ctx context.Context, code string, address netip.Addr, err error) error {
	if err == nil || news.KindOf(err) != news.NotFound {
		return err
	}
	key, err := d.guessKey(ctx, address)
	if err != nil {
		return err
	}
	if err := d.storage.AddAttempt(ctx, key, d.now()); err != nil {
		return err
	}
	if code = NormalReceipt(code); len(code) == receiptLength && checkSign(code[:receiptLength-1]) != code[receiptLength-1] {
		return news.Fail(news.NotFound, "error.receipt_misheard")
	}
	return news.Fail(news.NotFound, "error.receipt_unknown")
}

// NormalReceipt is a code as it was given out, from how people type it: "" when it cannot be one.
func NormalReceipt(code string) string {
	if len(code) > 64 {
		return ""
	}
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u200c", "").Replace(persian.LatinDigits(strings.TrimSpace(code))))
	if len(code) != receiptLength || strings.Trim(code, receiptLetters) != "" {
		return ""
	}
	return code
}

// checkSign is the sign that closes a code: the sum of its signs in the field of 32 elements, each times another power of a generator.
// So a sign taken for another, and two neighbours exchanged, always give another check sign.
func checkSign(signs string) byte {
	sum := 0
	for i := range len(signs) {
		sum = double(sum) ^ strings.IndexByte(receiptLetters, signs[i])
	}
	return receiptLetters[double(sum)]
}

// double multiplies by x in GF(2)[x] modulo the primitive polynomial x⁵+x²+1.
func double(n int) int {
	n <<= 1
	if n&0b100000 != 0 {
		n ^= 0b100101
	}
	return n
}

// receipt makes the code for a form: a keyed function of its action id, so that a repeat after an unknown outcome gets the
// same code although only the code's hash is kept.
func (d *Desk) receipt(ctx context.Context, action string) (string, error) {
	key, err := d.key(ctx, "receipt.code", 0)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(action))
	sum := mac.Sum(nil)
	code := make([]byte, receiptLength-1, receiptLength)
	for i := range code {
		code[i] = receiptLetters[sum[i]&31]
	}
	return string(append(code, checkSign(string(code)))), nil
}

func (d *Desk) receiptHash(ctx context.Context, code string) (string, error) {
	key, err := d.key(ctx, "receipt.hash", 0)
	if err != nil {
		return "", err
	}
	return keyedHash(key, code), nil
}
