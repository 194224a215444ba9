package media

import (
	"encoding/binary"
	"math"
)

// Elements of WebM that are looked at (RFC 9559).
const (
	webmSegment     = 0x18538067
	webmInfo        = 0x1549a966
	webmScale       = 0x2ad7b1
	webmDuration    = 0x4489
	webmCluster     = 0x1f43b675
	webmTags        = 0x1254c367
	webmAttachments = 0x1941a469
	webmTitle       = 0x7ba9
	webmFile        = 0x7384
	webmFileBefore  = 0x3c83ab
	webmFileAfter   = 0x3e83bb
	webmDate        = 0x4461
	webmCRC         = 0xbf
	webmVoid        = 0xec
)

// ebml is an element (RFC 8794, §5).
type ebml struct {
	id               uint32
	from, begin, end int64
	open             bool // it does not tell its length
}

// ebmlAt reads the head of the element at an offset; false when there is none.
func ebmlAt(read peek, at, end int64) (ebml, bool) {
	head := read(at, 12)
	id, n := vint(head, 4, false)
	if n == 0 {
		return ebml{}, false
	}
	length, m := vint(head[n:], 8, true)
	if m == 0 {
		return ebml{}, false
	}
	e := ebml{id: uint32(id), from: at, begin: at + int64(n+m)}
	if length == 1<<(7*m)-1 {
		e.open, e.end = true, end
		return e, e.begin <= end
	}
	if length > uint64(max(0, end-e.begin)) {
		return ebml{}, false
	}
	e.end = e.begin + int64(length)
	return e, true
}

// vint reads a number of variable length (RFC 8794, §4): as many zeros as stand before its first one, so many bytes follow. masked
// leaves that one out. 0 bytes mean that there is none.
func vint(b []byte, most int, masked bool) (value uint64, length int) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	length = 1
	for mask := byte(0x80); b[0]&mask == 0; mask >>= 1 {
		length++
	}
	if length > most || length > len(b) {
		return 0, 0
	}
	value = uint64(b[0])
	if masked {
		value &= 1<<(8-length) - 1
	}
	for _, next := range b[1:length] {
		value = value<<8 | uint64(next)
	}
	return value, length
}

// webmWalk calls visit with the elements of the segment and of its information, until visit returns false. It goes into what does not
// tell its length.
func webmWalk(read peek, size int64, visit func(ebml) bool) {
	at := int64(0)
	for {
		e, ok := ebmlAt(read, at, size)
		if !ok || !visit(e) {
			return
		}
		if at = e.end; e.open || e.id == webmSegment || e.id == webmInfo {
			at = e.begin
		}
	}
}

// webmSeconds reads duration and time scale of the segment's information.
func webmSeconds(read peek, size int64) float64 {
	scale, length := uint64(1_000_000), 0.0
	webmWalk(read, size, func(e ebml) bool {
		b := read(e.begin, int(min(8, e.end-e.begin)))
		switch {
		case e.id == webmScale:
			scale = 0
			for _, next := range b {
				scale = scale<<8 | uint64(next)
			}
		case e.id == webmDuration && len(b) == 4:
			length = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		case e.id == webmDuration && len(b) == 8:
			length = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
		return e.id != webmCluster
	})
	return length * float64(scale) / 1e9
}

// webmNotes finds what says who, where and when: tags, attachments, and in the information title, names of files and date. They become
// void space of their size. A checksum in the information goes with what it was taken of.
func webmNotes(read peek, size int64) []note {
	var notes []note
	var info ebml
	var sum *ebml
	webmWalk(read, size, func(e ebml) bool {
		switch e.id {
		case webmInfo:
			info = e
		case webmCRC:
			if e.from == info.begin {
				sum = &e
			}
		case webmTags, webmAttachments:
			if !e.open {
				notes = append(notes, voided(e))
			}
		case webmTitle, webmFile, webmFileBefore, webmFileAfter, webmDate:
			notes = append(notes, voided(e))
			if sum != nil {
				notes, sum = append(notes, voided(*sum)), nil
			}
		}
		return true
	})
	return notes
}

// voided makes an element void: the length in one byte where that is enough, else in eight.
func voided(e ebml) note {
	length := e.end - e.from
	if length <= 128 {
		return note{e.from, e.end, []byte{webmVoid, 0x80 | byte(length-2)}}
	}
	header := binary.BigEndian.AppendUint64([]byte{webmVoid}, uint64(length-9))
	header[1] = 1
	return note{e.from, e.end, header}
}
