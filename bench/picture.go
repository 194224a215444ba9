package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// The goal of a photograph of 24 megapixels.
const (
	photoWidth, photoHeight = 6000, 4000
	goalPictureMemory       = 400_000_000 // bytes at the peak, of the whole process
)

type pictureCmd struct {
	common
	File   string `arg:"" optional:"" help:"A JPEG (default: one of 6000 by 4000 pixels is drawn)." type:"existingfile"`
	Worker string `help:"Take the file into a library in this folder and end: what the measurement starts." hidden:"" type:"path"`
}

// spent is what a process took.
type spent struct {
	seconds float64
	bytes   float64 // at the peak
}

// Run measures.
func (c *pictureCmd) Run(ctx context.Context) error {
	if c.Worker != "" {
		return c.work(ctx)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	w, err := openWorkshop(ctx, self) // the library is in this binary
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("picture", w.root)
	folder, err := w.folder("picture")
	if err != nil {
		return err
	}
	file := c.File
	if file == "" {
		file = filepath.Join(folder, "photo.jpg")
		if err := drawPhoto(file); err != nil {
			return err
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	r.note("a JPEG of %s to %d renditions (%v wide, quality 82), the crop for other sites and the kept original, each fsynced; Dabir's library in a process of its own",
		megabytes(info.Size()), len(media.Widths), media.Widths)
	r.note("vipsthumbnail: one process for each rendition, one after the other, with its shrinking while it loads; peak: the largest of them")
	var ours, theirs, memory, vipsMemory samples
	for i := range c.Runs {
		one, err := spend(exec.CommandContext(ctx, self, "picture", file, "--worker", filepath.Join(folder, fmt.Sprint("library", i))))
		if err != nil {
			return err
		}
		ours, memory = append(ours, one.seconds), append(memory, one.bytes)
		other, err := vips(ctx, file, folder)
		if errors.Is(err, exec.ErrNotFound) {
			r.note("vipsthumbnail is not here (Debian's libvips-tools): nothing to compare with")
			continue
		}
		if err != nil {
			return err
		}
		theirs, vipsMemory = append(theirs, other.seconds), append(vipsMemory, other.bytes)
	}
	r.line("", "DABIR", "VIPSTHUMBNAIL", "RATIO", "RUNS")
	all := ratios(ours, theirs)
	r.line("seconds to all renditions", fmt.Sprintf("%.2f", ours.median()), fmt.Sprintf("%.2f", theirs.median()), ratio(all.median()), fmt.Sprintf("dabir %.2f; vips %.2f", ours, theirs))
	r.line("peak memory", megabytes(int64(memory.median())), megabytes(int64(vipsMemory.median())), "", "")
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(memory.median() <= goalPictureMemory, "peak memory", megabytes(int64(memory.median())), "at most "+megabytes(goalPictureMemory))
	r.set("seconds", ours.median())
	r.set("vips_seconds", theirs.median())
	r.set("ratio", all.median())
	r.set("peak_bytes", memory.median())
	r.set("runs", ours)
	r.set("vips_runs", theirs)
	return r.print(os.Stdout, c.JSON)
}

// spend runs a process to its end.
func spend(cmd *exec.Cmd) (spent, error) {
	var problem bytes.Buffer
	cmd.Stderr = &problem
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return spent{}, fmt.Errorf("%s: %w\n%s", cmd.Path, err, &problem)
	}
	took := time.Since(start).Seconds()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return spent{}, errors.New("this system does not tell a process's memory")
	}
	return spent{took, float64(usage.Maxrss) * 1024}, nil
}

// vips makes the same renditions with vipsthumbnail.
func vips(ctx context.Context, file, folder string) (spent, error) {
	var all spent
	for _, width := range media.Widths {
		one, err := spend(exec.CommandContext(ctx, "vipsthumbnail", file, "--size", fmt.Sprintf("%dx", width), "-o", filepath.Join(folder, fmt.Sprintf("vips-%d.jpg[Q=82]", width))))
		if err != nil {
			return all, err
		}
		all.seconds, all.bytes = all.seconds+one.seconds, max(all.bytes, one.bytes)
	}
	return all, nil
}

// work takes the file into a library, waits for its renditions and ends.
func (c *pictureCmd) work(ctx context.Context) error {
	library, err := media.New(c.Worker, &shelf{})
	if err != nil {
		return err
	}
	defer library.Close()
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := library.Add(ctx, news.SystemActor("bench", news.Reporter), media.Upload{Reader: f, Credit: "bench"})
	if err != nil {
		return err
	}
	if err := library.CatchUp(ctx); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(c.Worker, m.Hash[:2], "*"))
	if err != nil || len(files) != len(media.Widths)+len(media.Crops)+1 {
		return fmt.Errorf("%d files were made: %w", len(files), err)
	}
	return nil
}

// shelf is a library's storage for one picture, in memory.
type shelf struct {
	mu sync.Mutex
	m  news.Media
}

func (s *shelf) AddMedia(_ context.Context, _ news.Actor, _ string, m *news.Media) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ID = 1
	s.m = *m
	return nil
}

func (s *shelf) Media(context.Context, news.MediaID) (news.Media, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m, nil
}

func (s *shelf) EditMedia(context.Context, news.Actor, *news.Media) error { return nil }

func (s *shelf) DeleteMedia(context.Context, news.Actor, news.MediaID) ([]news.Media, error) {
	return nil, nil
}

func (s *shelf) MediaOfHash(context.Context, string) ([]news.Media, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []news.Media{s.m}, nil
}

func (s *shelf) PendingMedia(context.Context, news.MediaID, int) ([]news.Media, error) {
	return nil, nil
}

func (s *shelf) SetRenditions(_ context.Context, _ news.Media, state news.RenditionState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.Renditions = state
	return nil
}

func (s *shelf) HoldFile(context.Context, string, bool, time.Duration) (func(), error) {
	return func() {}, nil
}

// drawPhoto makes a picture with soft fields, edges and the grain of a sensor, which a JPEG keeps about as large as a photograph.
func drawPhoto(name string) error {
	random := rand.New(rand.NewPCG(24, 6))
	img := image.NewYCbCr(image.Rect(0, 0, photoWidth, photoHeight), image.YCbCrSubsampleRatio420)
	for y := range photoHeight {
		for x := range photoWidth {
			base := 60 + 120*y/photoHeight
			if (x/400+y/300)%2 == 0 {
				base += 40
			}
			img.Y[img.YOffset(x, y)] = uint8(base + random.IntN(12))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = uint8(110+i%31), uint8(130+i%23)
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return jpeg.Encode(f, img, &jpeg.Options{Quality: 92})
}
