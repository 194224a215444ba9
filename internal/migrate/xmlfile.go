package migrate

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
)

// maxElement is the largest piece of an XML file that is held at once, in bytes: a thread, a comment, a field of an article.
const maxElement = 8 << 20

// xmlFile reads a large XML file piece by piece. What is no UTF-8 becomes U+FFFD and what XML forbids goes before it is parsed; a file
// that defines entities of its own is refused, so that none can grow.
type xmlFile struct {
	file   io.Closer
	budget *budgetReader
	dec    *xml.Decoder
	path   []string // the open elements, of those that hold others
}

func openXML(path string, count *countingReader) (*xmlFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	count.r = file
	text, err := unpacked(count)
	if err != nil {
		file.Close()
		return nil, err
	}
	clean := transform.NewReader(text, transform.Chain(runes.ReplaceIllFormed(), runes.Remove(runes.Predicate(forbidden))))
	x := &xmlFile{file: file, budget: &budgetReader{r: bufio.NewReaderSize(clean, 64<<10)}}
	x.dec = xml.NewDecoder(x.budget)
	x.dec.Strict = false // exports hold unquoted attributes and HTML's entities
	x.dec.Entity = xml.HTMLEntity
	x.dec.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii") {
			return in, nil
		}
		return nil, fmt.Errorf("the file says that it is %q; save it as UTF-8", charset)
	}
	return x, nil
}

// forbidden tells what may not stand in XML 1.0 (§2.2).
func forbidden(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff
}

func (x *xmlFile) close() error { return x.file.Close() }

// line is where the reader stands.
func (x *xmlFile) line() int {
	line, _ := x.dec.InputPos()
	return line
}

// next goes to the next element that is no holder; it must be decoded or skipped before next is called again. holders are the paths, joined
// by "/", of the elements to look into, and left is told of each that ends. io.EOF ends the file; every other error names its line.
func (x *xmlFile) next(holders map[string]bool, left func(name string)) (xml.StartElement, error) {
	for {
		x.budget.left = maxElement
		token, err := x.dec.Token()
		if err == io.EOF && len(x.path) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return xml.StartElement{}, x.failed(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				return xml.StartElement{}, x.failed(errors.New("the file defines entities of its own, which no export does"))
			}
		case xml.EndElement:
			if len(x.path) > 0 {
				left(x.path[len(x.path)-1])
				x.path = x.path[:len(x.path)-1]
			}
		case xml.StartElement:
			if !holders[strings.Join(append(x.path, t.Name.Local), "/")] {
				return t, nil
			}
			x.path = append(x.path, t.Name.Local)
		}
	}
}

// decode reads an element into v, skip leaves it out.
func (x *xmlFile) decode(v any, start *xml.StartElement) error {
	return x.failed(x.dec.DecodeElement(v, start))
}

func (x *xmlFile) skip() error { return x.failed(x.dec.Skip()) }

// failed says in which line the reading broke off.
func (x *xmlFile) failed(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case err == nil || err == io.EOF && len(x.path) == 0:
		return err
	case errors.Is(x.budget.err, errLargeElement):
		return fmt.Errorf("line %d: %w", x.line(), errLargeElement)
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %s", syntax.Line, syntax.Msg)
	}
	return fmt.Errorf("line %d: %w", x.line(), err)
}

var errLargeElement = fmt.Errorf("a piece of the file is larger than %d MB", maxElement>>20)

// budgetReader gives so many bytes and no more until it is filled up again: the decoder holds what it reads of an element.
type budgetReader struct {
	r    *bufio.Reader
	left int
	err  error // why it stopped
}

// ReadByte is what the decoder reads by.
func (b *budgetReader) ReadByte() (byte, error) {
	if b.left <= 0 {
		b.err = errLargeElement
		return 0, errLargeElement
	}
	b.left--
	return b.r.ReadByte()
}

// Read reads within the budget too.
func (b *budgetReader) Read(p []byte) (int, error) {
	c, err := b.ReadByte()
	if err != nil || len(p) == 0 {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
