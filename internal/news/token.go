package news

import "time"

// Token is a secret that was given to a person: a session, a one-time sign-in link, the link of the first set-up. The
// store has only the hash of it, so that a stolen database opens no door.
type Token struct {
	Hash      string // SHA-256 of the secret, hex
	Purpose   string // "session", "link" or "setup"; a token of one purpose is none for another
	User      UserID // 0 for the set-up
	CreatedAt time.Time
	ExpiresAt time.Time
}
