package news

import "time"

// Passkey is a key pair of a user's device or password manager, by which they sign in (W3C Web Authentication Level 3,
// "credential record"). The private half never comes here.
type Passkey struct {
	ID             string // the credential id, base64url without padding
	User           UserID
	PublicKey      []byte // COSE_Key
	SignCount      uint32 // 0 for those that do not count
	Transports     []string
	Name           string // what its owner calls it
	BackupEligible bool   // may be synchronised between devices; never changes
	BackedUp       bool   // is synchronised now
	CreatedAt      time.Time
	UsedAt         time.Time // zero: not used yet
}

// SecondFactor is what a user shows besides the password: one-time codes by RFC 6238, or a recovery code.
type SecondFactor struct {
	User     UserID
	Secret   string // the shared secret, encrypted by package auth; "" when there is no second factor
	LastStep int64  // the time step of the last code that was taken: that one and older ones are refused
	Recovery []string
	Since    time.Time
}

// On tells whether the second factor is asked for.
func (f SecondFactor) On() bool { return f.Secret != "" }

// Person is a user with what the list of people shows beside the name.
type Person struct {
	User
	Passkeys     int
	SecondFactor bool
	Sessions     int       // open ones
	SeenAt       time.Time // last seen in an open session; zero when there is none
}

// Invited tells whether the person has not been here yet: no way to sign in but a link, and no open session.
func (p Person) Invited() bool { return p.PasswordHash == "" && p.Passkeys == 0 && p.Sessions == 0 }

// UserChange is what else happens in the transaction that changes a user.
type UserChange struct {
	Events  []Event
	Spend   string   // the hash of a token of the user that is used up: where it is no more, nothing happens and the error is NotFound
	SignOut bool     // ends every session and link of the user …
	Keep    string   // … but the token with this hash
	End     string   // ends the user's tokens of this purpose
	Passkey *Passkey // what the user gets; Conflict when it is somebody's already
	Open    *Token   // a session or a link that the user gets, after all that
}
