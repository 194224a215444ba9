package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// rows is the storage in memory.
type rows struct {
	mu      sync.Mutex
	all     []news.Media
	actions map[string]news.MediaID
	used    map[news.MediaID]bool
	held    map[string]int // writers; -1: one who removes
	fail    error
}

func (r *rows) AddMedia(_ context.Context, _ news.Actor, action string, m *news.Media) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	if id := r.actions[action]; id != 0 {
		*m = r.all[id-1]
		return nil
	}
	m.ID = news.MediaID(len(r.all) + 1)
	r.all = append(r.all, *m)
	if action != "" {
		r.actions[action] = m.ID
	}
	return nil
}

// find is the index of a row, -1 for none.
func (r *rows) find(id news.MediaID) int {
	return slices.IndexFunc(r.all, func(m news.Media) bool { return m.ID == id })
}

func (r *rows) Media(_ context.Context, id news.MediaID) (news.Media, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.find(id); i >= 0 {
		return r.all[i], nil
	}
	return news.Media{}, news.Fail(news.NotFound, "error.not_found")
}

func (r *rows) EditMedia(_ context.Context, _ news.Actor, m *news.Media) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.find(m.ID)
	if i < 0 || r.all[i].Edits != m.Edits {
		return news.Fail(news.Conflict, "error.media_edited")
	}
	m.Edits++
	r.all[i] = *m
	return nil
}

func (r *rows) DeleteMedia(ctx context.Context, _ news.Actor, id news.MediaID) ([]news.Media, error) {
	r.mu.Lock()
	i := r.find(id)
	if r.used[id] {
		r.mu.Unlock()
		return nil, news.Fail(news.Conflict, "error.media_in_use")
	}
	hash := r.all[i].Hash
	r.all = slices.Delete(r.all, i, i+1)
	r.mu.Unlock()
	return r.MediaOfHash(ctx, hash)
}

func (r *rows) MediaOfHash(_ context.Context, hash string) ([]news.Media, error) {
	return r.where(func(m news.Media) bool { return m.Hash == hash }), nil
}

func (r *rows) PendingMedia(_ context.Context, after news.MediaID, _ int) ([]news.Media, error) {
	return r.where(func(m news.Media) bool { return m.Renditions == news.RenditionsPending && m.ID > after }), nil
}

func (r *rows) where(wanted func(news.Media) bool) []news.Media {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []news.Media
	for _, m := range r.all {
		if wanted(m) {
			found = append(found, m)
		}
	}
	return found
}

func (r *rows) SetRenditions(_ context.Context, m news.Media, state news.RenditionState) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := r.find(m.ID); i >= 0 && r.all[i].Edits == m.Edits {
		r.all[i].Renditions, r.all[i].Duration, r.all[i].Weight = state, m.Duration, m.Weight
	}
	return nil
}

func (r *rows) HoldFile(_ context.Context, hash string, removing bool, _ time.Duration) (func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.held[hash]; n < 0 || removing && n > 0 {
		return nil, news.Fail(news.Conflict, "error.upload_busy")
	}
	step := 1
	if removing {
		step = -1
	}
	r.held[hash] += step
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.held[hash] -= step
	}, nil
}

var reporter = news.SystemActor("demo", news.Reporter)

