package news

import "time"

// DeskNote is a note between editors: it stands in an article's text, and no reader ever sees it.
type DeskNote struct {
	Key       string // names it in its article
	Text      string
	By        string    // display name of who wrote it; "" when nobody knows
	At        time.Time // when it was saved first; zero when nobody knows
	SettledBy string    // display name of who took it out of the text
	SettledAt time.Time // zero while it stands there
}

// Open tells that the note stands in the text.
func (n DeskNote) Open() bool { return n.SettledAt.IsZero() }
