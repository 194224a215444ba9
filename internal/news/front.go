package news

import (
	"slices"
	"time"
)

// The front page is a list of slots in order: the lead, two seconds, then blocks. A slot is filled by hand, with one article, or by a
// rule. A place that nothing fills takes the newest article, so that the page never has a hole. An article filled in by hand that
// stands among the blocks opens the block below it.

// FrontPlace says where a slot stands.
type FrontPlace string

// The places, from the top of the page.
const (
	FrontLead   FrontPlace = "lead"
	FrontSecond FrontPlace = "second"
	FrontBlock  FrontPlace = "block"
)

// FrontPlaces lists all places from the top of the page.
func FrontPlaces() []FrontPlace { return []FrontPlace{FrontLead, FrontSecond, FrontBlock} }

// Bounds of a front page.
const (
	MaxFrontSlots    = 40
	MaxFrontRules    = 12 // blocks filled by a rule: each is a query when the page is made
	MaxFrontCount    = 12 // articles of a block
	MaxFrontVersions = 50 // publications that are kept
	frontSeconds     = 2
)

// FrontRule names what fills a slot by itself.
type FrontRule string

// The rules. Section, tag, kind and dossier show the newest of theirs; a dossier in its own order.
const (
	FrontNewest    FrontRule = "newest"
	FrontOfSection FrontRule = "section"
	FrontOfTag     FrontRule = "tag"
	FrontOfKind    FrontRule = "kind"
	FrontMostRead  FrontRule = "most_read"
	FrontOfDossier FrontRule = "dossier"
)

// FrontRules lists all rules in the order the newsroom offers them.
func FrontRules() []FrontRule {
	return []FrontRule{FrontOfSection, FrontOfTag, FrontOfKind, FrontNewest, FrontMostRead, FrontOfDossier}
}

// FrontFill is what a rule shows.
type FrontFill struct {
	Rule    FrontRule   `json:"rule,omitempty"`
	Section SectionID   `json:"section,omitempty"` // of FrontOfSection
	Kind    ArticleKind `json:"kind,omitempty"`    // of FrontOfKind
	Slug    string      `json:"slug,omitempty"`    // of FrontOfTag and FrontOfDossier
	Name    string      `json:"name,omitempty"`    // of the tag or the dossier, for people
	Count   int         `json:"count,omitempty"`   // articles of the block, 1 to MaxFrontCount; the lead and a second take one
	Heading string      `json:"heading,omitempty"` // of the block; "" takes the rule's own
}

// FrontSlot is one place of the front page.
type FrontSlot struct {
	ID      int        `json:"id"` // unique on its page, never used again
	Place   FrontPlace `json:"place"`
	Article Code       `json:"article,omitempty"` // filled by hand; 0: by the rule
	Until   time.Time  `json:"until,omitzero"`    // the article stands here so long; zero: until somebody changes it
	FrontFill
}

// ByHand tells a slot that an editor filled with an article.
func (s FrontSlot) ByHand() bool { return s.Article != 0 }

// Expired tells whether the slot's pin is over.
func (s FrontSlot) Expired(now time.Time) bool { return !s.Until.IsZero() && !now.Before(s.Until) }

// BreakingKind says what the bar above the page announces.
type BreakingKind string

// The kinds of the bar: فوری, زنده.
const (
	BreakingUrgent BreakingKind = "urgent"
	BreakingLive   BreakingKind = "live"
)

// BreakingKinds lists all kinds in the order the newsroom offers them.
func BreakingKinds() []BreakingKind { return []BreakingKind{BreakingUrgent, BreakingLive} }

// Breaking is the bar above the front page. Without a text there is none.
type Breaking struct {
	Kind    BreakingKind `json:"kind,omitempty"`
	Text    string       `json:"text,omitempty"`
	Article Code         `json:"article,omitempty"` // where it leads; 0: nowhere
	Until   time.Time    `json:"until,omitzero"`    // it goes by itself
}

// Shown tells whether readers see the bar at now.
func (b Breaking) Shown(now time.Time) bool { return b.Text != "" && now.Before(b.Until) }

// Front is an arrangement of the front page. Without slots the page arranges itself.
type Front struct {
	Slots    []FrontSlot `json:"slots,omitempty"` // by place; at most one lead and two seconds
	Breaking Breaking    `json:"breaking,omitzero"`
	LastID   int         `json:"last_id,omitempty"`
}

// Clone is a copy that shares nothing.
func (f Front) Clone() Front {
	f.Slots = slices.Clone(f.Slots)
	return f
}

