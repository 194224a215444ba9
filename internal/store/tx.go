package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// session is one open write transaction on either database.
type session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Commit() error
	Rollback() error
}

// writer begins write transactions. One at a time runs, on either database and over all nodes: numbers and events then
// appear in commit order, no two writers deadlock and none loses another's update (docs/adr/0002).
type writer interface {
	// begin also returns the context in which the statements run.
	begin(ctx context.Context) (session, context.Context, error)
	close() error
}

// singleWriter is SQLite's: one connection that keeps its prepared statements.
type singleWriter struct {
	db    *sql.DB
	conn  *sql.Conn
	turn  chan struct{}
	stmts map[string]*sql.Stmt
}

func newSingleWriter(db *sql.DB, conn *sql.Conn) *singleWriter {
	return &singleWriter{db: db, conn: conn, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}
}

func (w *singleWriter) begin(ctx context.Context) (session, context.Context, error) {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	// Not under ctx: when it ends at this moment the driver says so although the transaction has begun, and nobody would end that.
	if _, err := w.conn.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE"); err != nil {
		_, _ = w.conn.ExecContext(context.Background(), "ROLLBACK") // one that was left open must not stop all that follow
		<-w.turn
		return nil, nil, err
	}
	return &singleSession{w}, ctx, nil
}

func (w *singleWriter) close() error {
	w.turn <- struct{}{}
	for _, stmt := range w.stmts {
		stmt.Close()
	}
	w.conn.Close()
	return w.db.Close()
}

type singleSession struct{ w *singleWriter }

func (s *singleSession) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.w.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.w.conn.PrepareContext(ctx, positional(query))
	if err == nil {
		s.w.stmts[query] = stmt
	}
	return stmt, err
}

func (s *singleSession) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (s *singleSession) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *singleSession) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.stmt(ctx, query)
	if err != nil {
		// A Row that carries the error can only be made by the connection itself.
		return s.w.conn.QueryRowContext(ctx, query, args...)
	}
	return stmt.QueryRowContext(ctx, args...)
}

func (s *singleSession) Commit() error {
	_, err := s.w.conn.ExecContext(context.Background(), "COMMIT")
	if err != nil {
		s.w.conn.ExecContext(context.Background(), "ROLLBACK")
	}
	<-s.w.turn
	return err
}

func (s *singleSession) Rollback() error {
	_, err := s.w.conn.ExecContext(context.Background(), "ROLLBACK")
	<-s.w.turn
	return err
}

// counting is a session that counts its statements.
type counting struct {
	session
	all     *atomic.Uint64
	written int // those that may have written, but for RETURNING: a number drawn in vain or a row written as it was harms nobody
}

func (c *counting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.all.Add(1)
	c.written++
	return c.session.ExecContext(ctx, query, args...)
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.all.Add(1)
	return c.session.QueryContext(ctx, query, args...)
}

func (c *counting) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.all.Add(1)
	return c.session.QueryRowContext(ctx, query, args...)
}

// tx is a write transaction: what is done in it and the events it will log.
type tx struct {
	ctx      context.Context
	session  *counting
	now      time.Time
	events   []news.Event
	arrivals []*arrival // comments that are written together at the end
	states   map[news.Code]commentsState
	counts   []counted         // steps of the articles' counters of comments
	touched  []news.Dependency // what of the public changed, some of it twice; it is written with the last event
	reserved map[string]numbers
	totals   map[news.QueueTab]int // what the transaction changes in the totals of the queue
	signals  bool                  // other nodes are to be woken at the commit
	broken   error                 // the database ended the transaction by itself (SQLite does so when the disk is full): nothing may be stored in it any more
}

// numbers are ids drawn ahead: next up to, but not including, end.
type numbers struct{ next, end int64 }

