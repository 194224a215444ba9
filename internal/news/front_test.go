package news

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// pageOf makes a page of articles from «lead 1, second 2 3, block 4 r 5»; r is a block filled by a rule, which gets the next free id.
func pageOf(t *testing.T, text string) *Front {
	t.Helper()
	f := &Front{}
	place := FrontLead
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, ",", " ")) {
		switch word {
		case "lead", "second", "block":
			place = FrontPlace(word)
		default:
			var code Code
			fmt.Sscan(word, &code)
			f.LastID++
			s := FrontSlot{ID: f.LastID, Place: place, Article: code}
			if code == 0 {
				s.Rule, s.Count = FrontNewest, 4
			}
			f.Slots = append(f.Slots, s)
		}
	}
	return f
}

func written(f *Front) string {
	var out []string
	for _, place := range FrontPlaces() {
		line := string(place)
		for _, s := range f.Slots {
			if s.Place == place && s.ByHand() {
				line += fmt.Sprint(" ", s.Article)
			} else if s.Place == place {
				line += " r"
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

func TestSlotsMove(t *testing.T) {
	const page = "lead 1, second 2 3, block 4 r 6"
	up := func(f *Front, id int) error { _, err := f.Up(id); return err }
	down := func(f *Front, id int) error { _, err := f.Down(id); return err }
	for _, tt := range []struct {
		name, from, want string
		act              func(*Front, int) error
		id               int
	}{
		{"up within a place", page, "lead 1, second 3 2, block 4 r 6", up, 3},
		{"up into a full place", page, "lead 1, second 2 4, block 3 r 6", up, 4},
		{"up to the lead", page, "lead 2, second 1 3, block 4 r 6", up, 2},
		{"up from the lead", page, page, up, 1},
		{"up into an empty place", "block 1 2", "lead, second 1, block 2", up, 1},
		{"up into a lead that is free", "second 1 2", "lead 1, second 2, block", up, 1},
		{"down within a place", page, "lead 1, second 2 3, block r 4 6", down, 4},
		{"down from the lead", page, "lead 2, second 1 3, block 4 r 6", down, 1},
		{"down from a lone lead", "lead 1", "lead, second 1, block", down, 1},
		{"down out of a place", page, "lead 1, second 2, block 3 4 r 6", down, 3},
		{"down from the end", page, page, down, 6},
		{"to the lead", page, "lead 6, second 1 2, block 3 4 r", func(f *Front, id int) error { return f.Put(id, FrontLead, 0) }, 6},
		{"the lead to the lead", page, page, func(f *Front, id int) error { return f.Put(id, FrontLead, 0) }, 1},
		{"put", page, "lead 1, second 2, block 4 3 r 6", func(f *Front, id int) error { return f.Put(id, FrontBlock, 1) }, 3},
		{"put past the end", page, "lead, second 2 3, block 4 r 6 1", func(f *Front, id int) error { return f.Put(id, FrontBlock, 99) }, 1},
		{"put before the beginning", page, "lead 1, second 6 2, block 3 4 r", func(f *Front, id int) error { return f.Put(id, FrontSecond, -3) }, 6},
		{"remove", page, "lead 1, second 3, block 4 r 6", (*Front).Remove, 2},
	} {
		f := pageOf(t, tt.from)
		if err := tt.act(f, tt.id); err != nil || written(f) != written(pageOf(t, tt.want)) {
			t.Errorf("%s: %s (%v), want %s", tt.name, written(f), err, tt.want)
		}
		if err := tt.act(f, 99); KindOf(err) != Conflict || err == nil {
			t.Errorf("%s: a slot that is gone: %v", tt.name, err)
		}
	}
}

func TestSlotsAreAdded(t *testing.T) {
	f := pageOf(t, "lead 1, second 2 3, block r")
	id, err := f.Add(FrontSlot{Article: 9}, FrontLead)
	if err != nil || written(f) != "lead 9, second 1 2, block 3 r" {
		t.Fatalf("%d %v %s", id, err, written(f))
	}
	again, err := f.Add(FrontSlot{Article: 9}, FrontBlock)
	if err != nil || again != id || written(f) != "lead, second 1 2, block 9 3 r" {
		t.Errorf("an article that is on the page: %d %v %s", again, err, written(f))
	}
	if place, n, of := f.Where(again); place != FrontBlock || n != 1 || of != 3 {
		t.Errorf("it stands at %s %d of %d", place, n, of)
	}
	for range MaxFrontRules - 1 {
		if _, err := f.Add(FrontSlot{FrontFill: FrontFill{Rule: FrontNewest}}, FrontBlock); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Add(FrontSlot{FrontFill: FrontFill{Rule: FrontNewest}}, FrontBlock); KindOf(err) != Conflict || err == nil {
		t.Errorf("one rule too many: %v", err)
	}
	for i := len(f.Slots); i < MaxFrontSlots; i++ {
		if _, err := f.Add(FrontSlot{Article: Code(100 + i)}, FrontBlock); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Add(FrontSlot{Article: 999}, FrontLead); KindOf(err) != Conflict || err == nil {
		t.Errorf("a full page: %v", err)
	}
}

// TestAnyActsLeaveAFrontPage: whatever is done in whatever order, at most one lead, at most two seconds, places in order, no slot lost or doubled.
func TestAnyActsLeaveAFrontPage(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	f := &Front{}
	want := 0
	for step := range 5000 {
		id := 1 + dice.IntN(f.LastID+1)
		_, missing := f.Slot(id)
		place := FrontPlaces()[dice.IntN(3)]
		switch act := dice.IntN(6); {
		case act == 0 && len(f.Slots) < 12:
			if _, err := f.Add(FrontSlot{Article: Code(step + 1)}, place); err != nil {
				t.Fatal(err)
			}
			want++
		case act == 1 && missing == nil && len(f.Slots) > 6:
			if err := f.Remove(id); err != nil {
				t.Fatal(err)
			}
			want--
		case act == 2:
			_ = f.Put(id, place, dice.IntN(9)-2)
		case act < 5:
			_, _ = f.Up(id)
		default:
			_, _ = f.Down(id)
		}
		count, ids, last := map[FrontPlace]int{}, map[int]bool{}, 0
		for _, s := range f.Slots {
			count[s.Place]++
			ids[s.ID] = true
			if zoneOf(s.Place) < last {
				t.Fatalf("step %d: places out of order: %s", step, written(f))
			}
			last = zoneOf(s.Place)
		}
		if count[FrontLead] > 1 || count[FrontSecond] > 2 || len(ids) != want || len(f.Slots) != want {
			t.Fatalf("step %d: %s, want %d slots", step, written(f), want)
		}
	}
}

func TestPinsAndBarExpire(t *testing.T) {
	now := time.Date(2025, 11, 25, 12, 0, 0, 0, time.UTC)
	f := pageOf(t, "lead 1, second 2, block 1 3 r r")
	f.Slots[0].Until = now.Add(time.Hour)
	f.Slots[1].Until = now.Add(-time.Second)
	f.Breaking = Breaking{Kind: BreakingUrgent, Text: "متن", Until: now.Add(time.Minute)}
	shown := func(at time.Time) string { return written(&Front{Slots: f.Live(at)}) }
	if got := shown(now); got != "lead 1, second, block 3 r r" {
		t.Errorf("at noon: %s", got)
	}
	if got := shown(now.Add(time.Hour)); got != "lead, second, block 1 3 r r" {
		t.Errorf("when the lead's pin is over: %s", got)
	}
	for at, want := range map[time.Duration]time.Duration{0: time.Minute, time.Minute: time.Hour, time.Hour: 0} {
		got := f.StaleAt(now.Add(at))
		if want == 0 && !got.IsZero() || want != 0 && !got.Equal(now.Add(want)) {
			t.Errorf("after %v stale at %v", at, got)
		}
	}
	if !f.Breaking.Shown(now) || f.Breaking.Shown(now.Add(time.Minute)) || (Breaking{}).Shown(now) {
		t.Error("the bar is not shown from its text to its end")
	}
}

func TestDossierOrderAndPublication(t *testing.T) {
	now := time.Date(2025, 11, 25, 12, 0, 0, 0, time.UTC)
	d := Dossier{State: Draft, Slug: "آب", Version: 1, Content: DossierContent{Title: "آب", Items: []DossierItem{{Code: 1}, {Code: 2, Pinned: true}, {Code: 3}}}}
	if codes, pinned := d.Content.Ordered(); fmt.Sprint(codes) != "[2 1 3]" || pinned != 1 {
		t.Errorf("%v %d", codes, pinned)
	}
	if err := d.Withdraw(1, now); KindOf(err) != Conflict {
		t.Errorf("a draft is withdrawn: %v", err)
	}
	d.Publish(1, now)
	if d.Changed() || d.State != Published || !d.PublishedAt.Equal(now) {
		t.Errorf("%+v", d)
	}
	c := d.Content
	c.Title = "آب و برق"
	if !d.Revise("آب", c, 2, now) || !d.Changed() || d.Public.Title != "آب" || d.Version != 2 {
		t.Errorf("%+v", d)
	}
	if d.Revise("آب", c, 2, now) {
		t.Error("the same text is a new version")
	}
}
