package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/dabir-newsroom/dabir/internal/backup"
	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/discussion"
	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/store"
	"github.com/dabir-newsroom/dabir/internal/store/storetest"
)

// photo is a small picture; another number makes another one.
func photo(t testing.TB, number int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range 32 {
		img.Set(i, i, color.RGBA{uint8(number >> (i % 24)), uint8(number * i), uint8(number), 255})
	}
	for x := range 400 {
		img.Set(x, 10, color.RGBA{uint8(number), uint8(number >> 8), 200, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// acknowledged is what people were told is stored.
type acknowledged struct {
	letters  []string
	articles []news.Code
	pictures []news.MediaID
}

// notebook is written by many.
type notebook struct {
	mu sync.Mutex
	acknowledged
}

func (b *notebook) note(do func()) { b.mu.Lock(); defer b.mu.Unlock(); do() }

// soFar is what is noted at this moment.
func (b *notebook) soFar() acknowledged {
	b.mu.Lock()
	defer b.mu.Unlock()
	return acknowledged{letters: slices.Clone(b.letters), articles: slices.Clone(b.articles), pictures: slices.Clone(b.pictures)}
}

// work comments, publishes and uploads until stopped.
func (n *newsroomUnderTest) work(t *testing.T, done *notebook) (stop func()) {
	t.Helper()
	code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر پرنظر", Lede: "لید", Body: "<p>متن</p>"}}, "شهر")
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	loop := func(every time.Duration, act func(i int) error) { // at a pace, so that what is compared afterwards has an end
		group.Go(func() {
			tick := time.NewTicker(every)
			defer tick.Stop()
			for i := 0; ctx.Err() == nil; i++ {
				if err := act(i); err != nil {
					t.Error(err)
					return
				}
				<-tick.C
			}
		})
	}
	loop(4*time.Millisecond, func(i int) error {
		text := fmt.Sprint("نظر شمارهٔ ", i)
		_, err := n.discussion.Submit(context.Background(), discussion.Submission{Article: code, Text: text, Action: fmt.Sprintf("%020d", i)})
		done.note(func() { done.letters = append(done.letters, text) })
		return err
	})
	loop(10*time.Millisecond, func(i int) error {
		out, err := n.editorial.Import(context.Background(), operator, []news.Import{{SectionName: "شهر", Article: news.Article{State: news.Published,
			PublishedAt: time.Now(), Origin: fmt.Sprint("drill:", i), Content: news.Content{Kind: news.KindNews, Lang: "fa", Headline: fmt.Sprint("خبر ", i), Lede: "لید", Body: "<p>متن</p>"}}}})
		if err == nil {
			done.note(func() { done.articles = append(done.articles, out[0].Code) })
		}
		return err
	})
	loop(200*time.Millisecond, func(i int) error {
		m, err := n.library.Add(context.Background(), chief, media.Upload{Reader: bytes.NewReader(photo(t, i)), Name: "x.jpg", Credit: "مینا"})
		done.note(func() { done.pictures = append(done.pictures, m.ID) })
		return err
	})
	return func() { cancel(); group.Wait() }
}

// heldBy fails unless a restored newsroom has what was acknowledged.
func (a acknowledged) heldBy(t *testing.T, s *store.Store, folder string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "dabir.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stored := map[string]int{}
	for _, row := range texts(t, db, `SELECT text FROM comment`) {
		stored[row[0]]++
	}
	for _, text := range a.letters {
		if stored[text] != 1 {
			t.Errorf("%s is there %d times", text, stored[text])
		}
	}
	for _, code := range a.articles {
		if _, err := s.Public().Article(context.Background(), code); err != nil {
			t.Errorf("article %d: %v", code, err)
		}
	}
	for _, id := range a.pictures {
		m, err := s.Media(context.Background(), id)
		if err != nil {
			t.Errorf("picture %d: %v", id, err)
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, "media", media.KeysOf(m)[0])); err != nil {
			t.Errorf("picture %d: %v", id, err)
		}
	}
}

// noLimits let one machine write as much as a crowd.
var noLimits = []string{"DABIR_COMMENTS_LIMIT=0", "DABIR_COMMENTS_CHALLENGE_RATE=0", "DABIR_COMMENTS_CHALLENGE_NETWORK=0"}

// TestBackupRestoreDrill copies a newsroom under load, restores it elsewhere, and compares everything.
func TestBackupRestoreDrill(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "key.txt")
	if err := os.WriteFile(keys, []byte("# the key of the drill\n"+identity.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		encrypted bool
		bucket    bool
	}{{"plain folder", false, false}, {"encrypted folder", true, false}, {"encrypted bucket", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "copies")
			var env []string
			if c.encrypted {
				env = append(env, "DABIR_BACKUP_RECIPIENTS="+identity.Recipient().String())
			}
			if c.bucket {
				to = "s3://media/copies"
				_, bucket := bucketSettings(t)
				for _, line := range bucket[2:] {
					env = append(env, strings.Replace(line, "MEDIA", "BACKUP", 1))
				}
				env = append(env, strings.Replace(bucket[0], "MEDIA", "BACKUP", 1))
			}
			env = append(env, "DABIR_BACKUP_TO="+to, "DABIR_BACKUP_EVERY=0")
			drill(t, env, copyFlags{Identity: map[bool]string{true: keys}[c.encrypted]})
		})
	}
}

func drill(t *testing.T, env []string, from copyFlags) {
	n := start(t, "", append(env, noLimits...)...)
	settings := filepath.Join(n.cfg.Data, config.FileName)
	if err := os.WriteFile(settings, []byte("[site]\nname = \"روزنامهٔ تمرین\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n.cfg.File = settings
	if _, err := n.store.Secret(context.Background(), "pseudonym", 0); err != nil {
		t.Fatal(err)
	}
	var done notebook
	stop := n.work(t, &done)
	waitFor(t, "some work", func() bool {
		d := done.soFar()
		return t.Failed() || len(d.letters) > 20 && len(d.articles) > 20 && len(d.pictures) > 2
	})
	before := done.soFar()
	first, err := n.backup(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	after := done.soFar()
	stop()
	if len(after.letters) == len(before.letters) || len(after.articles) == len(before.articles) {
		t.Error("nobody could work while the copy was made")
	}
	if err := n.library.CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the suggestions", func() bool { return count("sqlite", n.cfg.Database, "suggest_due") == 0 })
	last, err := n.backup(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if last.New >= last.Files || last.ID <= first.ID {
		t.Errorf("the second copy is not incremental: %+v after %+v", last, first)
	}
	for name, value := range environment(env) {
		t.Setenv(name, value)
	}
	for _, id := range []string{first.ID, last.ID} { // the later one has spoilt nothing of the earlier
		from.Copy = id
		place, m, ids, err := from.open(context.Background(), n.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if faults, err := backup.VerifyCopy(context.Background(), place, m, ids); err != nil || len(faults) > 0 {
			t.Errorf("copy %s: %v, %v", id, faults, err)
		}
		if faults, err := backup.VerifyCopy(context.Background(), place, m, nil); err != nil || len(faults) > 0 {
			t.Errorf("copy %s without the key: %v, %v", id, faults, err)
		}
	}
	// The one that was made under load has all that was acknowledged before it began.
	early := restoreInto(t, from, first.ID)
	s := storetest.Open(t, filepath.Join(early, "dabir.db"), nil)
	before.heldBy(t, s, early)
	if faults, err := s.Check(context.Background()); err != nil || len(faults) > 0 {
		t.Errorf("restored: %v, %v", faults, err)
	}
	// The one that was made afterwards is the newsroom, to the last row and byte.
	late := restoreInto(t, from, "")
	sameRows(t, "sqlite", n.cfg.Database, filepath.Join(late, "dabir.db"))
	if a, b := bytesBelow(t, filepath.Join(n.cfg.Data, "media")), bytesBelow(t, filepath.Join(late, "media")); len(a) == 0 || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("the library has %d files, the restored one %d, or others", len(a), len(b))
	}
	if mustRead(t, filepath.Join(late, config.FileName)) != mustRead(t, settings) {
		t.Error("the settings are others")
	}
	if out, err := command("verify", "--data", late).CombinedOutput(); err != nil || !strings.Contains(string(out), "whole: the event log has no gap") {
		t.Errorf("verify: %v: %s", err, out)
	}
}

func environment(lines []string) map[string]string {
	all := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		all[name] = value
	}
	return all
}

// restoreInto restores into a fresh folder; a second time into it is refused.
func restoreInto(t *testing.T, from copyFlags, id string) string {
	t.Helper()
	from.Copy = id
	c := restoreCmd{common{Data: filepath.Join(t.TempDir(), "restored")}, from}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("restoring over a newsroom: %v", err)
	}
	return c.Data
}

// sameRows compares every row of every table; the log's name must differ, and the keys that rotate must be in one alone.
func sameRows(t *testing.T, driver, here, there string) {
	t.Helper()
	a, b := rows(t, driver, here), rows(t, driver, there)
	if len(a) < 20 || len(a) != len(b) {
		t.Fatalf("%d tables, restored %d", len(a), len(b))
	}
	for table, want := range a {
		switch got := b[table]; table {
		case "meta":
			if fmt.Sprint(want) == fmt.Sprint(got) {
				t.Error("the restored log has the name of the old one")
			}
		case "secret":
			names := func(rows []string) (all []string) {
				for _, row := range rows {
					all = append(all, strings.Fields(row)[0])
				}
				return all
			}
			for _, key := range discussion.KeysNotToKeep() {
				if slices.Contains(names(got), key) {
					t.Errorf("the key %s was kept", key)
				}
			}
			if !slices.Contains(names(want), "pseudonym") || !slices.Contains(names(got), "sign-in") {
				t.Errorf("keys %v, restored %v", names(want), names(got))
			}
		case "counter":
			// The restored log has one more event.
		case "event":
			got = slices.DeleteFunc(got, func(row string) bool { return strings.Contains(row, string(news.NewsroomRestored)) })
			if !slices.Equal(want, got) || len(b[table]) != len(want)+1 {
				t.Errorf("%d events, restored %d and that of the restore", len(want), len(got))
			}
		default:
			if !slices.Equal(want, got) {
				t.Errorf("table %s differs: %d rows, restored %d", table, len(want), len(got))
			}
		}
	}
}

// rows reads a whole database: table → its rows in order.
func rows(t *testing.T, driver, dsn string) map[string][]string {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if driver == "pgx" {
		list = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	all := map[string][]string{}
	for _, table := range texts(t, db, list) {
		found := texts(t, db, `SELECT * FROM "`+table[0]+`"`)
		lines := []string{}
		for _, row := range found {
			lines = append(lines, strings.Join(row, " | "))
		}
		slices.Sort(lines)
		all[table[0]] = lines
	}
	return all
}

func texts(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	found, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = fmt.Sprint(v)
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// bytesBelow is the checksum of every file that is not under way.
func bytesBelow(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		sum := sha256.Sum256([]byte(mustRead(t, path)))
		rel, err := filepath.Rel(folder, path)
		if !strings.HasPrefix(rel, "tmp/") && !strings.HasPrefix(rel, "uploads/") {
			all[rel] = hex.EncodeToString(sum[:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestBackupBesidePostgres: what pg_dump copied and what we copied become one newsroom again; another database is refused.
func TestBackupBesidePostgres(t *testing.T) {
	dsn := storetest.Postgres(t)
	to := filepath.Join(t.TempDir(), "copies")
	n := start(t, dsn, append(noLimits, "DABIR_BACKUP_TO="+to, "DABIR_BACKUP_EVERY=0")...)
	var done notebook
	stop := n.work(t, &done)
	waitFor(t, "some work", func() bool { d := done.soFar(); return t.Failed() || len(d.letters) > 5 && len(d.pictures) > 1 })
	stop()
	if err := n.library.CatchUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	report, err := n.backup(context.Background(), "")
	if err != nil || report.Files == 0 {
		t.Fatal(report, err)
	}
	restore := func(database string) (string, error) {
		c := restoreCmd{common{Data: filepath.Join(t.TempDir(), "restored"), DB: database}, copyFlags{From: to}}
		return c.Data, c.Run(context.Background())
	}
	other := &newsroomUnderTest{app: &app{cfg: &config.Config{Database: storetest.Postgres(t)}}}
	if err := execute(other, `UPDATE meta SET value = 'other' WHERE name = 'log_id'`); err != nil {
		t.Fatal(err)
	}
	if _, err := restore(other.cfg.Database); err == nil || !strings.Contains(err.Error(), "pg_restore") {
		t.Errorf("into another database: %v", err)
	}
	if _, err := restore(""); err == nil || !strings.Contains(err.Error(), "another kind") {
		t.Errorf("into SQLite: %v", err)
	}
	second := storetest.Postgres(t)
	dumpInto(t, dsn, second)
	folder, err := restore(second)
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, "pgx", dsn, second)
	if a, b := bytesBelow(t, filepath.Join(n.cfg.Data, "media")), bytesBelow(t, filepath.Join(folder, "media")); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("the files are others")
	}
}

// dumpInto brings a database into another by PostgreSQL's own tools.
func dumpInto(t *testing.T, from, to string) {
	t.Helper()
	db, err := sql.Open("pgx", to)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DROP SCHEMA public CASCADE; CREATE SCHEMA public`); err != nil {
		t.Fatal(err)
	}
	bin, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	storetest.Need(t, err == nil && len(bin) > 0, "no pg_dump below /usr/lib/postgresql")
	dump := filepath.Join(t.TempDir(), "dump.sql")
	newest := bin[len(bin)-1]
	if out, err := exec.Command(filepath.Join(newest, "pg_dump"), "--no-owner", "-f", dump, from).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command(filepath.Join(newest, "psql"), "-q", "-d", to, "-f", dump).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestDamagedCopiesAreSeen: whatever byte of a copy is another one, verify says which file it is in, and nothing is restored from it.
func TestDamagedCopiesAreSeen(t *testing.T) {
	to := filepath.Join(t.TempDir(), "copies")
	n := start(t, "", "DABIR_BACKUP_TO="+to, "DABIR_BACKUP_EVERY=0")
	if _, err := n.library.Add(context.Background(), chief, media.Upload{Reader: bytes.NewReader(photo(t, 1)), Name: "x.jpg", Credit: "مینا"}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.backup(context.Background(), ""); err != nil {
		t.Fatal(err)
	}
	verify := func() error {
		place, m, _, err := (&copyFlags{From: to}).open(context.Background(), n.cfg)
		if err != nil {
			return err
		}
		faults, err := backup.VerifyCopy(context.Background(), place, m, nil)
		if err == nil && len(faults) > 0 {
			err = fmt.Errorf("%v", faults)
		}
		return err
	}
	if err := verify(); err != nil {
		t.Fatalf("a whole copy: %v", err)
	}
	for name := range bytesBelow(t, to) {
		path := filepath.Join(to, name)
		whole := mustRead(t, path)
		for what, bad := range map[string]string{"a byte changed": flip(whole), "cut": whole[:len(whole)/2], "longer": whole + "x"} {
			if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := verify(); err == nil {
				t.Errorf("%s, %s: verify finds it whole", name, what)
			}
		}
		c := restoreCmd{common{Data: filepath.Join(t.TempDir(), "restored")}, copyFlags{From: to}}
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s is longer, and is restored", name)
		}
		if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := verify(); err != nil {
		t.Errorf("mended: %v", err)
	}
}

func flip(text string) string {
	b := []byte(text)
	b[len(b)/3] ^= 1
	return string(b)
}

// breakages are what can be wrong with a newsroom, by the fault that Verify tells; a later one hides none of those before it.
var breakages = []struct{ want, statement string }{
	{"verify.media_without_event", `UPDATE event SET subject_id = 999 WHERE subject_kind = 'media'`},
	{"verify.comment_without_event", `UPDATE event SET subject_id = 999 WHERE subject_kind = 'comment'`},
	{"verify.article_without_event", `UPDATE event SET subject_id = 999 WHERE subject_kind = 'article'`},
	{"verify.counters_wrong", `UPDATE article SET comments_pending = 7`},
	{"verify.totals_wrong", `UPDATE comment_total SET value = 9 WHERE tab = 'pending'`},
	{"verify.votes_wrong", `INSERT INTO comment_vote (comment_id, voter, pseudonym, up, at) VALUES (1, 'x', '', 1, 1)`},
	{"verify.terms_wrong", `DELETE FROM moderation_kept WHERE name = 'terms'`},
	{"verify.modes_wrong", `INSERT INTO comment_mode (scope, id, mode) VALUES ('section', 999, 'pre')`},
	{"verify.bylines_wrong", `UPDATE article_byline SET order_at = 1`},
	{"verify.tags_wrong", `DELETE FROM article_tag`},
	{"verify.topics_wrong", `INSERT INTO topic (tag_id, kind, text, version, updated_at, updated_by) SELECT id, 'thing', '', 1, 1, 1 FROM tag`},
	{"verify.tag_leads_wrong", `UPDATE tag SET into_id = id`},
	{"verify.suggested_wrong", `INSERT INTO suggestion (article_code, place, other_code, shared, likeness) SELECT code, 0, code, 1, 1 FROM article`},
	{"verify.suggested_missing", `DELETE FROM article_profile`},
	{"verify.article_without_revision", `UPDATE article SET public_revision = 999`},
	{"verify.numbers_beyond", `UPDATE counter SET value = 0 WHERE name = 'comment'`},
	{"verify.log_gap", `DELETE FROM event WHERE seq = 2`},
	{"verify.log_beyond", `UPDATE counter SET value = 1 WHERE name = 'event'`},
}

// TestVerifySeesWhatIsBroken: of a whole newsroom nothing is told, and each kind of damage as soon as it is done, not before.
func TestVerifySeesWhatIsBroken(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		ctx, to := context.Background(), filepath.Join(t.TempDir(), "copies")
		code := n.imports(t, news.Article{PublishedAt: time.Now(), Content: news.Content{Headline: "خبر", Lede: "لید", Body: "<p>متن</p>",
			Tags: []string{"آب"}, Bylines: []news.Byline{{Name: "مینا"}}}}, "شهر")
		receiptOf(t, n.browser(t).post(articlePath(code)+"/comments", url.Values{"text": {"نظر یک خواننده"}}))
		m, err := n.library.Add(ctx, chief, media.Upload{Reader: bytes.NewReader(photo(t, 1)), Name: "x.jpg", Credit: "مینا"})
		if err != nil {
			t.Fatal(err)
		}
		if err := n.library.CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the suggestions to be made", func() bool { // which nobody may make anew while they are broken
			queues, err := n.store.Queues(ctx)
			return err == nil && !slices.ContainsFunc(queues, func(q news.Queue) bool { return q.Name == "suggest" && q.Length > 0 })
		})
		if _, err := n.backup(ctx, to); err != nil {
			t.Fatal(err)
		}
		place, err := openPlace(ctx, n.cfg, to)
		if err != nil {
			t.Fatal(err)
		}
		verify := func() (told []string) {
			t.Helper()
			faults, compared, err := backup.Verify(ctx, n.source(), place)
			if err != nil || compared == 0 && !slices.ContainsFunc(faults, func(f news.Fault) bool { return f.Key == "verify.file_missing" }) {
				t.Fatal(compared, err)
			}
			for _, f := range faults {
				told = append(told, f.Key)
			}
			return told
		}
		before := verify()
		if len(before) > 0 {
			t.Fatalf("of a whole newsroom it tells %q", before)
		}
		breaks := func(want string, damage func() error) {
			t.Helper()
			if err := damage(); err != nil {
				t.Fatalf("%s: %v", want, err)
			}
			now := verify()
			if slices.Contains(before, want) || !slices.Contains(now, want) {
				t.Errorf("%s: before the damage %q, after it %q", want, before, now)
			}
			before = now
		}
		original := filepath.Join(n.cfg.Data, "media", media.KeysOf(m)[0])
		breaks("verify.file_damaged", func() error { return os.WriteFile(original, []byte(flip(mustRead(t, original))), 0o600) })
		breaks("verify.file_missing", func() error { return os.Remove(original) })
		for _, b := range breakages {
			breaks(b.want, func() error { return execute(n, b.statement) })
		}
	})
}

// execute changes a database behind the program's back.
func execute(n *newsroomUnderTest, statement string) error {
	driver := "sqlite"
	if store.IsPostgres(n.cfg.Database) {
		driver = "pgx"
	}
	return executeOn(driver, n.cfg.Database, statement)
}

func executeOn(driver, dsn, statement string) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(statement)
	return err
}

// TestCopiesInTurn: copies are made while the newsroom is served, each when the one before is old enough, and old ones go.
func TestCopiesInTurn(t *testing.T) {
	to := filepath.Join(t.TempDir(), "copies")
	n := start(t, "", "DABIR_BACKUP_TO="+to, "DABIR_BACKUP_EVERY=15m", "DABIR_BACKUP_KEEP=3")
	place, err := openPlace(context.Background(), n.cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the first copy", func() bool { return strings.Contains(n.log.String(), "copied the newsroom") })
	due, err := backup.Due(context.Background(), place, n.cfg.Backup.Every)
	if err != nil || time.Until(due) < 10*time.Minute || time.Until(due) > 15*time.Minute {
		t.Errorf("the next is due %v, %v", due, err)
	}
	var last backup.Report
	for range 4 {
		if last, err = n.backup(context.Background(), ""); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := backup.Copies(context.Background(), place)
	if err != nil || len(ids) != 3 || ids[2] != last.ID || last.Removed != 1 {
		t.Errorf("kept %v, %+v, %v", ids, last, err)
	}
	for name := range bytesBelow(t, to) {
		if strings.HasPrefix(name, "copy-") && !slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(name, id) }) {
			t.Errorf("%s stayed behind", name)
		}
	}
}
