package news

import "time"

// Projection follows the event log.
type Projection struct {
	Name     string    // "pages", "search", "search.newsroom"
	Behind   int64     // events that it has not heard yet
	Since    time.Time // when the first of them happened; zero when it has heard all
	Building bool      // it is being made anew and says nothing meanwhile
}

// Queue is work that waits.
type Queue struct {
	Name   string // "comments" for moderators, "suggest", "due" for what should have been released, "intake", "spool", "purge" for names that the CDN has not purged
	Length int
	Oldest time.Time // since when its first waits; zero when that is not known or nothing waits
}

// Node is a running Dabir as it sees itself.
type Node struct {
	Name        string    // the machine's name and the port
	Version     string    // of the program
	SeenAt      time.Time // when it said so
	StartedAt   time.Time
	Readers     int       // who opened an article in the last five minutes
	Connections int       // open now
	Streams     int       // pages that are open and kept up to date
	Hits        uint64    // pages since the start that were answered from what is kept
	Renders     uint64    // pages since the start that had to be made
	Shed        uint64    // requests and connections since the start that were turned away, as there were too many
	DiskFree    int64     // bytes; -1 where it is not known
	Memory      int64     // bytes that it got from the system
	CopiedAt    time.Time // when its newest backup was made; zero: it made none
	Projections []Projection
	Queues      []Queue // that are its own
}

// Condition is how a newsroom is doing.
type Condition struct {
	At       time.Time
	Database string  // "SQLite" or "PostgreSQL"
	Event    int64   // the newest
	Faults   []Fault // what is wrong, the worst first
	Queues   []Queue // that all nodes share
	Nodes    []Node  // the one that was asked first
}
