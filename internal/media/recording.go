package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// What sound and video say of themselves: how long they play, and the notes in which a camera wrote place and owner. The files are
// strangers': every walk has a bound and ends at the first thing that is not as it should be.

// peek gives n bytes of a file from an offset on, fewer at its end.
type peek func(at int64, n int) []byte

func peekAt(r io.ReaderAt) peek {
	return func(at int64, n int) []byte {
		buf := make([]byte, n)
		n, _ = r.ReadAt(buf, at) // what cannot be read is not there
		return buf[:n]
	}
}

// peekSeek is peekAt for what can only be sought in.
func peekSeek(r io.ReadSeeker) peek {
	return func(at int64, n int) []byte {
		buf := make([]byte, n)
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return nil
		}
		n, _ = io.ReadFull(r, buf)
		return buf[:n]
	}
}

// manyLooks bounds how often one walk looks into a file: half a million boxes or clusters are more than a film of two hours has.
const manyLooks = 500_000

// bounded gives nothing any more once it was asked too often, which ends every walk.
func bounded(read peek) peek {
	left := manyLooks
	return func(at int64, n int) []byte {
		if left--; left < 0 {
			return nil
		}
		return read(at, n)
	}
}

// note is a span of a file that is to be blanked: the header goes to its beginning, the rest becomes zeros, and nothing moves.
type note struct {
	from, to int64
	header   []byte
}

// notesOf finds what a recording says beside picture and sound; MP3 and Opus are left as they are.
func notesOf(mime string, read peek, size int64) []note {
	read = bounded(read)
	switch mime {
	case "video/mp4":
		return mp4Notes(read, size)
	case "video/webm":
		return webmNotes(read, size)
	}
	return nil
}

// forget blanks notes.
func forget(f *os.File, notes []note) error {
	zeros := make([]byte, 64<<10)
	for _, n := range notes {
		if _, err := f.WriteAt(n.header, n.from); err != nil {
			return fmt.Errorf("media: %w", err)
		}
		for at := n.from + int64(len(n.header)); at < n.to; at += int64(len(zeros)) {
			if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), n.to-at)], at); err != nil {
				return fmt.Errorf("media: %w", err)
			}
		}
	}
	return nil
}

// longest bounds a duration that is believed.
const longest = 1000 * time.Hour

// durationOf is how long a recording plays as its container says, to the millisecond; 0 when it does not say, or nothing that can be
// believed.
func durationOf(mime string, read peek, size int64) time.Duration {
	var seconds float64
	read = bounded(read)
	switch mime {
	case "video/mp4":
		seconds = mp4Seconds(read, size)
	case "video/webm":
		seconds = webmSeconds(read, size)
	case "audio/mpeg":
		seconds = mp3Seconds(read, size)
	case "audio/ogg":
		seconds = opusSeconds(read, size)
	}
	if !(seconds > 0 && seconds < longest.Seconds()) { // not a number, too
		return 0
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Millisecond)
}

// mp3Seconds counts the frames that the first one names (Xing, Info, VBRI), or reckons with its bit rate where it names none.
func mp3Seconds(read peek, size int64) float64 {
	var at int64
	if head := read(0, 10); len(head) == 10 && string(head[:3]) == "ID3" {
		at = 10 + int64(head[6]&0x7f)<<21 + int64(head[7]&0x7f)<<14 + int64(head[8]&0x7f)<<7 + int64(head[9]&0x7f)
	}
	// Behind the tag may be padding.
	data := read(at, sniffLength)
	for len(data) > 4 && mp3Frame(data) == 0 {
		data, at = data[1:], at+1
	}
	if len(data) <= 4 {
		return 0
	}
	version, mono := data[1]>>3&3, data[3]>>6 == 3
	rate, samples, side := mp3Samples[version][data[2]>>2&3], 1152, 32
	switch {
	case version != 3 && mono:
		samples, side = 576, 9
	case version != 3:
		samples, side = 576, 17
	case mono:
		side = 17
	}
	frames := uint32(0)
	if x := data[min(len(data), 4+side):]; len(x) >= 12 && (string(x[:4]) == "Xing" || string(x[:4]) == "Info") && x[7]&1 == 1 {
		frames = binary.BigEndian.Uint32(x[8:])
	} else if x := data[min(len(data), 36):]; len(x) >= 18 && string(x[:4]) == "VBRI" {
		frames = binary.BigEndian.Uint32(x[14:])
	}
	if frames > 0 {
		return float64(frames) * float64(samples) / float64(rate)
	}
	if tail := read(max(at, size-128), 3); string(tail) == "TAG" {
		size -= 128
	}
	table := 0
	if version == 3 {
		table = 1
	}
	return float64(size-at) * 8 / 1000 / float64(mp3Rates[table][data[2]>>4])
}

// oggTail is more than a page of Ogg can be long (RFC 3533, §6), twice.
const oggTail = 2 * 65_307

// opusSeconds is the position of the last page without what a decoder leaves out at the start (RFC 7845, §4).
func opusSeconds(read peek, size int64) float64 {
	head := read(0, 64)
	at := bytes.Index(head, []byte("OpusHead"))
	if at < 0 || len(head) < at+12 || len(head) < 18 {
		return 0
	}
	serial, skip := head[14:18], int64(binary.LittleEndian.Uint16(head[at+10:]))
	tail := read(max(0, size-oggTail), oggTail)
	for {
		page := bytes.LastIndex(tail, []byte("OggS\x00"))
		if page < 0 {
			return 0
		}
		if p := tail[page:]; len(p) >= 18 && bytes.Equal(p[14:18], serial) {
			if position := int64(binary.LittleEndian.Uint64(p[6:])); position >= 0 { // -1: no packet ends on the page
				return float64(position-skip) / 48_000
			}
		}
		tail = tail[:page]
	}
}
