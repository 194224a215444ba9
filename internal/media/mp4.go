package media

import (
	"bytes"
	"encoding/binary"
)

// mp4Box is a box of an MP4 (ISO 14496-12, §4.2).
type mp4Box struct {
	name             string
	from, begin, end int64 // of its header, its content, and behind it
}

// mp4Boxes calls visit with the boxes of a span, up to the first that is broken.
func mp4Boxes(read peek, at, end int64, visit func(mp4Box)) {
	for at+8 <= end {
		head := read(at, 16)
		if len(head) < 8 {
			return
		}
		length, begin := int64(binary.BigEndian.Uint32(head)), at+8
		switch {
		case length == 1 && len(head) == 16:
			length, begin = int64(binary.BigEndian.Uint64(head[8:])), at+16
		case length == 0:
			length = end - at
		}
		if length < begin-at || length > end-at {
			return
		}
		visit(mp4Box{string(head[4:8]), at, begin, at + length})
		at += length
	}
}

// mp4Find is the first box on a path from a span on.
func mp4Find(read peek, at, end int64, path ...string) (found mp4Box, ok bool) {
	for i, name := range path {
		ok = false
		mp4Boxes(read, at, end, func(b mp4Box) {
			if b.name == name && !ok {
				found, ok = b, true
			}
		})
		if !ok || i == len(path)-1 {
			return found, ok
		}
		at, end = found.begin, found.end
	}
	return found, ok
}

// mp4Seconds reads the movie header (§8.2.2), or that of a movie in fragments (§8.8.2).
func mp4Seconds(read peek, size int64) float64 {
	header, ok := mp4Find(read, 0, size, "moov", "mvhd")
	if !ok {
		return 0
	}
	b := read(header.begin, int(min(32, header.end-header.begin)))
	scale, length, ok := mp4Length(b, 12)
	if !ok || scale == 0 {
		return 0
	}
	if length == 0 {
		if fragments, found := mp4Find(read, 0, size, "moov", "mvex", "mehd"); found {
			b := read(fragments.begin, int(min(12, fragments.end-fragments.begin)))
			if len(b) >= 12 && b[0] == 1 {
				length = binary.BigEndian.Uint64(b[4:])
			} else if len(b) >= 8 {
				length = uint64(binary.BigEndian.Uint32(b[4:]))
			}
		}
	}
	return float64(length) / float64(scale)
}

// mp4Length reads time scale and duration behind two times, which have four bytes each (at is then where the scale stands) or eight.
// All ones mean that the length is not known.
func mp4Length(b []byte, at int) (scale uint32, length uint64, ok bool) {
	if len(b) > 0 && b[0] == 1 {
		at += 8
		if len(b) < at+12 {
			return 0, 0, false
		}
		length = binary.BigEndian.Uint64(b[at+4:])
		return binary.BigEndian.Uint32(b[at:]), length, length != 1<<64-1
	}
	if len(b) < at+8 {
		return 0, 0, false
	}
	length = uint64(binary.BigEndian.Uint32(b[at+4:]))
	return binary.BigEndian.Uint32(b[at:]), length, length != 1<<32-1
}

// mp4Notes finds the boxes of an MP4 in which cameras write place and owner (§8.10: udta, meta; uuid for XMP), and the tracks that
// are neither picture nor sound, with their samples: action cameras and drones write where they are there, many times a second.
// A box becomes free space of its size.
func mp4Notes(read peek, size int64) []note {
	var notes, data []note
	var tracks []mp4Box
	var walk func(at, end int64, depth int)
	walk = func(at, end int64, depth int) {
		mp4Boxes(read, at, end, func(b mp4Box) {
			switch b.name {
			case "udta", "meta", "uuid":
				notes = append(notes, freed(read, b))
			case "mdat":
				if len(data) < manyData {
					data = append(data, note{from: b.begin, to: b.end})
				}
			case "trak":
				if handler, ok := mp4Find(read, b.begin, b.end, "mdia", "hdlr"); ok && !plays(read(handler.begin+8, 4)) {
					tracks, notes = append(tracks, b), append(notes, freed(read, b))
					return
				}
				fallthrough
			case "moov", "moof", "traf":
				if depth < 4 {
					walk(b.begin, b.end, depth+1)
				}
			}
		})
	}
	walk(0, size, 0)
	for _, track := range tracks {
		notes = append(notes, samples(read, track, data)...)
	}
	return notes
}

func plays(handler []byte) bool {
	return bytes.Equal(handler, []byte("vide")) || bytes.Equal(handler, []byte("soun"))
}

func freed(read peek, b mp4Box) note {
	header := bytes.Clone(read(b.from, int(b.begin-b.from)))
	if len(header) < 8 {
		return note{from: b.end, to: b.end} // the walk is at its end
	}
	copy(header[4:], "free")
	return note{b.from, b.end, header}
}

// Bounds of what is looked through for a track: the entries of its tables (ten a second for a day are fewer), and the boxes of data,
// of which a film has one or two.
const (
	manySamples = 1_000_000
	manyData    = 16
)

// samples are the spans of a track's samples (§8.6, §8.7), as far as they lie in the boxes of data.
func samples(read peek, track mp4Box, data []note) []note {
	table, ok := mp4Find(read, track.begin, track.end, "mdia", "minf", "stbl")
	if !ok {
		return nil
	}
	one, sizes := mp4Table(read, table, "stsz", 4, 1)
	_, runs := mp4Table(read, table, "stsc", 0, 3)
	_, chunks := mp4Table(read, table, "stco", 0, 1)
	wide := len(chunks) == 0
	if wide {
		_, chunks = mp4Table(read, table, "co64", 0, 2)
	}
	var found []note
	sample, run := 0, 0
	step := 1
	if wide {
		step = 2
	}
	for i := 0; i+step <= len(chunks); i += step {
		at := int64(chunks[i])
		if wide {
			at = at<<32 | int64(chunks[i+1])
		}
		number := uint32(i/step + 1)
		for run+5 < len(runs) && runs[run+3] <= number {
			run += 3
		}
		if run+2 >= len(runs) {
			return found
		}
		length := int64(0)
		for n := uint32(0); n < runs[run+1] && sample < manySamples; n++ {
			switch {
			case one != 0:
				length += int64(one)
			case sample < len(sizes):
				length += int64(sizes[sample])
			}
			sample++
		}
		for _, d := range data {
			if from, to := max(at, d.from), min(at+length, d.to); at >= 0 && from < to {
				found = append(found, note{from: from, to: to})
			}
		}
	}
	return found
}

// mp4Table reads a table of numbers of four bytes, with so many in an entry: behind version and flags stand, where skip is 4, a number
// that is returned as first, then the count of entries.
func mp4Table(read peek, in mp4Box, name string, skip, columns int) (first uint32, numbers []uint32) {
	box, ok := mp4Find(read, in.begin, in.end, name)
	if !ok {
		return 0, nil
	}
	head := read(box.begin+4, skip+4)
	if len(head) < skip+4 {
		return 0, nil
	}
	if skip > 0 {
		first = binary.BigEndian.Uint32(head)
	}
	begin := box.begin + 8 + int64(skip)
	count := min(int64(binary.BigEndian.Uint32(head[skip:])), manySamples, max(0, box.end-begin)/int64(4*columns))
	b := read(begin, int(count)*4*columns)
	for ; len(b) >= 4; b = b[4:] {
		numbers = append(numbers, binary.BigEndian.Uint32(b))
	}
	return first, numbers
}
