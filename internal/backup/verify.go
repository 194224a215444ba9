package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// VerifyCopy reads a whole copy and tells what of it is damaged or missing. With identities, or where nothing is encrypted, the files
// are opened too; otherwise they are compared as they are stored.
func VerifyCopy(ctx context.Context, p Place, m Manifest, ids Identities) ([]news.Fault, error) {
	var faults []news.Fault
	for _, item := range m.all() {
		var w io.Writer
		if !item.encrypted() || len(ids) > 0 {
			w = io.Discard
		}
		err := open(ctx, p, item, ids, w)
		switch {
		case ctx.Err() != nil:
			return faults, ctx.Err()
		case err == nil:
		case errors.Is(err, errDamaged):
			faults = append(faults, news.Fault{Key: "verify.copy_damaged", Args: []any{item.Stored, item.Name}})
		case news.KindOf(err) == news.NotFound:
			faults = append(faults, news.Fault{Key: "verify.copy_missing", Args: []any{item.Stored, item.Name}})
		default:
			return faults, err
		}
	}
	return faults, nil
}

// Verify looks whether a newsroom is whole: its database, its event log, and its library's files, each of which must be there and, where a
// copy knows its checksum, hold the same bytes. place is the newsroom's own place of copies; a zero Place knows no checksums.
// The number of files that could be compared comes back.
func Verify(ctx context.Context, src Source, place Place) (faults []news.Fault, compared int, err error) {
	if faults, err = src.Database.Check(ctx); err != nil {
		return faults, 0, err
	}
	missing, err := missingFiles(ctx, src)
	faults = append(faults, missing...)
	if err != nil || place.Blobs == nil {
		return faults, 0, err
	}
	m, err := Read(ctx, place, "")
	if errors.Is(err, ErrNoCopies) {
		return faults, 0, nil
	}
	if err != nil {
		return faults, 0, err
	}
	for _, item := range m.Files {
		same, known, err := compare(ctx, src.Media, item)
		if err != nil {
			return faults, compared, err
		}
		if known {
			compared++
		}
		if !same {
			faults = append(faults, news.Fault{Key: "verify.file_damaged", Args: []any{item.Name}})
		}
	}
	return faults, compared, nil
}

// compare reads a file of the library against what a copy knows of it. One that was deleted since is not known.
func compare(ctx context.Context, files media.Blobs, item Item) (same, known bool, err error) {
	blob, err := files.Open(ctx, item.Name)
	if news.KindOf(err) == news.NotFound {
		return true, false, nil
	}
	if err != nil {
		return false, false, err
	}
	defer blob.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, stopper{ctx, blob}); err != nil {
		return false, false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == item.SHA256, true, nil
}

// missingFiles are the library's items of which a file is not there.
func missingFiles(ctx context.Context, src Source) ([]news.Fault, error) {
	// The rows first: files are there before their row is.
	var items []news.Media
	for after := news.MediaID(0); ; {
		page, err := src.Database.MediaList(ctx, news.MediaFilter{After: after, Limit: 200})
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if after = page.Next; after == 0 {
			break
		}
	}
	keys, err := media.AllKeys(ctx, src.Media)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(keys))
	for _, key := range keys {
		there[key] = true
	}
	var faults []news.Fault
	for _, m := range items {
		gone := slices.DeleteFunc(media.KeysOf(m), func(key string) bool { return there[key] })
		if len(gone) > 0 {
			faults = append(faults, news.Fault{Key: "verify.file_missing", Args: []any{m.ID.String(), gone[0], len(gone)}})
		}
	}
	return faults, nil
}
