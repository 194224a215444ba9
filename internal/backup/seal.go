package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// Identities open what is encrypted.
type Identities []age.Identity

// ReadIdentities reads the secret keys of age, one a line; lines with # are comments.
func ReadIdentities(r io.Reader) (Identities, error) {
	found, err := age.ParseIdentities(r)
	if err != nil {
		return nil, fmt.Errorf("the identity file: %w", err)
	}
	return found, nil
}

// CheckRecipients tells whether each is a recipient of age.
func CheckRecipients(recipients []string) error {
	_, err := parseRecipients(recipients)
	return err
}

func parseRecipients(recipients []string) ([]age.Recipient, error) {
	if len(recipients) == 0 {
		return nil, nil
	}
	found, err := age.ParseRecipients(strings.NewReader(strings.Join(recipients, "\n")))
	if err != nil {
		return nil, fmt.Errorf("the recipients of backups: %w", err)
	}
	return found, nil
}

// sealer packs and encrypts files on their way into a place.
type sealer struct {
	work       string
	recipients []age.Recipient
	tag        string // names the recipients in the names of files; "" for none
}

func newSealer(work string, recipients []string) (*sealer, error) {
	parsed, err := parseRecipients(recipients)
	if err != nil || len(parsed) == 0 {
		return &sealer{work: work}, err
	}
	sorted := slices.Sorted(slices.Values(recipients))
	sum := sha256.Sum256([]byte(strings.Join(sorted, "\n")))
	return &sealer{work, parsed, hex.EncodeToString(sum[:4])}, nil
}

// suffix is what stands behind the name of a file that is no file of the library.
func (s *sealer) suffix() string {
	if s.tag == "" {
		return ""
	}
	return ".age"
}

// counted is a writer that knows how much went through it and its checksum.
type counted struct {
	io.Writer
	sum hash.Hash
	n   int64
}

func count(w io.Writer) *counted { return &counted{Writer: w, sum: sha256.New()} }

// Write passes on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	return n, err
}

func (c *counted) hex() string { return hex.EncodeToString(c.sum.Sum(nil)) }

// seal writes r into a file of the work folder as it will be stored, and says its checksums. The caller removes the file.
func (s *sealer) seal(ctx context.Context, r io.Reader, pack bool) (item Item, path string, err error) {
	f, err := os.CreateTemp(s.work, "seal-*")
	if err != nil {
		return item, "", err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	stored := count(f)
	var top io.Writer = stored
	var closers []io.Closer
	if len(s.recipients) > 0 {
		w, err := age.Encrypt(stored, s.recipients...)
		if err != nil {
			return item, "", err
		}
		top, closers = w, append(closers, w)
	}
	if pack {
		// One goroutine: the newsroom that is served meanwhile has the rest of the machine.
		w, err := zstd.NewWriter(top, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return item, "", err
		}
		top, closers = w, append(closers, w)
	}
	plain := count(top)
	if _, err := io.Copy(plain, stopper{ctx, r}); err != nil {
		return item, "", err
	}
	for _, c := range slices.Backward(closers) {
		if err := c.Close(); err != nil {
			return item, "", err
		}
	}
	return Item{Size: plain.n, SHA256: plain.hex(), StoredSize: stored.n, StoredSHA256: stored.hex(), Packed: pack}, f.Name(), nil
}

// stopper ends reading with its context.
type stopper struct {
	ctx context.Context
	r   io.Reader
}

// Read reads until the context ends.
func (s stopper) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// errDamaged is the cause of every error about bytes that are not what the manifest says.
var errDamaged = errors.New("its checksum is another one")

// open writes what is stored as item to w, and is errDamaged where the bytes are not those of the manifest. Without identities
// what is encrypted cannot be opened; where w is nil it is only compared as it is stored.
func open(ctx context.Context, p Place, item Item, ids Identities, w io.Writer) error {
	blob, err := p.Blobs.Open(ctx, item.Stored)
	if err != nil {
		return fmt.Errorf("%s: %w", item.Stored, err)
	}
	defer blob.Close()
	stored := count(io.Discard)
	source := io.TeeReader(stopper{ctx, blob}, stored)
	if w != nil {
		err = unseal(source, item, ids, w)
	}
	// What stands behind the end of what was read counts too.
	if _, rerr := io.Copy(io.Discard, source); err == nil {
		err = rerr
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if stored.hex() != item.StoredSHA256 || stored.n != item.StoredSize {
		err = errDamaged // whatever else it led to
	}
	if err != nil {
		return fmt.Errorf("%s: %w", item.Stored, err)
	}
	return nil
}

func unseal(r io.Reader, item Item, ids Identities, w io.Writer) (err error) {
	if item.encrypted() {
		if len(ids) == 0 {
			return ErrNoIdentity
		}
		if r, err = age.Decrypt(r, ids...); err != nil {
			return err
		}
	}
	if item.Packed {
		unpacked, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return err
		}
		defer unpacked.Close()
		r = unpacked
	}
	plain := count(w)
	if _, err := io.Copy(plain, r); err != nil {
		return err
	}
	if plain.hex() != item.SHA256 || plain.n != item.Size {
		return errDamaged
	}
	return nil
}

// ErrNoIdentity tells that a copy is encrypted and nobody gave the key.
var ErrNoIdentity = errors.New("the copy is encrypted: name the file with its age key (--identity FILE)")

// emptyFolder makes a folder of nothing, in place of what a killed process left.
func emptyFolder(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	return os.MkdirAll(path, 0o700)
}

// putFile stores a file of the work folder and removes it there.
func putFile(ctx context.Context, p Place, path, name string, size int64) error {
	defer os.Remove(path)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return p.Blobs.Put(ctx, name, "application/octet-stream", f, size)
}

func putBytes(ctx context.Context, p Place, name, mime string, data []byte) error {
	return p.Blobs.Put(ctx, name, mime, bytes.NewReader(data), int64(len(data)))
}

// writeFile opens a new file for its owner alone, lets do write it, and makes it and its name durable.
func writeFile(path string, do func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = do(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