func library(t testing.TB) (*Library, *rows) {
	t.Helper()
	r := &rows{actions: map[string]news.MediaID{}, used: map[news.MediaID]bool{}, held: map[string]int{}}
	l, err := New(t.TempDir(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, r
}

// add takes a picture in and waits for all its renditions.
func add(t *testing.T, l *Library, up Upload) news.Media {
	t.Helper()
	m, err := l.Add(t.Context(), reporter, up)
	if err != nil {
		t.Fatal(err)
	}
	return settled(t, l, m.ID)
}

// settled waits for the work in the background and gives the row as it is then.
func settled(t *testing.T, l *Library, id news.MediaID) news.Media {
	t.Helper()
	if err := l.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	m, err := l.storage.Media(t.Context(), id)
	if err != nil || m.Renditions != news.RenditionsReady {
		t.Fatalf("%+v, %v", m, err)
	}
	return m
}

func upload(data []byte) Upload {
	return Upload{Reader: bytes.NewReader(data), Credit: "عکس: مینا آزاد", Caption: "پلِ نو", Alt: "پلی بر رود"}
}

// quarters draws a picture whose four quarters are red, green, blue and black, row by row from the upper left.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	colours := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}}
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, colours[y*2/h*2+x*2/w])
		}
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif puts an APP1 segment with an orientation, a GPS directory and a maker's name behind the start of a JPEG.
func exif(data []byte, order binary.ByteOrder, orientation uint16) []byte {
	var tiff bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&tiff, order, v)
		}
	}
	mark := "II*\x00"
	if order == binary.BigEndian {
		mark = "MM\x00*"
	}
	tiff.WriteString(mark)
	put(uint32(8), uint16(3))
	put(uint16(0x010f), uint16(2), uint32(9), uint32(62))                         // maker, text behind the directories
	put(uint16(0x0112), uint16(3), uint32(1), orientation, uint16(0))             // orientation
	put(uint16(0x8825), uint16(4), uint32(1), uint32(50), uint32(0))              // where the GPS directory stands
	put(uint16(1), uint16(0x0001), uint16(2), uint32(2), [4]byte{'N'}, [6]byte{}) // latitude north
	tiff.WriteString("CANARYCAM")
	segment := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, 0xe1, byte((len(segment)+2)>>8), byte(len(segment)+2))
	return append(append(out, segment...), data[2:]...)
}

func open(t *testing.T, l *Library, m news.Media, width int) (image.Image, []byte) {
	t.Helper()
	f, err := l.Open(t.Context(), m, width)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Type != "image/jpeg" || time.Since(f.ModTime) > time.Hour {
		t.Errorf("file %s of %v", f.Type, f.ModTime)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img, data
}

func TestRenditionsAreNeverLarger(t *testing.T) {
	tests := []struct {
		w, h  int
		files int // renditions; one crop and one original beside them
		want  []int
	}{
		{2000, 900, 6, []int{320, 480, 640, 960, 1280, 1920}},
		{1600, 900, 6, []int{320, 480, 640, 960, 1280, 1600}},
		{900, 1500, 4, []int{320, 480, 640, 900, 900, 900}},
		{320, 200, 1, []int{320, 320, 320, 320, 320, 320}},
		{5000, 10, 6, []int{320, 480, 640, 960, 1280, 1920}},
		{1, 1, 1, []int{1, 1, 1, 1, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d×%d", tt.w, tt.h), func(t *testing.T) {
			l, _ := library(t)
			m := add(t, l, upload(encodeJPEG(t, quarters(tt.w, tt.h))))
			if m.ID != 1 || m.Width != tt.w || m.Height != tt.h || m.Type != "image/jpeg" || m.Credit == "" {
				t.Errorf("row: %+v", m)
			}
			if files := filesOf(t, l); len(files) != tt.files+1+len(Crops) {
				t.Errorf("files: %v", files)
			}
			for i, want := range tt.want {
				img, _ := open(t, l, m, Widths[i])
				if got := img.Bounds().Dx(); got != want {
					t.Errorf("width %d: %d pixels, want %d", Widths[i], got, want)
				}
				if got, want := img.Bounds().Dy(), max(1, want*tt.h/tt.w); got < want-2 || got > want+2 {
					t.Errorf("width %d: height %d, want about %d", Widths[i], got, want)
				}
			}
		})
	}
}

// TestPicturesAreTurnedAndForgetWhere: all eight orientations in both byte orders come out upright, and nothing that the
// camera wrote is in any file.
func TestPicturesAreTurnedAndForgetWhere(t *testing.T) {
	// Which quarter of the stored picture (0 red, 1 green, 2 blue, 3 black) stands upper left, upper right and lower left.
	corners := [9][3]int{1: {0, 1, 2}, 2: {1, 0, 3}, 3: {3, 2, 1}, 4: {2, 3, 0}, 5: {0, 2, 1}, 6: {2, 0, 3}, 7: {3, 1, 2}, 8: {1, 3, 0}}
	stored := encodeJPEG(t, quarters(320, 160))
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for o := 1; o <= 8; o++ {
			t.Run(fmt.Sprintf("%v %d", order, o), func(t *testing.T) {
				l, _ := library(t)
				m := add(t, l, upload(exif(stored, order, uint16(o))))
				w, h := 320, 160
				if o >= 5 {
					w, h = h, w
				}
				if m.Width != w || m.Height != h {
					t.Errorf("size %d×%d", m.Width, m.Height)
				}
				original, err := os.ReadFile(filepath.Join(l.dir, originalKey(m)))
				if err != nil {
					t.Fatal(err)
				}
				if kept := readMetadata("jpeg", original); kept.orientation != o {
					t.Errorf("the original says orientation %d", kept.orientation)
				}
				if !bytes.Equal(pixelsOf(stored), pixelsOf(original)) {
					t.Error("the pixels of the original are not those of the upload")
				}
				img, rendition := open(t, l, m, 480)
				w, h = img.Bounds().Dx(), img.Bounds().Dy()
				for i, at := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}} {
					if got := quarterAt(img, at); got != corners[o][i] {
						t.Errorf("corner %d: quarter %d, want %d", i, got, corners[o][i])
					}
				}
				for _, data := range [][]byte{original, rendition} {
					if bytes.Contains(data, []byte("CANARYCAM")) {
						t.Error("the camera's notes are still there")
					}
				}
			})
		}
	}
}

