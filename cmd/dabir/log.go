package main

import (
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
)

const (
	logEvery = 100 * time.Millisecond // how long a line may wait before it is written
	logMost  = 64 << 10               // bytes that wait at most
)

// newLog writes the program's log as the settings say.
func newLog(c *config.Config, to io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // config has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

// gathered is a writer that waits a moment for more, so that a line for each request costs no system call of its own.
type gathered struct {
	mu      sync.Mutex
	to      io.Writer
	waiting []byte
	timer   *time.Timer // runs while something waits
}

func gather(to io.Writer) *gathered { return &gathered{to: to} }

// Write takes a line in; it is written within a tenth of a second.
func (g *gathered) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		if g.timer == nil {
			g.timer = time.AfterFunc(logEvery, g.flush)
		} else {
			g.timer.Reset(logEvery)
		}
	}
	g.waiting = append(g.waiting, line...)
	if len(g.waiting) >= logMost {
		g.write()
	}
	return len(line), nil
}

func (g *gathered) flush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.write()
}

// write empties what waits; a log that cannot be written stops nobody.
func (g *gathered) write() {
	if len(g.waiting) > 0 {
		_, _ = g.to.Write(g.waiting)
		g.waiting = g.waiting[:0]
	}
}
