package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// errMissed ends a run whose goals were not all met.
var errMissed = errors.New("a goal was missed")

// report is what one command found.
type report struct {
	name    string
	notes   []string
	lines   [][]string
	figures map[string]any
	missed  bool
}

func newReport(name, root string) *report {
	r := &report{name: name, figures: map[string]any{"bench": name, "at": time.Now().UTC().Format(time.RFC3339), "commit": commit(root),
		"go": runtime.Version(), "cpus": runtime.NumCPU()}}
	r.note("commit %s, %s, %d CPUs, load of the machine before the run %s", r.figures["commit"], runtime.Version(), runtime.NumCPU(), load())
	return r
}

// note is a sentence above the table.
func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// line adds a row: what was measured, its figures, and what to make of them.
func (r *report) line(cells ...string) { r.lines = append(r.lines, cells) }

// set keeps a figure for the machine-readable line.
func (r *report) set(key string, value any) { r.figures[key] = value }

// goal adds a row that passes or fails.
func (r *report) goal(met bool, what, figure, goal string) {
	verdict := "met"
	if !met {
		verdict, r.missed = "MISSED", true
	}
	r.line(what, figure, goal, verdict)
}

// print writes notes, table and, where wanted, the JSON line; errMissed when a goal was.
func (r *report) print(out io.Writer, asJSON bool) error {
	for _, note := range r.notes {
		fmt.Fprintln(out, note)
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, cells := range r.lines {
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush()
	if asJSON {
		r.figures["goals_met"] = !r.missed
		if err := json.NewEncoder(out).Encode(r.figures); err != nil {
			return err
		}
	}
	if r.missed {
		return errMissed
	}
	return nil
}

// samples are repeated measurements of one thing.
type samples []float64

// median is the middle one, or the mean of the middle two.
func (s samples) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// String writes the samples as they came, so that their spread is seen.
func (s samples) String() string {
	texts := make([]string, len(s))
	for i, v := range s {
		texts[i] = number(v)
	}
	return strings.Join(texts, ", ")
}

// ratios divides samples pairwise: those of one index were measured one after the other.
func ratios(a, b samples) samples {
	out := make(samples, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] / b[i]
	}
	return out
}

// quantile is the value below which the share q of sorted durations lies.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// number writes three significant digits of small values and groups the thousands of large ones.
func number(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.3g", v)
	}
	digits := fmt.Sprintf("%.0f", v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func ratio(v float64) string { return fmt.Sprintf("%.2f×", v) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// commit is what git calls the tree, with "+" when files differ from it.
func commit(root string) string {
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	id := git("rev-parse", "--short", "HEAD")
	if id == "" {
		return "unknown"
	}
	if git("status", "--porcelain", "--untracked-files=no") != "" {
		id += "+"
	}
	return id
}

// load is the average number of running processes in the last minute: well below 1 on a quiet machine.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// sortedKeys are the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
