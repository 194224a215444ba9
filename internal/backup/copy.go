package backup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Report says what a copy was.
type Report struct {
	ID      string
	Event   int64 // the newest event in it
	Files   int   // of the library
	New     int   // of them, those that no earlier copy had
	Written int64 // bytes brought to the place
	Removed int   // older copies that were given up
}

// copier is a copy under way.
type copier struct {
	Source
	place  Place
	seal   *sealer
	known  map[string]Item // files of the copy before this one, by name
	there  map[string]bool // what the place has below files/
	bySum  map[string]Item // what is sealed already for our recipients, by the checksum of its bytes
	files  map[string]Item
	report Report
}

// Make copies the newsroom into the place while it runs and keeps the keep newest copies, at least one. What was acknowledged before
// Make was called is in the copy. When it fails the earlier copies stand.
func Make(ctx context.Context, src Source, place Place, keep int, now time.Time) (Report, error) {
	if err := emptyFolder(src.Work); err != nil {
		return Report{}, fmt.Errorf("the work folder: %w", err)
	}
	defer os.RemoveAll(src.Work)
	seal, err := newSealer(src.Work, place.Recipients)
	if err != nil {
		return Report{}, err
	}
	c := &copier{Source: src, place: place, seal: seal, known: map[string]Item{}, bySum: map[string]Item{}, files: map[string]Item{}}
	id := now.UTC().Format(idLayout)
	c.report.ID = id
	if err := c.begin(ctx); err != nil {
		return c.report, err
	}
	// Files before and after the database: what is uploaded meanwhile is caught by the second look, what is deleted by the first.
	if err := c.media(ctx); err != nil {
		return c.report, err
	}
	m, err := c.database(ctx, id, now)
	if err != nil {
		return c.report, err
	}
	if err := c.media(ctx); err != nil {
		return c.report, err
	}
	if m.Settings, err = c.settings(ctx, id); err != nil {
		return c.report, err
	}
	m.Files = slices.SortedFunc(maps.Values(c.files), func(a, b Item) int { return cmp.Compare(a.Name, b.Name) })
	c.report.Files, c.report.Event = len(m.Files), m.Event
	if err := c.finish(ctx, m); err != nil {
		return c.report, err
	}
	c.report.Removed, err = prune(ctx, place, max(keep, 1), now)
	if err != nil {
		return c.report, fmt.Errorf("the copy is whole, but older ones could not be given up: %w", err)
	}
	return c.report, nil
}

// begin learns what the place has already.
func (c *copier) begin(ctx context.Context) (err error) {
	if c.there, err = stored(ctx, c.place); err != nil {
		return err
	}
	last, err := Read(ctx, c.place, "")
	if errors.Is(err, ErrNoCopies) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the copy before this one: %w", err)
	}
	for _, item := range last.Files {
		if c.isOurs(item) && c.there[item.Stored] {
			c.known[item.Name], c.bySum[item.SHA256] = item, item
		}
	}
	return nil
}

func stored(ctx context.Context, p Place) (map[string]bool, error) {
	found := map[string]bool{}
	for i := range 256 {
		keys, err := p.Blobs.Keys(ctx, fmt.Sprintf("%s%02x/", filesFolder, i))
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			found[key] = true
		}
	}
	return found, nil
}

// storedName is where a file lies. The bytes of an encrypted one are others each time, so its name tells them apart: what an
// earlier copy names is never written over.
func (c *copier) storedName(item Item) string {
	name := filesFolder + item.SHA256[:2] + "/" + item.SHA256
	if c.seal.tag == "" {
		return name
	}
	return name + "." + c.seal.tag + "-" + item.StoredSHA256[:8] + ".age"
}

// isOurs tells that a file was sealed for the same recipients as this copy.
func (c *copier) isOurs(item Item) bool { return item.Stored == c.storedName(item) }

// media brings what the library has and the copy has not. A file never changes under its name, so a known one is not read again.
func (c *copier) media(ctx context.Context) error {
	keys, err := media.AllKeys(ctx, c.Media)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, done := c.files[key]; done {
			continue
		}
		if item, ok := c.known[key]; ok {
			c.files[key] = item
			continue
		}
		if err := c.file(ctx, key); err != nil && news.KindOf(err) != news.NotFound { // deleted meanwhile
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (c *copier) file(ctx context.Context, key string) error {
	blob, err := c.Media.Open(ctx, key)
	if err != nil {
		return err
	}
	defer blob.Close()
	item, path, err := c.seal.seal(ctx, blob, false)
	if err != nil {
		return err
	}
	c.report.New++
	if same, ok := c.bySum[item.SHA256]; ok { // another file with the same bytes
		same.Name = key
		c.files[key] = same
		return os.Remove(path)
	}
	item.Name, item.Stored = key, c.storedName(item)
	c.files[key], c.bySum[item.SHA256] = item, item
	if c.there[item.Stored] {
		return os.Remove(path)
	}
	c.report.Written += item.StoredSize
	return putFile(ctx, c.place, path, item.Stored, item.StoredSize)
}

// database copies it, or notes where it stands when pg_dump does.
func (c *copier) database(ctx context.Context, id string, now time.Time) (Manifest, error) {
	m := Manifest{Format: formatNow, ID: id, Made: now.UTC(), Dabir: c.Version, Backend: c.Database.Backend()}
	if m.Backend != backendSQLite {
		at, err := c.Database.Position(ctx)
		m.Log, m.Event = at.Log, at.Event
		return m, err
	}
	path := filepath.Join(c.Work, "database")
	at, err := c.Database.CopyTo(ctx, path, c.Without)
	if err != nil {
		return m, err
	}
	defer os.Remove(path)
	m.Log, m.Event = at.Log, at.Event
	m.Database, err = c.single(ctx, path, "dabir.db", copyBegin+id+".db.zst"+c.seal.suffix(), true)
	return m, err
}

func (c *copier) settings(ctx context.Context, id string) (*Item, error) {
	item, err := c.single(ctx, c.Settings, "dabir.toml", copyBegin+id+".toml"+c.seal.suffix(), false)
	if c.Settings == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return item, err
}

// single brings one file of the newsroom's folder.
func (c *copier) single(ctx context.Context, path, name, as string, pack bool) (*Item, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	item, sealed, err := c.seal.seal(ctx, f, pack)
	if err != nil {
		return nil, err
	}
	item.Name, item.Stored = name, as
	c.report.Written += item.StoredSize
	return &item, putFile(ctx, c.place, sealed, as, item.StoredSize)
}

// finish looks once more that all is there, since another node may have tidied the place, and makes the copy whole.
func (c *copier) finish(ctx context.Context, m Manifest) error {
	there, err := stored(ctx, c.place)
	if err != nil {
		return err
	}
	for _, item := range m.Files {
		if !there[item.Stored] {
			return fmt.Errorf("%s went away from the place while the copy was made; make another one", item.Stored)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := putBytes(ctx, c.place, copyBegin+m.ID+manifestEnd, "application/json", text); err != nil {
		return err
	}
	return putBytes(ctx, c.place, copyBegin+m.ID+sumEnd, "text/plain", []byte(sumOf(text)+"\n"))
}
