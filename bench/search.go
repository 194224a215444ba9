package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/dabir-newsroom/dabir/internal/persian/terms"
	"github.com/dabir-newsroom/dabir/internal/search"
)

type searchCmd struct {
	common
	Passages string   `required:"" help:"What is searched: JSON lines with pid, title, text." type:"existingfile" placeholder:"FILE"`
	Queries  string   `required:"" help:"JSON lines with qid and text." type:"existingfile" placeholder:"FILE"`
	Qrels    string   `required:"" help:"JSON lines with qid, pid and rel." type:"existingfile" placeholder:"FILE"`
	Pool     []string `help:"More of what is searched and never asked for: articles or passages; those of the Hamshahri corpus are left out." type:"existingfile" placeholder:"FILE"`
	Parts    bool     `help:"Measure also what each part of language and ranking adds."`
}

// searchLine is a line of any of these files.
type searchLine struct {
	ID, PID, QID, Title, Text, Lead, Body, Corpus string
	Tags                                          []string
	Section                                       string
	Date                                          string
	Rel                                           int
}

// searchScores are the means over the queries that have judgements.
type searchScores struct {
	MAP     float64 `json:"map"`
	NDCG10  float64 `json:"ndcg10"`
	R1      float64 `json:"r1"`
	R10     float64 `json:"r10"`
	Empty   float64 `json:"empty"` // share of queries that find nothing
	Queries int     `json:"queries"`
}

// Run measures.
func (c *searchCmd) Run(ctx context.Context) error {
	documents, names, err := c.documents()
	if err != nil {
		return err
	}
	queries, err := readLines(c.Queries)
	if err != nil {
		return err
	}
	judged, err := readJudgements(c.Qrels)
	if err != nil {
		return err
	}
	variants := []searchVariant{{name: "all parts"}}
	if c.Parts {
		variants = searchVariants
	}
	var first *searchScores
	if !c.JSON || c.Parts {
		fmt.Printf("load %s; %d documents, %d queries\n%-28s %7s %7s %7s %7s %7s\n", load(), len(documents), len(queries), "", "MAP", "nDCG@10", "R@1", "R@10", "empty")
	}
	indexes := map[search.Options]*search.Index{}
	defer func() {
		for _, x := range indexes {
			x.Close()
		}
	}()
	for _, v := range variants {
		x := indexes[v.options]
		if x == nil {
			if x, err = filledIndex(ctx, v.options, documents); err != nil {
				return err
			}
			indexes[v.options] = x
		}
		s, err := scoreQueries(ctx, x, v.ranking, queries, judged, names)
		if err != nil {
			return err
		}
		if first == nil {
			first = s
		}
		if !c.JSON || c.Parts {
			fmt.Printf("%-28s %7.3f %7.3f %7.3f %7.3f %7.3f\n", v.name, s.MAP, s.NDCG10, s.R1, s.R10, s.Empty)
		}
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(first)
	}
	return nil
}

// searchVariant is an index and a ranking with something left out.
type searchVariant struct {
	name    string
	options search.Options
	ranking search.Ranking
}

var searchVariants = []searchVariant{
	{name: "all parts"},
	{name: "without all words first", ranking: search.Ranking{NoAllWords: true}},
	{name: "without light words", ranking: search.Ranking{NoLight: true}},
	{name: "without neighbours", ranking: search.Ranking{NoNeighbours: true}},
	{name: "questions as topics in length", ranking: search.Ranking{NoLength: true}},
	{name: "without feedback", ranking: search.Ranking{NoFeedback: true}},
	{name: "headline and tags twice", options: search.Options{Weights: search.Weights{Headline: 2, Kicker: 1, Lede: 1, Body: 1, Tags: 2, Reporters: 1}}},
	{name: "without stems", options: search.Options{Parts: terms.HalfSpace}},
	{name: "without half-space forms", options: search.Options{Parts: terms.Stems}},
	{name: "folding alone, BM25", options: search.Options{Plain: true}, ranking: search.Ranking{NoAllWords: true, NoLight: true, NoFeedback: true, NoNeighbours: true, NoLength: true}},
}

// documents reads passages and pool; names has the name of each code.
func (c *searchCmd) documents() ([]search.Document, []string, error) {
	names := []string{""}
	var documents []search.Document
	for i, file := range append([]string{c.Passages}, c.Pool...) {
		lines, err := readLines(file)
		if err != nil {
			return nil, nil, err
		}
		for _, l := range lines {
			if i > 0 && l.Corpus == "hamshahri2-subset" {
				continue
			}
			d := search.Document{Code: int64(len(names)), Headline: l.Title, Lede: l.Lead, Body: l.Text + l.Body}
			for n, tag := range l.Tags {
				d.Tags = append(d.Tags, search.Label{ID: int64(n + 1), Name: tag})
			}
			documents = append(documents, d)
			names = append(names, l.PID+l.ID)
		}
	}
	return documents, names, nil
}

