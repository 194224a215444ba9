package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

const (
	// stepSeconds is the time step X of RFC 6238; stepsAside is how many steps a clock may be off, either way.
	stepSeconds = 30
	stepsAside  = 1
	// RecoveryCodes is how many codes are given out at once.
	RecoveryCodes = 10
	// maxCodes is how many wrong codes an account may have within window, maxCodesDay within a day. Who types them knows the
	// password already, and a code has but six digits: of all that can be tried in a year one in thirty would be right.
	maxCodes    = 10
	maxCodesDay = 30
)

// SecondStep opens the session that SignIn has left half open. code is the one of this moment or a recovery code, which is used
// up. Errors: Unauthorized "error.signin_again" when the first step is too long ago, Invalid "error.code_wrong" at "code",
// TooMany "error.signin_rate" after ten wrong ones. A wrong one is an event: somebody knows the password.
func (d *Desk) SecondStep(ctx context.Context, second, code string, from Visitor) (Entry, error) {
	token, err := d.tokens.PeekToken(ctx, hashOf(second), purposeSecond, d.now())
	var user news.User
	if err == nil {
		user, err = d.enabled(ctx, token.User)
	}
	if err != nil {
		return Entry{}, notFoundIs(err, news.Unauthorized, "error.signin_again")
	}
	way, err := d.checkCode(ctx, user, code, from)
	if err != nil {
		return Entry{}, err
	}
	entry, err := d.enter(ctx, user, from, way, token.Hash)
	return entry, notFoundIs(err, news.Unauthorized, "error.signin_again")
}

// checkCode counts and compares within one slot, as checkPassword does. way is "code" or "recovery".
func (d *Desk) checkCode(ctx context.Context, user news.User, code string, from Visitor) (way string, err error) {
	leave, err := d.hasher.enter(ctx)
	if err != nil {
		return "", fmt.Errorf("auth: wait for a slot: %w", err)
	}
	defer leave()
	limits := d.codeLimits(user.ID, from)
	if err := d.withinLimits(ctx, limits); err != nil {
		return "", err
	}
	err = d.credentials.ChangeSecondFactor(ctx, user.ID, func(f *news.SecondFactor) (_ news.UserChange, err error) {
		way, err = d.takeCode(f, foldCode(code))
		return news.UserChange{}, err
	})
	if e := news.Errors(err); len(e) > 0 && e[0].Key == "error.code_wrong" {
		refused := news.UserChange{Events: []news.Event{eventOf(user.Actor(), news.UserCodeRefused, user.ID)}}
		if err := errors.Join(d.countFailure(ctx, limits), d.change(context.WithoutCancel(ctx), user, refused)); err != nil {
			return "", err
		}
	}
	return way, err
}

// codeLimits counts a browser from which the person has signed in by itself, as limits does.
func (d *Desk) codeLimits(user news.UserID, from Visitor) []limit {
	perCode := func(of string) []limit {
		return []limit{{d.attemptKey("code", of), maxCodes, window}, {d.attemptKey("code of a day", of), maxCodesDay, day}}
	}
	if known, ok := d.known(from); ok && known.User == user {
		return perCode("browser " + known.ID)
	}
	return append(perCode("person "+strconv.FormatInt(int64(user), 10)), d.addressLimit(from.Addr))
}

var errCode = news.FieldError("code", "error.code_wrong")

// takeCode uses a code up: a recovery code is struck off, a one-time code's step and all before it count no more.
func (d *Desk) takeCode(f *news.SecondFactor, code string) (way string, err error) {
	if !f.On() {
		return "", errCode
	}
	if hash := d.recoveryHash(f.User, code); slices.Contains(f.Recovery, hash) {
		f.Recovery = slices.DeleteFunc(f.Recovery, func(h string) bool { return h == hash })
		return "recovery", nil
	}
	var secret string
	if _, err := d.seal.open(secretName(f.User), f.Secret, d.now(), &secret); err != nil {
		return "", fmt.Errorf("the stored secret of user %d: %w", f.User, err)
	}
	step, ok := stepOf(secret, code, d.now())
	if !ok || step <= f.LastStep {
		return "", errCode
	}
	f.LastStep = step
	return "code", nil
}

// secretName ties a stored secret to its user: moved to another row it does not open.
func secretName(user news.UserID) string {
	return sealSecret + "/" + strconv.FormatInt(int64(user), 10)
}

// stepOf finds the time step whose code this is, within stepsAside of now.
func stepOf(secret, code string, now time.Time) (int64, bool) {
	options := hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	for step := now.Unix()/stepSeconds - stepsAside; step <= now.Unix()/stepSeconds+stepsAside; step++ {
		if ok, err := hotp.ValidateCustom(code, uint64(step), secret, options); ok && err == nil {
			return step, true
		}
	}
	return 0, false
}

// foldCode takes a code as people type it: with spaces or hyphens, in Persian digits, in capitals.
func foldCode(code string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\u200c\u00a0", r) {
			return -1
		}
		return r
	}, foldName(code))
}

// Enrolment is a second factor that is being set up: Secret as people type it into their app, Address as the app reads it from the
// drawn code, State to be sent back with the first code.
type Enrolment struct {
	Secret, Address, State string
}

