package news

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an Error is; one table in package web turns it into an HTTP status.
type Kind int

// The kinds of failure. The zero Kind is Internal, so that a forgotten kind is never shown as the caller's fault.
const (
	Internal     Kind = iota // our fault; the reader sees a general sentence
	NotFound                 // nothing public (or nothing this person may see) is there
	Invalid                  // what was typed cannot be taken; Field says where
	Conflict                 // somebody else was faster; what they did is told
	Unauthorized             // needs a sign-in
	Forbidden                // signed in, but without the right
	TooMany                  // a limit of rate was reached; later it will go
	Gone                     // was public, has been withdrawn
	Unavailable              // for the moment no writer answers; nothing was stored
)

var kindNames = [...]string{"internal", "not found", "invalid", "conflict", "unauthorized", "forbidden", "too many", "gone", "unavailable"}

// String names the kind for logs.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

// Error is a failure that can be told to a person: Key is the message in the i18n catalog, Args fill it, Field is the
// form field it belongs to ("" for the whole form). Err is the cause, for the log only; it is never shown.
type Error struct {
	Kind  Kind
	Key   string
	Field string
	Args  []any
	Err   error
}

// Error describes the failure for logs.
func (e *Error) Error() string {
	s := e.Kind.String() + ": " + e.Key
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail makes an Error about the whole request.
func Fail(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// FieldError makes an Invalid error that stands at a form field.
func FieldError(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: key, Field: field, Args: args}
}

// KindOf returns the kind of the first Error in err's tree, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Errors lists every Error in err's tree, in order: a form with three wrong fields has three.
func Errors(err error) []*Error {
	switch e := err.(type) {
	case nil:
		return nil
	case *Error:
		return []*Error{e}
	case interface{ Unwrap() []error }:
		var all []*Error
		for _, one := range e.Unwrap() {
			all = append(all, Errors(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return Errors(e.Unwrap())
	}
	return nil
}
