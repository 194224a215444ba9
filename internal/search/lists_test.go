package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"
)

// many are n made-up articles of few words, some of which are in most of them.
func many(n int) []Document {
	random := rand.New(rand.NewPCG(3, uint64(n)))
	words := strings.Fields("شهر باران کتاب مدرسه دریا کوه درخت خانه پنجره باغ قطار پل نان آب چراغ برف سبز سرخ بلند کوتاه")
	var documents []Document
	for i := range n {
		var body strings.Builder
		for range 5 + random.IntN(40) {
			at := random.IntN(len(words))
			body.WriteString(words[at*random.IntN(len(words))/len(words)] + " ")
		}
		d := Document{Code: int64(i + 1), Headline: words[random.IntN(len(words))], Body: body.String(), Section: int64(1 + i%3), Kind: "news"}
		if i%4 > 0 {
			d.At = day("2024-01-01").AddDate(0, 0, random.IntN(700))
		}
		documents = append(documents, d)
	}
	return documents
}

func TestListsFindWhatWalkingFinds(t *testing.T) {
	for _, inFile := range []bool{true, false} {
		t.Run(fmt.Sprint("file ", inFile), func(t *testing.T) { testLists(t, inFile) })
	}
}

func testLists(t *testing.T, inFile bool) {
	documents := many(6000)
	x := filled(t, documents[:3500]...)
	if inFile {
		x = built(t, documents[:3500])
	}
	if err := x.Put(t.Context(), documents[3500:], 0); err != nil {
		t.Fatal(err)
	}
	var gone []int64
	for code := int64(1); code < 6000; code += 7 {
		gone = append(gone, code)
	}
	if err := x.Delete(t.Context(), gone, 0); err != nil {
		t.Fatal(err)
	}
	r, err := x.reader()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for _, term := range []string{everywhere, x.stem("شهر"), x.stem("باران"), x.stem("کوتاه"), x.stem("قطار"), "هیچ‌جا"} {
		walked := walkedList(t, r, term)
		for _, detail := range []detail{withFrequency, withPlaces} {
			for _, step := range []uint64{1, 3, 90, 2000} {
				l, err := r.list(fieldText, term, detail)
				if err != nil {
					t.Fatal(err)
				}
				if l.count != uint64(len(walked)) {
					t.Errorf("%q is in %d articles, not %d", term, l.count, len(walked))
				}
				for range 2 {
					for number := uint64(0); number < 6000; number += 1 + random.Uint64N(step) {
						segment, local := r.segment(number)
						if deleted := r.Segments()[segment].Deleted(); deleted != nil && deleted.Contains(local) {
							continue // which the lists know nothing of
						}
						found, err := l.posting(segment, local)
						if err != nil {
							t.Fatalf("%q, step %d, article %d: %v", term, step, number, err)
						}
						want, in := walked[number]
						if (found != nil) != in {
							t.Fatalf("%q, step %d, article %d: it is in the list: %v", term, step, number, found != nil)
						}
						if !in {
							continue
						}
						if detail == withFrequency {
							want.places = 0
						}
						got := walkedArticle{found.frequency, math.Round(found.length), len(found.places)}
						if got != want {
							t.Fatalf("%q, step %d, article %d: %+v, want %+v", term, step, number, got, want)
						}
					}
					l.rewind()
				}
			}
		}
	}
}

