package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// What is sealed, and for whom it is none other: a seal of one name does not open under another.
const (
	sealKnown    = "known browser"
	sealSignIn   = "passkey sign-in"
	sealRegister = "passkey registration"
	sealEnrol    = "totp enrolment"
	sealSecret   = "totp secret"
)

// sealer encrypts what is given out and must come back unchanged (AES-256-GCM), so that nothing is kept of half-done acts on a
// node or in the database.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) sealer {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("seal\x001"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return sealer{} // cannot be: the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealer{} // cannot be: AES has blocks of 16 bytes
	}
	return sealer{aead}
}

type sealed struct {
	Until int64           `json:"u"` // Unix milliseconds; 0 for ever
	Data  json.RawMessage `json:"d"`
}

// close seals a value; the zero time is for ever.
func (s sealer) close(name string, value any, until time.Time) (string, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	box := sealed{Data: data}
	if !until.IsZero() {
		box.Until = until.UnixMilli()
	}
	plain, err := json.Marshal(box)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce) // never fails: crypto/rand ends the process rather than give less
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, []byte(name))), nil
}

var errSeal = errors.New("auth: what came back is not what was given out, or too late")

// open opens what close has sealed under the same name, while its time has not passed.
func (s sealer) open(name, text string, now time.Time, into any) (until time.Time, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return time.Time{}, errSeal
	}
	plain, err := s.aead.Open(nil, raw[:s.aead.NonceSize()], raw[s.aead.NonceSize():], []byte(name))
	if err != nil {
		return time.Time{}, errSeal
	}
	var box sealed
	if err := json.Unmarshal(plain, &box); err != nil {
		return time.Time{}, err
	}
	until = time.UnixMilli(box.Until)
	if box.Until != 0 && !now.Before(until) {
		return time.Time{}, errSeal
	}
	return until, json.Unmarshal(box.Data, into)
}
