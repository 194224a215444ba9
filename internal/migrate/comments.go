package migrate

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// CommentFormat is a form in which comments come or go.
type CommentFormat string

// The forms; docs/import.md says what each of them carries.
const (
	FormatDisqus CommentFormat = "disqus"   // the XML that Disqus exports
	FormatWXR    CommentFormat = "wxr"      // the XML that WordPress exports
	FormatIsso   CommentFormat = "isso"     // Isso's SQLite file
	FormatJSONL  CommentFormat = "jsonl"    // one JSON object a line
	FormatRemark CommentFormat = "remark42" // Remark42's own backup; for import alone
)

// Letters takes comments in. One call is one slice of work: the outcomes stand in the order of the items, one for each. Repeating a
// call is safe, since every comment has an origin. CheckComments tells what ImportComments would do and changes nothing.
type Letters interface {
	ImportComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error)
	CheckComments(ctx context.Context, items []news.CommentImport) ([]news.CommentOutcome, error)
}

// CommentOptions says how to import comments.
type CommentOptions struct {
	Format   CommentFormat
	DryRun   bool           // read and judge everything, store nothing
	Progress func(Progress) // called after each slice, from the goroutine that called ImportComments; may be nil

	Origin   string     // stands before the id in a comment's origin; "" means the format's name. A second site with the same ids needs another.
	Articles string     // stands before the id in the articles' origins; "" means "jsonl"
	Map      ArticleMap // counts over everything that the file says
	Host     string     // of this newsroom's own pages: /news/CODE under it is the article with that code; "" unknown
	Codes    bool       // the numbers in addresses are codes of this newsroom, whatever their host
}

// Fate is what became of a comment that was not simply taken.
type Fate string

// The fates of comments in a report.
const (
	FateRefused Fate = "refused"
	FateSkipped Fate = "skipped" // left out, though nothing is wrong with it
	FateNoted   Fate = "note"    // taken, but not as it stood in the file
)

// CommentRemark is one line of a report.
type CommentRemark struct {
	Line   int    `json:"line"` // of the file, from 1; of an Isso file the number of the comment
	Fate   Fate   `json:"fate"`
	Reason string `json:"reason"`
}

// CommentReport says what became of a file of comments. In a dry run Imported counts what would come in.
type CommentReport struct {
	Imported int `json:"imported"`
	Existing int `json:"existing"`
	Skipped  int `json:"skipped"`
	Refused  int `json:"refused"`
	Noted    int `json:"noted"` // notes; a comment may have several
	// Remarks are refusals, omissions and notes by line, at most the first 1,000 of each; the numbers count them all.
	Remarks []CommentRemark `json:"-"`
	Elapsed time.Duration   `json:"-"`
}

// Done is the number of comments dealt with.
func (r *CommentReport) Done() int { return r.Imported + r.Existing + r.Skipped + r.Refused }

func (r *CommentReport) remark(line int, fate Fate, reason string) {
	count := map[Fate]*int{FateRefused: &r.Refused, FateSkipped: &r.Skipped, FateNoted: &r.Noted}[fate]
	if *count++; *count <= maxProblems {
		r.Remarks = append(r.Remarks, CommentRemark{line, fate, reason})
	}
}

const (
	batchLetters = 200       // of one call, with batchBytes
	maxPasses    = 8         // over the file, while comments stand before what they answer
	maxLeftOut   = 1_000_000 // comments left out whose parents are remembered for those that answer them
)

