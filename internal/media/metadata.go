package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// marks are what a file says of its maker.
type marks struct {
	Creator   string
	Credit    string
	Caption   string
	Copyright string
}

// fill takes over what is still missing.
func (m *marks) fill(from marks) {
	for _, pair := range []struct {
		to   *string
		from string
	}{{&m.Creator, from.Creator}, {&m.Credit, from.Credit}, {&m.Caption, from.Caption}, {&m.Copyright, from.Copyright}} {
		if *pair.to == "" {
			*pair.to = pair.from
		}
	}
}

// maxMark bounds a text that is taken from a file, in bytes.
const maxMark = 2000

// clean makes the texts fit to be shown, each on one line.
func (m marks) clean() marks {
	line := func(s string) string {
		if len(s) > maxMark {
			s = s[:maxMark]
		}
		return persian.CleanLine(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", " "), ""))
	}
	return marks{line(m.Creator), line(m.Credit), line(m.Caption), line(m.Copyright)}
}

// creditLine is the line that readers get to see: the maker and whom the file credits, once each.
func (m marks) creditLine() string {
	switch {
	case m.Credit == "" || strings.Contains(m.Creator, m.Credit):
		return m.Creator
	case m.Creator == "" || strings.Contains(m.Credit, m.Creator):
		return m.Credit
	}
	return m.Creator + " / " + m.Credit
}

// metadata is what was read of a file.
type metadata struct {
	marks
	orientation int // EXIF, 1 to 8
}

// readMetadata finds maker, credit, caption, copyright and orientation in a picture file. Where several places speak, XMP counts
// before IPTC, and IPTC before EXIF, since EXIF is written by cameras and the others by people.
func readMetadata(format string, data []byte) metadata {
	var exif, iptc, xmp []byte
	keep := func(to *[]byte, value []byte) {
		if *to == nil {
			*to = value
		}
	}
	switch format {
	case "jpeg":
		jpegSegments(data, func(marker byte, payload []byte) {
			if rest, ok := bytes.CutPrefix(payload, []byte(exifMark)); ok && marker == markerAPP1 {
				keep(&exif, rest)
			} else if rest, ok := bytes.CutPrefix(payload, []byte(xmpMark)); ok && marker == markerAPP1 {
				keep(&xmp, rest)
			} else if rest, ok := bytes.CutPrefix(payload, []byte(photoshopMark)); ok && marker == markerIRB {
				iptc = append(iptc, rest...) // a long one goes on in the next segment
			}
		})
		iptc = photoshopIPTC(iptc)
	case "png":
		pngChunks(data, func(name string, payload []byte) {
			switch name {
			case "eXIf":
				keep(&exif, payload)
			case "iTXt":
				if text, ok := internationalText(payload, pngXMP); ok {
					keep(&xmp, text)
				}
			}
		})
	case "webp":
		webpChunks(data, func(name string, payload []byte) {
			switch name {
			case "EXIF":
				keep(&exif, bytes.TrimPrefix(payload, []byte(exifMark)))
			case "XMP ":
				keep(&xmp, payload)
			}
		})
	}
	found := metadata{marks: readXMP(xmp), orientation: 1}
	found.fill(readIPTC(iptc))
	fromEXIF, orientation := readEXIF(exif)
	found.fill(fromEXIF)
	found.marks, found.orientation = found.clean(), orientation
	return found
}

// internationalText reads an iTXt chunk of a keyword (PNG 3rd edition, §11.3.3.4).
func internationalText(payload []byte, keyword string) ([]byte, bool) {
	rest, ok := bytes.CutPrefix(payload, []byte(keyword+"\x00"))
	if !ok || len(rest) < 2 {
		return nil, false
	}
	compressed := rest[0] == 1
	_, rest, ok = bytes.Cut(rest[2:], []byte{0}) // language
	if !ok {
		return nil, false
	}
	_, rest, ok = bytes.Cut(rest, []byte{0}) // translated keyword
	if !ok || !compressed {
		return rest, ok
	}
	z, err := zlib.NewReader(bytes.NewReader(rest))
	if err != nil {
		return nil, false
	}
	text, _ := io.ReadAll(io.LimitReader(z, 1<<20))
	return text, true
}

// EXIF tags (EXIF 2.32, §4.6.4).
const (
	tagDescription = 0x010e
	tagOrientation = 0x0112
	tagArtist      = 0x013b
	tagCopyright   = 0x8298

	typeASCII = 2
	typeShort = 3
)

// readEXIF reads the first directory of a TIFF structure. Nothing else of it is looked at, the place least of all.
func readEXIF(tiff []byte) (m marks, orientation int) {
	orientation = 1
	var order binary.ByteOrder
	switch {
	case len(tiff) < 8:
		return m, orientation
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return m, orientation
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return m, orientation
	}
	texts := map[uint16]*string{tagDescription: &m.Caption, tagArtist: &m.Creator, tagCopyright: &m.Copyright}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		tag, kind := order.Uint16(entries), order.Uint16(entries[2:])
		if o := int(order.Uint16(entries[8:])); tag == tagOrientation && kind == typeShort && o >= 1 && o <= 8 {
			orientation = o
		}
		if to := texts[tag]; to != nil && kind == typeASCII {
			*to = exifText(tiff, order, entries)
		}
	}
	// A copyright of two holders has a NUL between them; a camera without an owner writes only spaces.
	m.Copyright = strings.TrimSpace(strings.ReplaceAll(m.Copyright, "\x00", " "))
	return m, orientation
}