// inTx runs fn in a transaction: all of it and its events are stored, or nothing.
func (s *Store) inTx(ctx context.Context, fn func(*tx) error) error {
	if s.dialect.listens { // SQLite's writer waits for this process alone, and an end costs its driver a goroutine for each statement
		var cancel context.CancelFunc
		ctx, cancel = bounded(ctx, queryTime)
		defer cancel()
	}
	session, ctx, err := s.write.begin(ctx)
	if err != nil {
		return s.dialect.translate(err)
	}
	t := &tx{ctx: ctx, session: &counting{session: session, all: &s.statements}, now: s.now(), signals: s.dialect.listens}
	if err := t.run(fn); err != nil {
		session.Rollback()
		return s.dialect.translate(lost(ctx, err))
	}
	if err := session.Commit(); err != nil {
		return s.dialect.translate(err)
	}
	if len(t.events) > 0 {
		if s.heard != nil {
			s.heard(t.events)
		}
		if !s.dialect.listens {
			s.own.add(t.events)
		}
		s.wakers.wake()
	}
	return nil
}

// run is fn and the events it left, with a panic turned into an error so that the writer is always given back.
func (t *tx) run(fn func(*tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v", p)
		}
	}()
	if err = fn(t); err == nil {
		err = t.broken
	}
	if err != nil {
		return err
	}
	if err := t.storeTotals(); err != nil {
		return err
	}
	if err := t.writeCounts(); err != nil {
		return err
	}
	return t.logEvents()
}

// once runs fn unless its action id was seen before; then it returns what fn returned the first time. An empty action id
// (an importer, the scheduler) always runs. scope keeps the ids of different acts apart.
func (t *tx) once(scope, action string, fn func() (result string, err error)) (string, error) {
	if action == "" {
		return fn()
	}
	id := scope + ":" + action
	var result string
	// Written once more: the first commit may still be on its way to a synchronous standby, and what is acknowledged now must be there too.
	err := t.queryRow(`UPDATE action SET result = result WHERE id = $1 RETURNING result`, id).Scan(&result)
	if err != sql.ErrNoRows {
		return result, err
	}
	if result, err = fn(); err != nil {
		return "", err
	}
	return result, t.exec(`INSERT INTO action (id, at, result) VALUES ($1, $2, $3)`, id, ms(t.now), result)
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.session.ExecContext(t.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%.40q: %w", query, err)
	}
	return nil
}

func (t *tx) queryRow(query string, args ...any) scanner {
	return t.session.QueryRowContext(t.ctx, query, args...)
}

// draw takes n consecutive numbers of a counter and returns the first.
func (t *tx) draw(counter string, n int) (int64, error) {
	var last int64
	err := t.queryRow(`UPDATE counter SET value = value + $2 WHERE name = $1 RETURNING value`, counter, n).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("draw a number of %s: %w", counter, err)
	}
	return last - int64(n) + 1, nil
}

// reserve draws numbers that nextID will hand out, to spare a statement for each. Those left over stay unused.
func (t *tx) reserve(counter string, n int) error {
	first, err := t.draw(counter, n)
	if err != nil {
		return err
	}
	if t.reserved == nil {
		t.reserved = map[string]numbers{}
	}
	t.reserved[counter] = numbers{first, first + int64(n)}
	return nil
}

// nextID draws the next number of a counter.
func (t *tx) nextID(counter string) (int64, error) {
	if r, ok := t.reserved[counter]; ok && r.next < r.end {
		t.reserved[counter] = numbers{r.next + 1, r.end}
		return r.next, nil
	}
	return t.draw(counter, 1)
}

// event notes what happened; it is written when the transaction ends.
func (t *tx) event(e news.Event) {
	if e.At.IsZero() {
		e.At = t.now
	}
	e.At = fromMS(ms(e.At)) // as it is stored
	t.events = append(t.events, e)
}

// touch notes what of the public the transaction changes. There must be an event that says what happened.
func (t *tx) touch(changed ...news.Dependency) { t.touched = append(t.touched, changed...) }

