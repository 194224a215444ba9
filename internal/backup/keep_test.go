package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// shelf is a newsroom of one row: what is copied is the text of its database.
type shelf struct{ text string }

func (s *shelf) CopyTo(_ context.Context, path string, _ []string) (news.LogPosition, error) {
	return news.LogPosition{Log: "log", Event: int64(len(s.text))}, os.WriteFile(path, []byte(s.text), 0o600)
}
func (s *shelf) Position(context.Context) (news.LogPosition, error) { return news.LogPosition{}, nil }
func (s *shelf) Check(context.Context) ([]news.Fault, error)        { return nil, nil }
func (s *shelf) Backend() string                                    { return backendSQLite }
func (s *shelf) MediaList(context.Context, news.MediaFilter) (news.MediaPage, error) {
	return news.MediaPage{}, nil
}

func bench(t *testing.T) (Source, Place) {
	t.Helper()
	library, err := media.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	place, err := media.OpenPrivateFolder(filepath.Join(t.TempDir(), "copies"))
	if err != nil {
		t.Fatal(err)
	}
	return Source{Database: &shelf{"rows"}, Media: library, Work: filepath.Join(t.TempDir(), "work"), Version: "test"}, Place{Blobs: place}
}

func put(t *testing.T, b media.Blobs, key, text string) {
	t.Helper()
	if err := b.Put(t.Context(), key, "", strings.NewReader(text), int64(len(text))); err != nil {
		t.Fatal(err)
	}
}

// TestOldCopiesGoAndTheirFilesLater: the newest stay whole; a file that none of them names goes with the first copy of another day, but
// not while it is younger than a day.
func TestOldCopiesGoAndTheirFilesLater(t *testing.T) {
	src, place := bench(t)
	put(t, src.Media, "ab/one.jpg", "one")
	put(t, src.Media, "cd/two.jpg", "two")
	now := time.Now().Add(time.Hour)
	copied := func(at time.Time) Report {
		t.Helper()
		r, err := Make(t.Context(), src, place, 2, at)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := copied(now); r.Files != 2 || r.New != 2 {
		t.Errorf("the first copy: %+v", r)
	}
	if err := src.Media.Delete(t.Context(), "ab/one.jpg"); err != nil {
		t.Fatal(err)
	}
	put(t, place.Blobs, copyBegin+now.Add(time.Millisecond).UTC().Format(idLayout)+manifestEnd, "{}") // begun by somebody, not whole
	for day := 1; day <= 4; day++ {
		r := copied(now.Add(time.Duration(day) * 30 * time.Hour))
		if r.Files != 1 || r.New != 0 {
			t.Errorf("day %d: %+v", day, r)
		}
	}
	ids, err := Copies(t.Context(), place)
	if err != nil || len(ids) != 2 {
		t.Fatal(ids, err)
	}
	there, err := stored(t.Context(), place)
	if err != nil || len(there) != 1 {
		t.Errorf("files that stay: %v, %v", there, err)
	}
	names, err := place.Blobs.Keys(t.Context(), copyBegin)
	if err != nil || slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(ids, idOf(n)) }) {
		t.Errorf("left behind: %v, %v", names, err)
	}
	for _, id := range ids {
		m, err := Read(t.Context(), place, id)
		if err != nil {
			t.Fatal(err)
		}
		if faults, err := VerifyCopy(t.Context(), place, m, nil); err != nil || len(faults) > 0 {
			t.Errorf("copy %s: %v, %v", id, faults, err)
		}
	}
}

// TestManifestsThatCannotBe: one that was changed, is of a later format or leads out of its folder is refused.
func TestManifestsThatCannotBe(t *testing.T) {
	src, place := bench(t)
	put(t, src.Media, "ab/one.jpg", "one")
	r, err := Make(t.Context(), src, place, 1, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	name := copyBegin + r.ID + manifestEnd
	whole, err := readAll(t.Context(), place, name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to string }{
		{`"format":1`, `"format":2`}, {`"ab/one.jpg"`, `"../../one.jpg"`}, {`"stored":"files/`, `"stored":"../files/`}, {`{`, `[`},
	} {
		changed := strings.Replace(string(whole), c.from, c.to, 1)
		if changed == string(whole) {
			t.Fatalf("the manifest has no %s", c.from)
		}
		put(t, place.Blobs, name, changed)
		if _, err := Read(t.Context(), place, r.ID); !errors.Is(err, errDamaged) {
			t.Errorf("%s changed: %v", c.from, err)
		}
		put(t, place.Blobs, copyBegin+r.ID+sumEnd, sumOf([]byte(changed)))
		if _, err := Read(t.Context(), place, ""); err == nil || errors.Is(err, errDamaged) {
			t.Errorf("%s with its own checksum: %v", c.to, err)
		}
		put(t, place.Blobs, copyBegin+r.ID+sumEnd, sumOf(whole))
	}
	for _, id := range []string{"../x", "20261123T101500.000Z"} {
		if _, err := Read(t.Context(), place, id); err == nil {
			t.Errorf("copy %q is read", id)
		}
	}
}

// TestFailedCopyLeavesTheEarlier: a copy that breaks off is none, and the one before it stands.
func TestFailedCopyLeavesTheEarlier(t *testing.T) {
	src, place := bench(t)
	first, err := Make(t.Context(), src, place, 1, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for what, broken := range map[string]Source{
		"the database": {Database: failing{src.Database}, Media: src.Media, Work: src.Work},
		"the settings": {Database: src.Database, Media: src.Media, Work: src.Work, Settings: t.TempDir()},
	} {
		if _, err := Make(t.Context(), broken, place, 1, time.Now().Add(time.Minute)); err == nil {
			t.Errorf("%s fails and the copy does not", what)
		}
		if m, err := Read(t.Context(), place, ""); err != nil || m.ID != first.ID {
			t.Errorf("%s: the newest is %s, %v", what, m.ID, err)
		}
	}
}

type failing struct{ Database }

func (failing) CopyTo(context.Context, string, []string) (news.LogPosition, error) {
	return news.LogPosition{}, io.ErrUnexpectedEOF
}
