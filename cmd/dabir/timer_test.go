package main

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// scheduled stores articles that come out together, a while after the last of them is written, and returns the moment.
func scheduled(t *testing.T, s *store.Store, many int, ahead time.Duration) ([]news.Code, time.Time) {
	t.Helper()
	ctx := context.Background()
	desk := editorial.New(s, "fa", time.Now)
	var codes []news.Code
	for i := range many {
		a, err := desk.Save(ctx, chief, editorial.Save{Content: news.Content{Kind: news.KindNews, Headline: fmt.Sprint("زمان‌بندی ", i), Body: "<p>متن</p>"}})
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, a.Code)
	}
	moment := time.Now().Add(ahead).Truncate(time.Millisecond)
	for _, code := range codes {
		if _, err := desk.Schedule(ctx, chief, editorial.Publish{Code: code, Base: 1, Confirmed: true}, moment); err != nil {
			t.Fatal(err)
		}
	}
	return codes, moment
}

// published counts how often each article was published.
func published(t *testing.T, s *store.Store) map[news.Code]int {
	t.Helper()
	all := map[news.Code]int{}
	events, err := s.Events(context.Background(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == news.ArticlePublished {
			all[news.Code(e.SubjectID)]++
		}
	}
	return all
}

func isPublic(address string, code news.Code) bool {
	response, err := http.Get(address + articlePath(code))
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// TestScheduledPublishExactlyOnce: two processes on one PostgreSQL, of which one is killed (SIGKILL) at the moment, in the middle of the work:
// each article comes out once, and readers of the other process have it within a second.
func TestScheduledPublishExactlyOnce(t *testing.T) {
	dsn := storetest.Postgres(t)
	s := storetest.Open(t, dsn, nil)
	processes := []*serving{
		startProcess(t, "serve", "--data", t.TempDir(), "--db", dsn),
		startProcess(t, "serve", "--data", t.TempDir(), "--db", dsn),
	}
	codes, moment := scheduled(t, s, 40, 3*time.Second)
	if time.Now().After(moment) {
		t.Fatal("the machine is so slow that the moment passed while the articles were written")
	}
	for _, process := range processes {
		if isPublic(process.url, codes[0]) {
			t.Fatal("it is public before its moment")
		}
	}
	before, err := s.Events(context.Background(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for begun := false; !begun && time.Since(moment) < 10*time.Second; { // without a pause: the kill is to fall into the middle
		fresh, err := s.Events(context.Background(), int64(len(before)), 1)
		begun = err != nil || len(fresh) > 0
	}
	if err := processes[0].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	early := len(published(t, s))
	waitFor(t, "all to come out", func() bool {
		return len(published(t, s)) == len(codes) && isPublic(processes[1].url, codes[len(codes)-1])
	})
	late := time.Since(moment)
	if late > soon {
		t.Errorf("readers had all of them %v after the moment", late)
	}
	all := published(t, s)
	for _, code := range codes {
		if !isPublic(processes[1].url, code) {
			t.Errorf("article %d is not public", code)
		}
		if all[code] != 1 {
			t.Errorf("article %d was published %d times", code, all[code])
		}
		a, err := s.Article(context.Background(), code)
		if err != nil || a.PublishedAt.Before(moment) || a.PublicCount != 1 {
			t.Errorf("article %d: at %v, moment %v, %d public revisions, %v", code, a.PublishedAt, moment, a.PublicCount, err)
		}
	}
	t.Logf("killed when %d of %d were out; all were out %v after the moment", early, len(codes), late.Round(time.Millisecond))
}

// TestScheduledPublishAfterRestart: what came due while nobody served comes out when somebody serves again.
func TestScheduledPublishAfterRestart(t *testing.T) {
	data := t.TempDir()
	s, err := store.Open(context.Background(), store.Options{DSN: data + "/dabir.db"})
	if err != nil {
		t.Fatal(err)
	}
	codes, moment := scheduled(t, s, 1, 200*time.Millisecond)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the moment, at which nobody serves", func() bool { return time.Now().After(moment) })
	process := startProcess(t, "serve", "--data", data)
	waitFor(t, "the article", func() bool { return isPublic(process.url, codes[0]) })
	process.end(t)
	if all := published(t, storetest.Open(t, data+"/dabir.db", nil)); all[codes[0]] != 1 {
		t.Errorf("published %d times", all[codes[0]])
	}
}
