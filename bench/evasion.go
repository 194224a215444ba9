package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// rewriting is one way in which people hide words.
type rewriting struct {
	name string
	do   func(text string) string
}

// rewritings are the rules of the folding, each used on every word of a text.
func rewritings() []rewriting {
	words := func(do func(word string) string) func(string) string {
		return func(text string) string {
			all := strings.Fields(text)
			for i, w := range all {
				all[i] = do(w)
			}
			return strings.Join(all, " ")
		}
	}
	between := func(separator string) func(string) string {
		return words(func(word string) string { return strings.Join(strings.Split(word, ""), separator) })
	}
	return []rewriting{
		{"Arabic letters", strings.NewReplacer("ی", "ي", "ک", "ك", "ه", "ہ", "ا", "أ").Replace},
		{"tatweel", between("ـ")},
		{"diacritics", between("َ")},
		{"half-spaces", between("\u200c")},
		{"invisible characters", between("\u2060")},
		{"bidi characters", words(func(w string) string { return "\u202e" + strings.Join(strings.Split(w, ""), "\u200f") + "\u202c" })},
		{"stretching", words(stretch)},
		{"spaces", func(text string) string {
			all := strings.Fields(text)
			for i, w := range all {
				all[i] = strings.Join(strings.Split(w, ""), " ")
			}
			return strings.Join(all, "   ")
		}},
		{"dots", between(".")},
		{"dashes", between("-")},
		{"stars", between("*")},
		{"emoji", between("😀")},
		{"look-alikes, Arabic", strings.NewReplacer("ک", "ڪ", "س", "ڛ", "ر", "ڕ", "ن", "ڹ", "گ", "ڳ", "ف", "ڤ", "ی", "ێ").Replace},
		{"look-alikes, Latin", words(func(w string) string { return strings.NewReplacer("ا", "l", "ه", "o").Replace(w) })},
		{"presentation forms", strings.NewReplacer("ا", "ﺍ", "ب", "ﺑ", "ک", "ﮐ", "ن", "ﻧ", "ش", "ﺷ", "م", "ﻣ", "ر", "ﺭ", "ی", "ﯼ").Replace},
		{"digits", persian.LatinDigits},
	}
}

// stretch repeats the last letter, as people do.
func stretch(word string) string {
	r, size := utf8.DecodeLastRuneInString(word)
	return word[:len(word)-size] + strings.Repeat(string(r), 4)
}

// latin writes Persian in Latin letters as a simple key does: no short vowels, since the letters do not tell them.
var latin = strings.NewReplacer("ا", "a", "آ", "a", "ب", "b", "پ", "p", "ت", "t", "ث", "s", "ج", "j", "چ", "ch", "ح", "h", "خ", "kh", "د", "d", "ذ", "z",
	"ر", "r", "ز", "z", "ژ", "zh", "س", "s", "ش", "sh", "ص", "s", "ض", "z", "ط", "t", "ظ", "z", "ع", "a", "غ", "gh", "ف", "f", "ق", "gh", "ک", "k", "گ", "g",
	"ل", "l", "م", "m", "ن", "n", "و", "o", "ه", "h", "ی", "i", "ئ", "i", "\u200c", "")

const mostRewritten = 1500 // comments that are rewritten by each rule

// evasions rewrites comments that the model held, and looks how many it still holds.
func evasions(r *report, all []judged) {
	var held []judged
	for _, j := range all {
		if j.positive() && j.score >= 0.5 && len(held) < mostRewritten {
			held = append(held, j)
		}
	}
	if len(held) == 0 {
		return
	}
	stay := func(do func(string) string) float64 {
		n := 0
		for _, j := range held {
			if v, _ := j.model.Judge(do(j.Text)); v.Score >= 0.5 {
				n++
			}
		}
		return float64(n) / float64(len(held))
	}
	shares := map[string]float64{}
	r.line()
	r.line("REWRITTEN BY", "STAY HELD", "", fmt.Sprintf("of %d held comments", len(held)))
	sum := 0.0
	rules := rewritings()
	for _, rule := range rules {
		share := stay(rule.do)
		shares[rule.name] = share
		sum += share
		r.line(rule.name, fmt.Sprintf("%.1f %%", 100*share))
	}
	shares["Finglish"] = stay(latin.Replace)
	sum += shares["Finglish"]
	r.line("Finglish without short vowels", fmt.Sprintf("%.1f %%", 100*shares["Finglish"]))
	mean := sum / float64(len(rules)+1)
	r.goal(mean >= 0.95, "evasion: stay held, over all rules", fmt.Sprintf("%.1f %%", 100*mean), "95 %")
	r.set("evasion", shares)
	r.set("evasion_mean", mean)
}

