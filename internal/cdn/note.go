package cdn

import (
	"fmt"
	"os"
)

// note is how far a node has purged: everything that the events up to this one touched is out of the caches.
type note struct {
	log   string
	event int64
	maker string
}

// readNote reads what an earlier process noted; not ok where there is nothing to go by.
func readNote(file string) (n note, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return note{}, false // purging everything is always right
	}
	_, err = fmt.Sscanf(string(text), "%s %d %s\n", &n.log, &n.event, &n.maker)
	return n, err == nil
}

// write replaces the note at once, so that a kill leaves the old one or the new one.
func (n *note) write(file string) error {
	if err := os.WriteFile(file+".new", fmt.Appendf(nil, "%s %d %s\n", n.log, n.event, n.maker), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
