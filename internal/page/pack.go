package page

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
)

// Encoding is a content encoding (RFC 9110 §8.4.1).
type Encoding string

// The encodings that pages go out in.
const (
	Brotli Encoding = "br"
	Gzip   Encoding = "gzip"
	Plain  Encoding = ""
)

// Levels: fast while a reader waits, best for what stays.
const (
	fastBrotli = 5
	fastGzip   = 5
)

// Packer compresses. It keeps the compressors, whose tables are far larger than a page.
type Packer struct {
	brotli, gzip, best sync.Pool
}

// NewPacker makes a Packer.
func NewPacker() *Packer {
	return &Packer{
		brotli: sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, fastBrotli) }},
		best:   sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, brotli.BestCompression) }},
		gzip: sync.Pool{New: func() any {
			z, _ := gzip.NewWriterLevel(io.Discard, fastGzip) // the level is a valid one
			return z
		}},
	}
}

type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// Pack compresses a body fast; Plain returns it as it is.
func (p *Packer) Pack(encoding Encoding, body []byte) ([]byte, error) {
	switch encoding {
	case Brotli:
		return packWith(&p.brotli, body)
	case Gzip:
		return packWith(&p.gzip, body)
	}
	return body, nil
}

// PackBest compresses with brotli as small as it can; it takes some tens of times as long as Pack.
func (p *Packer) PackBest(body []byte) ([]byte, error) { return packWith(&p.best, body) }

func packWith(pool *sync.Pool, body []byte) ([]byte, error) {
	z := pool.Get().(compressor)
	defer pool.Put(z)
	var out bytes.Buffer
	out.Grow(len(body)/4 + 64)
	z.Reset(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	// What is kept should not hold on to the buffer's spare room.
	return bytes.Clone(out.Bytes()), nil
}

// unpack undoes Pack(Brotli, …).
func unpack(packed []byte, size int) ([]byte, error) {
	body := make([]byte, size)
	if _, err := io.ReadFull(brotli.NewReader(bytes.NewReader(packed)), body); err != nil {
		return nil, fmt.Errorf("a kept page cannot be unpacked: %w", err)
	}
	return body, nil
}
