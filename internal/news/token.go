package news

import "time"

// Token is a secret that was given to a person: a session, a one-time sign-in link, the link of the first set-up. The
// store has only the hash of it, so that a stolen database opens no door.
type Token struct {
	Hash      string // SHA-256 of the secret, hex
	Purpose   string // "session", "link", "invite", "second", "setup" or "spent"; a token of one purpose is none for another
	User      UserID // 0 for the set-up
	Device    string // of a session: browser and system in short, such as "Firefox · Linux"; never an address
	CreatedAt time.Time
	SeenAt    time.Time // of a session: its last use, to a few minutes
	ExpiresAt time.Time
}