// pixelsOf is a JPEG from its first scan on.
func pixelsOf(data []byte) []byte { return data[jpegSegments(data, func(byte, []byte) {}):] }

func quarterAt(img image.Image, p image.Point) int {
	r, g, b, _ := img.At(p.X, p.Y).RGBA()
	for i, c := range []uint32{r, g, b} {
		if c > 0x8000 {
			return i
		}
	}
	return 3
}

func TestTransparentPicturesLieOnWhite(t *testing.T) {
	l, _ := library(t)
	m := add(t, l, upload(encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 4000, 300)))))
	for _, w := range Widths {
		img, _ := open(t, l, m, w)
		if r, g, b, _ := img.At(10, 10).RGBA(); r < 0xf000 || g < 0xf000 || b < 0xf000 {
			t.Errorf("width %d: %v, want white", w, img.At(10, 10))
		}
	}
	if m.Type != "image/png" {
		t.Errorf("type %s", m.Type)
	}
}

// TestGIFFrameStaysInPlace: the first picture of a GIF may cover a part of it.
func TestGIFFrameStaysInPlace(t *testing.T) {
	palette := color.Palette{color.RGBA{0, 0, 255, 255}}
	frame := image.NewPaletted(image.Rect(100, 50, 200, 100), palette)
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 200, Height: 100, ColorModel: palette}})
	if err != nil {
		t.Fatal(err)
	}
	l, _ := library(t)
	m := add(t, l, upload(b.Bytes()))
	img, _ := open(t, l, m, 480)
	if img.Bounds().Dx() != 200 || m.Width != 200 || quarterAt(img, image.Pt(150, 75)) != 2 {
		t.Errorf("%v, row %+v, colour %v", img.Bounds(), m, img.At(150, 75))
	}
	if r, _, _, _ := img.At(20, 20).RGBA(); r < 0xf000 {
		t.Errorf("beside the frame: %v, want white", img.At(20, 20))
	}
}

// TestStripsLeaveNoSeams: scaling in strips gives what scaling at once gives, but for rounding.
func TestStripsLeaveNoSeams(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, 1300, 1100))
	for i := range img.Pix {
		img.Pix[i] = uint8(64 + random.IntN(128)) // so that nothing overshoots and is cut between the two passes
		if i%4 == 3 {
			img.Pix[i] = 0xff
		}
	}
	for _, size := range []image.Point{{480, 406}, {1299, 1099}, {1300, 1}, {1, 1100}, {1300, 1100}} {
		got := resize(img, size.X, size.Y)
		want := image.NewRGBA(image.Rectangle{Max: size})
		draw.CatmullRom.Scale(want, want.Bounds(), img, img.Bounds(), draw.Src, nil)
		if got.Rect != want.Rect {
			t.Fatalf("%v, want %v", got.Rect, want.Rect)
		}
		for i := range got.Pix {
			if d := int(got.Pix[i]) - int(want.Pix[i]); d < -2 || d > 2 {
				t.Errorf("%v: byte %d is %d, want %d", size, i, got.Pix[i], want.Pix[i])
				break
			}
		}
	}
}

