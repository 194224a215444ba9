package main

import (
	"fmt"
	"html"
	"os"
	"slices"
	"strings"
)

// bars is a plot of groups of bars, one bar of each group for each series.
type bars struct {
	title  string
	groups []string // below each group
	series []series
	goal   float64 // a line across; 0: none
	said   string  // beside that line
	format func(float64) string
}

// series is one bar of each group.
type series struct {
	name, color string
	values      []float64 // by group
}

// The sides of such a plot, in its own units.
const (
	barsWidth, barsHeight = 720, 320
	barsTop, barsBottom   = 56, 40
	barsSide              = 16
)

// write draws the plot into an SVG file; an empty name draws nothing.
func (p bars) write(file string) error {
	if file == "" {
		return nil
	}
	return os.WriteFile(file, []byte(p.draw()), 0o644)
}

func (p bars) draw() string {
	highest := p.goal
	for _, s := range p.series {
		highest = max(highest, slices.Max(s.values))
	}
	if highest <= 0 {
		highest = 1
	}
	y := func(v float64) float64 {
		return barsHeight - barsBottom - max(v, 0)/highest*(barsHeight-barsTop-barsBottom)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", barsWidth, barsHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="18" font-weight="bold">%s</text>`+"\n", barsWidth, barsHeight, barsSide, html.EscapeString(p.title))
	at := barsSide
	for _, s := range p.series {
		fmt.Fprintf(&b, `<rect x="%d" y="28" width="10" height="10" fill="%s"/><text x="%d" y="37">%s</text>`+"\n", at, s.color, at+14, html.EscapeString(s.name))
		at += 30 + 7*len(s.name)
	}
	room := float64(barsWidth-2*barsSide) / float64(len(p.groups))
	wide := room * 0.8 / float64(len(p.series))
	for i, group := range p.groups {
		left := barsSide + room*(float64(i)+0.1)
		for j, s := range p.series {
			x, top := left+wide*float64(j), y(s.values[i])
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, x, top, wide*0.94, barsHeight-barsBottom-top, s.color)
			fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="10">%s</text>`+"\n", x+wide/2, top-3, html.EscapeString(p.format(s.values[i])))
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", left+room*0.4, barsHeight-barsBottom+18, html.EscapeString(group))
	}
	if p.goal > 0 {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#444" stroke-dasharray="4 4"/><text x="%d" y="%.1f" text-anchor="end" fill="#444">%s</text>`+"\n",
			barsSide, y(p.goal), barsWidth-barsSide, barsWidth-barsSide, y(p.goal)-4, html.EscapeString(p.said))
	}
	b.WriteString("</svg>\n")
	return b.String()
}
