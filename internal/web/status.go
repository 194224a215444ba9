package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// statuses is the one table from kinds of failure to HTTP.
var statuses = map[news.Kind]int{
	news.Internal:     http.StatusInternalServerError,
	news.NotFound:     http.StatusNotFound,
	news.Invalid:      http.StatusUnprocessableEntity,
	news.Conflict:     http.StatusConflict,
	news.Unauthorized: http.StatusUnauthorized,
	news.Forbidden:    http.StatusForbidden,
	news.TooMany:      http.StatusTooManyRequests,
	news.Gone:         http.StatusGone,
	news.Unavailable:  http.StatusServiceUnavailable,
}

// StatusClientGone is logged when the client left before the answer; nothing is written then.
const StatusClientGone = 499

// Status is the HTTP status of an error: by the kind of its news.Error, 413 for a body over its limit, 408 for one that comes too
// slowly, 415 for one that is compressed, 503 when the
// route's time ran out, StatusClientGone when the client left, 500 for everything else.
func Status(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	var own refused
	if errors.As(err, &own) {
		return int(own)
	}
	var known *news.Error
	if errors.As(err, &known) && known.Kind != news.Internal {
		return statuses[known.Kind]
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.Is(err, context.Canceled):
		return StatusClientGone
	}
	return http.StatusInternalServerError
}

// statusOf is Status, but for what was cancelled under somebody who still waits: that is for the moment.
func statusOf(r *http.Request, err error) int {
	status := Status(err)
	if status == StatusClientGone && !errors.Is(r.Context().Err(), context.Canceled) {
		return http.StatusServiceUnavailable
	}
	return status
}

// retryAfter tells when it is worth coming back, in seconds.
var retryAfter = map[int]string{http.StatusServiceUnavailable: "5", http.StatusTooManyRequests: "60"}
