package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/suggest"
)

type relatedCmd struct {
	common
	News  string `required:"" help:"Articles: JSON lines with id, title, lead, body, section, tags, date." type:"existingfile" placeholder:"FILE"`
	Pairs string `required:"" help:"What belongs together: JSON lines with id and related (each with id)." type:"existingfile" placeholder:"FILE"`
	Tags  bool   `help:"Compare tags too. Where pairs were made from tags the figure then says little; without it the tags choose the pool alone."`
	All   bool   `help:"Suggest from all articles, also from those without tags, which no pair of tags can name."`
}

// relatedScores are means over the articles that have a pair. Recall at ten: of the related ones, or of ten where there are more, the
// share that is among the first ten.
type relatedScores struct {
	Recall10 float64 `json:"recall10"`
	MRR      float64 `json:"mrr"`
	Asked    int     `json:"asked"`
	Pool     int     `json:"pool"`
}

// relatedDays is how far apart two articles may be to be suggested.
const relatedDays = 30

// relatedArticle is an article of the file. Only dated ones go with dated ones, undated with undated.
type relatedArticle struct {
	profile news.Profile
	words   map[string]float64
	length  float64
}

// Run measures.
func (c *relatedCmd) Run(ctx context.Context) error {
	lines, err := readLines(c.News)
	if err != nil {
		return err
	}
	articles, codes, err := c.articles(lines)
	if err != nil {
		return err
	}
	pairs, err := readPairs(c.Pairs, codes)
	if err != nil {
		return err
	}
	if len(pairs) == 0 {
		return errors.New("no pair names two articles of the news")
	}
	ours, folded, err := scorePools(ctx, articles, pairs)
	if err != nil {
		return err
	}
	if !c.JSON {
		base := scoreBaseline(ctx, articles, pairs)
		fmt.Printf("load %s; %d articles, %d asked\n%-42s %9s %7s %9s\n", load(), len(articles), len(pairs), "", "recall@10", "MRR", "ratio")
		for _, row := range []struct {
			name string
			s    relatedScores
		}{{"suggest", ours}, {"suggest, repeats folded, of one event two", folded}, {"TF-IDF cosine of folded words", base}} {
			fmt.Printf("%-42s %9.3f %7.3f %9.2f\n", row.name, row.s.Recall10, row.s.MRR, row.s.Recall10/base.Recall10)
		}
		return nil
	}
	return json.NewEncoder(os.Stdout).Encode(ours)
}

// articles reads the pool. A tag is a number here, as in a newsroom; sections are numbered by their names.
func (c *relatedCmd) articles(lines []searchLine) ([]relatedArticle, map[string]news.Code, error) {
	profiler, err := suggest.NewProfiler()
	if err != nil {
		return nil, nil, err
	}
	tagged := slices.ContainsFunc(lines, func(l searchLine) bool { return len(l.Tags) > 0 }) && !c.All
	var articles []relatedArticle
	codes, sections, tags := map[string]news.Code{}, map[string]news.SectionID{"": 0}, map[string]news.TagID{}
	for _, l := range lines {
		if tagged && len(l.Tags) == 0 {
			continue
		}
		if _, known := sections[l.Section]; !known {
			sections[l.Section] = news.SectionID(len(sections))
		}
		a := news.Profile{Code: news.Code(len(articles) + 1), Section: sections[l.Section], Kind: news.KindNews, Words: profiler.Words(l.Title, l.Lead, l.Body+l.Text)}
		if len(l.Date) >= len(time.DateOnly) {
			a.At, _ = time.Parse(time.DateOnly, l.Date[:len(time.DateOnly)]) // unreadable ones count as undated
		}
		for _, tag := range l.Tags {
			if c.Tags {
				if tags[tag] == 0 {
					tags[tag] = news.TagID(len(tags) + 1)
				}
				a.Tags = append(a.Tags, tags[tag])
			}
		}
		codes[l.ID] = a.Code
		one := relatedArticle{profile: a, words: map[string]float64{}}
		for word := range strings.FieldsSeq(persian.Fold(l.Title + " " + l.Lead + " " + l.Body + l.Text)) {
			one.words[word]++
		}
		articles = append(articles, one)
	}
	return articles, codes, nil
}

