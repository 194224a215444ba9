package search

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// Document is what the index knows of an article. Texts are plain: no mark-up.
type Document struct {
	Code      int64 // positive; the key
	Headline  string
	Kicker    string
	Lede      string
	Body      string
	Tags      []Label // tags and topics
	Reporters []string
	Section   int64 // 0: none
	Kind      string
	At        time.Time // when it was published; zero: undated
}

// Label is a tag or topic.
type Label struct {
	ID   int64
	Name string
}

// Weights say how often a word of each part counts; whole numbers of at least 1. A change needs a new index.
type Weights struct{ Headline, Kicker, Lede, Body, Tags, Reporters int }

// DefaultWeights were found with bench search.
var DefaultWeights = Weights{Headline: 1, Kicker: 1, Lede: 1, Body: 1, Tags: 1, Reporters: 1}

// The fields of the index.
const (
	fieldText  = "t" // stems of all parts, weighed, with their places
	fieldWords = "w" // folded words of headlines and tags, for suggestions and spelling
	fieldMarks = "m" // what filters and facets use: a letter and a value
	fieldNames = "n" // tags as they are typed: folded name, separator, name, separator, id
	fieldOwn   = "o" // the terms of one article, see writeOwn
)

// everywhere is in the text of every document: its frequency list gives the length of each.
const everywhere = "\x01"

// separator stands between the parts of a name.
const separator = "\x1f"

// partGap keeps phrases from running from one part of an article into the next.
const partGap = 100

// document builds what bleve stores.
func (x *Index) document(d Document, s *terms.Splitter) *document.Document {
	doc := document.NewDocument(strconv.FormatInt(d.Code, 36))
	text := newField(fieldText, index.IndexField|index.IncludeTermVectors)
	text.add(everywhere, 1, 0)
	place := 0
	for _, part := range []struct {
		text   string
		weight int
	}{{d.Headline, x.weights.Headline}, {d.Kicker, x.weights.Kicker}, {d.Lede, x.weights.Lede}, {tagNames(d.Tags), x.weights.Tags},
		{strings.Join(d.Reporters, "\n"), x.weights.Reporters}, {d.Body, x.weights.Body}} {
		place += partGap
		found := s.Split(part.text)
		if len(found) == 0 {
			continue
		}
		// The bytes of the terms lie one after another; one copy serves them all.
		var bytes []byte
		for _, term := range found {
			bytes = append(bytes, term.Text...)
		}
		all, at := string(bytes), 0
		text.expect(len(found))
		for _, term := range found {
			place++
			text.add(all[at:at+len(term.Text)], part.weight, place)
			at += len(term.Text)
		}
	}
	doc.AddField(text)
	doc.AddField(stored{fieldOwn, text.writeOwn()})
	words := newField(fieldWords, index.IndexField)
	for _, term := range x.plain(d.Headline + "\n" + tagNames(d.Tags)) {
		words.add(term, 1, 0)
	}
	doc.AddField(words)
	marks := newField(fieldMarks, index.IndexField)
	for _, mark := range d.marks() {
		marks.add(mark, 1, 0)
	}
	doc.AddField(marks)
	names := newField(fieldNames, index.IndexField)
	for _, tag := range d.Tags {
		if tag.Name != "" {
			names.add(persian.Fold(tag.Name)+separator+tag.Name+separator+strconv.FormatInt(tag.ID, 10), 1, 0)
		}
	}
	doc.AddField(names)
	return doc
}

func tagNames(tags []Label) string {
	var b strings.Builder
	for _, tag := range tags {
		b.WriteString(tag.Name)
		b.WriteByte('\n')
	}
	return b.String()
}

// The first letters of marks.
const (
	markSection  = "s"
	markKind     = "k"
	markTag      = "t"
	markReporter = "r"
	markMinute   = "d" // minutes since 1970, ten digits; undated: none
)

func (d Document) marks() []string {
	var marks []string
	if !d.At.IsZero() {
		marks = append(marks, markMinute+digits(max(d.At.Unix()/60, 0), 10))
	}
	if d.Section != 0 {
		marks = append(marks, markSection+strconv.FormatInt(d.Section, 10))
	}
	if d.Kind != "" {
		marks = append(marks, markKind+d.Kind)
	}
	for _, tag := range d.Tags {
		marks = append(marks, markTag+strconv.FormatInt(tag.ID, 10))
	}
	for _, name := range d.Reporters {
		marks = append(marks, markReporter+persian.Fold(name))
	}
	return marks
}

