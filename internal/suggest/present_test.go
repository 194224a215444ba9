package suggest

import (
	"net/netip"
	"testing"
	"time"
)

func TestPresentAreThoseOfTheLastMinutes(t *testing.T) {
	var p present
	begin := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for _, step := range []struct {
		minute  int
		address netip.Addr
		agent   string
		want    int
	}{
		{0, one, "a", 1}, {0, one, "a", 1}, {1, one, "b", 2}, {2, two, "a", 3}, {4, one, "a", 3},
		{6, two, "a", 2},  // who was here in minute 1 is gone
		{60, two, "a", 1}, // all others are
	} {
		p.note(step.address, step.agent, at(step.minute))
		if got := p.count(at(step.minute)); got != step.want {
			t.Errorf("minute %d: %d present, want %d", step.minute, got, step.want)
		}
	}
	if got := p.count(at(70)); got != 0 {
		t.Errorf("%d are present long after", got)
	}
	p.note(one, "a", at(69)) // a clock that jumps back
	if got := p.count(at(70)); got != 1 {
		t.Errorf("after a jump of the clock %d are present", got)
	}
}
