package media

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"strings"
	"unicode/utf8"
)

// stampJPEG writes the marks into a JPEG and everything else that was said of it out: EXIF for the programs that look there only, XMP
// for those that know what a credit is.
func stampJPEG(data []byte, m marks, orientation int) []byte {
	segments := [][]byte{jpegSegment(markerAPP1, append([]byte(exifMark), writeEXIF(m, orientation)...))}
	if m != (marks{}) {
		segments = append(segments, jpegSegment(markerAPP1, append([]byte(xmpMark), writeXMP(m)...)))
	}
	return restampJPEG(data, segments...)
}

// writeEXIF makes a TIFF structure of one directory: orientation, artist, copyright. EXIF calls its text ASCII; UTF-8 is what everybody
// writes and reads there.
func writeEXIF(m marks, orientation int) []byte {
	type entry struct {
		tag  uint16
		text string
	}
	artist := m.Creator
	if artist == "" {
		artist = m.Credit
	}
	var texts []entry
	for _, e := range []entry{{tagArtist, artist}, {tagCopyright, m.Copyright}} {
		if e.text = clip(e.text); e.text != "" {
			texts = append(texts, e)
		}
	}
	order := binary.BigEndian
	count := 1 + len(texts)
	out := order.AppendUint32([]byte("MM\x00*"), 8)
	out = order.AppendUint16(out, uint16(count))
	out = order.AppendUint16(order.AppendUint16(out, tagOrientation), typeShort)
	out = order.AppendUint16(order.AppendUint16(order.AppendUint32(out, 1), uint16(orientation)), 0)
	at := len(out) + 12*len(texts) + 4
	var behind []byte
	for _, e := range texts {
		value := append([]byte(e.text), 0)
		for len(value) < 5 { // four bytes would have to stand in the entry itself
			value = append(value, 0)
		}
		out = order.AppendUint16(order.AppendUint16(out, e.tag), typeASCII)
		out = order.AppendUint32(order.AppendUint32(out, uint32(len(value))), uint32(at+len(behind)))
		behind = append(behind, value...)
		if len(behind)%2 == 1 {
			behind = append(behind, 0)
		}
	}
	return append(order.AppendUint32(out, 0), behind...)
}

// clip shortens a text to what a segment can hold beside the others.
func clip(s string) string {
	if len(s) <= maxMark {
		return s
	}
	cut := maxMark
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// writeXMP makes an XMP packet (ISO 16684-1) of the marks.
func writeXMP(m marks) []byte {
	var b bytes.Buffer
	text := func(s string) string {
		var e strings.Builder
		_ = xml.EscapeText(&e, []byte(clip(s))) // a Builder takes everything
		return e.String()
	}
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"" + nsRDF +
		"\"><rdf:Description rdf:about=\"\" xmlns:dc=\"" + nsDC + "\" xmlns:photoshop=\"" + nsPhotoshop + "\">")
	if m.Creator != "" {
		b.WriteString("<dc:creator><rdf:Seq><rdf:li>" + text(m.Creator) + "</rdf:li></rdf:Seq></dc:creator>")
	}
	for _, e := range []struct{ name, text string }{{"rights", m.Copyright}, {"description", m.Caption}} {
		if e.text != "" {
			b.WriteString("<dc:" + e.name + "><rdf:Alt><rdf:li xml:lang=\"x-default\">" + text(e.text) + "</rdf:li></rdf:Alt></dc:" + e.name + ">")
		}
	}
	if m.Credit != "" {
		b.WriteString("<photoshop:Credit>" + text(m.Credit) + "</photoshop:Credit>")
	}
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>")
	return b.Bytes()
}
