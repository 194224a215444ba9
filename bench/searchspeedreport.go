package main

import "fmt"

// report writes the table and the goals.
func (c *searchSpeedCmd) report(r *report, rows []speedRow) {
	head := []string{"ARTICLES"}
	for _, row := range rows {
		head = append(head, number(float64(row.built.Articles)))
	}
	r.line(head...)
	line := func(what string, of func(speedRow) string) {
		cells := []string{what}
		for _, row := range rows {
			cells = append(cells, of(row))
		}
		r.line(cells...)
	}
	line("indexed a second", func(s speedRow) string { return number(s.built.rate()) })
	line("load while indexing", func(s speedRow) string { return s.built.Load })
	line("on disk", func(s speedRow) string { return megabytes(s.built.Bytes) })
	line("open", func(s speedRow) string { return milliseconds(s.asked.Open) })
	line("first answer", func(s speedRow) string { return milliseconds(s.asked.First) })
	line("heap that lives", func(s speedRow) string { return megabytes(int64(s.asked.Heap)) })
	line("heap at most", func(s speedRow) string { return megabytes(int64(s.asked.Peak)) })
	line("resident, without files", func(s speedRow) string { return megabytes(s.asked.Anon) })
	line("resident", func(s speedRow) string { return megabytes(s.asked.Resident) })
	line("load while asking", func(s speedRow) string { return s.load })
	for _, kind := range append(questionKinds, typed) {
		for _, name := range []string{kind, kind + ", " + eight} {
			line(name+", p50 / p99 (processor)", func(s speedRow) string { return s.asked.Times[name].String() })
		}
	}
}

// String writes all three.
func (l latency) String() string {
	return fmt.Sprintf("%s / %s", milliseconds(l.P50), milliseconds(l.P99))
}
