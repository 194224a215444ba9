package discussion

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"strings"
)

// The names of the keys by which readers are known for a while. pseudonymKey is replaced when the retention is over, and with it
// everything that it keyed can no longer be linked; so it must be in no backup (KeysNotToKeep).
const (
	pseudonymKey = "pseudonym"
	cookieKey    = "reader.cookie"
	personKey    = "reader.person"
	challengeKey = "comment.challenge"
)

// banKeys is how the names of bans' keys begin: each is a copy of a key of pseudonyms.
const banKeys = "ban."

// KeysNotToKeep names the keys in the table "secret" that a backup leaves out, as patterns of SQL's LIKE: with them an
// address could be tried against the pseudonyms of an old copy, or an old challenge be signed. A newsroom that is restored makes new
// ones; bans of people and networks recognise nobody there.
func KeysNotToKeep() []string { return []string{pseudonymKey, challengeKey, banKeys + "%"} }

// writer is a reader who does something, as far as we know them without knowing who they are.
type writer struct {
	pseudonym string // keyed hash of the address
	network   string // keyed hash of the wider network: many may share it
	person    string // keyed hash of the cookie; "" without one
}

// writer recognises a reader by address and cookie. Neither is kept.
func (d *Desk) writer(ctx context.Context, address netip.Addr, cookie string) (writer, error) {
	key, err := d.key(ctx, pseudonymKey, d.settings.Retention)
	if err != nil {
		return writer{}, err
	}
	who := writer{pseudonym: pseudonymUnder(key, address), network: networkUnder(key, address)}
	who.person, err = d.person(ctx, cookie)
	return who, err
}

// pseudonymUnder stands for an address: a keyed hash of it, of an IPv6 one of the /64 that its host owns (RFC 6177).
func pseudonymUnder(key []byte, address netip.Addr) string {
	return keyedHash(key, masked(address, 32, 64))[:32]
}

// networkUnder stands for an address's neighbourhood: of IPv4 a /24, the least that is routed, of IPv6 a site's /48.
func networkUnder(key []byte, address netip.Addr) string {
	return keyedHash(key, "network "+masked(address, 24, 48))[:32]
}

// masked writes the network of an address; "invalid IP" for one that came over a Unix socket.
func masked(address netip.Addr, bits4, bits6 int) string {
	address = address.Unmap().WithZone("")
	bits := bits4
	if address.Is6() {
		bits = bits6
	}
	if network, err := address.Prefix(bits); err == nil {
		return network.Addr().String()
	}
	return address.String()
}

// Sizes of a cookie's parts, in bytes.
const (
	personBytes = 16
	signBytes   = 16
)

// newPerson makes a cookie for a reader whom we have not seen before, and the hash under which they are known by it.
func (d *Desk) newPerson(ctx context.Context) (cookie, person string, err error) {
	key, err := d.key(ctx, cookieKey, 0)
	if err != nil {
		return "", "", err
	}
	id := make([]byte, personBytes)
	rand.Read(id)
	cookie = base64.RawURLEncoding.EncodeToString(append(id, signature(key, string(id))...))
	person, err = d.person(ctx, cookie)
	return cookie, person, err
}

// person is the hash under which the owner of a cookie is known; "" for no cookie and for one that is not ours.
func (d *Desk) person(ctx context.Context, cookie string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(raw) != personBytes+signBytes {
		return "", nil
	}
	key, err := d.key(ctx, cookieKey, 0)
	if err != nil {
		return "", err
	}
	if !hmac.Equal(raw[personBytes:], signature(key, string(raw[:personBytes]))) {
		return "", nil
	}
	if key, err = d.key(ctx, personKey, 0); err != nil {
		return "", err
	}
	return keyedHash(key, string(raw[:personBytes]))[:32], nil
}

// signature is the first bytes of an HMAC, enough for what nobody can try against us offline.
func signature(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)[:signBytes]
}

// signed writes a text with its signature, as one word for a form.
func signed(key []byte, text string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(text)) + "." + encode(signature(key, text))
}

// opened reads what signed wrote; ok is false for anything else.
func opened(key []byte, word string) (text string, ok bool) {
	first, last, _ := strings.Cut(word, ".")
	body, err := base64.RawURLEncoding.DecodeString(first)
	sign, err2 := base64.RawURLEncoding.DecodeString(last)
	return string(body), err == nil && err2 == nil && hmac.Equal(sign, signature(key, string(body)))
}