// swears compares ways of finding a list's words: in what is offensive, and in what a newsroom published.
func (c *moderationCmd) swears(r *report, all, published []judged) error {
	if c.Swears == "" {
		return nil
	}
	file, err := os.Open(c.Swears)
	if err != nil {
		return err
	}
	defer file.Close()
	var words []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if word := strings.TrimSpace(lines.Text()); word != "" {
			words = append(words, word)
		}
	}
	terms := make([]news.Term, len(words))
	quoted := make([]string, len(words))
	for i, w := range words {
		terms[i], quoted[i] = news.Term{Text: w}, regexp.QuoteMeta(w)
	}
	lists := moderation.NewLists(terms)
	bounded, err := regexp.Compile(`(^|[^\pL\pM\pN])(` + strings.Join(quoted, "|") + `)($|[^\pL\pM\pN])`)
	if err != nil {
		return err
	}
	rules := rewritings()
	r.line()
	r.line(fmt.Sprintf("A LIST OF %d WORDS", len(words)), "FOUND IN OFFENSIVE ONES", "THE SAME, REWRITTEN", "HOLDS OF PUBLISHED ONES")
	figures := map[string]map[string]float64{}
	for _, way := range []struct {
		name  string
		holds func(string) bool
	}{
		{"our folding", func(text string) bool { return len(lists.Find(persian.Unmask(text))) > 0 }},
		{"plain substring", func(text string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
		}},
		{"word-boundary expression", bounded.MatchString},
	} {
		var found, hidden, offensive, falsely float64
		for _, j := range all {
			if !slices.Contains(j.Labels, "offensive") && !slices.Contains(j.Labels, "obscene") {
				continue
			}
			if way.holds(j.Text) {
				found++
			}
			if way.holds(rules[int(offensive)%len(rules)].do(j.Text)) {
				hidden++
			}
			offensive++
		}
		for _, j := range published {
			if way.holds(j.Text) {
				falsely++
			}
		}
		f := map[string]float64{"recall": found / max(1, offensive), "recall_rewritten": hidden / max(1, offensive), "falselyholds": falsely / max(1, float64(len(published)))}
		figures[way.name] = f
		r.line(way.name, fmt.Sprintf("%.1f %%", 100*f["recall"]), fmt.Sprintf("%.1f %%", 100*f["recall_rewritten"]), fmt.Sprintf("%.2f %%", 100*f["falselyholds"]))
	}
	r.set("swear_list", figures)
	return nil
}

// quickest is the time of a comment in the quickest of several rounds: what else the machine does makes the others slower.
func quickest(some []judged, do func(text string)) time.Duration {
	best := time.Hour
	for range 7 {
		began := time.Now()
		for _, j := range some {
			do(j.Text)
		}
		best = min(best, time.Since(began)/time.Duration(len(some)))
	}
	return best
}

// costs are time and size: what one comment costs the model, and what a long one costs lists of 50,000 terms, beside folding it.
func costs(r *report, all []judged) error {
	m := all[len(all)-1].model
	packed, err := m.Encode()
	if err != nil {
		return err
	}
	some := all[:min(2000, len(all))]
	each := quickest(some, func(text string) { m.Judge(text) })
	folded := quickest(some, func(text string) { persian.Fold(text) })
	r.line()
	r.line("COST", "FIGURE", "WANTED", "")
	r.goal(each < 100*time.Microsecond, "the model, a comment", fmt.Sprintf("%.1f µs", float64(each.Nanoseconds())/1000), "100 µs")
	r.line("as a ratio to folding the comment", ratio(float64(each)/float64(max(folded, 1))))
	r.goal(m.Size() < 4e6 && len(packed) < 4e6, "the model's size in memory, and stored", megabytes(int64(m.Size()))+", "+megabytes(int64(len(packed))), "4 MB")
	lists := moderation.NewLists(termsForBench())
	for _, script := range []struct{ name, key, text string }{
		{"2,000 characters", "lists", "سلام. این گزارش را با دقت خواندم و به نظرم باید بیشتر توضیح داده می‌شد. "},
		{"2,000 of Finglish", "lists_finglish", "salam in gozaresh ra ba deghat khandam va be nazaram bayad bishtar tozih dade mishod. "},
	} {
		repeated := make([]judged, 20)
		for i := range repeated {
			repeated[i].Text = string([]rune(strings.Repeat(script.text, 40))[:2000])
		}
		took := quickest(repeated, func(text string) { lists.Find(persian.Unmask(text)) })
		plain := quickest(repeated, func(text string) { persian.Fold(text) })
		micros := float64(took.Nanoseconds()) / 1000
		r.goal(took < time.Millisecond, fmt.Sprintf("%d terms on %s", lists.Len(), script.name), fmt.Sprintf("%.0f µs", micros), "1,000 µs")
		r.line("as a ratio to folding the text", ratio(float64(took)/float64(plain)))
		r.set(script.key+"_us", micros)
		r.set(script.key+"_to_fold", float64(took)/float64(plain))
	}
	r.set("judge_us", float64(each.Nanoseconds())/1000)
	r.set("model_bytes", m.Size())
	return nil
}

// benchTerms is how many terms the lists of a measurement have.
const benchTerms = 50_000

// termsForBench are made-up words, of three to ten letters, a third of them stems and beginnings each.
func termsForBench() []news.Term {
	letters := []rune("ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")
	state := uint32(1405)
	next := func(n int) int {
		state = state*1664525 + 1013904223
		return int(state>>8) % n
	}
	terms := make([]news.Term, benchTerms)
	for i := range terms {
		word := make([]rune, 3+next(8))
		for k := range word {
			word[k] = letters[next(len(letters))]
		}
		terms[i] = news.Term{Text: string(word) + []string{"", "+", "*"}[i%3], List: news.ListSuspect, Kind: news.LabelOffensive}
	}
	return terms
}
