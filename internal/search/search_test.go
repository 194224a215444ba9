package search

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func day(s string) time.Time {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return at
}

// articles are made up.
func articles() []Document {
	return []Document{
		{Code: 1, Headline: "کتاب‌های تازه در نمایشگاه بین‌المللی", Body: "ناشران کتاب‌هایشان را آوردند. باران بارید.", Section: 1, Kind: "news", At: day("2024-05-01"),
			Tags: []Label{{7, "نمایشگاه کتاب"}}, Reporters: []string{"سارا رضایی"}},
		{Code: 2, Headline: "قیمت نان بالا رفت", Lede: "نانوایان می‌گویند آرد گران شد", Body: "دولت قانون تازه‌ای نوشت.", Section: 2, Kind: "report", At: day("2025-01-10")},
		{Code: 3, Headline: "تیم ملی فوتبال باخت", Body: "بازیکنان تیم ملی در تهران تمرین کردند. تیم برگشت.", Section: 3, Kind: "news", At: day("2025-03-03"), Tags: []Label{{8, "فوتبال"}}},
		{Code: 4, Headline: "گفت‌وگو درباره فلسطین", Body: "نماینده سازمان ملل در تهران سخن گفت.", Section: 2, Kind: "interview", At: day("2023-02-02")},
		{Code: 5, Headline: "یادداشت بی‌تاریخ", Body: "قوانین کتابخانه و نان و تهران", Section: 1, Kind: "opinion"},
	}
}

