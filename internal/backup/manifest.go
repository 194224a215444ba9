package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// formatNow is the layout of copies; a copy of a later one is refused.
const formatNow = 1

// Manifest says what a copy holds.
type Manifest struct {
	Format   int       `json:"format"`
	ID       string    `json:"id"`
	Made     time.Time `json:"made"` // when the database was copied; what was acknowledged before is in the copy
	Dabir    string    `json:"dabir"`
	Backend  string    `json:"backend"` // "SQLite" or "PostgreSQL"
	Log      string    `json:"log"`
	Event    int64     `json:"event"`    // the newest event in the copy
	Database *Item     `json:"database"` // nil on PostgreSQL
	Settings *Item     `json:"settings"` // nil: there was no file
	Files    []Item    `json:"files"`    // of the library, by name
}

// Item is a file of a copy.
type Item struct {
	Name         string `json:"name"` // in the newsroom
	Size         int64  `json:"size"` // bytes of the file itself
	SHA256       string `json:"sha256"`
	Stored       string `json:"stored"` // in the place
	StoredSize   int64  `json:"stored_size"`
	StoredSHA256 string `json:"stored_sha256"`
	Packed       bool   `json:"packed"` // by zstd
}

func (i Item) encrypted() bool { return strings.HasSuffix(i.Stored, ".age") }

// all are the items of a copy.
func (m Manifest) all() []Item {
	var items []Item
	for _, one := range []*Item{m.Database, m.Settings} {
		if one != nil {
			items = append(items, *one)
		}
	}
	return append(items, m.Files...)
}

const (
	idLayout     = "20060102T150405.000Z"
	manifestEnd  = ".json"
	sumEnd       = ".sum"
	copyBegin    = "copy-"
	filesFolder  = "files/"
	manifestMost = 1 << 30 // bytes; a copy of some million files
)

// idForm guards names in a place against what people type.
var idForm = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z$`)

// keyForm is the form of the library's keys: relative, without a step upwards.
var keyForm = regexp.MustCompile(`^[0-9a-f]{2}/[0-9A-Za-z._-]+$`)

// storedForm is the form of every name in a place.
var storedForm = regexp.MustCompile(`^(files/[0-9a-f]{2}/|copy-)[0-9A-Za-z._-]+$`)

// Copies lists the whole copies of a place, oldest first.
func Copies(ctx context.Context, p Place) ([]string, error) {
	keys, err := p.Blobs.Keys(ctx, copyBegin)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, key := range keys {
		id, whole := strings.CutSuffix(strings.TrimPrefix(key, copyBegin), sumEnd)
		if whole && idForm.MatchString(id) && slices.Contains(keys, copyBegin+id+manifestEnd) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Made is when a copy was made, by its id.
func Made(id string) (time.Time, error) { return time.Parse(idLayout, id) }

// ErrNoCopies tells that a place holds no whole copy.
var ErrNoCopies = errors.New("there is no whole copy")

// Read reads the manifest of a copy and compares it with its checksum; "" is the newest.
func Read(ctx context.Context, p Place, id string) (Manifest, error) {
	var m Manifest
	if id == "" {
		ids, err := Copies(ctx, p)
		if err != nil {
			return m, err
		}
		if len(ids) == 0 {
			return m, ErrNoCopies
		}
		id = ids[len(ids)-1]
	}
	if !idForm.MatchString(id) {
		return m, fmt.Errorf("%q is no name of a copy, such as %s", id, idLayout)
	}
	text, err := readAll(ctx, p, copyBegin+id+manifestEnd)
	if news.KindOf(err) == news.NotFound {
		return m, fmt.Errorf("copy %s: %w", id, ErrNoCopies)
	}
	if err != nil {
		return m, err
	}
	sum, err := readAll(ctx, p, copyBegin+id+sumEnd)
	if err != nil {
		return m, fmt.Errorf("copy %s is not whole: %w", id, err)
	}
	if strings.TrimSpace(string(sum)) != sumOf(text) {
		return m, fmt.Errorf("the manifest of copy %s: %w", id, errDamaged)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("the manifest of copy %s: %w", id, err)
	}
	return m, m.check()
}

// check refuses what this Dabir does not know and names that lead elsewhere.
func (m Manifest) check() error {
	if m.Format != formatNow {
		return fmt.Errorf("copy %s was made by another Dabir (%s): its format is %d, this one knows %d", m.ID, m.Dabir, m.Format, formatNow)
	}
	for _, item := range m.all() {
		if !storedForm.MatchString(item.Stored) {
			return fmt.Errorf("copy %s names a file %q, which cannot be", m.ID, item.Stored)
		}
	}
	for _, item := range m.Files {
		if !keyForm.MatchString(item.Name) {
			return fmt.Errorf("copy %s names a file %q, which cannot be", m.ID, item.Name)
		}
	}
	return nil
}

func readAll(ctx context.Context, p Place, name string) ([]byte, error) {
	blob, err := p.Blobs.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(io.LimitReader(blob, manifestMost))
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
