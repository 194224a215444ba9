package main

import "fmt"

// report writes the table and the goals.
func (c *speedCmd) report(r *report, rows []speedRow) {
	line := func(what string, of func(speedRow) string) {
		cells := []string{what}
		for _, row := range rows {
			cells = append(cells, of(row))
		}
		r.line(cells...)
	}
	line("ARTICLES", func(s speedRow) string { return number(float64(s.built.Articles)) })
	line("load while indexing / asking", func(s speedRow) string { return s.built.Load + " / " + s.load })
	line("indexed a second / a second of processor time", func(s speedRow) string { return s.built.rate(s.built.Took) + " / " + s.built.rate(s.built.Used) })
	line("on disk", func(s speedRow) string { return megabytes(s.built.Bytes) })
	line("open / first answer", func(s speedRow) string { return milliseconds(s.asked.Open) + " / " + milliseconds(s.asked.First) })
	line("heap that lives / at most", func(s speedRow) string {
		return megabytes(int64(s.asked.Heap)) + " / " + megabytes(int64(s.asked.Peak))
	})
	line("resident / without files", func(s speedRow) string { return megabytes(s.asked.Resident) + " / " + megabytes(s.asked.Anon) })
	for _, kind := range append(questionKinds, typed) {
		for _, name := range []string{kind, kind + ", " + eight} {
			line(name+": p50 / p99 (processor)", func(s speedRow) string { return s.asked.Times[name].String() })
		}
	}
	c.reportBeside(r, rows, line)
	for _, row := range rows {
		r.set(fmt.Sprintf("dabir_%d", row.built.Articles), map[string]any{"built": row.built, "asked": row.asked})
	}
	largest := rows[len(rows)-1]
	slowest := latency{}
	for _, kind := range questionKinds {
		slowest.P99 = max(slowest.P99, largest.asked.Times[kind].P99)
	}
	r.line()
	r.line("GOAL AT "+number(float64(largest.built.Articles)), "FIGURE", "WANTED", "")
	r.goal(slowest.P99 <= goalSearch, "p99, one at a time, the slowest kind", milliseconds(slowest.P99), "at most "+milliseconds(goalSearch))
	r.goal(largest.asked.Times[typed].P99 < goalTyping, "p99 while typing", milliseconds(largest.asked.Times[typed].P99), "below "+milliseconds(goalTyping))
	r.goal(largest.asked.Heap <= goalHeap, "heap that lives", megabytes(int64(largest.asked.Heap)), "at most "+megabytes(goalHeap))
}

// reportBeside writes what the others cost, and how much of it Dabir's answers take.
func (c *speedCmd) reportBeside(r *report, rows []speedRow, line func(string, func(speedRow) string)) {
	for _, other := range []struct {
		name string
		of   func(speedRow) *besideIndex
	}{{"SQLite FTS5", func(s speedRow) *besideIndex { return s.sqlite }}, {"PostgreSQL", func(s speedRow) *besideIndex { return s.postgres }}} {
		cell := func(of func(speedRow, *besideIndex) string) func(speedRow) string {
			return func(s speedRow) string {
				if other.of(s) == nil {
					return "–"
				}
				return of(s, other.of(s))
			}
		}
		r.line()
		line(other.name+": indexed a second", cell(func(s speedRow, b *besideIndex) string { return number(float64(s.built.Articles) / b.took.Seconds()) }))
		line(other.name+": on disk", cell(func(_ speedRow, b *besideIndex) string { return megabytes(b.bytes) }))
		for _, kind := range questionKinds {
			line(other.name+": "+kind+", p50 / p99; Dabir's part", cell(func(s speedRow, b *besideIndex) string {
				ours, theirs := s.asked.Times[kind], b.times[kind]
				return fmt.Sprintf("%s / %s; %.3f / %.3f", milliseconds(theirs.P50), milliseconds(theirs.P99),
					ours.P50.Seconds()/theirs.P50.Seconds(), ours.P99.Seconds()/theirs.P99.Seconds())
			}))
		}
	}
}

// String writes all four.
func (l latency) String() string {
	return fmt.Sprintf("%s / %s (%s / %s)", milliseconds(l.P50), milliseconds(l.P99), milliseconds(l.CPU50), milliseconds(l.CPU99))
}