// Live are the slots at now: those whose pin is over are left out, as is an article that already stands above.
func (f Front) Live(now time.Time) []FrontSlot {
	seen := map[Code]bool{}
	var live []FrontSlot
	for _, s := range f.Slots {
		if s.ByHand() && (s.Expired(now) || seen[s.Article]) {
			continue
		}
		seen[s.Article] = true
		live = append(live, s)
	}
	return live
}

// StaleAt is the instant from which a page made at now is not true any more because a pin or the bar expires; zero: never by itself.
func (f Front) StaleAt(now time.Time) time.Time {
	var at time.Time
	note := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, s := range f.Slots {
		note(s.Until)
	}
	if f.Breaking.Text != "" {
		note(f.Breaking.Until)
	}
	return at
}

// Slot finds a slot; Conflict "error.front_slot_gone" when somebody removed it.
func (f *Front) Slot(id int) (*FrontSlot, error) {
	for i := range f.Slots {
		if f.Slots[i].ID == id {
			return &f.Slots[i], nil
		}
	}
	return nil, Fail(Conflict, "error.front_slot_gone")
}

// Where tells a slot's place, and which of how many in it, counted from 1; zeros when it is not there.
func (f *Front) Where(id int) (place FrontPlace, n, of int) {
	for _, s := range f.Slots {
		if s.ID == id {
			place = s.Place
		}
	}
	for _, s := range f.Slots {
		if s.Place == place {
			of++
			if s.ID == id {
				n = of
			}
		}
	}
	return place, n, of
}

// zones are the slots by place: lead, seconds, blocks.
type zones [3][]FrontSlot

func zoneOf(p FrontPlace) int { return max(0, slices.Index(FrontPlaces(), p)) }

func (f *Front) zones() zones {
	var z zones
	for _, s := range f.Slots {
		i := zoneOf(s.Place)
		z[i] = append(z[i], s)
	}
	return z
}

// find is where a slot stands.
func (z *zones) find(id int) (zone, at int, found bool) {
	for zone := range z {
		if at := slices.IndexFunc(z[zone], func(s FrontSlot) bool { return s.ID == id }); at >= 0 {
			return zone, at, true
		}
	}
	return 0, 0, false
}

// room is how many slots a zone holds.
func room(zone int) int { return [...]int{1, frontSeconds, MaxFrontSlots}[zone] }

// set puts the zones back; what has no room goes to the head of the next place.
func (f *Front) set(z zones) {
	var all []FrontSlot
	for i, place := range FrontPlaces() {
		if over := room(i); i < len(z)-1 && len(z[i]) > over {
			z[i+1] = append(slices.Clone(z[i][over:]), z[i+1]...)
			z[i] = z[i][:over]
		}
		for _, s := range z[i] {
			s.Place = place
			all = append(all, s)
		}
	}
	f.Slots = all
}

// Add puts a new slot at the end of a place, or at its head where the place is full, and returns its id. An article that stands on the
// page already moves there and keeps its id. Errors: Conflict "error.front_full", "error.front_rules".
func (f *Front) Add(s FrontSlot, place FrontPlace) (int, error) {
	if s.ByHand() {
		for _, old := range f.Slots {
			if old.Article == s.Article {
				return old.ID, f.Put(old.ID, place, 0)
			}
		}
	}
	if len(f.Slots) >= MaxFrontSlots {
		return 0, Fail(Conflict, "error.front_full", MaxFrontSlots)
	}
	if !s.ByHand() && f.rules() >= MaxFrontRules {
		return 0, Fail(Conflict, "error.front_rules", MaxFrontRules)
	}
	f.LastID++
	s.ID = f.LastID
	z := f.zones()
	zone := zoneOf(place)
	switch {
	case s.ByHand() && zone == 2 || len(z[zone]) >= room(zone):
		z[zone] = append([]FrontSlot{s}, z[zone]...)
	default:
		z[zone] = append(z[zone], s)
	}
	f.set(z)
	return s.ID, nil
}

func (f *Front) rules() int {
	n := 0
	for _, s := range f.Slots {
		if !s.ByHand() {
			n++
		}
	}
	return n
}

