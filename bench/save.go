package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type saveCmd struct {
	common
	Count int `help:"How often the article is saved in a run." default:"200" placeholder:"N"`
	Words int `help:"How many words it has." default:"3000" placeholder:"N"`
}

// Run measures.
func (c *saveCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, c.Bin)
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("save", w.root)
	r.note("an article of %d words is saved %d times through HTTP, one save after the other, each as the form of a browser and each a new version", c.Words, c.Count)
	r.note("raw: the rows that a save must write (version, article, event, action) in one transaction on the same file, prepared, with the same settings")
	var p50, p99, raw50, raw99 samples
	for range c.Runs {
		ours, raw, err := c.once(ctx, w)
		if err != nil {
			return err
		}
		for list, d := range map[*samples]time.Duration{&p50: quantile(ours, 0.5), &p99: quantile(ours, 0.99), &raw50: quantile(raw, 0.5), &raw99: quantile(raw, 0.99)} {
			*list = append(*list, float64(d.Microseconds())/1000)
		}
	}
	r.line("ms", "DABIR, HTTP", "RAW TRANSACTION", "RATIO", "RUNS")
	half, most := ratios(p50, raw50), ratios(p99, raw99)
	r.line("p50", number(p50.median()), number(raw50.median()), ratio(half.median()), "dabir "+p50.String()+"; raw "+raw50.String())
	r.line("p99", number(p99.median()), number(raw99.median()), ratio(most.median()), "dabir "+p99.String()+"; raw "+raw99.String())
	for key, value := range map[string]any{"count": c.Count, "words": c.Words, "p50_ms": p50.median(), "p99_ms": p99.median(), "raw_p50_ms": raw50.median(),
		"raw_p99_ms": raw99.median(), "ratio_p50": half.median(), "ratio_p99": most.median(), "p99_runs": p99, "raw_p99_runs": raw99} {
		r.set(key, value)
	}
	return r.print(os.Stdout, c.JSON)
}

// longText is a text of so many words; no two of different numbers are alike.
func longText(words, number int) string {
	f := fictionist{random: rand.New(rand.NewPCG(3, uint64(number))), words: strings.Fields(fictionalWords)}
	var b strings.Builder
	for left := words; left > 0; left -= 60 {
		b.WriteString(f.sentence(min(left, 30)))
		if left > 30 {
			b.WriteString(" " + f.sentence(min(left-30, 30)))
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

// once saves the article, and then does the raw transactions on the same file.
func (c *saveCmd) once(ctx context.Context, w *workshop) (ours, raw []time.Duration, err error) {
	s, data, err := w.serveEmpty(ctx, "save", 0)
	if err != nil {
		return nil, nil, err
	}
	defer s.stop(syscall.SIGKILL)
	e, err := w.signIn(ctx, s, data, "dabir", "desk_editor")
	if err != nil {
		return nil, nil, err
	}
	path, err := e.newArticle(ctx, "تیتر آزمون", longText(c.Words, 0))
	if err != nil {
		return nil, nil, err
	}
	fields, err := e.form(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	base, err := strconv.Atoi(fields.Get("base"))
	if err != nil {
		return nil, nil, fmt.Errorf("the form's base: %w", err)
	}
	fields.Set("do", "save")
	for i := range c.Count {
		fields.Set("action", actionOf(i))
		fields.Set("base", strconv.Itoa(base+i))
		fields.Set("body", longText(c.Words, i+1))
		began := time.Now()
		if _, err := e.save(ctx, path, fields); err != nil {
			return nil, nil, err
		}
		ours = append(ours, time.Since(began))
	}
	s.stop(syscall.SIGKILL)
	raw, err = c.raw(ctx, filepath.Join(data, "dabir.db"))
	slices.Sort(ours)
	slices.Sort(raw)
	return ours, raw, err
}

// raw writes what a save must write, after it has looked that every save is there.
func (c *saveCmd) raw(ctx context.Context, dsn string) ([]time.Duration, error) {
	db, err := openRaw(dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var versions, last, events int64
	err = db.QueryRowContext(ctx, `SELECT COUNT(*), MAX(id), (SELECT MAX(seq) FROM event) FROM revision WHERE article_code = 1`).Scan(&versions, &last, &events)
	if err != nil {
		return nil, err
	}
	if versions != int64(c.Count)+1 {
		return nil, fmt.Errorf("%d versions: %w", versions, errNotSaved)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var statements []func(i int64, text string) error
	prepare := func(query string, args func(i int64, text string) []any) error {
		stmt, err := conn.PrepareContext(ctx, query)
		if err == nil {
			statements = append(statements, func(i int64, text string) error { _, err := stmt.ExecContext(ctx, args(i, text)...); return err })
		}
		return err
	}
	none := func(int64, string) []any { return nil }
	now := time.Now().UnixMilli()
	for _, p := range []struct {
		query string
		args  func(i int64, text string) []any
	}{
		{"BEGIN IMMEDIATE", none},
		{`INSERT INTO action (id, at, result) VALUES ($1, $2, 'done')`, func(i int64, _ string) []any { return []any{fmt.Sprint("raw-", i), now} }},
		{`INSERT INTO revision (id, article_code, number, at, author, lang, kind, kicker, headline, short_headline, lede, body, source, end_mark, desk_code, slug, section_id,
			tags, bylines, media_id, picture_caption, picture_credit, picture_alt)
			SELECT $1, article_code, $1, $2, author, lang, kind, kicker, headline, short_headline, lede, $3, source, end_mark, desk_code, slug, section_id,
			tags, bylines, media_id, picture_caption, picture_credit, picture_alt FROM revision WHERE id = $4`,
			func(i int64, text string) []any { return []any{last + i + 1, now, text, last} }},
		{`UPDATE article SET working_revision = $1, updated_at = $2 WHERE code = 1`, func(i int64, _ string) []any { return []any{last + i + 1, now + i} }},
		{`INSERT INTO event (seq, at, actor, kind, subject_kind, subject_id, data) VALUES ($1, $2, 'user/1', 'article.saved', 'article', 1, '{}')`,
			func(i int64, _ string) []any { return []any{events + i + 1, now} }},
		{"COMMIT", none},
	} {
		if err := prepare(p.query, p.args); err != nil {
			return nil, err
		}
	}
	times := make([]time.Duration, c.Count)
	for i := range times {
		text := longText(c.Words, c.Count+i+1)
		began := time.Now()
		for _, do := range statements {
			if err := do(int64(i), text); err != nil {
				return nil, err
			}
		}
		times[i] = time.Since(began)
	}
	return times, nil
}