// logEvents writes the transaction's events under consecutive numbers.
func (t *tx) logEvents() error {
	slices.Sort(t.touched)
	t.touched = slices.Compact(t.touched)
	if len(t.events) == 0 {
		if len(t.touched) > 0 {
			return fmt.Errorf("the public changed without an event: %v", t.touched)
		}
		return nil
	}
	t.events[len(t.events)-1].Touches = t.touched
	seq, err := t.draw("event", len(t.events))
	if err != nil {
		return err
	}
	for i := range t.events {
		t.events[i].Seq = seq + int64(i)
	}
	for rest := t.events; len(rest) > 0; {
		n := 1
		if len(rest) >= eventRows {
			n = eventRows
		}
		if err := t.insertEvents(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if t.signals {
		return t.exec(`SELECT pg_notify($1, '')`, eventSignal) // delivered at the commit, or never
	}
	return nil
}

// eventRows is how many events one statement takes where there are as many: the events of a group of comments cost a third.
const eventRows = 16

var (
	eventInsert      = []string{"seq", "at", "actor", "kind", "subject_kind", "subject_id", "data", "touches"}
	insertOneEvent   = insertQuery("event", eventInsert, 1)
	insertManyEvents = insertQuery("event", eventInsert, eventRows)
)

// insertQuery is the statement that inserts so many rows.
func insertQuery(table string, columns []string, rows int) string {
	var query strings.Builder
	fmt.Fprintf(&query, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	for i := range rows {
		if i > 0 {
			query.WriteString(", ")
		}
		for j := range columns {
			fmt.Fprintf(&query, "%c$%d", "(,"[min(j, 1)], i*len(columns)+j+1)
		}
		query.WriteString(")")
	}
	return query.String()
}

func (t *tx) insertEvents(events []news.Event) error {
	var args []any
	for i := range events {
		e := &events[i]
		data := []byte("{}")
		if len(e.Data) > 0 {
			var err error
			if data, err = json.Marshal(e.Data); err != nil {
				return err
			}
		}
		args = append(args, e.Seq, ms(e.At), e.Actor, string(e.Kind), e.SubjectKind, e.SubjectID, string(data), touchesText(e.Touches))
	}
	if len(events) == 1 {
		return t.exec(insertOneEvent, args...)
	}
	return t.exec(insertManyEvents, args...)
}

func touchesText(touches []news.Dependency) string {
	words := make([]string, len(touches))
	for i, d := range touches {
		words[i] = string(d)
	}
	return strings.Join(words, " ")
}

// mark is how much a transaction remembers at a moment.
type mark struct {
	arrivals, events, counts, touched int
	totals                            map[news.QueueTab]int
}

func (t *tx) mark() mark {
	return mark{len(t.arrivals), len(t.events), len(t.counts), len(t.touched), maps.Clone(t.totals)}
}

// forget leaves what was remembered after the mark.
func (t *tx) forget(m mark) {
	t.arrivals, t.events, t.counts, t.touched, t.totals = t.arrivals[:m.arrivals], t.events[:m.events], t.counts[:m.counts], t.touched[:m.touched], m.totals
}

// savepoint runs fn so that its failure undoes fn alone and leaves the transaction usable.
func (t *tx) savepoint(fn func() error) error {
	if t.broken != nil {
		return t.broken
	}
	if err := t.exec("SAVEPOINT entry"); err != nil {
		return err
	}
	before := t.mark()
	if err := fn(); err != nil {
		t.forget(before)
		if rerr := t.exec("ROLLBACK TO SAVEPOINT entry"); rerr != nil {
			t.broken = errors.Join(err, rerr)
			return t.broken
		}
		t.exec("RELEASE SAVEPOINT entry")
		return err
	}
	return t.exec("RELEASE SAVEPOINT entry")
}

// errHalfWritten ends a transaction in which something failed after it had written.
var errHalfWritten = errors.New("store: part of an entry may have been written")

// refusable runs fn where it is expected to succeed or to refuse before it writes anything, which costs no savepoint. When it fails in
// another way the transaction is broken by errHalfWritten.
func (t *tx) refusable(fn func() error) error {
	before, written := t.mark(), t.session.written
	err := fn()
	if err == nil {
		return nil
	}
	t.forget(before)
	// PostgreSQL ends the transaction at an error of its own.
	if t.session.written != written || !refused(err) {
		t.broken = errors.Join(errHalfWritten, err)
	}
	return err
}

// refused tells whether an error is a rule's and not the database's.
func refused(err error) bool {
	var own *news.Error
	return err == sql.ErrNoRows || errors.As(err, &own)
}