func TestWebPIsTaken(t *testing.T) {
	// One white pixel, without loss.
	data, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	l, _ := library(t)
	m := add(t, l, upload(data))
	if m.Width != 1 || m.Height != 1 || m.Type != "image/webp" {
		t.Fatalf("%+v", m)
	}
	if img, _ := open(t, l, m, 960); img.Bounds().Dx() != 1 {
		t.Errorf("%v", img.Bounds())
	}
}

// bomb is the header of a PNG that promises w by h pixels.
func bomb(w, h uint32) []byte {
	chunk := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
}

func TestWrongPicturesAreRefused(t *testing.T) {
	good := encodeJPEG(t, quarters(300, 200))
	tests := []struct {
		name string
		data []byte
		key  string
	}{
		{"nothing", nil, "error.picture_type"},
		{"text", []byte("این عکس نیست"), "error.picture_type"},
		{"html named jpg", []byte("<html><script>alert(1)</script>"), "error.picture_type"},
		{"svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "error.picture_type"},
		{"cut off in the pixels", good[:len(good)/2], "error.picture_broken"},
		{"cut off in the header", good[:30], "error.picture_broken"},
		{"start of a JPEG", good[:3], "error.picture_broken"},
		{"start of a WebP", []byte("RIFF\x10\x00\x00\x00WEBPVP8 "), "error.picture_broken"},
		{"cut off PNG", encodePNG(t, quarters(300, 200))[:200], "error.picture_broken"},
		{"bomb", bomb(60000, 60000), "error.picture_large"},
		{"bomb that overflows", bomb(0x7fffffff, 0x7fffffff), "error.picture_broken"},
		{"too long a side", bomb(MaxSide+1, 1), "error.picture_large"},
		{"too many pixels", bomb(10000, 5001), "error.picture_large"},
		{"no pixels", bomb(0, 10), "error.picture_broken"},
		{"promises without pixels", bomb(5000, 5000), "error.picture_broken"},
		{"too many bytes", append(good, make([]byte, MaxBytes)...), "error.picture_large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, r := library(t)
			_, err := l.Add(t.Context(), reporter, upload(tt.data))
			var e *news.Error
			if !errors.As(err, &e) || e.Kind != news.Invalid || e.Key != tt.key || e.Field != "picture" {
				t.Errorf("error %v, want %s", err, tt.key)
			}
			if len(r.all) != 0 {
				t.Error("a row was stored")
			}
			if files := filesOf(t, l); len(files) != 0 {
				t.Errorf("files stayed: %v", files)
			}
		})
	}
}

