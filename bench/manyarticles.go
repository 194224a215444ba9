package main

import (
	"hash/maphash"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/search"
)

// manyArticles makes as many articles as are asked for from a few: first each as it is, then copies with changed names and sentences.
type manyArticles struct {
	lines []searchLine
	dates []time.Time
	often map[uint64]uint8 // how many articles have a word, by its hash; up to rareWord+1
	seed  maphash.Seed
	parts [][]string // sentences of each body
}

const (
	// rareWord: a word in no more articles than that counts as a name, which another copy changes.
	rareWord = 20
	// spellings is how many spellings a name gets: so the words grow with the articles as words do, by about the square root.
	spellings = 7
	// backwards is how much older each copy is than the one before: thirty-six make twenty years.
	backwards = 203 * 24 * time.Hour
)

// loadMany reads the news, and makes fictional articles where there are none.
func loadMany(w *workshop, file string) (*manyArticles, string, error) {
	from := filepath.Base(file)
	if _, err := os.Stat(file); err != nil {
		file, from = filepath.Join(w.temp, "fictional.jsonl"), "fictional articles"
		if err := writeFictional(file, fictional); err != nil {
			return nil, "", err
		}
	}
	lines, err := readLines(file)
	if err != nil {
		return nil, "", err
	}
	m := &manyArticles{lines: lines, often: map[uint64]uint8{}, seed: maphash.MakeSeed()}
	for _, l := range lines {
		at, _ := time.Parse(time.DateOnly, l.Date[:min(len(l.Date), 10)])
		m.dates = append(m.dates, at)
		m.parts = append(m.parts, strings.SplitAfter(l.Body, "."))
		seen := map[uint64]bool{}
		for word := range strings.FieldsSeq(l.Title + " " + l.Lead + " " + l.Body) {
			if h := maphash.String(m.seed, word); !seen[h] && m.often[h] <= rareWord {
				seen[h] = true
				m.often[h]++
			}
		}
	}
	return m, from, nil
}

// all yields n articles in the order of their dates, as a newsroom writes them, undated ones first. The same n gives the same articles.
func (m *manyArticles) all(n int) iter.Seq[search.Document] {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return m.date(a).Compare(m.date(b)) })
	return func(yield func(search.Document) bool) {
		for code, i := range order {
			d := m.article(i)
			d.Code = int64(code + 1)
			if !yield(d) {
				return
			}
		}
	}
}

// date is when an article was published; zero: undated.
func (m *manyArticles) date(i int) time.Time {
	at := m.dates[i%len(m.lines)]
	if !at.IsZero() {
		at = at.Add(-time.Duration(i/len(m.lines)) * backwards)
	}
	return at
}

func (m *manyArticles) article(i int) search.Document {
	at, round := i%len(m.lines), i/len(m.lines)
	l := &m.lines[at]
	d := search.Document{Headline: l.Title, Lede: l.Lead, Body: l.Body, Section: section(l.Section), Kind: "news", At: m.date(i)}
	for _, tag := range l.Tags {
		d.Tags = append(d.Tags, search.Label{ID: section(tag) + 1, Name: tag})
	}
	if round == 0 {
		return d
	}
	random := rand.New(rand.NewPCG(uint64(i), 1))
	// One sentence in five comes from another article.
	var body strings.Builder
	for _, sentence := range m.parts[at] {
		if other := m.parts[random.IntN(len(m.parts))]; random.IntN(5) == 0 {
			sentence = other[random.IntN(len(other))]
		}
		m.change(&body, sentence, round%spellings)
	}
	d.Body = body.String()
	var head strings.Builder
	m.change(&head, l.Title, round%spellings)
	d.Headline = head.String()
	return d
}

// change writes a text with its rare words spelled in the way of that number.
func (m *manyArticles) change(to *strings.Builder, text string, way int) {
	for word := range strings.FieldsSeq(text) {
		if way == 0 || m.often[maphash.String(m.seed, word)] > rareWord || utf8.RuneCountInString(word) < 4 {
			to.WriteString(word)
		} else {
			respell(to, word, way)
		}
		to.WriteByte(' ')
	}
}

// changedLetters are those that a changed name has others of in their places.
const changedLetters = "بپتجچحخدرزسشصطعفقکگلمن"

// respell moves the consonants of a word.
func respell(to *strings.Builder, word string, way int) {
	letters := []rune(changedLetters)
	for _, r := range word {
		if i := strings.IndexRune(changedLetters, r); i >= 0 {
			r = letters[(i/2+way)%len(letters)]
		}
		to.WriteRune(r)
	}
}

// section is a number for a section's name; 0: none.
func section(name string) int64 {
	sum := int64(0)
	for _, r := range name {
		sum = (sum*31 + int64(r)) % 1009
	}
	return sum
}

// question is a query as it is typed, with its filters.
type question struct {
	Text        string
	Section     int64
	From, Until time.Time
}

// questionKinds are in the order of the report.
var questionKinds = []string{"one word", "two words", "three words", "phrase with filters"}

// questions are words that stand side by side in headlines, n of each kind.
func (m *manyArticles) questions(n int) map[string][]question {
	random := rand.New(rand.NewPCG(7, 7))
	all := map[string][]question{}
	for kind, name := range questionKinds {
		words := min(kind+1, 3)
		if kind == 3 {
			words = 2
		}
		for len(all[name]) < n {
			at := random.IntN(len(m.lines))
			l := &m.lines[at]
			title := strings.Fields(l.Title)
			if len(title) < words+1 {
				continue
			}
			from := random.IntN(len(title) - words + 1)
			q := question{Text: strings.Join(title[from:from+words], " ")}
			if utf8.RuneCountInString(q.Text) < 4*words || strings.ContainsAny(q.Text, `"«»-0123456789`) {
				continue
			}
			if kind == 3 {
				if l.Section == "" || m.dates[at].IsZero() {
					continue
				}
				q.Text = strconv.Quote(q.Text)
				q.Section, q.From, q.Until = section(l.Section), m.dates[at].AddDate(-5, 0, 0), m.dates[at].AddDate(0, 1, 0)
			}
			all[name] = append(all[name], q)
		}
	}
	return all
}
