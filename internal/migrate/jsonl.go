package migrate

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

const (
	// batchArticles and batchBytes bound one call of Newsroom.Import: a store that takes 2,000 articles a second then
	// needs about 50 ms for it, so that editors beside a long import never wait.
	batchArticles = 100
	batchBytes    = 1 << 20
	// maxProblems is how many problems a report keeps; all are counted.
	maxProblems = 1000
	workers     = 2
)

// JSONLOptions says how to import. The zero value imports for good, without progress.
type JSONLOptions struct {
	DryRun bool // read and judge everything, hand over nothing
	// Check is asked in a dry run what Import would answer, so that Existing counts what the newsroom has; it stores nothing.
	// May be nil.
	Check func(context.Context, []news.Import) ([]news.ImportOutcome, error)

	Size     int64          // of the file in bytes, as it lies on disk; 0: unknown
	Progress func(Progress) // called after each batch, from the goroutine that called JSONL; may be nil
	Origin   string         // stands before the id in an article's origin; "" means "jsonl". A second archive with the same ids needs another.
	Now      time.Time      // a later date is refused; zero means time.Now
}

// Progress tells how far an import is.
type Progress struct {
	Done       int   // lines dealt with: imported, existing and refused
	Bytes      int64 // read of the file, packed as it lies there
	TotalBytes int64 // 0: unknown
	Elapsed    time.Duration
}

// Problem is a line that was refused.
type Problem struct {
	Line   int    `json:"line"` // from 1
	Reason string `json:"reason"`
}

// Report says what became of a file. In a dry run Imported counts what would come in; without JSONLOptions.Check, Existing counts
// only what the file itself holds twice.
type Report struct {
	Imported int `json:"imported"`
	Existing int `json:"existing"`
	Refused  int `json:"refused"`
	// Problems are the refused lines in the order of the file, at most the first 1,000; Refused counts them all.
	Problems []Problem     `json:"problems,omitempty"`
	Elapsed  time.Duration `json:"-"`
}

// Done is the number of lines dealt with.
func (r *Report) Done() int { return r.Imported + r.Existing + r.Refused }

func (r *Report) refuse(line int, reason string) {
	r.Refused++
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{line, reason})
	}
}

// JSONL imports articles from a file with one JSON object a line, packed by gzip or not (docs/import.md has the fields). A
// line that cannot be taken is refused, reported and left behind. Memory does not grow with the file.
//
// An error means that the file or the newsroom could not go on, or that ctx was done; the report then counts what came
// before. Running the same file again is safe and takes up the work: what is there already counts as existing. When the
// reader blocks, JSONL still returns as soon as ctx is done; the reader is then read from once more.
func JSONL(ctx context.Context, r io.Reader, to Newsroom, opts JSONLOptions) (Report, error) {
	im := &jsonlImport{to: to, opts: opts, begin: time.Now(), counter: &countingReader{r: r}}
	if opts.Now.IsZero() {
		im.opts.Now = im.begin
	}
	if opts.Origin == "" {
		im.opts.Origin = "jsonl"
	}
	if opts.DryRun {
		im.seen = map[uint64]struct{}{}
	}
	err := im.run(ctx)
	im.report.Elapsed = time.Since(im.begin)
	return im.report, err
}

type jsonlImport struct {
	to      Newsroom
	opts    JSONLOptions
	begin   time.Time
	counter *countingReader
	report  Report

	seen map[uint64]struct{} // hashes of the origins, in a dry run
	seed maphash.Seed
}

// batch is what goes through the import in one piece: lines first, imports afterwards.
type batch struct {
	lines  []entry
	failed error // the file ends here with this error
	ready  chan struct{}
}

// entry is one line of a batch on its way from text to import.
type entry struct {
	line   int
	text   []byte
	item   news.Import
	reason string // why it is refused; "" when it is not
}

// run lets one goroutine read, two parse and this one hand over, in the order of the file.
func (im *jsonlImport) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var parsing sync.WaitGroup
	defer parsing.Wait()
	defer stop()
	im.seed = maphash.MakeSeed()
	work, queue := make(chan *batch), make(chan *batch, workers)
	go im.read(ctx, work, queue)
	p := parser{origin: im.opts.Origin, now: im.opts.Now}
	for range workers {
		parsing.Go(func() { p.work(ctx, work) })
	}
	for {
		b, err := nextBatch(ctx, queue)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := im.hand(ctx, b); err != nil {
			return err
		}
		if im.opts.Progress != nil {
			im.opts.Progress(Progress{im.report.Done(), im.counter.n.Load(), im.opts.Size, time.Since(im.begin)})
		}
		if b.failed != nil {
			return fmt.Errorf("after %d lines the file cannot be read: %w", im.report.Done(), b.failed)
		}
	}
}

