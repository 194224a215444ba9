package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// The goals of the stemmer (issue 5).
const (
	goalNominal = 0.70
	goalTokens  = 5_000_000.0 // a second and core
)

// snowballPackage is Snowball 3.1.1 as WebAssembly, which Node runs.
const snowballPackage = "multilingual-stemmer@2.1.1"

type stemCmd struct {
	common
	File     string `arg:"" optional:"" help:"Words: word, lemma and part of speech between tabs, a title line first (default ../shared/data/lemma/dev.tsv)." type:"existingfile"`
	News     string `help:"Articles for the speed (default ../shared/data/news/news.jsonl.gz)." type:"existingfile" placeholder:"FILE"`
	Snowball string `help:"A command that reads words and writes their Persian stems, line by line, such as 'stemwords -l persian' (default: Snowball from npm, run by node)." placeholder:"COMMAND"`
}

// lemmaRow is a word of the file.
type lemmaRow struct{ word, lemma, part string }

// Run measures.
func (c *stemCmd) Run(ctx context.Context) error {
	w, err := openWorkshop(ctx, os.Args[0]) // no binary is measured here
	if err != nil {
		return err
	}
	defer w.close()
	r := newReport("stem", w.root)
	data := filepath.Join(w.root, "..", "shared", "data")
	if c.File == "" {
		c.File = filepath.Join(data, "lemma", "dev.tsv")
	}
	rows, err := readLemmas(c.File)
	if err != nil {
		return err
	}
	r.note("%s: %d words", filepath.Base(c.File), len(rows))
	r.note("together: inflected words (word ≠ lemma) with the stem of their lemma. Apart: pairs of lemmas, different also when folded, with one stem.")
	ours, err := quality(rows, func(words []string) ([]string, error) {
		stems := make([]string, len(words))
		for i, word := range words {
			stems[i] = terms.Stem(word)
		}
		return stems, nil
	})
	if err != nil {
		return err
	}
	theirs, err := quality(rows, func(words []string) ([]string, error) { return c.snowball(ctx, w, words) })
	if err != nil {
		r.note("Snowball could not be run (%v): its column is empty", err)
		theirs = nil
	}
	c.compare(r, ours, theirs)
	if err := c.speed(r, filepath.Join(data, "news", "news.jsonl.gz")); err != nil {
		return err
	}
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(ours.nominal >= goalNominal, "nouns, adjectives, names", percent(ours.nominal), "at least "+percent(goalNominal))
	if theirs != nil {
		r.goal(ours.apart <= theirs.apart, "lemmas that fall together", number(float64(ours.apart)), "at most Snowball's "+number(float64(theirs.apart)))
	}
	return r.print(os.Stdout, c.JSON)
}

func (c *stemCmd) compare(r *report, ours, theirs *stemQuality) {
	r.line("", "DABIR", "SNOWBALL", "OF")
	cell := func(of func(*stemQuality) string) string {
		if theirs == nil {
			return "–"
		}
		return of(theirs)
	}
	for _, row := range []struct {
		what string
		of   func(*stemQuality) string
		all  int
	}{
		{"together: nouns, adjectives, names", func(q *stemQuality) string { return percent(q.nominal) }, ours.nominals},
		{"together: verbs", func(q *stemQuality) string { return percent(q.verb) }, ours.verbs},
		{"apart: pairs of any lemmas", func(q *stemQuality) string { return number(float64(q.apart)) }, ours.lemmas},
		{"apart: pairs of nouns, adjectives, names", func(q *stemQuality) string { return number(float64(q.apartNominal)) }, ours.nominalLemmas},
	} {
		r.line(row.what, row.of(ours), cell(row.of), number(float64(row.all)))
	}
	r.set("nominal", ours.nominal)
	r.set("verb", ours.verb)
	r.set("apart", ours.apart)
	if theirs != nil {
		r.set("snowball", map[string]any{"nominal": theirs.nominal, "verb": theirs.verb, "apart": theirs.apart})
	}
}

// stemQuality is what a stemmer is worth on a file of words.
type stemQuality struct {
	nominal, verb         float64 // share of inflected words with the stem of their lemma
	nominals, verbs       int     // inflected words
	apart, apartNominal   int     // pairs of different lemmas with one stem
	lemmas, nominalLemmas int
}