// ImportComments imports the comments of a file under articles that are here (docs/import.md has the forms). What cannot be taken is
// refused, reported and left behind; nothing of a comment but words stays. Memory does not grow with the file but for eight bytes a
// comment in a dry run. Comments that stand before what they answer are taken in another pass over the file.
//
// An error means that the file or the newsroom could not go on, or that ctx was done; the report then counts what came before.
// Running the same file again is safe and takes up the work.
func ImportComments(ctx context.Context, path string, to Letters, opts CommentOptions) (CommentReport, error) {
	if opts.Origin == "" {
		opts.Origin = string(opts.Format)
	}
	if opts.Articles == "" {
		opts.Articles = string(FormatJSONL)
	}
	im := &commentImport{to: to, opts: opts, path: path, begin: time.Now(), leftOut: map[string]string{}, seed: maphash.MakeSeed(),
		articles: articleFinder{byHand: opts.Map, prefix: opts.Articles, host: opts.Host, codes: opts.Codes}}
	if info, err := os.Stat(path); err == nil && opts.Format != FormatIsso { // which is not read from its beginning to its end
		im.size = info.Size()
	}
	if opts.DryRun {
		im.seen, im.awaited = map[uint64]bool{}, map[uint64][]int{}
	}
	err := im.run(ctx)
	slices.SortStableFunc(im.report.Remarks, func(a, b CommentRemark) int { return a.Line - b.Line })
	im.report.Elapsed = time.Since(im.begin)
	return im.report, err
}

type commentImport struct {
	to       Letters
	opts     CommentOptions
	path     string
	size     int64
	begin    time.Time
	articles articleFinder
	report   CommentReport
	counter  countingReader

	pass    int
	adopt   bool              // the last pass: who still waits answers nothing
	waiting int               // comments of this pass whose parents are not there
	leftOut map[string]string // origins that did not come in, with the origins they answered

	seed    maphash.Seed
	seen    map[uint64]bool  // hashes of origins, in a dry run
	awaited map[uint64][]int // in a dry run: lines that answer what has not been seen
}

// slice is what goes to the newsroom in one call.
type slice struct {
	items []news.CommentImport
	lines []int
	names []string // of their articles
	size  int
}

// run reads the file as often as comments stand before their parents and some find them.
func (im *commentImport) run(ctx context.Context) error {
	for im.pass = 1; ; im.pass++ {
		waited := im.waiting
		im.waiting = 0
		if err := im.read(ctx); err != nil {
			return err
		}
		if im.waiting == 0 || im.adopt {
			break
		}
		im.adopt = im.pass > 1 && im.waiting == waited || im.pass == maxPasses-1
	}
	for _, lines := range im.awaited {
		for _, line := range lines {
			im.report.remark(line, FateNoted, "what it answers is not here; it would answer nothing")
		}
	}
	return nil
}

func (im *commentImport) open(ctx context.Context) (letterSource, error) {
	im.counter.n.Store(0)
	switch im.opts.Format {
	case FormatDisqus:
		return openDisqus(im.path, &im.counter)
	case FormatWXR:
		return openWXR(im.path, &im.counter)
	case FormatIsso:
		return openIsso(ctx, im.path)
	case FormatJSONL:
		return openLines(im.path, &im.counter, parseJSONComment)
	case FormatRemark:
		return openLines(im.path, &im.counter, parseRemark)
	}
	return nil, fmt.Errorf("comments do not come as %q", im.opts.Format)
}

