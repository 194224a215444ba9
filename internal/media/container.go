package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// The containers of picture files, taken apart far enough to find what was written about the picture and to leave it out. Each walk
// ends at the first thing that is not as it should be: these are strangers' bytes.

// Beginnings of segments that hold what was written about a picture.
const (
	exifMark      = "Exif\x00\x00"
	xmpMark       = "http://ns.adobe.com/xap/1.0/\x00"
	photoshopMark = "Photoshop 3.0\x00"
	iccMark       = "ICC_PROFILE\x00"
	pngXMP        = "XML:com.adobe.xmp"
)

// Markers of a JPEG (ITU-T T.81, table B.1).
const (
	markerSOS  = 0xda
	markerEOI  = 0xd9
	markerAPP0 = 0xe0
	markerAPP1 = 0xe1
	markerAPP2 = 0xe2
	markerIRB  = 0xed // APP13
	markerAdob = 0xee // APP14
	markerAPPF = 0xef
	markerCOM  = 0xfe
)

// jpegSegments calls visit with each segment before the pixels: its marker and what stands in it. It returns where the pixels (or
// what cannot be read) begin.
func jpegSegments(data []byte, visit func(marker byte, payload []byte)) int {
	at := 2
	for at+4 <= len(data) && data[at] == 0xff {
		marker := data[at+1]
		if marker == 0xff { // a fill byte before the marker
			at++
			continue
		}
		if marker == markerSOS || marker == markerEOI {
			return at
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) {
			return at
		}
		visit(marker, data[at+4:at+2+length])
		at += 2 + length
	}
	return min(at, len(data))
}

// jpegSegment writes a segment; "" when it does not fit into one.
func jpegSegment(marker byte, payload []byte) []byte {
	if len(payload) > 0xffff-2 {
		return nil
	}
	out := []byte{0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(payload)+2))
	return append(out, payload...)
}

// restampJPEG gives the JPEG with the given segments behind its start and without any other APPn segment or comment, but for those
// that say how its colours are meant (JFIF, ICC, Adobe). The pixels are the same bytes.
func restampJPEG(data []byte, segments ...[]byte) []byte {
	if len(data) < 4 {
		return data
	}
	out := slices.Grow([]byte{0xff, 0xd8}, len(data)+2048)
	for _, segment := range segments {
		out = append(out, segment...)
	}
	rest := jpegSegments(data, func(marker byte, payload []byte) {
		colour := marker == markerAPP0 && bytes.HasPrefix(payload, []byte("JFIF\x00")) || marker == markerAPP2 && bytes.HasPrefix(payload, []byte(iccMark)) ||
			marker == markerAdob && bytes.HasPrefix(payload, []byte("Adobe"))
		if marker == markerCOM || marker >= markerAPP0 && marker <= markerAPPF && !colour {
			return
		}
		out = append(out, jpegSegment(marker, payload)...)
	})
	return append(out, withoutTail(data[rest:])...)
}

// withoutTail leaves out what stands behind the end of the picture: phones append second pictures and videos with their own notes there.
func withoutTail(pixels []byte) []byte {
	for at := 0; at+1 < len(pixels); {
		next := bytes.IndexByte(pixels[at:], 0xff)
		if next < 0 || at+next+4 > len(pixels) {
			return pixels
		}
		at += next
		switch marker := pixels[at+1]; {
		case marker == markerEOI:
			return pixels[:at+2]
		case marker == 0xff:
			at++
		case marker == 0 || marker >= 0xd0 && marker <= 0xd7: // a byte of the pixels, a restart
			at += 2
		default: // a table between two scans, or the head of a scan
			at += 2 + int(binary.BigEndian.Uint16(pixels[at+2:]))
		}
	}
	return pixels
}

const pngStart = "\x89PNG\r\n\x1a\n"

// pngChunks calls visit with each chunk, up to the first that is broken.
func pngChunks(data []byte, visit func(name string, payload []byte)) {
	for at := len(pngStart); at+12 <= len(data); {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if length > int64(len(data)-at-12) {
			return
		}
		visit(string(data[at+4:at+8]), data[at+8:at+8+int(length)])
		at += 12 + int(length)
	}
}

func pngChunk(name string, payload []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	out = append(append(out, name...), payload...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngKept are the chunks that say what the picture looks like (PNG 3rd edition, §11); the rest says who, where and when.
var pngKept = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true,
	"sBIT": true, "sRGB": true, "cICP": true, "bKGD": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true}

// restampPNG is the PNG with only such chunks and, behind its header, an EXIF chunk of ours.
func restampPNG(data, exif []byte) []byte {
	out := slices.Grow([]byte(pngStart), len(data)+len(exif)+12)
	pngChunks(data, func(name string, payload []byte) {
		if pngKept[name] {
			out = append(out, pngChunk(name, payload)...)
		}
		if name == "IHDR" {
			out = append(out, pngChunk("eXIf", exif)...)
		}
	})
	return out
}

// webpChunks calls visit with each chunk of a WebP (RFC 9649, §2), up to the first that is broken.
func webpChunks(data []byte, visit func(name string, payload []byte)) {
	for at := 12; at+8 <= len(data); {
		length := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if length > int64(len(data)-at-8) {
			return
		}
		visit(string(data[at:at+4]), data[at+8:at+8+int(length)])
		at += 8 + int(length) + int(length&1)
	}
}

// Flags of the VP8X chunk.
const (
	webpHasXMP  = 1 << 2
	webpHasEXIF = 1 << 3
)

// restampWebP is the WebP without XMP and with an EXIF chunk of ours where it had one of its own.
func restampWebP(data, exif []byte) []byte {
	out := slices.Grow(append([]byte("RIFF\x00\x00\x00\x00"), "WEBP"...), len(data))
	put := func(name string, payload []byte) {
		out = append(out, name...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(payload)))
		out = append(out, payload...)
		if len(payload)%2 == 1 {
			out = append(out, 0)
		}
	}
	webpChunks(data, func(name string, payload []byte) {
		switch name {
		case "XMP ":
		case "EXIF":
			put(name, exif)
		case "VP8X":
			flags := bytes.Clone(payload)
			if len(flags) > 0 {
				flags[0] &^= webpHasXMP
			}
			put(name, flags)
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP":
			put(name, payload)
		}
	})
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}