// quality stems words and lemmas once and counts.
func quality(rows []lemmaRow, stem func([]string) ([]string, error)) (*stemQuality, error) {
	stems := map[string]string{}
	for _, row := range rows {
		stems[row.word], stems[row.lemma] = "", ""
	}
	words := sortedKeys(stems)
	got, err := stem(words)
	if err != nil {
		return nil, err
	}
	if len(got) != len(words) {
		return nil, fmt.Errorf("%d stems for %d words", len(got), len(words))
	}
	for i, word := range words {
		stems[word] = got[i]
	}
	var q stemQuality
	var nominal, verb int
	all, names := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		all[row.lemma] = true
		isNominal := row.part == "NOUN" || row.part == "ADJ" || row.part == "PROPN"
		if isNominal {
			names[row.lemma] = true
		}
		same := stems[row.word] == stems[row.lemma]
		switch {
		case row.word == row.lemma:
		case isNominal:
			q.nominals++
			nominal += count(same)
		case row.part == "VERB":
			q.verbs++
			verb += count(same)
		}
	}
	q.nominal, q.verb = float64(nominal)/float64(max(q.nominals, 1)), float64(verb)/float64(max(q.verbs, 1))
	q.lemmas, q.nominalLemmas = len(all), len(names)
	q.apart, q.apartNominal = fallTogether(all, stems), fallTogether(names, stems)
	return &q, nil
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fallTogether counts the pairs of different lemmas that have one stem.
func fallTogether(lemmas map[string]bool, stems map[string]string) int {
	groups := map[string]map[string]bool{}
	for lemma := range lemmas {
		folded, stem := persian.Fold(lemma), stems[lemma]
		if groups[stem] == nil {
			groups[stem] = map[string]bool{}
		}
		groups[stem][folded] = true
	}
	pairs := 0
	for _, group := range groups {
		pairs += len(group) * (len(group) - 1) / 2
	}
	return pairs
}

func readLemmas(path string) ([]lemmaRow, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []lemmaRow
	for line := range strings.SplitSeq(string(text), "\n") {
		f := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		if len(f) >= 3 && f[0] != "word" {
			rows = append(rows, lemmaRow{f[0], f[1], f[2]})
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no line with word, lemma and part of speech", path)
	}
	return rows, nil
}

// snowballScript stems line by line.
const snowballScript = `import { createStemmer, Languages } from 'multilingual-stemmer';
import { readFileSync } from 'node:fs';
const stem = createStemmer(Languages.Persian);
process.stdout.write(readFileSync(0, 'utf8').split('\n').map(w => stem(w)).join('\n'));
`

// snowball stems words with the command, or with the package from npm.
func (c *stemCmd) snowball(ctx context.Context, w *workshop, words []string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", c.Snowball)
	if c.Snowball == "" {
		folder, err := w.folder("snowball")
		if err != nil {
			return nil, err
		}
		install := exec.CommandContext(ctx, "npm", "install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", snowballPackage)
		if said, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm: %w: %s", err, lastLine(said))
		}
		script := filepath.Join(folder, "stem.mjs")
		if err := os.WriteFile(script, []byte(snowballScript), 0o600); err != nil {
			return nil, err
		}
		cmd = exec.CommandContext(ctx, "node", script)
	}
	cmd.Stdin = strings.NewReader(strings.Join(words, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("%w: %s", err, lastLine(exit.Stderr))
		}
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), nil
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// speed counts terms a second beside strings.Fields over the same texts, in processor time, so that a busy machine matters less.
func (c *stemCmd) speed(r *report, file string) error {
	if c.News != "" {
		file = c.News
	}
	if _, err := os.Stat(file); err != nil {
		r.note("no articles for the speed: %v", err)
		return nil
	}
	texts, err := someTexts(file, 5000)
	if err != nil {
		return err
	}
	splitter, err := terms.NewSplitter(terms.All)
	if err != nil {
		return err
	}
	var split, fields samples
	tokens, allocated := 0, 0.0
	for range max(c.Runs, 1) + 1 { // the first run warms up
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		tokens = 0
		spent := processorTime(func() {
			for _, text := range texts {
				tokens += len(splitter.Split(text))
			}
		})
		runtime.ReadMemStats(&after)
		allocated = float64(after.Mallocs-before.Mallocs) / float64(tokens)
		split = append(split, float64(tokens)/spent.Seconds())
		n := 0
		spent = processorTime(func() {
			for _, text := range texts {
				n += len(strings.Fields(text))
			}
		})
		fields = append(fields, float64(n)/spent.Seconds())
	}
	split, fields = split[1:], fields[1:]
	all := ratios(split, fields)
	r.line()
	r.line("SPEED", "DABIR", "strings.Fields", "RATIO", "RUNS")
	r.line("tokens a second of processor time", number(split.median()), number(fields.median()), ratio(all.median()), split.String())
	r.line("allocations a token", fmt.Sprintf("%.6f", allocated), "", "", "")
	r.set("tokens_per_cpu_second", split.median())
	r.set("ratio_to_fields", all.median())
	r.set("allocations_per_token", allocated)
	r.line()
	r.line("GOAL", "FIGURE", "WANTED", "")
	r.goal(split.median() >= goalTokens, "tokens a second of processor time", number(split.median()), "at least "+number(goalTokens))
	return nil
}

// someTexts are the first n articles of a file as texts.
func someTexts(file string, n int) ([]string, error) {
	errEnough := errors.New("enough")
	var texts []string
	err := readArticles(file, 500, func(articles []article) error {
		for _, a := range articles {
			texts = append(texts, a.Title+"\n"+a.Lead+"\n"+a.Body)
		}
		if len(texts) >= n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return texts, err
}

// processorTime is what do takes of the processors.
func processorTime(do func()) time.Duration {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			return 0
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	runtime.GC()
	before := used()
	do()
	return used() - before
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
