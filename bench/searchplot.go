package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The plot of cost against size, both on logarithmic scales.
const (
	plotWidth, plotHeight = 640, 400
	plotLeft, plotRight   = 64, 150
	plotTop, plotBottom   = 24, 48
)

// plotLine is one line of the plot.
type plotLine struct {
	name, color string
	of          func(speedRow) (time.Duration, bool)
}

// plotLines: answers to questions of two words. The processor's time of Dabir's stands beside, which depends least on who else worked then.
func plotLines() []plotLine {
	kind := questionKinds[1]
	beside := func(b *besideIndex) (time.Duration, bool) {
		if b == nil {
			return 0, false
		}
		return b.times[kind].P99, true
	}
	return []plotLine{
		{"Dabir p99", "#b3261e", func(r speedRow) (time.Duration, bool) { return r.asked.Times[kind].P99, true }},
		{"Dabir p50", "#e08a83", func(r speedRow) (time.Duration, bool) { return r.asked.Times[kind].P50, true }},
		{"its processor p99", "#c77700", func(r speedRow) (time.Duration, bool) { return r.asked.Times[kind].CPU99, true }},
		{"FTS5 p99", "#1f6f8b", func(r speedRow) (time.Duration, bool) { return beside(r.sqlite) }},
		{"PostgreSQL p99", "#5b5b8f", func(r speedRow) (time.Duration, bool) { return beside(r.postgres) }},
	}
}

// drawSpeed draws what a question of two words costs in archives of several sizes.
func drawSpeed(rows []speedRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, `<text x="%d" y="16">A question of two words: milliseconds against articles</text>`+"\n", plotLeft)
	for exponent := 4; exponent <= 6; exponent++ {
		x := plotX(math.Pow10(exponent))
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			x, plotTop, plotHeight-plotBottom, x, plotHeight-plotBottom+18, number(math.Pow10(exponent)))
	}
	for exponent := -1; exponent <= 4; exponent++ {
		y := plotY(time.Duration(math.Pow10(exponent) * float64(time.Millisecond)))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			plotLeft, y, plotWidth-plotRight, plotLeft-8, y+4, math.Pow10(exponent))
	}
	goal := plotY(goalSearch)
	fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#888" stroke-dasharray="4 4"/><text x="%d" y="%.1f" fill="#666">goal: p99</text>`+"\n",
		plotLeft, goal, plotWidth-plotRight, plotLeft+6, goal-6)
	for _, line := range plotLines() {
		drawLine(&b, line, rows)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func drawLine(b *strings.Builder, line plotLine, rows []speedRow) {
	var path, dots strings.Builder
	var x, y float64
	for _, row := range rows {
		took, ok := line.of(row)
		if !ok || took <= 0 {
			continue
		}
		x, y = plotX(float64(row.built.Articles)), plotY(took)
		step := "L"
		if path.Len() == 0 {
			step = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", step, x, y)
		fmt.Fprintf(&dots, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, line.color)
	}
	if path.Len() == 0 {
		return
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>%s<text x="%.1f" y="%.1f" fill="%s">%s</text>`+"\n",
		path.String(), line.color, dots.String(), x+8, y+4, line.color, line.name)
}

// plotX is where so many articles stand: from ten thousand to a million.
func plotX(articles float64) float64 {
	return plotLeft + (math.Log10(max(articles, 1))-4)/2*(plotWidth-plotLeft-plotRight)
}

// plotY is where a time stands: from a tenth of a millisecond to ten seconds.
func plotY(took time.Duration) float64 {
	ms := max(took.Seconds()*1000, 0.1)
	return plotHeight - plotBottom - (math.Log10(ms)+1)/5*(plotHeight-plotTop-plotBottom)
}
