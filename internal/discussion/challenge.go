package discussion

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// ChallengeSettings say when a comment has to be paid for with work or a wait.
type ChallengeSettings struct {
	Rate    int // comments a minute of the whole site above which everybody is asked; 0: never
	Network int // comments of a wider network within Limit.Window from which its readers are asked; 0: never
}

// Challenge is what a sender has to do before a comment is taken: a browser with scripts works, one without waits. Nobody solves a
// puzzle, nothing comes from another host, and we keep nothing until it is answered.
type Challenge struct {
	Token string        // goes back as Submission.Ticket
	Bits  int           // the SHA-256 of Seed and Submission.Proof begins with as many zero bits
	Wait  time.Duration // until the token is good without work
}

// TrafficStorage is what is kept of who sends how much. Attempts are shared by all nodes and swept after a day.
type TrafficStorage interface {
	CommentTraffic(ctx context.Context, article news.Code, pseudonym, network string, after time.Time, most int) (news.CommentTraffic, error)
	Attempts(ctx context.Context, key string, since time.Time) (int, error)
	AddAttempt(ctx context.Context, key string, at time.Time) error
}

const (
	// A telephone of the cheapest sort tries some 150,000 numbers a second in our worker, so easyBits cost it a second.
	easyBits = 17
	hardBits = 21
	// Who has no scripts waits.
	shortWait = 20 * time.Second
	longWait  = 2 * time.Minute

	ticketLife = time.Hour        // a token is refused after that
	floodHold  = 10 * time.Minute // everybody is asked for so long after the last minute of flood
	floodLook  = 2 * time.Second  // how often a node looks whether another one saw a flood
	floodTell  = time.Minute      // how often it tells the others
	floodKey   = "comment.flood"
	keyChange  = 7 * 24 * time.Hour // of the key that signs tokens
)

// admit decides whether a comment is taken as it comes. It returns what the store holds it to, or TooMany "error.challenge" with what
// has to be done first. Who has sent one article too many is left to the store, which refuses them whatever they do.
func (d *Desk) admit(ctx context.Context, in Submission, who writer) (news.CommentLimit, *Challenge, error) {
	limit := d.settings.Limit
	level, err := d.flood(ctx)
	if err != nil {
		return limit, nil, err
	}
	most := max(limit.Count, d.settings.Challenge.Network)
	if most > 0 && level == 0 {
		sent, err := d.storage.CommentTraffic(ctx, in.Article, who.pseudonym, who.network, d.now().Add(-limit.Window), most)
		if err != nil {
			return limit, nil, err
		}
		if limit.Count > 0 && sent.OnArticle < limit.Count && sent.Own >= limit.Count || over(sent.Near, d.settings.Challenge.Network) {
			level = 1
		}
	}
	if level == 0 {
		return limit, nil, nil
	}
	key, err := d.key(ctx, challengeKey, keyChange)
	if err != nil {
		return limit, nil, err
	}
	now := d.now()
	if t, ok := readTicket(key, in.Ticket); ok && t.fits(in.Article, now) {
		if pass, ok := t.pass(in, who, now); ok {
			limit.Pass, limit.PassUntil = keyedHash(key, pass), now.Add(2*ticketLife)
			return limit, nil, nil
		}
		if left := t.ready().Sub(now); left > 0 && in.Proof == "" && t.who == who.pseudonym {
			return limit, &Challenge{Token: in.Ticket, Bits: t.bits, Wait: left}, news.Fail(news.TooMany, "error.challenge")
		}
	}
	t := newTicket(in.Article, who, level, now)
	return limit, &Challenge{Token: signed(key, t.String()), Bits: t.bits, Wait: t.wait}, news.Fail(news.TooMany, "error.challenge")
}

func over(n, most int) bool { return most > 0 && n >= most }

// ticket is a challenge as its token carries it, signed.
type ticket struct {
	issued  time.Time
	bits    int
	wait    time.Duration
	nonce   string
	article news.Code
	who     string // pseudonym of whom it was given to; only they may wait for it
}

// newTicket asks for more the greater the flood: a bit for each doubling.
func newTicket(article news.Code, who writer, level int, now time.Time) ticket {
	return ticket{issued: now, bits: min(easyBits+level-1, hardBits), wait: min(shortWait*time.Duration(level), longWait),
		nonce: rand.Text(), article: article, who: who.pseudonym}
}

