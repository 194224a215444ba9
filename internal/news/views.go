package news

import "time"

// ViewSlot is how finely views are counted in time.
const ViewSlot = 5 * time.Minute

// Views is how often people opened an article's page within a slot. It says nothing about who they were.
type Views struct {
	Article Code
	Slot    time.Time // the beginning of a ViewSlot, UTC; any moment within it counts for it
	Count   int
}

// MostList is one of the lists that move with what readers do.
type MostList string

// The lists.
const (
	MostReadHour  MostList = "hour"      // most read within the last hour
	MostReadDay   MostList = "day"       // … 24 hours
	MostReadWeek  MostList = "week"      // … seven days
	MostDiscussed MostList = "discussed" // with the most comments of the last seven days
)

// MostLists are all of them, in the order in which readers are offered them.
func MostLists() []MostList {
	return []MostList{MostReadHour, MostReadDay, MostReadWeek, MostDiscussed}
}

// Path is the list's address below the site's root.
func (l MostList) Path() string { return "/most/" + string(l) }
