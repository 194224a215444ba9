package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
)

type commentsCmd struct {
	common
	Count int    `help:"How many comments are sent." default:"20000" placeholder:"N"`
	Conns int    `help:"How many keep-alive connections send them." default:"256" placeholder:"N"`
	Train string `help:"Labelled comments for the model of the run with rules; without it the development file, where it is." type:"existingfile" placeholder:"FILE"`
}

// sent is what came of sending all comments.
type sent struct {
	took         time.Duration
	p50, p99     time.Duration
	spent        time.Duration // by the server's processors, on everything
	acknowledged map[int]bool
	refused      map[int]int // status → how many
	unknown      int         // the connection broke before an answer
}

func (s sent) perSecond() float64 { return float64(len(s.acknowledged)) / s.took.Seconds() }

// each is the processor time of one comment, in microseconds: it depends least on who else works on the machine.
func (s sent) each() float64 { return float64(s.spent.Microseconds()) / float64(len(s.acknowledged)) }

// Run measures.
func (c *commentsCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("comments", w.root)
	r.note("%d comments over %d keep-alive connections, each from an address of its own by X-Forwarded-For; the server is killed (SIGKILL)"+
		" after the last answer", c.Count, c.Conns)
	r.note("the challenge under load is off")
	r.note("raw: rows of the same columns into the same table of the same file, %d a transaction", rawComments)
	r.note("rules off: comments.rules=false; rules on: all of them, %d terms on the lists, and %s; limits and challenge are off in both", benchTerms, c.modelNote(w))
	var ours, ruled, raw, cost, ruledCost samples
	var last, lastRuled sent
	var peak int64
	for range c.Runs {
		if lastRuled, _, err = c.once(ctx, w, true); err != nil {
			return fmt.Errorf("with rules: %w", err)
		}
		if last, peak, err = c.once(ctx, w, false); err != nil {
			return err
		}
		ruled = append(ruled, lastRuled.perSecond())
		cost, ruledCost = append(cost, last.each()), append(ruledCost, lastRuled.each())
		rate, err := c.raw(ctx, w)
		if err != nil {
			return fmt.Errorf("raw inserts: %w", err)
		}
		ours, raw = append(ours, last.perSecond()), append(raw, rate)
	}
	all := ratios(ours, raw)
	r.line("", "DABIR, HTTP", "RAW INSERTS", "RATIO", "RUNS")
	r.line("durable comments a second", number(ours.median()), number(raw.median()), ratio(all.median()), "dabir "+ours.String()+"; raw "+raw.String())
	shares := ratios(ruled, ours)
	r.line("the same with all rules on", number(ruled.median()), "", ratio(shares.median())+" of rules off", ruled.String())
	costs := ratios(cost, ruledCost)
	r.line("processor time a comment", number(cost.median())+" µs", "", "", cost.String())
	r.line("the same with all rules on", number(ruledCost.median())+" µs", "", ratio(costs.median())+" as many a second", ruledCost.String())
	r.line("time of an answer with rules on", "p50 "+milliseconds(lastRuled.p50), "p99 "+milliseconds(lastRuled.p99), "", "")
	r.line("time of an answer", "p50 "+milliseconds(last.p50), "p99 "+milliseconds(last.p99), "", "")
	r.line("peak memory", megabytes(peak), "", "", "")
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(len(lastRuled.acknowledged) == c.Count, "comments acknowledged with rules on", number(float64(len(lastRuled.acknowledged))), number(float64(c.Count)))
	r.goal(len(last.acknowledged) == c.Count, "comments acknowledged", number(float64(len(last.acknowledged))), number(float64(c.Count)))
	r.note("after each run every acknowledged comment was in the database exactly once")
	for _, status := range sortedKeys(last.refused) {
		r.line(fmt.Sprintf("answers with status %d", status), number(float64(last.refused[status])))
	}
	r.set("sent", c.Count)
	r.set("connections", c.Conns)
	r.set("per_second", ours.median())
	r.set("raw_per_second", raw.median())
	r.set("rules_per_second", ruled.median())
	r.set("rules_ratio", shares.median())
	r.set("rules_runs", ruled)
	r.set("processor_us", cost.median())
	r.set("rules_processor_us", ruledCost.median())
	r.set("rules_p50_ms", lastRuled.p50.Seconds()*1000)
	r.set("rules_p99_ms", lastRuled.p99.Seconds()*1000)
	r.set("ratio", all.median())
	r.set("runs", ours)
	r.set("raw_runs", raw)
	r.set("p50_ms", last.p50.Seconds()*1000)
	r.set("p99_ms", last.p99.Seconds()*1000)
	r.set("peak_bytes", peak)
	return r.print(os.Stdout, c.JSON)
}