func (t ticket) String() string {
	return fmt.Sprintf("1 %d %d %d %s %d %s", t.issued.UnixMilli(), t.bits, t.wait/time.Second, t.nonce, t.article, t.who)
}

// readTicket reads a token that we signed; ok is false for any other.
func readTicket(key []byte, token string) (t ticket, ok bool) {
	text, ok := opened(key, token)
	if !ok {
		return t, false
	}
	var issued, wait int64
	_, err := fmt.Sscanf(text, "1 %d %d %d %s %d %s", &issued, &t.bits, &wait, &t.nonce, &t.article, &t.who)
	t.issued, t.wait = time.UnixMilli(issued), time.Duration(wait)*time.Second
	return t, err == nil
}

// fits tells whether the ticket is for the article and neither too old nor from a clock ahead of ours.
func (t ticket) fits(article news.Code, now time.Time) bool {
	return t.article == article && now.Sub(t.issued).Abs() < ticketLife
}

// ready is when the ticket is good without work.
func (t ticket) ready() time.Time { return t.issued.Add(t.wait) }

// pass is the id under which an answered ticket is used up; ok is false while it is not answered. Work is good for one comment. All
// waits of an address that were begun within the same twenty seconds are good for one comment together: otherwise a hundred could be
// begun at once.
func (t ticket) pass(in Submission, who writer, now time.Time) (id string, ok bool) {
	if in.Proof != "" {
		return "work " + t.nonce, len(in.Proof) <= 20 && Challenge{Token: in.Ticket, Bits: t.bits}.Solves(in.Proof)
	}
	turn := t.issued.Unix() / int64(shortWait/time.Second)
	return "wait " + who.pseudonym + " " + strconv.FormatInt(turn, 10), t.who == who.pseudonym && !now.Before(t.ready())
}

// Seed is the text that the sender's numbers are put behind: the token's SHA-256 in hex, 64 bytes, a block of the hash function.
func (c Challenge) Seed() string {
	sum := sha256.Sum256([]byte(c.Token))
	return hex.EncodeToString(sum[:])
}

// Solves tells whether a proof is enough.
func (c Challenge) Solves(proof string) bool {
	sum := sha256.Sum256([]byte(c.Seed() + proof))
	n := 0
	for _, b := range sum {
		n += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return n >= c.Bits
}

// meter measures how many comments are sent a minute, taken or not.
type meter struct {
	mu           sync.Mutex
	minute       int64 // of now
	now, before  int   // comments of this minute and of the one before
	until        time.Time
	looked, told time.Time
}

// add counts a comment and returns the rate a minute, over the last sixty seconds.
func (m *meter) add(at time.Time) float64 {
	minute := at.Unix() / 60
	switch minute - m.minute {
	case 0:
	case 1:
		m.before, m.now = m.now, 0
	default:
		m.before, m.now = 0, 0
	}
	m.minute = minute
	m.now++
	passed := float64(at.Unix()%60) / 60
	return float64(m.now) + float64(m.before)*(1-passed)
}

// flood counts a comment and tells how far the site is over its rate: 0 not at all, then 1 and one more for each doubling. What one
// node sees the others learn within seconds.
func (d *Desk) flood(ctx context.Context) (int, error) {
	if d.settings.Challenge.Rate == 0 {
		return 0, nil
	}
	now, m := d.now(), &d.meter
	m.mu.Lock()
	times := m.add(now) / float64(d.settings.Challenge.Rate)
	tell := times > 1 && now.Sub(m.told) >= floodTell
	if times > 1 {
		m.until = now.Add(floodHold)
	}
	if tell {
		m.told = now
	}
	on := now.Before(m.until)
	look := !on && now.Sub(m.looked).Abs() >= floodLook
	if look {
		m.looked = now
	}
	m.mu.Unlock()
	switch {
	case tell:
		if err := d.storage.AddAttempt(ctx, floodKey, now); err != nil {
			return 0, err
		}
	case look:
		seen, err := d.storage.Attempts(ctx, floodKey, now.Add(-floodHold))
		if err != nil {
			return 0, err
		}
		if on = seen > 0; on {
			m.mu.Lock()
			m.until = now.Add(floodLook) // and then it looks again
			m.mu.Unlock()
		}
	}
	if !on {
		return 0, nil
	}
	return 1 + int(math.Log2(max(1, times))), nil
}