// readPairs reads which articles of the pool belong together.
func readPairs(file string, codes map[string]news.Code) (map[news.Code]map[news.Code]bool, error) {
	raw, err := readPlain(file)
	if err != nil {
		return nil, err
	}
	pairs := map[news.Code]map[news.Code]bool{}
	for line := range bytes.Lines(raw) {
		var l struct {
			ID      string
			Related []struct{ ID string }
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, r := range l.Related {
			if from, to := codes[l.ID], codes[r.ID]; from != 0 && to != 0 {
				if pairs[from] == nil {
					pairs[from] = map[news.Code]bool{}
				}
				pairs[from][to] = true
			}
		}
	}
	return pairs, nil
}

// together tells whether two articles may be suggested for one another by their times.
func together(a, b *relatedArticle) bool {
	if a.profile.At.IsZero() || b.profile.At.IsZero() {
		return a.profile.At.IsZero() && b.profile.At.IsZero()
	}
	return a.profile.At.Sub(b.profile.At).Abs() <= relatedDays*24*time.Hour
}

// score adds what the first ten of a list are worth.
func (s *relatedScores) score(list []news.Code, related map[news.Code]bool) {
	found := 0
	for i, code := range list[:min(10, len(list))] {
		if related[code] {
			if found++; found == 1 {
				s.MRR += 1 / float64(i+1)
			}
		}
	}
	s.Recall10 += float64(found) / float64(min(10, len(related)))
	s.Asked++
}

func (s *relatedScores) mean(pool int) relatedScores {
	n := float64(s.Asked)
	return relatedScores{Recall10: s.Recall10 / n, MRR: s.MRR / n, Asked: s.Asked, Pool: pool}
}

// scorePools asks package suggest: for each article among those of its days, as the newsroom does, but with all of them.
func scorePools(ctx context.Context, articles []relatedArticle, pairs map[news.Code]map[news.Code]bool) (plain, folded relatedScores, err error) {
	profiles := make([]news.Profile, len(articles))
	for i := range articles {
		profiles[i] = articles[i].profile
	}
	pool, err := suggest.NewPool(profiles)
	if err != nil {
		return plain, folded, err
	}
	for code, related := range pairs {
		if ctx.Err() != nil {
			return plain, folded, ctx.Err()
		}
		near := slices.DeleteFunc(pool.Candidates(code, len(articles)), func(c suggest.Candidate) bool {
			return !together(&articles[code-1], &articles[c.Code-1])
		})
		near = near[:min(60, len(near))]
		codes := make([]news.Code, len(near))
		for i, c := range near {
			codes[i] = c.Code
		}
		plain.score(codes, related)
		codes = codes[:0]
		for _, m := range pool.Choose(code, near, 10) {
			codes = append(codes, m.Other)
		}
		folded.score(codes, related)
	}
	return plain.mean(len(articles)), folded.mean(len(articles)), nil
}

// scoreBaseline is the cosine of plain TF-IDF vectors of all folded words.
func scoreBaseline(ctx context.Context, articles []relatedArticle, pairs map[news.Code]map[news.Code]bool) relatedScores {
	in := map[string]int{}
	for _, a := range articles {
		for w := range a.words {
			in[w]++
		}
	}
	postings := map[string][]int{}
	for i := range articles {
		a := &articles[i]
		for w, n := range a.words {
			a.words[w] = n * (math.Log(float64(len(articles))/float64(in[w])) + 1)
			a.length += a.words[w] * a.words[w]
			postings[w] = append(postings[w], i)
		}
	}
	var s relatedScores
	for code, related := range pairs {
		if ctx.Err() != nil {
			break
		}
		a := &articles[code-1]
		like := map[int]float64{}
		for w, weight := range a.words {
			for _, i := range postings[w] {
				like[i] += weight * articles[i].words[w]
			}
		}
		var near []int
		for i := range like {
			like[i] /= math.Sqrt(articles[i].length)
			if news.Code(i+1) != code && together(a, &articles[i]) {
				near = append(near, i)
			}
		}
		slices.SortFunc(near, func(x, y int) int {
			if like[x] != like[y] {
				if like[x] > like[y] {
					return -1
				}
				return 1
			}
			return x - y
		})
		codes := make([]news.Code, min(10, len(near)))
		for i := range codes {
			codes[i] = news.Code(near[i] + 1)
		}
		s.score(codes, related)
	}
	return s.mean(len(articles))
}
