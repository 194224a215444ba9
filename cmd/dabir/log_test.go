package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// calls counts how often it is written to.
type calls struct {
	mu   sync.Mutex
	text bytes.Buffer
	n    int
}

func (c *calls) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return c.text.Write(p)
}

func TestLogLinesAreGatheredAndNoneIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out calls
		g := gather(&out)
		for range 100 {
			g.Write([]byte("line\n"))
		}
		if out.n != 0 {
			t.Errorf("%d writes at once", out.n)
		}
		time.Sleep(logEvery)
		synctest.Wait()
		if out.n != 1 || strings.Count(out.text.String(), "line\n") != 100 {
			t.Errorf("%d writes, %d lines", out.n, strings.Count(out.text.String(), "\n"))
		}
		g.Write(bytes.Repeat([]byte("x"), logMost))
		if out.n != 2 {
			t.Error("a long line waits")
		}
		g.Write([]byte("last\n"))
		g.flush()
		if !strings.HasSuffix(out.text.String(), "last\n") {
			t.Error("the last line is lost at the end")
		}
	})
}