func filesOf(t *testing.T, l *Library) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(l.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCreditIsRequiredBesideOtherErrors(t *testing.T) {
	l, r := library(t)
	for _, data := range [][]byte{encodeJPEG(t, quarters(30, 20)), []byte("no picture")} {
		up := upload(data)
		up.Credit = " \u200c "
		_, err := l.Add(t.Context(), reporter, up)
		var fields []string
		for _, e := range news.Errors(err) {
			fields = append(fields, e.Field+" "+e.Key)
		}
		got := strings.Join(fields, ", ")
		want := "picture_credit error.picture_credit"
		if string(data) == "no picture" {
			want = "picture error.picture_type, " + want
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if len(r.all) != 0 {
		t.Error("a row was stored")
	}
}

func TestRightsAndFailures(t *testing.T) {
	l, r := library(t)
	good := encodeJPEG(t, quarters(30, 20))
	if _, err := l.Add(t.Context(), news.SystemActor("x", news.Moderator), upload(good)); news.KindOf(err) != news.Forbidden {
		t.Errorf("a moderator: %v", err)
	}
	if _, err := l.Add(t.Context(), reporter, Upload{Reader: io.MultiReader(bytes.NewReader(good[:50]), failing{}), Credit: "x"}); news.KindOf(err) != news.Invalid {
		t.Errorf("an upload that breaks off: %v", err)
	}
	r.fail = errors.New("disk full")
	if _, err := l.Add(t.Context(), reporter, upload(good)); !errors.Is(err, r.fail) {
		t.Errorf("a failing store: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l.slots <- struct{}{}
	l.slots <- struct{}{}
	if _, err := l.Add(ctx, reporter, upload(encodeJPEG(t, quarters(31, 20)))); !errors.Is(err, context.Canceled) {
		t.Errorf("a sender who left: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestSamePictureSharesFiles(t *testing.T) {
	l, r := library(t)
	good := encodeJPEG(t, quarters(700, 200))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if _, err := l.Add(t.Context(), reporter, upload(good)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(r.all) != 4 || r.all[0].Hash != r.all[3].Hash || r.all[0].ID == r.all[3].ID {
		t.Errorf("rows: %+v", r.all)
	}
	settled(t, l, 4)
	if files := filesOf(t, l); len(files) != 8 { // the original, 320, 480, 640, 700, three crops
		t.Errorf("files: %v", files)
	}
}

func TestOpenRefusesWhatIsNotThere(t *testing.T) {
	l, _ := library(t)
	m := add(t, l, upload(encodeJPEG(t, quarters(30, 20))))
	other := m
	other.Hash = strings.Repeat("0", 64)
	escape := m
	escape.Hash = "../" + m.Hash[3:]
	for _, tt := range []struct {
		m     news.Media
		width int
	}{{m, 0}, {m, 481}, {m, -480}, {other, 480}, {escape, 480}, {news.Media{}, 480}} {
		if f, err := l.Open(t.Context(), tt.m, tt.width); news.KindOf(err) != news.NotFound {
			t.Errorf("%s at %d: %v %v", tt.m.Hash, tt.width, f, err)
		}
	}
}

func TestRemainsOfAKilledProcessAreSwept(t *testing.T) {
	l, _ := library(t)
	old, fresh := filepath.Join(l.dir, "tmp", "picture-old"), filepath.Join(l.dir, "tmp", "picture-fresh")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * staleAfter)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := New(l.dir, l.storage); err != nil {
		t.Fatal(err)
	}
	if files := filesOf(t, l); len(files) != 1 || files[0] != "picture-fresh" {
		t.Errorf("left: %v", files)
	}
}

func FuzzInspect(f *testing.F) {
	small := quarters(8, 6)
	jpg := encodeJPEG(f, small)
	f.Add(jpg)
	f.Add(exif(jpg, binary.LittleEndian, 6))
	f.Add(encodePNG(f, small))
	f.Add(bomb(60000, 60000))
	f.Add([]byte("GIF89a\x02\x00\x02\x00\x80\x00\x00"))
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8L\x17\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		pic, err := inspect(data)
		if err != nil {
			if news.KindOf(err) != news.Invalid {
				t.Fatalf("not the sender's fault? %v", err)
			}
			return
		}
		if pic.orientation < 1 || pic.orientation > 8 || pic.size.Width*pic.size.Height > MaxPixels {
			t.Fatalf("taken: %+v", pic)
		}
		if pic.size.Width*pic.size.Height > 1<<16 {
			return // the pixels of large ones cost the fuzzer its time
		}
		img, err := pic.decode()
		if err == nil {
			turnPaper(resize(img, max(1, pic.size.Width/2), max(1, pic.size.Height/3)), pic.orientation)
		}
	})
}

// TestRemovingWaitsForWriters: files that somebody is about to give a row are not removed, and nobody writes while they are removed.
func TestRemovingWaitsForWriters(t *testing.T) {
	l, r := library(t)
	data := encodeJPEG(t, quarters(500, 300))
	m := add(t, l, upload(data))
	if file, err := l.Open(t.Context(), m, WeighedWidth); err != nil {
		t.Fatal(err)
	} else if size, err := file.Seek(0, io.SeekEnd); err != nil || m.Weight != size || size == 0 {
		t.Errorf("it weighs %d, noted is %d, %v", size, m.Weight, err)
	} else {
		file.Close()
	}
	writer, err := r.HoldFile(t.Context(), m.Hash, false, time.Minute) // another node takes the same file in
	if err != nil {
		t.Fatal(err)
	}
	stop, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.clearFiles(stop, m.Hash); news.KindOf(err) != news.Conflict {
		t.Errorf("removing beside a writer: %v", err)
	}
	writer()
	remover, err := l.clearFiles(t.Context(), m.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Add(stop, reporter, upload(data)); news.KindOf(err) != news.Conflict {
		t.Errorf("adding while the files are removed: %v", err)
	}
	remover()
	add(t, l, upload(data))
}
