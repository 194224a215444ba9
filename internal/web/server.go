package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// NewServer is the HTTP server with its limits: header 5 s and 80 kB (431 beyond it), a body that keeps coming (pacedBody), an answer that is taken
// within 60 s for each 128 kB, an idle connection 120 s, 100 requests at once on a connection of HTTP/2.
// What net/http itself reports goes to the log at Debug, as it names addresses of readers.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ConnContext:       withConn,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      sendPatience,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 100},
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
