package news

import "time"

// LogPosition is how far an event log has come.
type LogPosition struct {
	Log    string    // names the log; a restored database has another one
	Event  int64     // the newest event; 0: nothing has happened yet
	At     time.Time // of that event; zero when there is none
	Schema int       // the newest migration
}

// Fault is something that is not as it should be in what is stored. Key and Args are a sentence of the catalogs.
type Fault struct {
	Key  string
	Args []any
}
