// Package backup makes copies of a newsroom while it runs, checks them, and makes a newsroom of a copy again.
//
// A place (a folder or a bucket) holds many copies. Each is a manifest with the checksum of all it names, the database packed by
// zstd, and the settings. Media lie beside them under the checksum of their bytes, once for all copies, so that the next copy brings only
// what is new. With recipients everything but the manifests is encrypted by age; whoever makes copies needs no secret for that.
//
// The layout, where ID is the moment of the copy in UTC:
//
//	copy-ID.json           the manifest: names, sizes and checksums; nothing of what is in the files
//	copy-ID.sum            its SHA-256, written last: a copy without it is not whole and counts for nothing
//	copy-ID.db.zst[.age]   the database, without the keys that rotate
//	copy-ID.toml[.age]     the settings file, where there is one
//	files/ab/abcd…[.TAG.age]  a file of the library; TAG names the recipients and the bytes
//
// The search index and the kept pages are in no copy: they are made from the database.
package backup

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Database is what is copied and looked through.
type Database interface {
	// CopyTo writes the database as it is at one moment into a new file, without the keys named.
	CopyTo(ctx context.Context, path string, without []string) (news.LogPosition, error)
	Position(ctx context.Context) (news.LogPosition, error)
	// Check tells what is not whole.
	Check(ctx context.Context) ([]news.Fault, error)
	MediaList(ctx context.Context, f news.MediaFilter) (news.MediaPage, error)
	// Backend is "SQLite" or "PostgreSQL".
	Backend() string
}

// backendSQLite is the one whose database is in the copy; PostgreSQL's is pg_dump's work.
const backendSQLite = "SQLite"

// Source is the newsroom that is copied.
type Source struct {
	Database Database
	Media    media.Blobs
	Settings string   // path of the settings file; "" or a path where nothing is: none
	Without  []string // keys in the database that must be in no copy
	Work     string   // a folder for what is under way; it is made, emptied and removed
	Version  string   // which Dabir this is
}

// Place is where copies are.
type Place struct {
	Blobs      media.Blobs
	Recipients []string // age recipients ("age1…"); none: not encrypted
}
