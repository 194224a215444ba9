package migrate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// maxLine is the longest line that JSONL takes, in bytes.
const maxLine = 8 << 20

// errLongLine says that a line was longer than maxLine; the next one can be read.
var errLongLine = fmt.Errorf("the line is longer than %d MB", maxLine>>20)

// countingReader counts what was read. The count may be asked for while another goroutine reads.
type countingReader struct {
	r io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// lineReader gives the lines of a file one by one.
type lineReader struct {
	buf *bufio.Reader
	max int
	n   int // number of the line last given
}

func newLineReader(r io.Reader) (*lineReader, error) {
	buf, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	return &lineReader{buf: buf, max: maxLine}, nil
}

// unpacked reads a text file, unpacking gzip, which it knows by its first bytes, and without its byte order mark.
func unpacked(r io.Reader) (*bufio.Reader, error) {
	buf := bufio.NewReaderSize(r, 256<<10)
	magic, err := buf.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(buf)
		if err != nil {
			return nil, fmt.Errorf("the file begins like gzip but cannot be unpacked: %w", err)
		}
		buf = bufio.NewReaderSize(unpacked, 256<<10)
	}
	start, err := buf.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err := checkEncoding(start); err != nil {
		return nil, err
	}
	if bytes.Equal(start, utf8BOM) {
		buf.Discard(3)
	}
	return buf, nil
}

// next returns the next line that is not blank, in memory of its own, and its number. errLongLine is about this line only;
// io.EOF ends the file; any other error means that the rest cannot be read, and a line cut off by it is not given.
func (l *lineReader) next() ([]byte, int, error) {
	for {
		text, err := l.read()
		if err != nil && err != errLongLine {
			return nil, l.n, err
		}
		l.n++
		if err != nil {
			return nil, l.n, err
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return text, l.n, nil
		}
	}
}

func (l *lineReader) read() ([]byte, error) {
	var text []byte
	long := false
	for {
		part, err := l.buf.ReadSlice('\n')
		if !long && len(text)+len(part) > l.max {
			long, text = true, nil
		}
		if !long {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && len(text) == 0 && !long:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		case long:
			return nil, errLongLine
		}
		return text, nil
	}
}