// nextBatch waits until the next batch is parsed; io.EOF tells that there is none.
func nextBatch(ctx context.Context, queue <-chan *batch) (*batch, error) {
	select {
	case b, ok := <-queue:
		if !ok {
			return nil, io.EOF
		}
		select {
		case <-b.ready:
			return b, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read cuts the file into batches. Every batch goes to the workers and, in order, to the queue.
func (im *jsonlImport) read(ctx context.Context, work, queue chan<- *batch) {
	defer close(queue)
	defer close(work)
	lines, err := newLineReader(im.counter)
	for {
		b := &batch{ready: make(chan struct{})}
		if err == nil {
			err = b.fill(lines)
		}
		if err != nil && err != io.EOF {
			b.failed = err
		}
		if len(b.lines) > 0 || b.failed != nil {
			for _, c := range []chan<- *batch{queue, work} {
				select {
				case c <- b:
				case <-ctx.Done():
					return
				}
			}
		}
		if err != nil {
			return
		}
	}
}

// fill takes lines until the batch is full.
func (b *batch) fill(lines *lineReader) error {
	for size := 0; len(b.lines) < batchArticles && size < batchBytes; {
		text, n, err := lines.next()
		switch {
		case errors.Is(err, errLongLine):
			b.lines = append(b.lines, entry{line: n, reason: err.Error()})
			continue
		case err != nil:
			return err
		}
		size += len(text)
		b.lines = append(b.lines, entry{line: n, text: text})
	}
	return nil
}

// work parses batches until there are no more.
func (p parser) work(ctx context.Context, work <-chan *batch) {
	for {
		select {
		case <-ctx.Done():
			return
		case b, ok := <-work:
			if !ok {
				return
			}
			for i := range b.lines {
				p.parseEntry(&b.lines[i])
			}
			close(b.ready)
		}
	}
}

func (p parser) parseEntry(e *entry) {
	if e.reason != "" {
		return
	}
	item, err := p.parse(e.text)
	e.text = nil
	if err != nil {
		e.reason = err.Error()
		return
	}
	e.item = item
}

// hand gives the batch to the newsroom and counts what became of it.
func (im *jsonlImport) hand(ctx context.Context, b *batch) error {
	var items []news.Import
	var at []int // the line of each item
	origins := map[string]bool{}
	for _, e := range b.lines {
		switch {
		case e.reason != "":
			im.report.refuse(e.line, e.reason)
		case origins[e.item.Article.Origin] || im.seenBefore(e.item.Article.Origin):
			im.report.Existing++
		default:
			origins[e.item.Article.Origin] = true
			items, at = append(items, e.item), append(at, e.line)
		}
	}
	take := im.take
	if im.opts.DryRun {
		take = im.check
	}
	if len(items) == 0 {
		return nil
	}
	outcomes, err := take(ctx, items)
	if err != nil {
		return fmt.Errorf("lines %d to %d were not taken: %w", at[0], at[len(at)-1], err)
	}
	if len(outcomes) != len(items) {
		return fmt.Errorf("lines %d to %d: the newsroom answered for %d of %d articles", at[0], at[len(at)-1], len(outcomes), len(items))
	}
	for i, o := range outcomes {
		switch {
		case o.Refused != "":
			im.report.refuse(at[i], o.Refused)
		case o.Existing:
			im.report.Existing++
		default:
			im.report.Imported++
		}
	}
	return nil
}

func (im *jsonlImport) take(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	return im.to.Import(ctx, items)
}

func (im *jsonlImport) check(ctx context.Context, items []news.Import) ([]news.ImportOutcome, error) {
	if im.opts.Check == nil {
		return make([]news.ImportOutcome, len(items)), nil
	}
	return im.opts.Check(ctx, items)
}

// seenBefore notes an origin in a dry run and tells whether the file had it already. A hash of eight bytes does: at ten
// million articles the chance of one wrong count is below one in 300,000.
func (im *jsonlImport) seenBefore(origin string) bool {
	if im.seen == nil {
		return false
	}
	h := maphash.String(im.seed, origin)
	_, found := im.seen[h]
	im.seen[h] = struct{}{}
	return found
}
