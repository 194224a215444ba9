package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/search"
)

// askCmd asks an index in a process of its own, whose memory is then that of searching alone.
type askCmd struct {
	Index     string `required:"" type:"existingdir"`
	Questions string `required:"" type:"existingfile"`
	Profile   string `help:"Write a profile of the processor's time while asking one at a time." type:"path"`
	Kind      string `help:"Ask only this kind of question."`
}

// askedIndex is what searching an index cost.
type askedIndex struct {
	Articles int                `json:"articles"`
	Open     time.Duration      `json:"open"`  // until the first answer can be had
	First    time.Duration      `json:"first"` // the first answer
	Heap     uint64             `json:"heap"`  // bytes that live after a collection, after all questions
	Peak     uint64             `json:"peak"`  // the most that the heap was seen to hold, garbage with it
	Anon     int64              `json:"anon"`  // bytes of the process that are not pages of files
	Resident int64              `json:"resident"`
	Times    map[string]latency `json:"times"` // by kind of question, and "…, eight at a time"
}

// latency is the middle and the slow end of many answers, and the same of the processor's time for them, which depends least on who else works.
type latency struct {
	P50   time.Duration `json:"p50"`
	P99   time.Duration `json:"p99"`
	CPU50 time.Duration `json:"cpu50"`
	CPU99 time.Duration `json:"cpu99"`
}

const (
	eight = "eight at a time"
	typed = "while typing"
)

// Run asks everything twice and reports the second time.
func (c *askCmd) Run(ctx context.Context) error {
	raw, err := os.ReadFile(c.Questions)
	if err != nil {
		return err
	}
	var questions map[string][]question
	if err := json.Unmarshal(raw, &questions); err != nil {
		return fmt.Errorf("%s: %w", c.Questions, err)
	}
	var m askedIndex
	began := time.Now()
	x, err := search.Open(c.Index, search.Options{})
	if err != nil {
		return err
	}
	defer x.Close()
	m.Open = time.Since(began)
	if m.Articles, err = x.Count(); err != nil {
		return err
	}
	if c.Profile != "" {
		file, err := os.Create(c.Profile)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	peak := watchHeap()
	m.Times = map[string]latency{}
	for _, kind := range append(slices.Clone(questionKinds), typed) {
		if c.Kind != "" && kind != c.Kind {
			continue
		}
		for round := range 2 {
			for _, at := range []int{1, 8} {
				times, spent, err := askAll(questions[kindOf(kind)], at, func(q question) error { return ask(ctx, x, kind, q) })
				if err != nil {
					return err
				}
				if m.First == 0 {
					m.First = times[0]
				}
				name := kind
				if at > 1 {
					name += ", " + eight
				}
				if round == 1 {
					slices.Sort(times)
					slices.Sort(spent)
					m.Times[name] = latency{quantile(times, 0.5), quantile(times, 0.99), quantile(spent, 0.5), quantile(spent, 0.99)}
				}
			}
		}
	}
	m.Peak = peak()
	m.Heap = liveHeap()
	held := memoryOf(os.Getpid())
	m.Resident, m.Anon = held.now, held.anonymous
	return json.NewEncoder(os.Stdout).Encode(m)
}

func kindOf(kind string) string {
	if kind == typed {
		return questionKinds[1]
	}
	return kind
}

// ask asks as the page of results does, or as its field does while somebody types.
func ask(ctx context.Context, x *search.Index, kind string, q question) error {
	if kind == typed {
		cut := len(q.Text)
		for range 2 { // the last word is not yet whole
			cut = strings.LastIndexFunc(q.Text[:cut], func(rune) bool { return true })
		}
		_, err := x.Suggest(ctx, q.Text[:cut], 5)
		return err
	}
	_, err := x.Search(ctx, search.Query{Text: q.Text, Section: q.Section, From: q.From, Until: q.Until, Facets: true, Now: time.Now()})
	return err
}

// askAll asks all questions, so many at a time, and returns how long each answer took and what it took of the processor.
func askAll(questions []question, at int, ask func(question) error) (times, spent []time.Duration, err error) {
	times, spent = make([]time.Duration, len(questions)), make([]time.Duration, len(questions))
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	for range at {
		all.Go(func() {
			runtime.LockOSThread() // whose time is read
			defer runtime.UnlockOSThread()
			for i := int(next.Add(1)) - 1; i < len(questions); i = int(next.Add(1)) - 1 {
				began, before := time.Now(), threadTime()
				// What the deadline ended counts with its time.
				if err := ask(questions[i]); err != nil && !errors.Is(err, context.DeadlineExceeded) {
					err = fmt.Errorf("%q: %w", questions[i].Text, err)
					failed.Store(&err)
					return
				}
				times[i], spent[i] = time.Since(began), threadTime()-before
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return nil, nil, *err
	}
	return times, spent, nil
}

// threadTime is what the present thread has had of the processor.
func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var used syscall.Rusage
	if syscall.Getrusage(thread, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// watchHeap looks at the heap until the returned function is called, which tells the most that was seen.
func watchHeap() func() uint64 {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		most := uint64(0)
		for {
			select {
			case <-tick.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			case <-stop:
				done <- most
				return
			}
		}
	}()
	return func() uint64 { close(stop); return <-done }
}

// liveHeap is what lives on the heap.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one found to be finalized
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
