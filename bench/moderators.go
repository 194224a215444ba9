package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

type moderatorsCmd struct {
	common
	Moderators int           `help:"How many people moderate at once." default:"10" placeholder:"N"`
	Queue      int           `help:"How many comments wait." default:"200000" placeholder:"N"`
	Short      int           `help:"How many wait in the queue that it is compared with." default:"2000" placeholder:"N"`
	Pause      time.Duration `help:"How long each thinks before an act: 3.6s is a thousand comments an hour." default:"200ms" placeholder:"TIME"`
	For        time.Duration `help:"How long." default:"15s" placeholder:"TIME"`
}

// moderatorActs are what is timed, in the order of the report.
var moderatorActs = []string{"take", "publish", "reject", "edit", "undo", "live", "queue", "risk", "search"}

// shift is what came of moderators working for a while.
type shift struct {
	mu      sync.Mutex
	times   map[string][]time.Duration // by act
	owner   map[int64]int              // comment → who got it
	decided map[int64]string           // comment → the state that was acknowledged
	double  int                        // comments that two people got
	acts    int                        // acknowledged decisions and undos
	faults  map[string]int
}

func (s *shift) note(act string, took time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.faults[act+": "+err.Error()]++
		return
	}
	s.times[act] = append(s.times[act], took)
}

// Run measures.
func (c *moderatorsCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("moderators", w.root)
	r.note("%d moderators at once for %v, each with %v between acts, on SQLite; %d comments wait, then as many moderators at a queue of %d in the same run",
		c.Moderators, c.For, c.Pause, c.Queue, c.Short)
	r.note("each takes twenty comments at a time, decides on every one (publish, reject, edit, and one in ten undone and decided again), gives signs of life, reads the queue by time and by risk, and searches for a word")
	long, short := map[string]samples{}, map[string]samples{}
	faults, double := 0, 0
	var each samples
	for range c.Runs {
		for _, queue := range []struct {
			many int
			into map[string]samples
		}{{c.Queue, long}, {c.Short, short}} {
			s, err := c.once(ctx, w, queue.many)
			if err != nil {
				return err
			}
			double += s.double
			for _, what := range sortedKeys(s.faults) {
				r.note("%d × %s", s.faults[what], what)
				faults += s.faults[what]
			}
			for act, times := range s.times {
				slices.Sort(times)
				queue.into[act] = append(queue.into[act], float64(quantile(times, 0.99).Microseconds())/1000)
			}
			if queue.many == c.Queue {
				each = append(each, float64(s.acts))
			}
		}
	}
	r.line("P99 IN MS", "LONG QUEUE", "SHORT QUEUE", "RATIO", "RUNS")
	worst := 0.0
	for _, act := range moderatorActs {
		p99 := long[act].median()
		all := ratios(long[act], short[act])
		r.line(act, number(p99), number(short[act].median()), ratio(all.median()), long[act].String())
		r.set(act+"_p99_ms", p99)
		r.set(act+"_ratio", all.median())
		if act != "search" {
			worst = max(worst, p99)
		}
	}
	r.line("decisions in a run", number(each.median()))
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(faults == 0, "acts that failed", number(float64(faults)), "0")
	r.goal(double == 0, "comments that two people got", number(float64(double)), "0")
	r.goal(worst < 50, "slowest act at p99, but search", number(worst)+" ms", "< 50 ms")
	r.note("after each run (SIGKILL) every acknowledged decision was in the decision log exactly once, and the comment as it says")
	return r.print(os.Stdout, c.JSON)
}

// once lets the moderators work on a queue, kills the server and looks at the database.
func (c *moderatorsCmd) once(ctx context.Context, w *workshop, queue int) (*shift, error) {
	const articles = 200
	data, err := w.folder("moderators")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(w.temp, "moderators.jsonl")
	if err := writeFictional(file, articles); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, w.bin, "import", "jsonl", file, "--data", data)
	cmd.Env = cleanEnv()
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("import: %w\n%s", err, said)
	}
	if err := fillQueue(ctx, filepath.Join(data, "dabir.db"), articles, queue); err != nil {
		return nil, err
	}
	s, err := w.startDabir(ctx, nil, "serve", "--data", data)
	if err != nil {
		return nil, err
	}
	defer s.stop(syscall.SIGKILL)
	var people []*editor
	for i := range c.Moderators {
		e, err := w.signIn(ctx, s, data, fmt.Sprint("nazer", i), "moderator")
		if err != nil {
			return nil, err
		}
		people = append(people, e)
	}
	out := &shift{times: map[string][]time.Duration{}, owner: map[int64]int{}, decided: map[int64]string{}, faults: map[string]int{}}
	running, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	var group sync.WaitGroup
	for i, person := range people {
		group.Go(func() { c.work(running, out, i, person) })
	}
	group.Wait()
	s.stop(syscall.SIGKILL)
	return out, out.verify(ctx, filepath.Join(data, "dabir.db"))
}