// built is an index whose articles lie in one file.
func built(t *testing.T, documents []Document) *Index {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "index")
	b, err := NewBuilder(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Put(t.Context(), documents), b.Close(t.Context(), 1)); err != nil {
		t.Fatal(err)
	}
	x, err := Open(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

type walkedArticle struct {
	frequency uint64
	length    float64
	places    int
}

// walkedList asks bleve's own reader.
func walkedList(t *testing.T, r *reader, term string) map[uint64]walkedArticle {
	t.Helper()
	list, err := r.TermFieldReader(t.Context(), []byte(term), fieldText, true, true, true)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	all := map[uint64]walkedArticle{}
	for {
		var doc index.TermFieldDoc
		d, err := list.Next(&doc)
		if err != nil {
			t.Fatal(err)
		}
		if d == nil {
			return all
		}
		all[binary.BigEndian.Uint64(d.ID)] = walkedArticle{d.Freq, math.Round(fieldLength(d.Norm)), len(d.Vectors)}
	}
}

// TestPageIsTheBeginningOfAll compares pages, for which only what can be on them is weighed to the end, with the whole order.
func TestPageIsTheBeginningOfAll(t *testing.T) {
	x := filled(t, many(3000)...)
	for _, text := range []string{"باران", "کتاب مدرسه", "شهر کوتاه", "دریا کوه درخت"} {
		for _, now := range []time.Time{{}, day("2025-12-01")} {
			all := search(t, x, Query{Text: text, Limit: maxResults, Now: now})
			page := search(t, x, Query{Text: text, Limit: 10, Now: now})
			if len(all.Hits) < 500 || !reflect.DeepEqual(page.Hits, all.Hits[:10]) {
				t.Errorf("%s: page %v, of all %v", text, page.Hits, all.Hits[:min(len(all.Hits), 10)])
			}
			second := search(t, x, Query{Text: text, Limit: 10, Now: now, After: page.Next})
			if !reflect.DeepEqual(second.Hits, all.Hits[10:20]) {
				t.Errorf("%s: second page %v, of all %v", text, second.Hits, all.Hits[10:20])
			}
		}
	}
}

func TestFacetsFollowSegments(t *testing.T) {
	x := filled(t)
	for i := range 30 {
		d := Document{Code: int64(i%10 + 1), Headline: "باران", Section: int64(i/10 + 1), At: day("2025-01-01"), Tags: []Label{{int64(i), "برچسب"}}}
		if err := x.Put(t.Context(), []Document{d}, 0); err != nil {
			t.Fatal(err)
		}
		r := search(t, x, Query{Text: "باران", Facets: true})
		sum := 0
		for _, c := range r.Facets.Sections {
			sum += c.Count
		}
		if want := min(i+1, 10); sum != want || r.Total != want {
			t.Fatalf("after %d: %+v of %d", i, r.Facets.Sections, r.Total)
		}
	}
	r := search(t, x, Query{Text: "باران", Facets: true})
	if !slices.Equal(r.Facets.Sections, []Count{{"3", 10}}) {
		t.Errorf("sections %+v", r.Facets.Sections)
	}
	if n := len(x.columns); n > 30 {
		t.Errorf("the columns of %d segments are kept", n)
	}
}

func TestOwnTermsAreReadAsWritten(t *testing.T) {
	f := newField(fieldText, index.IndexField)
	for i, term := range []string{"باران", "باران", "از", "کتابخانه", everywhere, "باران"} {
		f.add(term, 1, i+1)
	}
	own := f.writeOwn()
	var got []string
	if err := readOwn(own, func(term []byte, frequency, length float64) {
		got = append(got, fmt.Sprintf("%s %v/%v", term, frequency, length))
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"باران 3/6", "کتابخانه 1/6"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	damaged := 0
	for cut := range own {
		if errors.Is(readOwn(own[:cut], func([]byte, float64, float64) {}), ErrDamaged) {
			damaged++
		}
	}
	// Cut after the length, or after a term, it is a shorter one.
	if damaged != len(own)-3 {
		t.Errorf("%d of %d cuts are found to be damage", damaged, len(own))
	}
	if err := readOwn([]byte{1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("a length beyond all bounds: %v", err)
	}
}

func TestBuilderMakesWhatPutMakes(t *testing.T) {
	documents := append(articles(), many(900)[5:]...)
	folder := filepath.Join(t.TempDir(), "index")
	b, err := NewBuilder(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for half := range 2 {
		both.Go(func() {
			for at := half * 50; at < len(documents); at += 100 {
				if err := b.Put(t.Context(), documents[at:min(at+50, len(documents))]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	if err := b.Close(t.Context(), 77); err != nil {
		t.Fatal(err)
	}
	x, err := Open(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if n, err := x.Count(); n != len(documents) || err != nil {
		t.Errorf("%d articles, %v", n, err)
	}
	if position, err := x.Position(); position != 77 || err != nil {
		t.Errorf("position %d, %v", position, err)
	}
	put := filled(t, documents...)
	for _, q := range []Query{{Text: "کتاب‌ها"}, {Text: `"تیم ملی"`}, {Text: "felestin"}, {Text: "باران کوه", Facets: true}, {Section: 2}, {Text: "تهران -فوتبال"}} {
		q.Limit = maxResults
		built, want := search(t, x, q), search(t, put, q)
		slices.SortFunc(built.Hits, byCode)
		slices.SortFunc(want.Hits, byCode)
		if !slices.Equal(codes(built), codes(want)) || !reflect.DeepEqual(built.Facets, want.Facets) {
			t.Errorf("%q: %d articles, want %d; facets %+v, want %+v", q.Text, len(built.Hits), len(want.Hits), built.Facets, want.Facets)
		}
	}
	// What happens later goes in as always.
	if err := x.Put(t.Context(), []Document{{Code: 2, Headline: "قیمت شیر"}}, 78); err != nil {
		t.Fatal(err)
	}
	if got := codes(search(t, x, Query{Text: "شیر"})); !slices.Equal(got, []int64{2}) {
		t.Errorf("what came later: %v", got)
	}
}

func byCode(a, b Hit) int { return int(a.Code - b.Code) }

func TestBuilderOfNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "index")
	b, err := NewBuilder(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Put(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	x, err := Open(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if n, err := x.Count(); n != 0 || err != nil {
		t.Errorf("%d articles, %v", n, err)
	}
	if position, err := x.Position(); position != 5 || err != nil {
		t.Errorf("position %d, %v", position, err)
	}
}
