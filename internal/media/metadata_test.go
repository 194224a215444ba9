package media

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// iptc makes an APP13 segment of IPTC records.
func iptc(records ...[]byte) []byte {
	block := bytes.Join(records, nil)
	irb := append([]byte(photoshopMark+"8BIM\x03\xed\x00\x00\x00\x00\x00\x02xx"), "8BIM\x04\x04\x00\x00"...)
	irb = binary.BigEndian.AppendUint32(irb, uint32(len(block)))
	return jpegSegment(markerIRB, append(irb, block...))
}

func record(number, set byte, value string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x1c, number, set}, uint16(len(value))), value...)
}

func TestMetadataOfEachKindIsRead(t *testing.T) {
	plain := encodeJPEG(t, quarters(8, 8))
	with := func(segments ...[]byte) []byte {
		return append(append(append([]byte{}, plain[:2]...), bytes.Join(segments, nil)...), plain[2:]...)
	}
	old, err := charmap.Windows1256.NewEncoder().String("عكاس قديمي")
	if err != nil {
		t.Fatal(err)
	}
	xmpOf := func(inside string) []byte {
		return jpegSegment(markerAPP1, []byte(xmpMark+`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="`+nsRDF+`" xmlns:dc="`+nsDC+`" xmlns:photoshop="`+nsPhotoshop+`">`+inside+`</rdf:RDF></x:xmpmeta>`))
	}
	elements := xmpOf(`<rdf:Description><dc:creator><rdf:Seq><rdf:li>مینا</rdf:li><rdf:li>سارا</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© هفت‌رود</rdf:li></rdf:Alt></dc:rights><photoshop:Credit>هفت‌رود</photoshop:Credit>` +
		`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">پلِ نو</rdf:li><rdf:li xml:lang="en">bridge</rdf:li></rdf:Alt></dc:description></rdf:Description>`)
	attributes := xmpOf(`<rdf:Description photoshop:Credit="ویژگی" photoshop:Source="منبع"/>`)
	fromEXIF := jpegSegment(markerAPP1, append([]byte(exifMark), writeEXIF(marks{Creator: "دوربین", Copyright: "حق دوربین"}, 6)...))
	utf8Records := iptc(record(1, 90, "\x1b%G"), record(2, 80, "عکاس"), record(2, 110, "خبرگزاری"), record(2, 116, "همهٔ حقوق"), record(2, 120, "شرح عکس"))
	png := restampPNG(encodePNG(t, quarters(8, 8)), writeEXIF(marks{Creator: "png"}, 3))
	for _, tt := range []struct {
		name, format string
		data         []byte
		want         metadata
	}{
		{"nothing", "jpeg", plain, metadata{orientation: 1}},
		{"XMP elements", "jpeg", with(elements), metadata{marks{"مینا، سارا", "هفت‌رود", "پلِ نو", "© هفت‌رود"}, 1}},
		{"XMP attributes", "jpeg", with(attributes), metadata{marks{Credit: "ویژگی"}, 1}},
		{"IPTC", "jpeg", with(utf8Records), metadata{marks{"عکاس", "خبرگزاری", "شرح عکس", "همهٔ حقوق"}, 1}},
		{"IPTC of old Windows", "jpeg", with(iptc(record(2, 80, old), record(2, 115, "AP"))), metadata{marks{Creator: "عکاس قدیمی", Credit: "AP"}, 1}},
		{"EXIF", "jpeg", with(fromEXIF), metadata{marks{Creator: "دوربین", Copyright: "حق دوربین"}, 6}},
		{"XMP before IPTC before EXIF", "jpeg", with(fromEXIF, utf8Records, attributes), metadata{marks{"عکاس", "ویژگی", "شرح عکس", "همهٔ حقوق"}, 6}},
		{"PNG", "png", png, metadata{marks{Creator: "png"}, 3}},
	} {
		if got := readMetadata(tt.format, tt.data); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	if got := (marks{Creator: "مینا آزاد", Credit: "هفت‌رود"}).creditLine(); got != "مینا آزاد / هفت‌رود" {
		t.Errorf("credit line %q", got)
	}
}

// exiftool reads files as others do: group and tag name → value, for each file.
func exiftool(t *testing.T, files ...string) []map[string]any {
	t.Helper()
	out, err := exec.Command("exiftool", append([]string{"-j", "-G1", "-a", "-charset", "exif=utf8"}, files...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// photographed is a picture as an agency sends it: with maker, credit and rights, and with the place, the camera's number and a thumbnail
// of the uncropped scene.
func photographed(t *testing.T) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(name, encodeJPEG(t, quarters(2400, 1600)), 0o600); err != nil {
		t.Fatal(err)
	}
	thumb := filepath.Join(t.TempDir(), "thumb.jpg")
	if err := os.WriteFile(thumb, encodeJPEG(t, quarters(16, 16)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("exiftool", "-q", "-overwrite_original", "-codedcharacterset=utf8", "-charset", "iptc=utf8", "-charset", "exif=utf8",
		"-IPTC:By-line=مینا آزاد", "-IPTC:Credit=خبرگزاری هفت‌رود", "-IPTC:CopyrightNotice=© ۱۴۰۵ هفت‌رود", "-IPTC:City=CANARY-CITY",
		"-XMP-dc:Description=پلِ نو بر رود", "-XMP-exif:GPSLatitude=35.7", "-XMP-iptcCore:Location=CANARY-PLACE",
		"-GPSLatitude=35.7", "-GPSLatitudeRef=N", "-GPSLongitude=51.4", "-GPSLongitudeRef=E", "-EXIF:SerialNumber=CANARY-1234", "-EXIF:OwnerName=CANARY-OWNER",
		"-Comment=CANARY-COMMENT", "-ThumbnailImage<="+thumb, name).CombinedOutput()
	if err != nil {
		t.Fatalf("exiftool: %v %s", err, out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCreditSurvivesRenditions: every file that is kept of a picture, read by a program that is not ours, names maker, credit, caption
// and rights as they are in the library, and says nothing of place, camera and owner; also after the credit was changed.
func TestCreditSurvivesRenditions(t *testing.T) {
	if _, err := exec.LookPath("exiftool"); err != nil {
		if os.Getenv("DABIR_TEST_STRICT") == "1" {
			t.Fatal("no exiftool: scripts/test-setup installs it")
		}
		t.Skip("no exiftool here (Debian's libimage-exiftool-perl)")
	}
	l, _ := library(t)
	m := add(t, l, Upload{Reader: bytes.NewReader(photographed(t)), Name: "photo.jpg"})
	if m.Credit != "مینا آزاد / خبرگزاری هفت‌رود" || m.Creator != "مینا آزاد" || m.Caption != "پلِ نو بر رود" || m.Copyright != "© ۱۴۰۵ هفت‌رود" {
		t.Fatalf("read from the file: %+v", m)
	}
	check := func(m news.Media) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(l.dir, m.Hash[:2], "*"))
		if err != nil || len(files) != 10 { // six renditions, three crops, the original
			t.Fatalf("files: %v, %v", files, err)
		}
		for _, found := range exiftool(t, files...) {
			name := filepath.Base(fmt.Sprint(found["SourceFile"]))
			original := !strings.Contains(name, "-")
			want := map[string]string{"XMP-dc:Creator": m.Creator, "XMP-photoshop:Credit": m.Credit, "XMP-dc:Description": m.Caption,
				"XMP-dc:Rights": m.Copyright, "IFD0:Artist": m.Creator, "IFD0:Copyright": m.Copyright}
			if original { // as the file itself had it
				want["XMP-photoshop:Credit"], want["XMP-dc:Description"] = "خبرگزاری هفت‌رود", "پلِ نو بر رود"
			}
			for tag, text := range want {
				if found[tag] != text {
					t.Errorf("%s: %s is %v, want %s", name, tag, found[tag], text)
				}
			}
			for tag, value := range found {
				if strings.Contains(tag, "GPS") || strings.Contains(tag, "Serial") || strings.Contains(tag, "Thumbnail") || strings.Contains(fmt.Sprint(value), "CANARY") {
					t.Errorf("%s still says %s: %v", name, tag, value)
				}
			}
		}
	}
	check(m)
	if _, err := l.Edit(t.Context(), reporter, Edit{ID: m.ID, Caption: "شرح <نو> & بهتر", Credit: "عکس: «مینا»", Creator: m.Creator, Copyright: m.Copyright, Focal: m.Focal}); err != nil {
		t.Fatal(err)
	}
	check(settled(t, l, m.ID))
}

// TestOriginalsOfEveryFormatForgetTheRest: what is kept of PNG and WebP decodes to the same pixels and holds no other notes.
func TestOriginalsOfEveryFormatForgetTheRest(t *testing.T) {
	png := encodePNG(t, quarters(40, 30))
	noted := append([]byte{}, png[:33]...)
	noted = append(noted, pngChunk("tEXt", []byte("Author\x00CANARY"))...)
	noted = append(append(noted, pngChunk("tIME", []byte{7, 0xe7, 1, 1, 1, 1, 1})...), png[33:]...)
	pic, err := inspect(noted)
	if err != nil {
		t.Fatal(err)
	}
	kept := pic.original()
	if bytes.Contains(kept, []byte("CANARY")) || bytes.Contains(kept, []byte("tIME")) {
		t.Error("the PNG's notes are still there")
	}
	if again, err := inspect(kept); err != nil {
		t.Error(err)
	} else if img, err := again.decode(); err != nil || img.Bounds().Dx() != 40 {
		t.Errorf("%v %v", img, err)
	}
	// A WebP of one pixel with EXIF and XMP behind its header.
	vp8l := []byte("VP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00\x00")[:8+13+1]
	var body []byte
	chunk := func(name string, payload []byte) {
		body = binary.LittleEndian.AppendUint32(append(body, name...), uint32(len(payload)))
		body = append(body, payload...)
		if len(payload)%2 == 1 {
			body = append(body, 0)
		}
	}
	chunk("VP8X", []byte{webpHasEXIF | webpHasXMP, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	body = append(body, vp8l...)
	chunk("EXIF", append(writeEXIF(marks{Creator: "مینا"}, 6), "CANARY"...))
	chunk("XMP ", []byte("<x>CANARY</x>"))
	webp := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), append([]byte("WEBP"), body...)...)
	found := readMetadata("webp", webp)
	if found.orientation != 6 || found.Creator != "مینا" {
		t.Errorf("WebP: %+v", found)
	}
	kept = restampWebP(webp, writeEXIF(found.marks, 6))
	if bytes.Contains(kept, []byte("CANARY")) || readMetadata("webp", kept) != found || int(binary.LittleEndian.Uint32(kept[4:])) != len(kept)-8 {
		t.Errorf("kept WebP: %q", kept)
	}
}

func FuzzMetadata(f *testing.F) {
	plain := encodeJPEG(f, quarters(8, 8))
	stamped := stampJPEG(plain, marks{"مینا", "هفت‌رود", "شرح", "حق"}, 6)
	f.Add("jpeg", stamped)
	f.Add("jpeg", append(append(plain[:2:2], iptc(record(1, 90, "\x1b%G"), record(2, 80, "x"))...), plain[2:]...))
	f.Add("png", restampPNG(encodePNG(f, quarters(8, 8)), writeEXIF(marks{Creator: "x"}, 3)))
	f.Add("webp", []byte("RIFF\x24\x00\x00\x00WEBPVP8L\x17\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add("xmp", writeXMP(marks{"a", "b", "c", "d"}))
	f.Add("iptc", record(2, 80, "x"))
	f.Add("exif", writeEXIF(marks{Creator: "x"}, 2))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		switch format {
		case "xmp":
			readXMP(data)
		case "iptc":
			readIPTC(data)
			readIPTC(photoshopIPTC(data))
		case "exif":
			if _, o := readEXIF(data); o < 1 || o > 8 {
				t.Fatalf("orientation %d", o)
			}
		}
		found := readMetadata(format, data)
		switch format {
		case "jpeg":
			if len(data) > 2 && data[0] == 0xff && data[1] == 0xd8 {
				again := readMetadata("jpeg", stampJPEG(data, found.marks, found.orientation))
				if again != found {
					t.Fatalf("read %+v, written and read %+v", found, again)
				}
			}
		case "png":
			restampPNG(data, writeEXIF(found.marks, found.orientation))
		case "webp":
			restampWebP(data, writeEXIF(found.marks, found.orientation))
		}
	})
}