func (w *workshop) database() string { return filepath.Join(w.temp, "comments", "dabir.db") }

// once makes a newsroom with one article, sends all comments, kills the server and looks at the database.
func (c *commentsCmd) once(ctx context.Context, w *workshop, rules bool) (sent, int64, error) {
	data, err := w.folder("comments")
	if err != nil {
		return sent{}, 0, err
	}
	file := filepath.Join(w.temp, "one.jsonl")
	if err := writeFictional(file, 1); err != nil {
		return sent{}, 0, err
	}
	cmd := exec.CommandContext(ctx, w.bin, "import", "jsonl", file, "--data", data)
	cmd.Env = cleanEnv()
	if said, err := cmd.CombinedOutput(); err != nil {
		return sent{}, 0, fmt.Errorf("import: %w\n%s", err, said)
	}
	if rules {
		if err := c.prepareRules(ctx, w, data); err != nil {
			return sent{}, 0, err
		}
	}
	s, err := w.startDabir(ctx, []string{"DABIR_SERVER_TRUSTED_PROXIES=127.0.0.1", "DABIR_COMMENTS_LIMIT=0", "DABIR_COMMENTS_CHALLENGE_RATE=0", "DABIR_COMMENTS_CHALLENGE_NETWORK=0",
		fmt.Sprint("DABIR_COMMENTS_RULES=", rules)}, "serve", "--data", data)
	if err != nil {
		return sent{}, 0, err
	}
	defer s.stop(syscall.SIGKILL)
	before := s.processor()
	out, err := c.sendAll(ctx, s.addr)
	if err != nil {
		return out, 0, err
	}
	out.spent = s.processor() - before
	peak := s.memory().peak
	// Durable means durable: what was acknowledged must survive the process that acknowledged it.
	s.stop(syscall.SIGKILL)
	return out, peak, c.verify(ctx, w, out)
}

// trainFile is what the model learns from, "" when there is nothing.
func (c *commentsCmd) trainFile(w *workshop) string {
	return orThere(c.Train, filepath.Join(w.root, "..", "shared", "data", "comments"), "labelled.jsonl.gz")
}

func (c *commentsCmd) modelNote(w *workshop) string {
	if c.trainFile(w) == "" {
		return "no model, for want of a file to learn from"
	}
	return "a trained model"
}

// prepareRules fills the lists and trains the model of a newsroom that nobody serves.
func (c *commentsCmd) prepareRules(ctx context.Context, w *workshop, data string) error {
	st, err := store.Open(ctx, store.Options{DSN: filepath.Join(data, "dabir.db")})
	if err != nil {
		return err
	}
	defer st.Close()
	terms := termsForBench()
	byKey := map[string]news.Term{}
	for _, t := range terms {
		if t.Key, err = moderation.TermKey(t.Text); err != nil {
			return err
		}
		byKey[t.Key] = t
	}
	if _, err := st.ImportTerms(ctx, news.SystemActor("bench"), "", slices.Collect(maps.Values(byKey))); err != nil {
		return err
	}
	if w.model == nil {
		file := c.trainFile(w)
		if file == "" {
			return nil
		}
		records, err := readLabelled(file)
		if err != nil {
			return err
		}
		examples := make([]moderation.Example, len(records))
		for i, l := range records {
			examples[i] = l.example()
		}
		if w.model, err = moderation.Train(examples).Encode(); err != nil {
			return err
		}
	}
	return st.Keep(ctx, news.SystemActor("bench"), "model", news.KeptModel{At: time.Now(), Info: "{}", Data: base64.StdEncoding.EncodeToString(w.model)})
}

