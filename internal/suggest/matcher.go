package suggest

import (
	"context"
	"log/slog"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Matches keeps profiles, jobs and lists; *store.Store does.
type Matches interface {
	ClaimMatches(ctx context.Context, limit int) ([]news.MatchJob, error)
	Profiles(ctx context.Context, middle news.MatchJob, from, until time.Time, most int) ([]news.Profile, error)
	ProfilesOfTag(ctx context.Context, tag news.TagID, most int) ([]news.Profile, error)
	StoreProfiles(ctx context.Context, jobs []news.MatchJob, profiles []news.Profile) error
	StoreMatches(ctx context.Context, done []news.Matched) error
}

// Texts opens public articles.
type Texts interface {
	Article(ctx context.Context, code news.Code) (news.PublicArticle, error)
}

// What a round of work may take.
const (
	lookEvery = 250 * time.Millisecond // how often it is asked for jobs
	gather    = 100 * time.Millisecond // between rounds that were not full: while many articles come out, their jobs are taken together
	retry     = 5 * time.Second        // after a failure
	jobsAtMax = 50                     // of a round: a second's work at most
	// window is how far from an article in time those may be that go with it, tags aside.
	window = 30 * 24 * time.Hour
	// windowMost bounds the articles on each side of the window.
	windowMost = 4000
	// tagMost is how many of the latest articles of each tag are looked at besides.
	tagMost = 30
	// tagsMost is of how many tags of a round.
	tagsMost = 100
	// listLength is how many matches are stored: some of them the reader's page has already.
	listLength = 24
	// affectedMost is how many other lists are made anew when an article changes.
	affectedMost = 20
	// weighed is how many candidates a list is chosen from.
	weighed = 80
)

// Matcher makes the lists of what is suggested, in the background.
type Matcher struct {
	texts    Texts
	matches  Matches
	profiler *Profiler // made at the first job
}

// NewMatcher makes a Matcher; it works while Run runs.
func NewMatcher(texts Texts, matches Matches) *Matcher {
	return &Matcher{texts: texts, matches: matches}
}

// Run does what is due until ctx ends: what was published is matched within a second, an imported archive when nothing else waits.
func (m *Matcher) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		did, err := m.Round(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			slog.WarnContext(ctx, "what is suggested is not brought up to date for now", "error", err)
		}
		failing = err != nil
		switch {
		case err != nil:
			timer.Reset(retry)
		case did == jobsAtMax:
			timer.Reset(0)
		case did > 0:
			timer.Reset(gather)
		default:
			timer.Reset(lookEvery)
		}
	}
}

// Round does some of what is due and returns how many jobs that were. One goroutine at a time may call it.
func (m *Matcher) Round(ctx context.Context) (int, error) {
	jobs, err := m.matches.ClaimMatches(ctx, jobsAtMax)
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	if jobs[0].Step == news.MatchText || jobs[0].Step == news.MatchImportText {
		return len(jobs), m.read(ctx, jobs)
	}
	return len(jobs), m.match(ctx, jobs)
}

// read makes the profiles of articles.
func (m *Matcher) read(ctx context.Context, jobs []news.MatchJob) (err error) {
	if m.profiler == nil {
		if m.profiler, err = NewProfiler(); err != nil {
			return err
		}
	}
	var profiles []news.Profile
	for _, j := range jobs {
		a, err := m.texts.Article(ctx, j.Code)
		switch kind := news.KindOf(err); {
		case err == nil:
			profiles = append(profiles, m.profiler.Profile(a))
		case kind != news.NotFound && kind != news.Gone: // withdrawn meanwhile; the store has forgotten its job
			return err
		}
	}
	return m.matches.StoreProfiles(ctx, jobs, profiles)
}

// match makes the lists of articles that were published around the same time.
func (m *Matcher) match(ctx context.Context, jobs []news.MatchJob) error {
	pool, err := m.pool(ctx, jobs)
	if err != nil {
		return err
	}
	done := make([]news.Matched, len(jobs))
	for i, j := range jobs {
		candidates := pool.Candidates(j.Code, weighed)
		done[i] = news.Matched{Job: j, List: pool.Choose(j.Code, candidates, listLength)}
		if j.Spread {
			for _, c := range candidates[:min(len(candidates), affectedMost)] {
				done[i].Affected = append(done[i].Affected, c.Code)
			}
		}
	}
	return m.matches.StoreMatches(ctx, done)
}

// pool reads the articles of those days, and the latest of each tag that articles of the jobs have.
func (m *Matcher) pool(ctx context.Context, jobs []news.MatchJob) (*Pool, error) {
	first, last := jobs[0], jobs[len(jobs)-1]
	profiles, err := m.matches.Profiles(ctx, jobs[len(jobs)/2], first.At.Add(-window), last.At.Add(window), windowMost)
	if err != nil {
		return nil, err
	}
	wanted := make(map[news.Code]bool, len(jobs))
	for _, j := range jobs {
		wanted[j.Code] = true
	}
	tags := map[news.TagID]bool{}
	for _, p := range profiles {
		for _, tag := range p.Tags {
			if wanted[p.Code] && len(tags) < tagsMost && !tags[tag] {
				tags[tag] = true
			}
		}
	}
	for tag := range tags {
		more, err := m.matches.ProfilesOfTag(ctx, tag, tagMost)
		if err != nil {
			return nil, err
		}
		profiles = append(profiles, more...)
	}
	return NewPool(profiles)
}
