package web

import (
	"context"
	"net/http"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Health is the area of probes: /healthz answers as long as the process lives, /readyz when ready returns nil and 503
// otherwise.
func Health(ready func(context.Context) error) Area {
	return Area{Routes: []Route{
		{Pattern: "GET /healthz", Audience: AudienceMachine, Rate: RateRead, Handler: alive},
		{Pattern: "GET /readyz", Audience: AudienceMachine, Rate: RateRead, Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := ready(r.Context()); err != nil {
				return &news.Error{Kind: news.Unavailable, Key: "error.unavailable", Err: err}
			}
			return alive(w, r)
		}},
	}}
}

func alive(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return Write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}