// sendAll sends the comments and notes every answer.
func (c *commentsCmd) sendAll(ctx context.Context, addr string) (sent, error) {
	out := sent{acknowledged: map[int]bool{}, refused: map[int]int{}}
	var next atomic.Int64
	var mu sync.Mutex
	var times []time.Duration
	var group sync.WaitGroup
	conns := make([]*connection, c.Conns)
	for i := range conns {
		conn, err := dial(addr)
		if err != nil {
			return out, err
		}
		defer conn.Close()
		conns[i] = conn
	}
	requests := make([][]byte, c.Count) // whatever the client spends is missing from what is measured
	for i := range requests {
		requests[i] = commentRequest(addr, i)
	}
	began := time.Now()
	for _, conn := range conns {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= c.Count {
					return
				}
				start := time.Now()
				status, err := conn.send(requests[i], nil)
				took := time.Since(start)
				mu.Lock()
				switch {
				case err != nil:
					out.unknown++
				case status == 303:
					out.acknowledged[i] = true
					times = append(times, took)
				default:
					out.refused[status]++
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	out.took = time.Since(began)
	slices.Sort(times)
	out.p50, out.p99 = quantile(times, 0.5), quantile(times, 0.99)
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	if len(out.acknowledged) == 0 {
		return out, fmt.Errorf("no comment was taken; answers by status: %v", out.refused)
	}
	return out, nil
}

// actionOf is a comment's action id, as long as a script's are: a shorter one is not taken.
func actionOf(i int) string { return fmt.Sprintf("bench-%020d", i) }

// textOf is a comment as readers write them, no two alike.
func textOf(i int) string {
	return fmt.Sprintf("سلام. این گزارش را با دقت خواندم و به نظرم باید دربارهٔ هزینه‌ها هم بیشتر توضیح داده می‌شد. (دیدگاه %d)", i)
}

// commentForm is the form's fields as a browser without JavaScript sends them.
func commentForm(i int) string {
	return url.Values{"action": {actionOf(i)}, "parent": {""}, "name": {"خواننده"}, "email": {"reader@example.ir"}, "text": {textOf(i)}, "subject": {""}}.Encode()
}

// addressOf is the address of a comment's writer. Multiplying by an odd number spreads the addresses over many networks
// and countries and gives none twice.
func addressOf(i int) string {
	spread := uint32(i+1) * 2654435761
	return fmt.Sprintf("%d.%d.%d.%d", byte(spread>>24), byte(spread>>16), byte(spread>>8), byte(spread))
}

// commentRequest is the form on its way through a proxy.
func commentRequest(addr string, i int) []byte {
	form := commentForm(i)
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST /news/1/comments HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nUser-Agent: dabir-bench\r\n", addr, addr)
	fmt.Fprintf(&b, "X-Forwarded-For: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", addressOf(i), len(form), form)
	return b.Bytes()
}

// verify fails unless every acknowledged comment is in the database exactly once, with its own text.
func (c *commentsCmd) verify(ctx context.Context, w *workshop, out sent) error {
	db, err := openRaw(w.database())
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT text, COUNT(*), COUNT(DISTINCT receipt) FROM comment GROUP BY text`)
	if err != nil {
		return err
	}
	defer rows.Close()
	stored := map[string]int{}
	for rows.Next() {
		var text string
		var n, receipts int
		if err := rows.Scan(&text, &n, &receipts); err != nil {
			return err
		}
		if n != receipts {
			return fmt.Errorf("%d comments share a receipt: %s", n, text)
		}
		stored[text] = n
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range out.acknowledged {
		if n := stored[textOf(i)]; n != 1 {
			return fmt.Errorf("comment %d was acknowledged and is in the database %d times", i, n)
		}
	}
	if most := len(out.acknowledged) + out.unknown; len(stored) > most {
		return fmt.Errorf("%d comments are stored, %d at the most were taken", len(stored), most)
	}
	return nil
}

// rawComments is how many rows one raw transaction takes: as many as the group commit.
const rawComments = 256

// raw inserts as many rows of the same columns into the same table and returns how many a second went in.
func (c *commentsCmd) raw(ctx context.Context, w *workshop) (perSecond float64, err error) {
	db, err := openRaw(w.database())
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var last int
	if err := db.QueryRowContext(ctx, `SELECT MAX(id) FROM comment`).Scan(&last); err != nil {
		return 0, err
	}
	const query = `INSERT INTO comment (id, article_code, parent_id, state, name, email, text, country, pseudonym, by_newsroom, created_at,
		decided_at, decided_by, reason, receipt, origin)
		VALUES ($1, 1, NULL, 'pending', 'خواننده', 'reader@example.ir', $2, 'IR', $3, 0, $4, NULL, 0, '', $5, NULL)`
	now := time.Now().UnixMilli()
	began := time.Now()
	for done := 0; done < c.Count; {
		n := min(rawComments, c.Count-done)
		err := inserted(ctx, db, query, n, func(i int) []any {
			id := last + 1 + done + i
			hash := fmt.Sprintf("%032x", uint64(id)*0x9e3779b97f4a7c15)
			return []any{id, textOf(id), hash, now, hash + hash}
		})
		if err != nil {
			return 0, err
		}
		done += n
	}
	return float64(c.Count) / time.Since(began).Seconds(), nil
}
