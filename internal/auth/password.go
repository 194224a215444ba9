package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// cost is what hashing a password takes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// current follows OWASP's Password Storage Cheat Sheet for argon2id: 19 MiB, two passes, one lane.
var current = cost{memory: 19 * 1024, passes: 2, threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32
	// hashesAtOnce bounds the memory that a flood of sign-ins can take: two times cost.memory.
	hashesAtOnce = 2
)

// hasher makes and checks password hashes, a few at a time.
type hasher struct {
	cost  cost
	slots chan struct{}
	dummy string // the hash that an unknown user's password is compared with
}

func newHasher(c cost) *hasher {
	h := &hasher{cost: c, slots: make(chan struct{}, hashesAtOnce)}
	h.dummy = c.encode(make([]byte, saltBytes), make([]byte, keyBytes))
	return h
}

// enter waits for a slot; leave it by calling the returned func.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash makes the PHC string of a password. The caller holds a slot.
func (h *hasher) hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the process rather than give less
	return h.cost.encode(salt, h.cost.key(password, salt, keyBytes))
}

// check compares a password with a PHC string in constant time; "" is a user without a password and costs the same. stale
// tells that the string was made at another cost than today's. The caller holds a slot.
func (h *hasher) check(password, phc string) (ok, stale bool, err error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	c, salt, want, err := decode(phc)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(c.key(password, salt, len(want)), want) == 1
	return same && known, c != h.cost, nil
}

func (c cost) key(password string, salt []byte, size int) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(size))
}

func (c cost) encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// errHash means that the store holds something that is no hash of ours.
var errHash = errors.New("auth: the stored password hash cannot be read")

func decode(phc string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost{}, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); err != nil {
		return cost{}, nil, nil, errHash
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	key, errKey := base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(key) < 16 || c.passes == 0 || c.threads == 0 {
		return cost{}, nil, nil, errHash
	}
	return c, salt, key, nil
}

// rows are what fingers run along: the rows of the keyboards that a newsroom has, and the letters in their order.
const rows = "01234567890 qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz ضصثقفغعهخحجچ شسیبلاتنمکگ ظطزرذدئو"

// simple tells a folded password that is among the first that anybody tries (NIST SP 800-63B, §5.1.1.2): one of few characters, a
// run along a row of the keyboard there or back, or a person's own name with nothing better beside it.
func simple(password string, names []string) bool {
	if alike(password) {
		return true
	}
	for _, name := range names {
		name = foldName(name)
		rest := strings.ReplaceAll(password, name, "")
		if utf8.RuneCountInString(name) >= 3 && rest != password && (utf8.RuneCountInString(rest) < 6 || alike(rest)) {
			return true
		}
	}
	return false
}

// alike tells a text of few characters, or one most of whose steps go to the same key or to the next.
func alike(text string) bool {
	seen := map[rune]bool{}
	var last rune
	steps, near := 0, 0
	for _, r := range text {
		if last != 0 {
			steps++
			if last == r || strings.Contains(rows, string([]rune{last, r})) || strings.Contains(rows, string([]rune{r, last})) {
				near++
			}
		}
		seen[r], last = true, r
	}
	return len(seen) < 5 || near*4 >= steps*3
}
