package markup

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Note is a note to editors in a body.
type Note struct {
	Key  string // a digest of its words: the same words are the same note
	Text string // paragraphs end with "\n"
}

// Notes returns the notes to editors of a body in their order, each once.
func Notes(h HTML) []Note {
	if !strings.Contains(string(h), noteClass) {
		return nil
	}
	var all []Note
	seen := map[string]bool{}
	eachNote(parse(string(h), reading{}), func(n Note) bool {
		if !seen[n.Key] {
			seen[n.Key] = true
			all = append(all, n)
		}
		return false
	})
	return all
}

// WithoutNote returns the body without the notes of that key.
func WithoutNote(h HTML, key string) HTML {
	blocks := eachNote(parse(string(h), reading{}), func(n Note) bool { return n.Key == key })
	return Sanitize(string(render(blocks))) // what held nothing but the note goes with it
}

// eachNote takes out the notes for which drop answers yes and returns the rest.
func eachNote(blocks []*block, drop func(Note) bool) []*block {
	return slices.DeleteFunc(blocks, func(b *block) bool {
		if b.tag == "aside" && b.class == classNote {
			return drop(noteOf(b))
		}
		b.kids = eachNote(b.kids, drop)
		return false
	})
}

func noteOf(b *block) Note {
	text := Plain(render(b.kids))
	sum := sha256.Sum256([]byte(text))
	return Note{Key: hex.EncodeToString(sum[:8]), Text: text}
}