func filled(t testing.TB, documents ...Document) *Index {
	t.Helper()
	x, err := Open("", Options{InMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if err := x.Put(t.Context(), documents, 0); err != nil {
		t.Fatal(err)
	}
	return x
}

func search(t testing.TB, x *Index, q Query) Results {
	t.Helper()
	r, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return r
}

func codes(r Results) []int64 {
	found := []int64{}
	for _, h := range r.Hits {
		found = append(found, h.Code)
	}
	return found
}

func TestWordsFindArticles(t *testing.T) {
	x := filled(t, articles()...)
	for text, want := range map[string][]int64{
		"کتاب ها":          {1},
		"كتابهاي":          {1},
		"بین المللي":       {1},
		"قانون":            {2, 5}, // قوانین too
		"گفتگو":            {4},
		"فوتبال تیم":       {3},
		`"تیم ملی"`:        {3},
		`«ملی تیم»`:        {3}, // its words, and Results.NoPhrase
		"تهران -فوتبال":    {4, 5},
		"تهران -ملی -نان":  {4},
		"felestin":         {4},
		"tehran football":  {3, 4, 5}, // the word that is known
		"ti`m":             {},
		"آرد":              {2},
		"سارا رضایی":       {1},
		"نمایشگاه":         {1},
		"بی‌تاریخ":         {5},
		"-تهران":           {1, 2},
		"هیچ‌چیزازاین‌ها؟": {},
	} {
		got := codes(search(t, x, Query{Text: text}))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
}

func TestAllWordsComeFirst(t *testing.T) {
	x := filled(t, articles()...)
	r := search(t, x, Query{Text: "نان تهران"})
	if got := codes(r); len(got) != 4 || got[0] != 5 || r.Total != 4 {
		t.Errorf("%v of %d; want the article with both words first", got, r.Total)
	}
}

func TestNeighboursComeFirst(t *testing.T) {
	same := "نفت گران شد و قیمت طلا هم بالا رفت"
	x := filled(t, Document{Code: 1, Body: "قیمت نفت گران شد و طلا هم بالا رفت"}, Document{Code: 2, Body: same}, Document{Code: 3, Body: same})
	r := search(t, x, Query{Text: "قیمت نفت"})
	if len(r.Hits) != 3 || r.Hits[0].Code != 1 || r.Hits[0].Score <= r.Hits[1].Score {
		t.Errorf("%v; want the article first in which the words stand together", r.Hits)
	}
	r = search(t, x, Query{Text: "قیمت نفت", Ranking: Ranking{NoNeighbours: true}})
	if r.Hits[0].Score != r.Hits[2].Score {
		t.Errorf("switched off, neighbours count: %v", r.Hits)
	}
}

func TestQuestionsWantShortAnswers(t *testing.T) {
	long := "پایتخت ژاپن توکیو است. پایتخت ژاپن شهری بزرگ است. " + strings.Repeat("باران در شمال کشور آمد. ", 30)
	x := filled(t, Document{Code: 1, Body: "پایتخت ژاپن توکیو است."}, Document{Code: 2, Body: long}, Document{Code: 3, Body: strings.Repeat("باران در شمال کشور آمد. ", 15)})
	gap := func(text string, r Ranking) float64 {
		hits := search(t, x, Query{Text: text, Ranking: r}).Hits
		if len(hits) != 2 || hits[0].Code != 1 {
			t.Fatalf("%q finds %v", text, hits)
		}
		return hits[0].Score / hits[1].Score
	}
	if asked, topic := gap("پایتخت ژاپن؟", Ranking{}), gap("پایتخت ژاپن؟", Ranking{NoLength: true}); asked <= topic {
		t.Errorf("the short answer is %.2f of the long one, without a question %.2f", asked, topic)
	}
}

// TestNoQuestionFindsNothing asks what once found nothing: questions with a phrase in quotes, which may stand nowhere, or with a dash.
func TestNoQuestionFindsNothing(t *testing.T) {
	read := func(name string, each func(line []byte) error) {
		raw, err := os.ReadFile("../../../shared/data/search/dev/pquad-validation/" + name)
		if err != nil {
			t.Skipf("the questions are not beside the repository: %v", err)
		}
		for line := range bytes.Lines(raw) {
			if err := each(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	var documents []Document
	read("passages.jsonl", func(line []byte) error {
		var p struct{ Title, Text string }
		err := json.Unmarshal(line, &p)
		documents = append(documents, Document{Code: int64(len(documents) + 1), Headline: p.Title, Body: p.Text})
		return err
	})
	x := filled(t, documents...)
	unquoted := 0 // whose phrase stands nowhere
	read("queries.jsonl", func(line []byte) error {
		var q struct{ Text string }
		err := json.Unmarshal(line, &q)
		if !strings.ContainsAny(q.Text, `"«“”„-−`) {
			return err
		}
		r := search(t, x, Query{Text: q.Text})
		if len(r.Hits) == 0 {
			t.Errorf("%q finds nothing", q.Text)
		}
		if r.NoPhrase {
			unquoted++
		}
		return err
	})
	if unquoted == 0 {
		t.Error("no question holds a phrase that stands nowhere: this proves nothing")
	}
}

func TestFilters(t *testing.T) {
	x := filled(t, articles()...)
	for name, tt := range map[string]struct {
		q    Query
		want []int64
	}{
		"nothing, newest first": {Query{}, []int64{3, 2, 1, 4, 5}},
		"section":               {Query{Section: 2}, []int64{2, 4}},
		"section and word":      {Query{Section: 2, Text: "تهران"}, []int64{4}},
		"kind":                  {Query{Kind: "news"}, []int64{3, 1}},
		"tag":                   {Query{Tag: 8}, []int64{3}},
		"reporter":              {Query{Reporter: "سارا رضايي"}, []int64{1}},
		"dates":                 {Query{From: day("2024-01-01"), Until: day("2025-02-01")}, []int64{2, 1}},
		"the day of the end":    {Query{From: day("2024-05-01"), Until: day("2025-01-10")}, []int64{1}},
		"newest":                {Query{Text: "تهران", Newest: true}, []int64{3, 4, 5}},
		"no such section":       {Query{Section: 99}, []int64{}},
		"dates the wrong way":   {Query{From: day("2025-01-01"), Until: day("2024-01-01")}, []int64{}},
	} {
		if got := codes(search(t, x, tt.q)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestFacetsCount(t *testing.T) {
	x := filled(t, articles()...)
	f := search(t, x, Query{Text: "تهران", Facets: true, Limit: 1}).Facets
	want := Facets{Sections: []Count{{"1", 1}, {"2", 1}, {"3", 1}}, Tags: []Count{{"8", 1}}, Kinds: []Count{{"interview", 1}, {"news", 1}, {"opinion", 1}}}
	if fmt.Sprint(f) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", f, want)
	}
}

func TestFacetsCountThePhrase(t *testing.T) {
	x := filled(t, articles()...)
	for text, want := range map[string]string{`"ملی در تهران"`: "[{3 1}]", `"تهران ملی"`: "[{1 1} {2 1} {3 1}]"} { // the second stands nowhere
		if got := fmt.Sprint(search(t, x, Query{Text: text, Facets: true}).Facets.Sections); got != want {
			t.Errorf("%s: sections %s, want %s", text, got, want)
		}
	}
}

func TestFacetsShowTheCommonest(t *testing.T) {
	var documents []Document
	for tag := range int64(60) {
		for range 1 + (tag*7)%60 { // each as often as no other
			documents = append(documents, Document{Code: int64(len(documents) + 1), Headline: "باران", Tags: []Label{{tag, "برچسب"}}})
		}
	}
	tags := search(t, filled(t, documents...), Query{Text: "باران", Facets: true}).Facets.Tags
	for i, c := range tags {
		if c.Count != 60-i {
			t.Fatalf("%v; want the commonest first", tags)
		}
	}
	if len(tags) != facetValues {
		t.Errorf("%d tags", len(tags))
	}
}

func TestTyposAreForgivenOnlyWhereNothingIsExact(t *testing.T) {
	x := filled(t, articles()...)
	for text, want := range map[string]string{"نمایشکاه": "نمایشگاه", "نمایشگاه": "", "فوتبلا": "فوتبال", "felestin": "فلسطین", "tihran": "تهران", "تهران": ""} {
		r := search(t, x, Query{Text: text})
		if r.DidYouMean != want || want != "" && len(r.Hits) == 0 {
			t.Errorf("%q is read as %q with %d articles, want %q", text, r.DidYouMean, len(r.Hits), want)
		}
	}
}

// TestWhatWasMeantIsSpelledAsInTexts: with half-spaces and endings, as people read it.
func TestWhatWasMeantIsSpelledAsInTexts(t *testing.T) {
	texts := []string{"گفت‌وگو درباره فلسطین در نشست بین‌المللی", "کتابخانه‌ای ساخته شد و روزنامه‌نگارانش آمدند"}
	x := filled(t, Document{Code: 1, Headline: texts[0]}, Document{Code: 2, Body: texts[1]})
	for text, want := range map[string]string{
		"نشست بینالملللی":   "نشست بین‌المللی",
		"فلسطبن بینالملللی": "فلسطین بین‌المللی",
		"فلسطین":            "",
		"felestin":          "فلسطین",
	} {
		r := search(t, x, Query{Text: text})
		got, err := x.DidYouMean(t.Context(), r, text, texts)
		if err != nil || got != want {
			t.Errorf("%q is read as %q, %v; want %q", text, got, err, want)
		}
		if plain, err := x.DidYouMean(t.Context(), r, text, nil); err != nil || plain != r.DidYouMean {
			t.Errorf("%q without texts is read as %q, %v; want %q", text, plain, err, r.DidYouMean)
		}
	}
}

func TestKeyboardOnLatinLetters(t *testing.T) {
	x := filled(t, articles()...)
	if r := search(t, x, Query{Text: "tvhkhfg"}); r.DidYouMean != "" || len(r.Hits) != 0 {
		t.Errorf("nonsense is read as %q", r.DidYouMean)
	}
	if r := search(t, x, Query{Text: "kh,"}); len(r.Hits) != 0 {
		t.Errorf("two letters find %v", codes(r))
	}
	if r := search(t, x, Query{Text: "jdl"}); !slices.Equal(codes(r), []int64{3}) { // تیم
		t.Errorf("jdl finds %v", codes(r))
	}
}

func TestSynonymsAreFound(t *testing.T) {
	x := filled(t, articles()...)
	if err := x.SetSynonyms(t.Context(), [][]string{{"پایتخت", "تهران"}, {"تنها"}, {}, {"دو واژه", "نان"}}); err != nil {
		t.Fatal(err)
	}
	if got := codes(search(t, x, Query{Text: "پایتخت"})); len(got) != 3 {
		t.Errorf("the synonym finds %v", got)
	}
	if got := codes(search(t, x, Query{Text: "پایتخت", Ranking: Ranking{NoSynonyms: true}})); len(got) != 0 {
		t.Errorf("without synonyms it finds %v", got)
	}
}

// TestNamesOfSeveralWordsAreSynonyms: an acronym and what it stands for are found for one another, and the words of a name count only where
// they stand together.
func TestNamesOfSeveralWordsAreSynonyms(t *testing.T) {
	x := filled(t, Document{Code: 1, Body: "نشست سازمان ملل متحد در ژنو"}, Document{Code: 2, Body: "یو ان در ژنو نشست دارد"},
		Document{Code: 3, Body: "ملل و سازمان و متحد"}, Document{Code: 4, Body: "نشست سازمان محیط زیست"}, Document{Code: 5, Body: "UN meets in Geneva"})
	if err := x.SetSynonyms(t.Context(), [][]string{{"سازمان ملل متحد", "یو ان", "UN"}, {"", "سازمان"}, {strings.Repeat("دراز ", 9), "کوتاه"}}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]int64{
		"یو ان":                {1, 2, 5},
		"un":                   {1, 2, 5},
		"UN ژنو":               {1, 2, 5},
		"سازمان ملل متحد":      {1, 2, 3, 4, 5},
		"«سازمان ملل متحد»":    {1}, // a phrase is meant as it stands
		"سازمان":               {1, 3, 4},
		"متحد ملل":             {1, 3},
		"کوتاه":                {},
		"یو ان -ژنو":           {5},
		"سازمان ملل متحد نشست": {1, 2, 3, 4, 5},
	} {
		r := search(t, x, Query{Text: text})
		got := codes(r)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
	if r := search(t, x, Query{Text: "سازمان ملل متحد"}); codes(r)[0] != 1 || codes(r)[4] != 4 {
		t.Errorf("%v; want the name first, and a part of it behind the acronym", codes(r))
	}
	if got := codes(search(t, x, Query{Text: "un", Ranking: Ranking{NoSynonyms: true}})); !slices.Equal(got, []int64{5}) {
		t.Errorf("without synonyms: %v", got)
	}
}

func TestRecencyIsMild(t *testing.T) {
	same := func(code int64, at time.Time) Document {
		return Document{Code: code, Headline: "باران در شهر", At: at}
	}
	now := day("2026-01-01")
	x := filled(t, same(1, day("2010-01-01")), same(2, day("2025-12-31")), same(3, time.Time{}), Document{Code: 4, Headline: "باران", Body: "باران باران", At: day("2005-01-01")})
	if got := codes(search(t, x, Query{Text: "باران", Now: now})); !slices.Equal(got, []int64{4, 2, 1, 3}) && !slices.Equal(got, []int64{4, 2, 3, 1}) {
		t.Errorf("%v: better text first, then the newest", got)
	}
	r := search(t, x, Query{Text: "باران"})
	if r.Hits[1].Score != r.Hits[3].Score {
		t.Errorf("without a time recency counts: %v", r.Hits)
	}
}

func TestWordsOfManyArticlesAreSoughtInTheNewestMonths(t *testing.T) {
	var documents []Document
	for i := range 240 { // one a month
		documents = append(documents, Document{Code: int64(i + 1), Headline: "باران", Body: fmt.Sprint("شماره", i%3), At: day("2000-01-15").AddDate(0, i, 0)})
	}
	documents[0].Body = "برف" // in the oldest alone
	x := filled(t, documents...)
	x.most = 24
	for name, tt := range map[string]struct {
		q       Query
		newest  int64
		total   int
		bounded bool
	}{
		"one word":              {Query{Text: "باران"}, 240, 24, true},
		"newest first":          {Query{Text: "باران", Newest: true}, 240, 24, true},
		"no word":               {Query{}, 240, 24, true},
		"a rare word beside it": {Query{Text: "باران برف"}, 1, 1, false},
		"years ago":             {Query{Text: "باران", From: day("2005-01-01"), Until: day("2006-01-01")}, 72, 12, false},
		"until long ago":        {Query{Text: "باران", Until: day("2006-01-01")}, 72, 24, true},
	} {
		r := search(t, x, tt.q)
		got := codes(r)
		if len(got) == 0 || slices.Max(got) != tt.newest || r.Total != tt.total || r.Bounded != tt.bounded {
			t.Errorf("%s: %v of %d, bounded: %v", name, got, r.Total, r.Bounded)
		}
	}
}

func TestArticlesWithAllWordsAreChosenFirst(t *testing.T) {
	var documents []Document
	for i := range 300 { // the older half has both words in every tenth article, the newer half never
		words := []string{"باران", "برف"}[i%2]
		if i < 150 && i%10 == 0 {
			words = "باران برف"
		}
		documents = append(documents, Document{Code: int64(i + 1), Headline: words, At: day("2000-01-15").AddDate(0, i, 0)})
	}
	x := filled(t, documents...)
	for most, want := range map[uint64]int{24: 24, 10: 10} { // fifteen have both
		x.most = most
		r := search(t, x, Query{Text: "باران برف"})
		both := 0
		for _, code := range codes(r) {
			if strings.Contains(documents[code-1].Headline, " ") {
				both++
			}
		}
		if !r.Bounded || r.Total != want || both != min(want, 15) {
			t.Errorf("%d candidates: %d with both words of %d, bounded: %v", most, both, r.Total, r.Bounded)
		}
	}
}

// TestNewestAreFoundBySamples: in an archive in the order of time and in one without any order.
func TestNewestAreFoundBySamples(t *testing.T) {
	const articles, most = 300_000, 3000
	for name, date := range map[string]func(i int) uint32{
		"in order": func(i int) uint32 { return uint32(i + 1) },
		"shuffled": func(i int) uint32 { return uint32(i*7919%articles + 1) }, // each once
	} {
		for _, every := range []int{1, 3, 40} {
			c := &columns{}
			s := make(set, (articles+63)/64)
			for i := range articles {
				c.minutes = append(c.minutes, date(i))
				if i%every == 0 {
					s[i/64] |= 1 << (i % 64)
				}
			}
			c.setBlocks()
			r := &reader{marks: []*columns{c}}
			if err := r.newest([]set{s}, most); err != nil {
				t.Fatal(err)
			}
			oldest := uint32(articles)
			for _, number := range s.appendTo(nil) {
				oldest = min(oldest, date(int(number)))
			}
			kept, newer := s.count(), 0
			for i := 0; i < articles; i += every {
				if date(i) >= oldest {
					newer++
				}
			}
			if kept != newer || kept < most*3/4 || kept > most*5/4 {
				t.Errorf("%s, one in %d: %d are left, of %d that are as new; want about %d", name, every, kept, newer, most)
			}
		}
	}
}

// TestArticlesOfOneMinuteAreBounded: an archive without dates has no newest ones.
func TestArticlesOfOneMinuteAreBounded(t *testing.T) {
	var documents []Document
	for i := range 500 {
		documents = append(documents, Document{Code: int64(i + 1), Headline: "باران"})
	}
	x := filled(t, documents[:300]...)
	if err := x.Put(t.Context(), documents[300:], 0); err != nil {
		t.Fatal(err)
	}
	x.most = 50
	for _, q := range []Query{{Text: "باران"}, {}} {
		if r := search(t, x, q); r.Total != 50 || !r.Bounded {
			t.Errorf("%+v: %d candidates, bounded: %v", q, r.Total, r.Bounded)
		}
	}
}

func TestPagesFollowOneAnother(t *testing.T) {
	var documents []Document
	for i := range 95 {
		documents = append(documents, Document{Code: int64(i + 1), Headline: "باران " + strings.Repeat("و برف ", i%7), At: day("2024-01-01").AddDate(0, 0, i%5)})
	}
	x := filled(t, documents...)
	for _, q := range []Query{{Text: "باران"}, {Text: "باران برف", Now: day("2025-01-01")}, {}, {Text: "باران", Newest: true}} {
		q.Limit = 10
		seen := map[int64]bool{}
		pages := 0
		for {
			r := search(t, x, q)
			pages++
			for _, h := range r.Hits {
				if seen[h.Code] {
					t.Errorf("%+v: article %d comes twice", q, h.Code)
				}
				seen[h.Code] = true
			}
			if r.Next == "" || pages > 20 {
				break
			}
			q.After = r.Next
		}
		if len(seen) != 95 || pages != 10 {
			t.Errorf("%+v: %d articles on %d pages", q, len(seen), pages)
		}
	}
}

func TestChangesAreSeen(t *testing.T) {
	x := filled(t, articles()...)
	d := articles()[1]
	d.Headline = "قیمت برنج پایین آمد"
	if err := x.Put(t.Context(), []Document{d}, 41); err != nil {
		t.Fatal(err)
	}
	if err := x.Delete(t.Context(), []int64{3, 999}, 42); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"برنج": 1, "قیمت نان": 2, "فوتبال": 0} {
		if r := search(t, x, Query{Text: text}); len(r.Hits) != want {
			t.Errorf("%q finds %v", text, codes(r))
		}
	}
	n, err := x.Count()
	if at, err2 := x.Position(); n != 4 || at != 42 || err != nil || err2 != nil {
		t.Errorf("%d articles at %d: %v, %v", n, at, err, err2)
	}
}

func TestIndexIsKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "index")
	x, err := Open(folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(x.Put(t.Context(), articles(), 7), x.Close()); err != nil {
		t.Fatal(err)
	}
	if x, err = Open(folder, Options{}); err != nil {
		t.Fatal(err)
	}
	at, err := x.Position()
	if got := codes(search(t, x, Query{Text: "فوتبال"})); !slices.Equal(got, []int64{3}) || at != 7 || err != nil {
		t.Errorf("opened again it finds %v at %d, %v", got, at, err)
	}
	x.Close()
	if err := os.WriteFile(filepath.Join(folder, "index_meta.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged index: %v", err)
	}
	if err := Remove(folder); err != nil {
		t.Fatal(err)
	}
	if x, err = Open(folder, Options{}); err != nil {
		t.Fatal(err)
	}
	x.Close()
}

func TestSuggestions(t *testing.T) {
	x := filled(t, articles()...)
	for typed, want := range map[string]string{
		"نما":       "[{7 نمایشگاه کتاب}] [1]",
		"فوت":       "[{8 فوتبال}] [3]",
		"تیم فو":    "[] [3]",
		"كتابه":     "[] [1]",
		"ن":         "[] []",
		"":          "[] []",
		"\x00\xff«": "[] []",
		"قیمت نان":  "[] [2]",
	} {
		s, err := x.Suggest(t.Context(), typed, 5)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%v %v", s.Tags, s.Articles); got != want {
			t.Errorf("%q suggests %s, want %s", typed, got, want)
		}
	}
}

func TestSnippetIsTheBestSentence(t *testing.T) {
	x := filled(t)
	r, err := x.Search(t.Context(), Query{Text: "کتاب بین المللی"})
	if err != nil || len(r.Hits) != 0 {
		t.Fatalf("an empty index finds %v, %v", r.Hits, err)
	}
	const text = "دیروز باران آمد. کتابهای نمایشگاه بین‌المللی فروخته شد! کتاب خوب است."
	show := func(words []string, characters int) string {
		spans, err := x.Snippet(t.Context(), text, words, characters)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, s := range spans {
			if s.Mark {
				b.WriteString("[" + s.Text + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		return b.String()
	}
	if got := show([]string{"کتاب", "بینالمللی"}, 100); got != "[کتابهای] نمایشگاه [بین‌المللی] فروخته شد!" {
		t.Error(got)
	}
	if got := show(nil, 10); got != "دیروز …" {
		t.Error(got)
	}
	if got := show([]string{"بینالمللی"}, 30); !strings.Contains(got, "[بین‌المللی]") || len([]rune(got)) > 36 {
		t.Error(got)
	}
}

func TestBadInputIsNoError(t *testing.T) {
	x := filled(t, articles()...)
	texts := []string{"", " ", "ا", strings.Repeat("ا", 10_000), strings.Repeat("تهران ", 2000), "از به در", "!@#$%^&*()", `"`, `"""""`, "«»", "-", "--", "- -", "+تهران^2~ OR (نان",
		"headline:نان", "*", "?", "/.*/", "\x00", "\xff\xfe", "نان\u202e", strings.Repeat(`"نان" `, 300), strings.Repeat("-نان ", 300), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
	if raw, err := os.ReadFile("../../../shared/data/import/naughty-strings/blns.json"); err == nil {
		var naughty []string
		if err := json.Unmarshal(raw, &naughty); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, naughty...)
	} else {
		t.Logf("the naughty strings are not beside the repository: %v", err)
	}
	for _, text := range texts {
		for _, q := range []Query{{Text: text}, {Text: text, After: text, Reporter: text, Kind: text, Limit: -1, Facets: true, Newest: true}} {
			if _, err := x.Search(t.Context(), q); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := x.Suggest(t.Context(), text, 5); err != nil {
			t.Errorf("suggestions for %q: %v", text, err)
		}
		if _, err := x.Snippet(t.Context(), text, []string{text}, 20); err != nil {
			t.Errorf("snippet of %q: %v", text, err)
		}
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	x := filled(t, articles()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "تهران"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that nobody waits for: %v", err)
	}
}

func TestSearchesTakeTurns(t *testing.T) {
	x := filled(t, articles()...)
	for range cap(x.turns) {
		x.turns <- struct{}{}
	}
	impatient, leave := context.WithCancel(t.Context())
	leave()
	if _, err := x.Search(impatient, Query{Text: "تهران"}); !errors.Is(err, context.Canceled) {
		t.Errorf("who no longer waits for a turn: %v", err)
	}
	found := make(chan Results)
	go func() {
		r, err := x.Search(t.Context(), Query{Text: "تهران"})
		if err != nil {
			t.Error(err)
		}
		found <- r
	}()
	select {
	case <-found:
		t.Error("a search ran beside as many as may")
	case <-x.turns:
		if r := <-found; len(r.Hits) != 3 {
			t.Errorf("in its turn it finds %v", codes(r))
		}
	}
	if len(x.turns) != cap(x.turns)-1 {
		t.Errorf("%d turns are taken, want %d", len(x.turns), cap(x.turns)-1)
	}
}
