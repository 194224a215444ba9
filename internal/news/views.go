package news

import "time"

// Views is how often people opened an article's page within an hour. It says nothing about who they were.
type Views struct {
	Article Code
	Hour    time.Time // the beginning of the hour, UTC
	Count   int
}