func exifText(tiff []byte, order binary.ByteOrder, entry []byte) string {
	length := int64(order.Uint32(entry[4:]))
	value := entry[8:12]
	if length > 4 {
		from := int64(order.Uint32(entry[8:]))
		if length > maxMark || from+length > int64(len(tiff)) {
			return ""
		}
		value = tiff[from:]
	}
	return decodeText(bytes.TrimRight(value[:length], "\x00 "), false)
}

// photoshopIPTC finds the IPTC records among Photoshop's image resources.
func photoshopIPTC(irb []byte) []byte {
	const iptcResource = 0x0404
	for len(irb) >= 12 && bytes.HasPrefix(irb, []byte("8BIM")) {
		id := binary.BigEndian.Uint16(irb[4:])
		nameLength := 1 + int(irb[6])
		nameLength += nameLength & 1
		if 6+nameLength+4 > len(irb) {
			return nil
		}
		size := int64(binary.BigEndian.Uint32(irb[6+nameLength:]))
		rest := irb[6+nameLength+4:]
		if size > int64(len(rest)) {
			return nil
		}
		if id == iptcResource {
			return rest[:size]
		}
		irb = rest[min(int64(len(rest)), size+size&1):]
	}
	return nil
}

// readIPTC reads records of IPTC-IIM 4.2: by-line 2:80, credit 2:110, source 2:115, copyright 2:116, caption 2:120.
func readIPTC(data []byte) marks {
	var m marks
	var source string
	var makers []string
	isUTF8 := false
	for len(data) >= 5 && data[0] == 0x1c {
		record, set, length := data[1], data[2], int(binary.BigEndian.Uint16(data[3:]))
		if length > 0x7fff || 5+length > len(data) { // an extended length: nothing that we look for is so long
			break
		}
		value := data[5 : 5+length]
		data = data[5+length:]
		switch {
		case record == 1 && set == 90:
			isUTF8 = bytes.Equal(value, []byte("\x1b%G"))
		case record != 2:
		case set == 80:
			makers = append(makers, decodeText(value, isUTF8))
		case set == 110:
			m.Credit = decodeText(value, isUTF8)
		case set == 115:
			source = decodeText(value, isUTF8)
		case set == 116:
			m.Copyright = decodeText(value, isUTF8)
		case set == 120:
			m.Caption = decodeText(value, isUTF8)
		}
	}
	m.Creator = strings.Join(makers, "، ")
	m.fill(marks{Credit: source})
	return m
}

// decodeText reads a text whose encoding is not told. What is no UTF-8 is taken for Windows-1256, in which Persian newsrooms wrote for
// decades; its Latin letters are those of Windows-1252 but for a few.
func decodeText(value []byte, isUTF8 bool) string {
	if isUTF8 || utf8.Valid(value) {
		return string(value)
	}
	text, err := charmap.Windows1256.NewDecoder().Bytes(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// Namespaces of XMP.
const (
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsPhotoshop = "http://ns.adobe.com/photoshop/1.0/"
	nsRDF       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
)

// readXMP reads dc:creator, dc:rights, dc:description, photoshop:Credit and photoshop:Source of an XMP packet (ISO 16684-1), written
// as elements or as attributes. Of several languages the first counts.
func readXMP(packet []byte) marks {
	var m marks
	var source string
	var makers []string
	if len(packet) == 0 || len(packet) > 1<<20 {
		return m
	}
	take := func(name xml.Name, text string) {
		if text = strings.TrimSpace(text); text == "" {
			return
		}
		once := func(to *string) {
			if *to == "" {
				*to = text
			}
		}
		switch {
		case name.Space == nsDC && name.Local == "creator":
			makers = append(makers, text)
		case name.Space == nsDC && name.Local == "rights":
			once(&m.Copyright)
		case name.Space == nsDC && name.Local == "description":
			once(&m.Caption)
		case name.Space == nsPhotoshop && name.Local == "Credit":
			once(&m.Credit)
		case name.Space == nsPhotoshop && name.Local == "Source":
			once(&source)
		}
	}
	decoder := xml.NewDecoder(bytes.NewReader(packet))
	var open []xml.Name
	for {
		token, err := decoder.Token()
		if err != nil || len(open) > 64 {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			open = append(open, t.Name)
			for _, a := range t.Attr {
				take(a.Name, a.Value)
			}
		case xml.EndElement:
			open = open[:max(0, len(open)-1)]
		case xml.CharData:
			for i := len(open) - 1; i >= 0; i-- {
				if open[i].Space != nsRDF {
					take(open[i], string(t))
					break
				}
			}
		}
	}
	m.Creator = strings.Join(makers, "، ")
	m.fill(marks{Credit: source})
	return m
}