// Put moves a slot before the slot that is number at (from 0) of a place, or to its end; what has no room there goes down.
func (f *Front) Put(id int, place FrontPlace, at int) error {
	z := f.zones()
	zone, from, found := z.find(id)
	if !found {
		return Fail(Conflict, "error.front_slot_gone")
	}
	s := z[zone][from]
	z[zone] = slices.Delete(z[zone], from, from+1)
	to := zoneOf(place)
	z[to] = slices.Insert(z[to], max(0, min(at, len(z[to]), room(to)-1)), s)
	f.set(z)
	return nil
}

// Up moves a slot one place up: past its neighbour, or into the place above. False when it is the lead already.
func (f *Front) Up(id int) (bool, error) {
	z := f.zones()
	zone, at, found := z.find(id)
	switch {
	case !found:
		return false, Fail(Conflict, "error.front_slot_gone")
	case at > 0:
		z[zone][at-1], z[zone][at] = z[zone][at], z[zone][at-1]
	case zone == 0:
		return false, nil
	case len(z[zone-1]) < room(zone-1):
		z[zone-1] = append(z[zone-1], z[zone][0])
		z[zone] = z[zone][1:]
	default:
		last := len(z[zone-1]) - 1
		z[zone-1][last], z[zone][0] = z[zone][0], z[zone-1][last]
	}
	f.set(z)
	return true, nil
}

// Down moves a slot one place down. False when it is the last of the page.
func (f *Front) Down(id int) (bool, error) {
	z := f.zones()
	zone, at, found := z.find(id)
	switch {
	case !found:
		return false, Fail(Conflict, "error.front_slot_gone")
	case at < len(z[zone])-1:
		z[zone][at], z[zone][at+1] = z[zone][at+1], z[zone][at]
	case zone == len(z)-1:
		return false, nil
	case zone == 0 && len(z[1]) > 0: // the lead is never left empty by a step down
		z[0][0], z[1][0] = z[1][0], z[0][0]
	default:
		s := z[zone][at]
		z[zone] = z[zone][:at]
		z[zone+1] = append([]FrontSlot{s}, z[zone+1]...)
	}
	f.set(z)
	return true, nil
}

// Remove takes a slot off the page.
func (f *Front) Remove(id int) error {
	if _, err := f.Slot(id); err != nil {
		return err
	}
	f.Slots = slices.DeleteFunc(f.Slots, func(s FrontSlot) bool { return s.ID == id })
	return nil
}

// FrontDraft is the one working copy of the front page.
type FrontDraft struct {
	Front
	Version   int // rises with every change; 0 before the first
	UpdatedAt time.Time
	UpdatedBy UserID
	ByName    string // display name
}

// FrontCause says how a version of the front page came about.
type FrontCause string

// The causes of a version.
const (
	FrontArranged FrontCause = "arranged" // a draft was published
	FrontBar      FrontCause = "breaking" // only the breaking bar changed
	FrontRestored FrontCause = "restored" // an earlier version was published again
)

// FrontVersion is a publication of the front page.
type FrontVersion struct {
	Front
	Number int // from 1 upwards; 0: nothing was published yet
	At     time.Time
	By     UserID
	ByName string // display name
	Cause  FrontCause
	Of     int // the version that was published again; 0: none
}

// FrontState is the working copy and what readers see.
type FrontState struct {
	Draft     FrontDraft
	Published FrontVersion
}

// Changed tells whether the working copy differs from what readers see.
func (s FrontState) Changed() bool {
	return !slices.EqualFunc(s.Draft.Slots, s.Published.Slots, func(a, b FrontSlot) bool {
		same := a.Until.Equal(b.Until)
		a.Until, b.Until = time.Time{}, time.Time{}
		return same && a == b
	})
}

// Touch notes a change of the working copy.
func (s *FrontState) Touch(by UserID, now time.Time) {
	s.Draft.Version++
	s.Draft.UpdatedAt, s.Draft.UpdatedBy = now, by
}

// Publish makes an arrangement the next version.
func (s *FrontState) Publish(f Front, cause FrontCause, of int, by UserID, now time.Time) {
	s.Published = FrontVersion{Front: f.Clone(), Number: s.Published.Number + 1, At: now, By: by, Cause: cause, Of: of}
	s.Draft.Breaking = f.Breaking
}

// PublicFront is the arrangement that readers see. The articles it names may be hidden: they are shown as far as the gate gives their
// cards. Only store.Public makes it.
type PublicFront struct {
	Front
	Number int
	At     time.Time
}

// FoundArticle is a line of what an editor searches an article by.
type FoundArticle struct {
	Code        Code
	Headline    string
	State       State
	SectionName string
	PublishedAt time.Time
	PublishAt   time.Time // when a scheduled one comes out
}
