package migrate

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Bar shows the progress of an import. It is for one goroutine.
type Bar struct {
	w     io.Writer
	tty   bool
	what  string
	total int64
	every time.Duration
	next  time.Duration
	shown string // the last line, to leave out repeats
}

// NewBar makes a bar that writes to w: one line that is overwritten ten times a second on a terminal, a line of its own every
// five seconds elsewhere. total is the size of the file in bytes; with 0 there is no remaining time; what names what comes in, such as
// "articles".
func NewBar(w io.Writer, tty bool, total int64, what string) *Bar {
	b := &Bar{w: w, tty: tty, total: total, what: what, every: 5 * time.Second}
	if tty {
		b.every = 100 * time.Millisecond
	}
	b.next = b.every
	return b
}

// Update shows p when it is time for it. It fits JSONLOptions.Progress.
func (b *Bar) Update(p Progress) {
	if p.Elapsed < b.next {
		return
	}
	b.next = p.Elapsed + b.every
	b.print(b.line(p))
}

// Finish shows the last state and ends the line.
func (b *Bar) Finish(p Progress) {
	b.print(b.line(p))
	if b.tty {
		fmt.Fprintln(b.w)
	}
}

func (b *Bar) print(line string) {
	switch {
	case line == b.shown:
	case b.tty:
		fmt.Fprintf(b.w, "\r%s\x1b[K", line)
	default:
		fmt.Fprintln(b.w, line)
	}
	b.shown = line
}

// line is "12,300 articles  2,150/s  43 %  0:08 left".
func (b *Bar) line(p Progress) string {
	total := p.TotalBytes
	if total == 0 {
		total = b.total
	}
	parts := []string{grouped(p.Done) + " " + b.what}
	if s := p.Elapsed.Seconds(); s > 0 {
		parts = append(parts, grouped(int(float64(p.Done)/s+0.5))+"/s")
	}
	if total > 0 {
		read := min(p.Bytes, total)
		parts = append(parts, fmt.Sprintf("%d %%", read*100/total))
		if read > 0 && read < total {
			left := time.Duration(float64(p.Elapsed) * float64(total-read) / float64(read))
			parts = append(parts, clock(left)+" left")
		}
	}
	return strings.Join(parts, "  ")
}

// clock writes minutes and seconds, and hours where there are some.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// grouped writes n with a comma between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
