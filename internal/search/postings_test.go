package search

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// lists of articles in every shape that a container can have.
func madeLists() map[string]*roaring.Bitmap {
	random := rand.New(rand.NewPCG(5, 6))
	sparse, dense, mixed := roaring.New(), roaring.New(), roaring.New()
	for range 3000 {
		sparse.Add(random.Uint32N(900_000))
	}
	for range 400_000 {
		dense.Add(random.Uint32N(900_000))
	}
	for range 900 {
		from := uint64(random.Uint32N(850_000))
		mixed.AddRange(from, from+uint64(random.Uint32N(200)))
	}
	mixed.Or(sparse)
	optimized := mixed.Clone()
	optimized.AddRange(131_000, 270_000)
	optimized.RunOptimize()
	few := roaring.BitmapOf(7, 70_000, 70_001, 899_999)
	runs := roaring.New()
	runs.AddRange(65_530, 65_540)
	runs.RunOptimize()
	wide := roaring.New() // with as many containers as the eight bytes of another head could be taken for
	for i := range uint32(40) {
		wide.Add(i * perContainer / 3)
	}
	return map[string]*roaring.Bitmap{"sparse": sparse, "dense": dense, "mixed": mixed, "with runs": optimized, "few": few, "only runs": runs, "wide": wide,
		"none": roaring.New()}
}

func TestContainersAreReadAsRoaringWritesThem(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for name, want := range madeLists() {
		raw, err := want.ToBytes()
		if err != nil {
			t.Fatal(err)
		}
		containers, err := appendContainers(nil, raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := new(scratch).set(900_000)
		s.add(containers)
		if got := s.appendTo(nil); !slices.Equal(got, want.ToArray()) || s.count() != len(got) {
			t.Errorf("%s: a set of %d articles, want %d", name, len(got), want.GetCardinality())
		}
		for _, step := range []uint32{1, 50, 9000, 200_000} {
			w := walker{containers: containers}
			for number := uint32(0); number < 900_000; number += 1 + random.Uint32N(step) {
				before, ok := w.find(number)
				if in := want.Contains(number); ok != in {
					t.Fatalf("%s, step %d: %d is in it: %v", name, step, number, ok)
				}
				if step > 1 && number > 0 && uint64(before) != want.Rank(number-1) {
					t.Fatalf("%s, step %d: %d before %d, want %d", name, step, before, number, want.Rank(number-1))
				}
			}
		}
	}
}

func TestDamagedContainersAreFound(t *testing.T) {
	for name, list := range madeLists() {
		raw, err := list.ToBytes()
		if err != nil {
			t.Fatal(err)
		}
		for cut := 0; cut < len(raw); cut += 1 + len(raw)/300 {
			if _, err := appendContainers(nil, raw[:cut]); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s, cut to %d of %d: %v", name, cut, len(raw), err)
			}
		}
	}
	if _, err := appendContainers(nil, make([]byte, 64)); !errors.Is(err, ErrDamaged) {
		t.Errorf("zeros: %v", err)
	}
}

func FuzzContainers(f *testing.F) {
	for _, list := range madeLists() {
		if raw, err := list.ToBytes(); err == nil && len(raw) < 1000 {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		containers, err := appendContainers(nil, raw)
		if err != nil {
			return
		}
		new(scratch).set(100).add(containers)
		w := walker{containers: containers}
		for number := range uint32(300) {
			w.find(number * 1000)
		}
	})
}

func TestVarintsAreSkipped(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var raw []byte
	begins := []int{0}
	for range 500 {
		raw = binary.AppendUvarint(raw, random.Uint64()>>random.UintN(64))
		begins = append(begins, len(raw))
	}
	for from := range begins {
		for to := from; to < len(begins); to++ {
			rest, ok := skipVarints(raw[begins[from]:], uint64(to-from))
			if !ok || len(rest) != len(raw)-begins[to] {
				t.Fatalf("%d from %d on: %d bytes are left, want %d", to-from, from, len(rest), len(raw)-begins[to])
			}
		}
	}
	if _, ok := skipVarints(raw, 501); ok {
		t.Error("more were skipped than there are")
	}
}

func TestChunksAreLoadedUpwards(t *testing.T) {
	texts := []string{"یک", "", "سه", "چهار", "", "", "هفت"}
	file := []byte{0xff, 0xff} // what is before
	file = binary.AppendUvarint(file, uint64(len(texts)))
	sum := 0
	for _, text := range texts {
		sum += len(text)
		file = binary.AppendUvarint(file, uint64(sum))
	}
	for _, text := range texts {
		file = append(file, text...)
	}
	for first := range texts {
		for step := 1; step <= len(texts); step++ {
			c, err := openChunks(file, 2)
			if err != nil {
				t.Fatal(err)
			}
			for i := first; i < len(texts); i += step {
				got, err := c.load(uint32(i))
				if err != nil || string(got) != texts[i] {
					t.Fatalf("from %d by %d: %q, %v; want %q", first, step, got, err, texts[i])
				}
			}
			if _, err := c.load(uint32(len(texts))); !errors.Is(err, ErrDamaged) {
				t.Errorf("behind the last: %v", err)
			}
		}
	}
	for cut := range file {
		c, err := openChunks(file[:cut], 2)
		if err == nil {
			_, err = c.load(uint32(len(texts) - 1))
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d: %v", cut, err)
		}
	}
}