// filledIndex makes an index in memory.
func filledIndex(ctx context.Context, o search.Options, documents []search.Document) (*search.Index, error) {
	folder, err := os.MkdirTemp("", "dabir-bench-search-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) // what is open stays until it is closed
	x, err := search.Open(filepath.Join(folder, "index"), o)
	if err != nil {
		return nil, err
	}
	const group = 1000
	for at := 0; at < len(documents); at += group {
		if err := x.Put(ctx, documents[at:min(at+group, len(documents))], 0); err != nil {
			x.Close()
			return nil, err
		}
	}
	return x, nil
}

// measuredDepth is how many results count for MAP.
const measuredDepth = 1000

func scoreQueries(ctx context.Context, x *search.Index, ranking search.Ranking, queries []searchLine, judged map[string]map[string]int, names []string) (*searchScores, error) {
	var sum searchScores
	for _, q := range queries {
		relevant := judged[q.QID]
		if len(relevant) == 0 {
			continue
		}
		r, err := x.Search(ctx, search.Query{Text: q.Text, Limit: measuredDepth, Ranking: ranking})
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.QID, err)
		}
		sum.Queries++
		if len(r.Hits) == 0 {
			sum.Empty++
		}
		ids := make([]string, len(r.Hits))
		for i, h := range r.Hits {
			ids[i] = names[h.Code]
		}
		addScores(&sum, ids, relevant)
	}
	if sum.Queries == 0 {
		return nil, errors.New("no query has a judgement")
	}
	n := float64(sum.Queries)
	return &searchScores{MAP: sum.MAP / n, NDCG10: sum.NDCG10 / n, R1: sum.R1 / n, R10: sum.R10 / n, Empty: sum.Empty / n, Queries: sum.Queries}, nil
}

// addScores adds what one ranking is worth. R@1 and R@10: a relevant one is among the first one and ten.
func addScores(sum *searchScores, ids []string, relevant map[string]int) {
	found, precision, gain := 0, 0.0, 0.0
	for i, id := range ids {
		if relevant[id] <= 0 {
			continue
		}
		found++
		precision += float64(found) / float64(i+1)
		if i < 10 {
			gain += (math.Exp2(float64(relevant[id])) - 1) / math.Log2(float64(i+2))
		}
		if found == 1 && i == 0 {
			sum.R1++
		}
		if found == 1 && i < 10 {
			sum.R10++
		}
	}
	sum.MAP += precision / float64(len(relevant))
	var grades []int
	for _, g := range relevant {
		grades = append(grades, g)
	}
	sum.NDCG10 += gain / idealGain(grades)
}

// idealGain is the gain of the best order.
func idealGain(grades []int) float64 {
	best := 0.0
	counts := map[int]int{}
	for _, g := range grades {
		counts[g]++
	}
	keys, place := sortedKeys(counts), 0
	for i := len(keys) - 1; i >= 0; i-- {
		for range counts[keys[i]] {
			if place < 10 {
				best += (math.Exp2(float64(keys[i])) - 1) / math.Log2(float64(place+2))
			}
			place++
		}
	}
	return best
}

// readJudgements reads the relevant passages of each query.
func readJudgements(file string) (map[string]map[string]int, error) {
	lines, err := readLines(file)
	judged := map[string]map[string]int{}
	for _, l := range lines {
		if l.Rel <= 0 {
			continue
		}
		if judged[l.QID] == nil {
			judged[l.QID] = map[string]int{}
		}
		judged[l.QID][l.PID] = l.Rel
	}
	return judged, err
}

// readLines reads JSON lines, gzipped or not.
func readLines(file string) ([]searchLine, error) {
	raw, err := readPlain(file)
	if err != nil {
		return nil, err
	}
	var lines []searchLine
	for reader := bufio.NewReader(bytes.NewReader(raw)); ; {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var l searchLine
			// Some of these files were written by programs that write NaN, which is no JSON.
			if json.Unmarshal(bytes.ReplaceAll(line, []byte(": NaN"), []byte(": null")), &l) != nil {
				return nil, fmt.Errorf("%s: line %d is no JSON object", file, len(lines)+1)
			}
			lines = append(lines, l)
		}
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
}

// readPlain reads a file, gzipped or not.
func readPlain(file string) ([]byte, error) {
	raw, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw, err
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	raw, err = io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return raw, nil
}