// read goes once through the file.
func (im *commentImport) read(ctx context.Context) error {
	source, err := im.open(ctx)
	if err != nil {
		return err
	}
	defer source.close()
	var s slice
	for {
		l, err := source.next()
		if err == nil {
			im.add(&s, &l)
		}
		if err != nil || len(s.items) >= batchLetters || s.size >= batchBytes {
			if herr := im.hand(ctx, &s); herr != nil {
				return herr
			}
			s = slice{}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("after %d comments the file cannot be read: %w", im.report.Done(), err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// add puts a comment into the slice, unless it is not to come in. Passes after the first are for those that answer others.
func (im *commentImport) add(s *slice, l *letter) {
	item := news.CommentImport{Comment: l.comment, Adopt: im.adopt}
	item.Comment.Origin = im.origin(l.origin, l.id)
	if l.parent != "" || l.parentOrigin != "" {
		item.Parent = im.origin(l.parentOrigin, l.parent)
	}
	var err error
	if item.Article, err = im.articles.find(l.article); err != nil {
		l.refuse(err.Error())
	}
	if item.Comment.Origin == "" {
		l.refuse("it has no id")
	}
	if l.skipped != "" || l.refused != "" {
		im.leave(item.Comment.Origin, item.Parent)
		switch {
		case im.pass > 1:
		case l.skipped != "":
			im.report.remark(l.line, FateSkipped, l.skipped)
		default:
			im.report.remark(l.line, FateRefused, l.refused)
		}
		return
	}
	if _, gone := im.leftOut[item.Comment.Origin]; im.pass > 1 && (gone || item.Parent == "") {
		return
	}
	if im.opts.DryRun && im.repeated(item.Comment.Origin) {
		im.report.Existing++
		return
	}
	item.Parent = im.presentParent(item.Comment.Origin, item.Parent)
	if address, err := netip.ParseAddr(l.address); err == nil {
		item.Address = address.WithZone("")
	}
	s.items, s.lines, s.names = append(s.items, item), append(s.lines, l.line), append(s.names, l.article.label())
	s.size += len(item.Comment.Text)
}

// origin names a comment for all time: as the Dabir that wrote the file did, else by its id.
func (im *commentImport) origin(own, id string) string {
	switch {
	case own != "":
		return own
	case id == "":
		return ""
	case plainID(id):
		return im.opts.Origin + ":" + id
	}
	return im.opts.Origin + ":" + digest(id)
}

func (im *commentImport) leave(origin, parent string) {
	if origin != "" && len(im.leftOut) < maxLeftOut {
		im.leftOut[origin] = parent
	}
}

// presentParent passes over parents that were left out: what answered them answers what they answered.
func (im *commentImport) presentParent(origin, parent string) string {
	for range 100 {
		above, gone := im.leftOut[parent]
		if !gone {
			break
		}
		parent = above
	}
	if parent == origin {
		return ""
	}
	return parent
}

func (im *commentImport) hash(origin string) uint64 { return maphash.String(im.seed, origin) }

// repeated notes an origin in a dry run and tells whether the file had it already.
func (im *commentImport) repeated(origin string) bool {
	h := im.hash(origin)
	found := im.seen[h]
	im.seen[h] = true
	delete(im.awaited, h)
	return found
}

// hand gives a slice to the newsroom and counts what became of it.
func (im *commentImport) hand(ctx context.Context, s *slice) error {
	if len(s.items) == 0 {
		return nil
	}
	take := im.to.ImportComments
	if im.opts.DryRun {
		take = im.to.CheckComments
	}
	outcomes, err := take(ctx, s.items)
	if err == nil && len(outcomes) != len(s.items) {
		err = fmt.Errorf("the newsroom answered for %d of %d comments", len(outcomes), len(s.items))
	}
	if err != nil {
		return fmt.Errorf("lines %d to %d were not taken: %w", s.lines[0], slices.Max(s.lines), err)
	}
	for i, out := range outcomes {
		im.count(&s.items[i], out, s.lines[i], s.names[i])
	}
	if im.opts.Progress != nil {
		im.opts.Progress(Progress{im.report.Done(), im.counter.n.Load(), im.size, time.Since(im.begin)})
	}
	return nil
}

func (im *commentImport) count(item *news.CommentImport, out news.CommentOutcome, line int, article string) {
	if out.Waits && im.opts.DryRun {
		out.Waits = false
		if h := im.hash(item.Parent); !im.seen[h] && len(im.awaited) < maxLeftOut {
			im.awaited[h] = append(im.awaited[h], line)
		}
	}
	refused := out.Refused
	if out.NoArticle {
		refused = "no article here is the one it stands under, " + shortened(article)
	}
	switch {
	case out.Waits:
		im.waiting++
		return
	case refused != "":
		im.leave(item.Comment.Origin, item.Parent)
		im.report.remark(line, FateRefused, refused)
		return
	case out.Existing:
		if im.pass == 1 { // later on it is one that an earlier pass brought in
			im.report.Existing++
		}
		return
	}
	im.report.Imported++
	for _, note := range out.Notes {
		im.report.remark(line, FateNoted, note)
	}
}
