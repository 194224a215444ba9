package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// NewServer is the HTTP server with its limits: header 5 s and 16 kB, the whole request 30 s, the answer 60 s, an idle
// connection 120 s. What net/http itself reports goes to the log at Debug, as it names addresses of readers.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ConnContext:       withConn,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    80 << 10, // a search of 10,000 Persian letters is 60,000 bytes in an address
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Serve answers on the listener until ctx ends; then it lets running requests finish for at most grace and returns nil. It
// returns early only with the error that stopped the listener.
func Serve(ctx context.Context, server *http.Server, listener net.Listener, grace time.Duration) error {
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(directly{listener}) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		_ = server.Close() // the grace is over: what still runs is cut off
	}
	if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