// digits writes n with at least so many digits, so that marks sort as their numbers.
func digits(n int64, width int) string {
	s := strconv.FormatInt(n, 10)
	return strings.Repeat("0", max(width-len(s), 0)) + s
}

// field is a field whose terms we count ourselves.
type field struct {
	name    string
	options index.FieldIndexingOptions
	terms   index.TokenFrequencies
	order   []*index.TokenFreq // as they came
	length  int
	// What the next terms are made of.
	freqs  []index.TokenFreq
	places []index.TokenLocation
	lists  []*index.TokenLocation
}

func newField(name string, options index.FieldIndexingOptions) *field {
	return &field{name: name, options: options, terms: index.TokenFrequencies{}}
}

// expect makes room for n terms at once: an article has hundreds.
func (f *field) expect(n int) {
	f.freqs, f.places, f.lists = make([]index.TokenFreq, n), make([]index.TokenLocation, n), make([]*index.TokenLocation, n)
}

// add counts a term weight times; place 0 is no place.
func (f *field) add(term string, weight, place int) {
	if len(f.freqs) == 0 {
		f.expect(1)
	}
	t := f.terms[term]
	if t == nil {
		t, f.freqs = &f.freqs[0], f.freqs[1:]
		t.Term = []byte(term)
		f.terms[term] = t
		f.order = append(f.order, t)
	}
	t.SetFrequency(t.Frequency() + weight)
	f.length += weight
	if place == 0 {
		return
	}
	if len(f.places) == 0 {
		f.expect(1)
	}
	at := &f.places[0]
	f.places = f.places[1:]
	at.Position = place
	if t.Locations == nil { // most terms stand in one place
		t.Locations, f.lists = f.lists[:0:1], f.lists[1:]
	}
	t.Locations = append(t.Locations, at)
}

// ownShortest is the length of the shortest terms that feedback takes, in bytes: three Persian letters or five others.
const ownShortest = 5

// writeOwn writes the length of the article and, for each term that feedback may take, how often it stands there, its length and the term.
func (f *field) writeOwn() []byte {
	own := binary.AppendUvarint(nil, uint64(f.length))
	for _, t := range f.order {
		if len(t.Term) >= ownShortest {
			own = binary.AppendUvarint(own, uint64(t.Frequency()))
			own = binary.AppendUvarint(own, uint64(len(t.Term)))
			own = append(own, t.Term...)
		}
	}
	return own
}

// readOwn reads what writeOwn wrote. visit may keep nothing of term.
func readOwn(own []byte, visit func(term []byte, frequency, length float64)) error {
	next := func() int {
		v, n := binary.Uvarint(own)
		if n <= 0 || v > math.MaxInt32 {
			own = nil
			return -1
		}
		own = own[n:]
		return int(v)
	}
	length := next()
	for len(own) > 0 {
		frequency, n := next(), next()
		if n < 0 || n > len(own) {
			return fmt.Errorf("%w: the terms of an article cannot be read", ErrDamaged)
		}
		visit(own[:n], float64(frequency), float64(length))
		own = own[n:]
	}
	return nil
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return nil }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }

// Size is what bleve reckons with when it decides how much to hold in memory.
func (f *field) Size() int { return f.length * 16 }

// stored is a field that is only kept.
type stored struct {
	name  string
	value []byte
}

func (s stored) Name() string                                     { return s.name }
func (s stored) Value() []byte                                    { return s.value }
func (s stored) ArrayPositions() []uint64                         { return nil }
func (s stored) EncodedFieldType() byte                           { return 't' }
func (s stored) Analyze()                                         {}
func (s stored) Options() index.FieldIndexingOptions              { return index.StoreField }
func (s stored) AnalyzedLength() int                              { return 0 }
func (s stored) AnalyzedTokenFrequencies() index.TokenFrequencies { return nil }
func (s stored) NumPlainTextBytes() uint64                        { return 0 }
func (s stored) Size() int                                        { return len(s.value) }
