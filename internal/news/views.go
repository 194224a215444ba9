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
