package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// jobs keeps count of the work in the background.
type jobs struct {
	ctx     context.Context
	end     context.CancelFunc
	group   sync.WaitGroup
	mu      sync.Mutex
	none    *sync.Cond // on mu: nothing is running
	closed  bool
	running map[news.MediaID]bool
	again   chan struct{}
}

func (j *jobs) init() {
	j.ctx, j.end = context.WithCancel(context.Background())
	j.none = sync.NewCond(&j.mu)
	j.running, j.again = map[news.MediaID]bool{}, make(chan struct{}, 1)
}

func (j *jobs) close() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.end()
	j.group.Wait()
}

// start runs f in the background, unless the library was closed.
func (j *jobs) start(f func()) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed {
		j.group.Go(f)
	}
	return !j.closed
}

// idle waits until nobody works on any item.
func (j *jobs) idle() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(j.running) > 0 {
		j.none.Wait()
	}
}

// wake has Run look for work.
func (j *jobs) wake() {
	select {
	case j.again <- struct{}{}:
	default: // it will look anyway
	}
}

// take claims an item; false when somebody works on it.
func (j *jobs) take(id news.MediaID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.running[id] {
		return false
	}
	j.running[id] = true
	return true
}

func (j *jobs) leave(id news.MediaID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.running, id)
	if len(j.running) == 0 {
		j.none.Broadcast()
	}
}

// slot waits for leave to hold one more decoded picture in memory.
func (l *Library) slot(ctx context.Context) (release func(), err error) {
	select {
	case l.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-l.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// job is a picture whose first files are durable and whose others are to be made. It holds a slot until it is done or dropped.
type job struct {
	l       *Library
	img     image.Image
	pic     picture
	release func()
}

// begin decodes a picture and stores its original and its smallest rendition.
func (l *Library) begin(ctx context.Context, pic picture, m news.Media, original []byte) (job, error) {
	release, err := l.slot(ctx)
	if err != nil {
		return job{}, err
	}
	j := job{l, nil, pic, release}
	if j.img, err = pic.decode(); err != nil {
		release()
		return job{}, err
	}
	err = l.blobs.Put(ctx, originalKey(m), m.Type, bytes.NewReader(original), m.Bytes)
	if err == nil {
		first := Widths[0]
		paper := turnPaper(scale(j.img, pic.stored(renditionSize(m.PictureSize, first))), pic.orientation)
		err = l.encode(ctx, renditionKey(m, first), paper, m)
	}
	if err != nil {
		release()
		return job{}, err
	}
	j.pic.data = nil // the pixels are all that is still needed
	return j, nil
}

// drop gives the job up: nobody stored the row. Its files go, unless others need them.
func (j job) drop() {
	j.release()
	j.l.jobs.start(func() {
		if err := j.l.tidy(j.l.jobs.ctx, j.pic.hash); err != nil {
			j.l.log.Error("media: files of a failed upload stay", "error", err)
		}
	})
}

// goOn makes the other renditions in the background.
func (j job) goOn(m news.Media) {
	if m.Hash != j.pic.hash { // the action was repeated with another file; the first one counts
		j.drop()
		return
	}
	l := j.l
	if !l.jobs.take(m.ID) {
		j.release()
		return
	}
	started := l.jobs.start(func() {
		defer l.jobs.leave(m.ID)
		err := l.render(l.jobs.ctx, j.img, j.pic, m)
		j.release()
		l.conclude(l.jobs.ctx, m, err)
	})
	if !started {
		j.release()
		l.jobs.leave(m.ID)
	}
}

// render makes the renditions and the crops that are not there: each rendition from the next larger one.
func (l *Library) render(ctx context.Context, img image.Image, pic picture, m news.Media) error {
	there, err := l.blobs.Keys(ctx, stem(m)+"-")
	if err != nil {
		return err
	}
	widths := widthsOf(m.PictureSize)
	for i := len(widths) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		smaller := scale(img, pic.stored(renditionSize(m.PictureSize, widths[i])))
		img = smaller // the first lets go of the decoded picture
		paper := turnPaper(smaller, pic.orientation)
		if key := renditionKey(m, widths[i]); !slices.Contains(there, key) {
			if err := l.encode(ctx, key, paper, m); err != nil {
				return err
			}
		}
		if i == len(widths)-1 {
			if err := l.cut(ctx, paper, m, there); err != nil {
				return err
			}
		}
	}
	return nil
}

// cut makes the crops that are not there, of the upright picture.
func (l *Library) cut(ctx context.Context, paper *image.RGBA, m news.Media, there []string) error {
	for _, c := range Crops {
		key := cropKey(m, c)
		if slices.Contains(there, key) {
			continue
		}
		if err := l.encode(ctx, key, crop(paper, m.Focal, c), m); err != nil {
			return err
		}
	}
	return nil
}

// encode stores a picture as a JPEG that names its maker.
func (l *Library) encode(ctx context.Context, key string, img image.Image, m news.Media) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: renditionQuality}); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return l.putJPEG(ctx, key, stampJPEG(b.Bytes(), marksOf(m), 1))
}

