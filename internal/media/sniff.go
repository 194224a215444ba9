package media

import (
	"bytes"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// recording is a kind of sound or video that is taken and kept as it is.
type recording struct {
	kind news.MediaKind
	mime string
}

// sniffLength is how much of a file sniffRecording wants to see.
const sniffLength = 4096

// mp4Brands are the major brands of files that browsers play as MP4.
var mp4Brands = map[string]recording{
	"isom": {news.MediaVideo, "video/mp4"}, "iso2": {news.MediaVideo, "video/mp4"}, "iso4": {news.MediaVideo, "video/mp4"},
	"iso5": {news.MediaVideo, "video/mp4"}, "iso6": {news.MediaVideo, "video/mp4"}, "mp41": {news.MediaVideo, "video/mp4"},
	"mp42": {news.MediaVideo, "video/mp4"}, "avc1": {news.MediaVideo, "video/mp4"}, "M4V ": {news.MediaVideo, "video/mp4"},
	"dash": {news.MediaVideo, "video/mp4"}, "MSNV": {news.MediaVideo, "video/mp4"}, "3gp4": {news.MediaVideo, "video/mp4"},
	"3gp5": {news.MediaVideo, "video/mp4"},
}

// sniffRecording knows MP4, WebM, MP3 and Opus in Ogg by what they begin with.
func sniffRecording(head []byte) (recording, bool) {
	switch {
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		r, ok := mp4Brands[string(head[8:12])]
		return r, ok
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		// EBML: the document type stands in its first element; Matroska has another.
		return recording{news.MediaVideo, "video/webm"}, bytes.Contains(head[:min(len(head), 64)], []byte("\x42\x82\x84webm"))
	case bytes.HasPrefix(head, []byte("OggS")):
		return recording{news.MediaAudio, "audio/ogg"}, bytes.Contains(head[:min(len(head), 64)], []byte("OpusHead"))
	}
	return recording{news.MediaAudio, "audio/mpeg"}, isMP3(head)
}

// refusedPicture tells a picture file of a kind that is known and not taken, so that the sentence can say what to do.
func refusedPicture(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "avif", "avis", "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
		return true
	}
	return false
}

// isMP3 finds the first frame of MPEG layer III, behind an ID3 tag where there is one (a long tag is taken at its word).
func isMP3(head []byte) bool {
	if len(head) >= 10 && string(head[:3]) == "ID3" && head[3] < 0xff && head[6]|head[7]|head[8]|head[9] < 0x80 {
		size := 10 + int(head[6])<<21 + int(head[7])<<14 + int(head[8])<<7 + int(head[9])
		return size+4 > len(head) || mp3Frame(head[size:]) > 0 || bytes.Count(head[size:], []byte{0}) == len(head)-size
	}
	first := mp3Frame(head)
	return first > 0 && first+4 <= len(head) && mp3Frame(head[first:]) > 0
}

// Bit rates in kbit/s and sampling rates in Hz of MPEG-1 and MPEG-2 layer III (ISO 11172-3, ISO 13818-3).
var (
	mp3Rates   = [2][16]int{{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}, {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}}
	mp3Samples = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}}
)

// mp3Frame is the length of the frame that begins here, 0 when none does.
func mp3Frame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 {
		return 0
	}
	version, rate, sample := b[1]>>3&3, b[2]>>4, b[2]>>2&3
	if version == 1 || sample == 3 || rate == 0 || rate == 15 {
		return 0
	}
	table, factor := 0, 72000
	if version == 3 {
		table, factor = 1, 144000
	}
	return factor*mp3Rates[table][rate]/mp3Samples[version][sample] + int(b[2]>>1&1)
}