// fillQueue writes waiting comments of a few thousand writers straight into the database, and the totals that the store would have kept.
func fillQueue(ctx context.Context, dsn string, articles, many int) error {
	db, err := openRaw(dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	const query = `INSERT INTO comment (id, article_code, parent_id, state, name, email, text, country, pseudonym, by_newsroom, created_at,
		decided_at, decided_by, reason, receipt, origin, held, risk) VALUES ($1, $2, NULL, 'pending', 'خواننده', '', $3, 'IR', $4, 0, $5, NULL, 0, '', $6, NULL, $7, $8)`
	begin := time.Now().Add(-48 * time.Hour).UnixMilli()
	held := 0
	err = inserted(ctx, db, query, many, func(i int) []any {
		risk := i * 7919 % 1000
		flag := 0
		if risk > 800 {
			flag = 1
			held++
		}
		return []any{i + 1, 1 + i%articles, textOf(i), fmt.Sprintf("%032x", i%5000), begin + int64(i), fmt.Sprintf("%064x", i), flag, risk}
	})
	if err != nil {
		return err
	}
	for tab, n := range map[string]int{"pending": many, "held": held} {
		if _, err := db.ExecContext(ctx, `UPDATE comment_total SET value = $2 WHERE tab = $1`, tab, n); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, `UPDATE counter SET value = $1 WHERE name = 'comment'`, many)
	return err
}

// work is one moderator's shift.
func (c *moderatorsCmd) work(ctx context.Context, out *shift, who int, person *editor) {
	timed := func(act, path string, fields url.Values) (body []byte, err error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(c.Pause):
		}
		began := time.Now()
		body, err = person.ask(path, fields)
		out.note(act, time.Since(began), err)
		return body, err
	}
	for round := 0; ctx.Err() == nil; round++ {
		tab := []string{"tab=pending", "tab=held&sort=risk"}[who%2]
		fields, _ := url.ParseQuery(tab)
		body, err := timed("take", "/newsroom/comments/take", fields)
		if err != nil {
			continue
		}
		ids, err := out.got(body, who)
		if err != nil || len(ids) == 0 {
			return
		}
		for i, id := range ids {
			c.decide(out, timed, id, i+round)
		}
		// The looks around are of another pace than decisions: one of each a round.
		_, _ = timed("live", "/newsroom/comments/live", url.Values{"ids": {listOf(ids)}})
		_, _ = timed("queue", "/newsroom/comments", nil)
		_, _ = timed("risk", "/newsroom/comments?tab=held&sort=risk", nil)
		_, _ = timed("search", "/newsroom/comments/search?words="+url.QueryEscape(fmt.Sprintf("دیدگاه %d", who*1000+round)), nil)
	}
}

// decide is one comment's decision, sometimes taken back and taken again.
func (c *moderatorsCmd) decide(out *shift, timed func(string, string, url.Values) ([]byte, error), id int64, turn int) {
	act, state := "publish", "published"
	fields := url.Values{"from": {"pending"}, "action": {fmt.Sprintf("bench-%d-%d", id, turn)}}
	switch {
	case turn%10 == 4:
		act, fields["text"] = "edit", []string{fmt.Sprintf("متن ویراستهٔ نظر شمارهٔ %d", id)}
	case turn%3 == 1:
		act, state, fields["reason"] = "reject", "rejected", []string{"off_topic"}
	}
	path := fmt.Sprintf("/newsroom/comments/%d/", id)
	if _, err := timed(act, path+act, fields); err != nil {
		return
	}
	out.acknowledge(id, state)
	if turn%10 != 9 {
		return
	}
	if _, err := timed("undo", path+"undo", url.Values{"from": {state}, "action": {fmt.Sprintf("back-%d", id)}}); err == nil {
		out.acknowledge(id, "pending")
	}
}

func (s *shift) acknowledge(id int64, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decided[id] = state
	s.acts++
}

// got notes who was given which comments.
func (s *shift) got(body []byte, who int) ([]int64, error) {
	var answer struct{ Mine []int64 }
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range answer.Mine {
		// One whose decision was undone waits again, and whoever comes next may have it.
		if other, had := s.owner[id]; had && other != who && s.decided[id] != "pending" {
			s.double++
		}
		s.owner[id] = who
	}
	return answer.Mine, nil
}

func listOf(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = fmt.Sprint(id)
	}
	return strings.Join(texts, ",")
}

// ask sends what the queue's script sends; without fields it reads a page. The request is not given up when the shift ends, so that its
// outcome is known.
func (e *editor) ask(path string, fields url.Values) ([]byte, error) {
	method := http.MethodGet
	if fields != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, "http://"+e.addr+path, strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", e.cookie)
	if fields != nil {
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return answered(browser.Do(r))
}

// verify fails unless the decision log holds every acknowledged decision exactly once, no comment has two that stand, and the totals are right.
func (s *shift) verify(ctx context.Context, dsn string) error {
	db, err := openRaw(dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var twice, log, undone int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT comment_id FROM comment_decision WHERE undone = 0 GROUP BY comment_id HAVING COUNT(*) > 1) d`).Scan(&twice); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(undone), 0) FROM comment_decision`).Scan(&log, &undone); err != nil {
		return err
	}
	if twice != 0 || log+undone != s.acts {
		return fmt.Errorf("%d comments have two decisions; the log has %d with %d undone, %d acts were acknowledged: %w", twice, log, undone, s.acts, errNotSaved)
	}
	stmt, err := db.PrepareContext(ctx, `SELECT state FROM comment WHERE id = $1`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for id, want := range s.decided {
		var state string
		if err := stmt.QueryRowContext(ctx, id).Scan(&state); err != nil {
			return err
		}
		if state != want {
			return fmt.Errorf("comment %d was acknowledged as %s and is %s: %w", id, want, state, errNotSaved)
		}
	}
	for tab, condition := range map[string]string{"pending": "state = 'pending'", "held": "state = 'pending' AND held = 1", "published": "state = 'published'", "rejected": "state = 'rejected'"} {
		var counted, kept int
		if err := db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM comment WHERE `+condition+`), value FROM comment_total WHERE tab = $1`, tab).Scan(&counted, &kept); err != nil {
			return err
		}
		if counted != kept {
			return fmt.Errorf("%d comments are %s and the queue says %d: %w", counted, tab, kept, errNotSaved)
		}
	}
	return nil
}