// conclude notes how the renditions of an item came out; the caller holds no slot. Who edited or deleted it meanwhile made these files useless.
func (l *Library) conclude(ctx context.Context, m news.Media, failed error) {
	if ctx.Err() != nil {
		return // the next start goes on
	}
	ctx = context.WithoutCancel(ctx) // half of this would leave files that nobody looks for; it is little, and a stop waits for it
	state := news.RenditionsReady
	if failed != nil {
		l.log.ErrorContext(ctx, "media: renditions failed", "media", int64(m.ID), "error", failed)
		if news.KindOf(failed) == news.Internal {
			return // the disk or the service failed, not the picture: it is tried again
		}
		state = news.RenditionsFailed
	}
	m.Weight = l.weigh(ctx, m)
	if err := l.storage.SetRenditions(ctx, m, state); err != nil {
		l.log.ErrorContext(ctx, "media: the state of renditions was not stored", "media", int64(m.ID), "error", err)
		return
	}
	now, err := l.storage.Media(ctx, m.ID)
	if err == nil && now.Edits == m.Edits {
		return
	}
	if err := l.tidy(ctx, m.Hash); err != nil {
		l.log.ErrorContext(ctx, "media: files that nobody needs stay", "media", int64(m.ID), "error", err)
	}
	l.jobs.wake()
}

// lookEvery is how often Run looks for renditions that another process left undone, and for uploads to sweep.
const lookEvery = 10 * time.Minute

// Run makes missing renditions, those that an earlier process left undone first, until ctx ends.
func (l *Library) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := l.CatchUp(ctx); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "media: looking for missing renditions", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.sweep(time.Now()); err != nil {
				l.log.ErrorContext(ctx, "media: sweeping", "error", err)
			}
		case <-l.jobs.again:
		}
	}
}

// CatchUp makes the renditions that are missing now, one picture after the other, and waits for those under way.
func (l *Library) CatchUp(ctx context.Context) error {
	var after news.MediaID
	for {
		pending, err := l.storage.PendingMedia(ctx, after, 50)
		if err != nil {
			return err
		}
		if len(pending) == 0 {
			l.jobs.idle()
			return nil
		}
		for _, m := range pending {
			after = m.ID
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l.finish(ctx, m)
		}
	}
}

// finish makes what an item lacks.
func (l *Library) finish(ctx context.Context, m news.Media) {
	if !l.jobs.take(m.ID) {
		return
	}
	defer l.jobs.leave(m.ID)
	if m.Kind != news.MediaImage || !isHash(m.Hash) {
		m.Duration = l.measure(ctx, m)
		l.conclude(ctx, m, nil)
		return
	}
	release, err := l.slot(ctx)
	if err != nil {
		return
	}
	err = l.remake(ctx, m)
	release() // before what follows: it may wait for somebody who waits for a slot
	l.conclude(ctx, m, err)
}

// measure reads how long a recording plays that was taken in when nobody asked.
func (l *Library) measure(ctx context.Context, m news.Media) time.Duration {
	file, err := l.OpenOriginal(ctx, m)
	if err != nil {
		return m.Duration
	}
	defer file.Close()
	return durationOf(m.Type, peekSeek(file), m.Bytes)
}

// weigh is what the rendition weighs that most readers load, in bytes; 0 when it is not there.
func (l *Library) weigh(ctx context.Context, m news.Media) int64 {
	if m.Kind != news.MediaImage {
		return 0
	}
	file, err := l.Open(ctx, m, WeighedWidth)
	if err != nil {
		return 0
	}
	defer file.Close()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0
	}
	return size
}

// remake renders from the kept original, or only the crops from the largest rendition when that is all there is to do.
func (l *Library) remake(ctx context.Context, m news.Media) error {
	there, err := l.blobs.Keys(ctx, stem(m)+"-")
	if err != nil {
		return err
	}
	widths := widthsOf(m.PictureSize)
	complete := true
	for _, w := range widths {
		complete = complete && slices.Contains(there, renditionKey(m, w))
	}
	cut := true
	for _, c := range Crops {
		cut = cut && slices.Contains(there, cropKey(m, c))
	}
	if complete && cut {
		return nil
	}
	key := originalKey(m)
	if complete {
		key = renditionKey(m, widths[len(widths)-1])
	}
	data, err := l.load(ctx, key)
	if err != nil {
		return err
	}
	pic, err := inspect(data)
	if err != nil {
		return err
	}
	img, err := pic.decode()
	if err != nil {
		return err
	}
	if complete {
		paper := turnPaper(scale(img, pic.size), pic.orientation)
		return l.cut(ctx, paper, m, there)
	}
	return l.render(ctx, img, pic, m)
}