type enrolState struct {
	User   news.UserID `json:"u"`
	Secret string      `json:"s"`
}

// StartTOTP makes a new secret for the person of a fresh session; nothing changes before ConfirmTOTP. site is the name that the app
// shows.
func (d *Desk) StartTOTP(ctx context.Context, session, site string) (Enrolment, error) {
	_, user, err := d.fresh(ctx, session)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: strings.ReplaceAll(site, ":", " "), AccountName: user.Username, SecretSize: 20, Period: stepSeconds})
	if err != nil {
		return Enrolment{}, err
	}
	return d.enrolment(enrolState{user.ID, key.Secret()}, key.URL())
}

func (d *Desk) enrolment(state enrolState, address string) (Enrolment, error) {
	text, err := d.seal.close(sealEnrol, struct {
		enrolState
		Address string `json:"a"`
	}{state, address}, d.now().Add(FreshFor))
	return Enrolment{Secret: state.Secret, Address: address, State: text}, err
}

// ConfirmTOTP switches the second factor on when code is right, and returns the recovery codes: they are shown now and never again.
// Errors: Unauthorized "error.sign_in_again" when the set-up took too long, Invalid "error.code_wrong" at "code" (the Enrolment
// is then the same again), Conflict "error.totp_on" when it was switched on meanwhile.
func (d *Desk) ConfirmTOTP(ctx context.Context, session, state, code string) ([]string, Enrolment, error) {
	_, user, err := d.session(ctx, session)
	if err != nil {
		return nil, Enrolment{}, err
	}
	var begun struct {
		enrolState
		Address string `json:"a"`
	}
	if _, err := d.seal.open(sealEnrol, state, d.now(), &begun); err != nil || begun.User != user.ID {
		return nil, Enrolment{}, news.Fail(news.Unauthorized, "error.sign_in_again")
	}
	again := Enrolment{Secret: begun.Secret, Address: begun.Address, State: state}
	step, ok := stepOf(begun.Secret, foldCode(code), d.now())
	if !ok {
		return nil, again, errCode
	}
	secret, err := d.seal.close(secretName(user.ID), begun.Secret, time.Time{})
	if err != nil {
		return nil, again, err
	}
	codes, hashes := d.newRecovery(user.ID)
	err = d.credentials.ChangeSecondFactor(ctx, user.ID, func(f *news.SecondFactor) (news.UserChange, error) {
		if f.On() {
			return news.UserChange{}, news.Fail(news.Conflict, "error.totp_on")
		}
		*f = news.SecondFactor{User: user.ID, Secret: secret, LastStep: step, Recovery: hashes, Since: d.now()}
		return did(user, news.UserTOTPOn), nil
	})
	if err != nil {
		return nil, again, err
	}
	return codes, Enrolment{}, nil
}

// did is a change that is but a line of the log about what a user did.
func did(user news.User, kind news.EventKind) news.UserChange {
	return news.UserChange{Events: []news.Event{eventOf(user.Actor(), kind, user.ID)}}
}

// StopTOTP switches the second factor off, for the person of a fresh session. One that is off already is no error.
func (d *Desk) StopTOTP(ctx context.Context, session string) error {
	_, user, err := d.fresh(ctx, session)
	if err != nil {
		return err
	}
	return d.credentials.ChangeSecondFactor(ctx, user.ID, func(f *news.SecondFactor) (news.UserChange, error) {
		if !f.On() {
			return news.UserChange{}, nil
		}
		f.Secret = ""
		return did(user, news.UserTOTPOff), nil
	})
}

// NewRecoveryCodes replaces all recovery codes, for the person of a fresh session; Conflict "error.totp_off" without a second factor.
func (d *Desk) NewRecoveryCodes(ctx context.Context, session string) ([]string, error) {
	_, user, err := d.fresh(ctx, session)
	if err != nil {
		return nil, err
	}
	codes, hashes := d.newRecovery(user.ID)
	err = d.credentials.ChangeSecondFactor(ctx, user.ID, func(f *news.SecondFactor) (news.UserChange, error) {
		if !f.On() {
			return news.UserChange{}, news.Fail(news.Conflict, "error.totp_off")
		}
		f.Recovery = hashes
		return did(user, news.UserRecoveryCodes), nil
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// recoveryLetters are 32 that nobody takes for one another; of 16 of them a code has 80 random bits.
const recoveryLetters = "abcdefghijkmnpqrstuvwxyz23456789"

func (d *Desk) newRecovery(user news.UserID) (codes, hashes []string) {
	for range RecoveryCodes {
		var b [16]byte
		rand.Read(b[:]) // never fails: crypto/rand ends the process rather than give less
		for i := range b {
			b[i] = recoveryLetters[b[i]%32]
		}
		code := string(b[:])
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, d.recoveryHash(user, code))
	}
	return codes, hashes
}

func (d *Desk) recoveryHash(user news.UserID, code string) string {
	mac := hmac.New(sha256.New, d.key)
	fmt.Fprintf(mac, "recovery\x00%d\x00%s", user, persian.LatinDigits(code))
	return hex.EncodeToString(mac.Sum(nil))
}
