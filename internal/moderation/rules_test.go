package moderation_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/moderation"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

var limits = moderation.Limits{ModelAt: 0.5, TrustAt: 3, Rejected: 2}

// worst is a comment that every rule has something against.
func worst() moderation.Case {
	const text = "salam in gozaresh ra man kheili dost dasht کش https://example.ir"
	return moderation.Case{Text: text, Words: persian.Unmask(text), TooLong: true, Closed: true, Repeated: true, Mode: news.ModeTrust,
		History: news.WriterHistory{Rejected: 5}, Lists: lists("کش"), Model: trained(), Limits: limits}
}

// trained is a model to which «گوجه» is an offence.
var trained = sync.OnceValue(func() *moderation.Model {
	var examples []moderation.Example
	for i := range 60 {
		word := strings.Fields("خوب زیبا بلند کوتاه روشن تازه")[i%6]
		examples = append(examples, moderation.Example{Text: "این گزارش " + word + " بود"},
			moderation.Example{Text: "تو یک گوجه " + word + " gozaresh هستی", Labels: []news.Label{news.LabelOffensive}})
	}
	return moderation.Train(examples)
})

// TestRuleOrder: the findings stand in the documented order whatever they are, and each rule can find something.
func TestRuleOrder(t *testing.T) {
	want := []string{"length", "closed", "repeat", "lists", "links", "finglish", "model", "history", "first", "mode"}
	if !slices.Equal(moderation.Rules(), want) {
		t.Errorf("the rules are %v", moderation.Rules())
	}
	for name, c := range map[string]moderation.Case{"worst": worst(), "empty": {}, "harmless": {Text: "سلام بر شما", Words: persian.Unmask("سلام بر شما"), Mode: news.ModePost, Limits: limits}} {
		var got []string
		for _, f := range moderation.Check(c) {
			got = append(got, f.Rule)
			passed := f.Outcome == news.OutcomePass
			if name == "worst" && passed {
				t.Errorf("%s passes the worst comment", f.Rule)
			}
			if name == "harmless" && !passed {
				t.Errorf("a harmless comment: %+v", f)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: findings of %v", name, got)
		}
	}
}

func TestRulesFindWhatTheyAreFor(t *testing.T) {
	for _, tt := range []struct {
		rule, text string
		want       news.Outcome
		detail     string
	}{
		{"links", "ببینید https://example.ir/a و t.me/kanal", news.OutcomeHold, "https://example.ir/a t.me/kanal"},
		{"links", "سایت example.com و @kanal_ma", news.OutcomeHold, "example.com @kanal_ma"},
		{"links", "ساعت ۱۲.۳۰ آمد. گفت: a.b و 3.5", news.OutcomePass, ""},
		{"finglish", "salam man in ra kheili doost dashtam", news.OutcomeAsk, ""},
		{"finglish", "This is a fair and balanced report, thank you", news.OutcomePass, ""},
		{"finglish", "گوشی iPhone 15 Pro Max را خریدم و راضی هستم", news.OutcomePass, ""},
		{"model", "تو یک گوجه هستی", news.OutcomeHold, "گوجه"},
		{"model", "این گزارش خوب بود", news.OutcomePass, ""},
		{"lists", "بد ک.ش بد", news.OutcomeHold, "ک.ش"},
	} {
		for _, f := range moderation.Check(moderation.Case{Text: tt.text, Words: persian.Unmask(tt.text), Mode: news.ModePost, Lists: lists("کش"), Model: trained(), Limits: limits}) {
			if f.Rule != tt.rule {
				continue
			}
			if f.Outcome != tt.want || tt.rule != "model" && strings.Join(f.Detail, " ") != tt.detail {
				t.Errorf("%s of %q: %+v", tt.rule, tt.text, f)
			}
			if tt.rule == "model" && tt.detail != "" && !slices.Contains(f.Detail, tt.detail) {
				t.Errorf("what weighed in %q: %q", tt.text, f.Detail)
			}
		}
	}
}

func TestModesAndTrust(t *testing.T) {
	for _, tt := range []struct {
		mode                news.CommentMode
		published, rejected int
		waits               bool
	}{
		{news.ModePre, 100, 0, true}, {news.ModePost, 0, 0, false}, {news.ModeTrust, 0, 0, true}, {news.ModeTrust, 2, 0, true},
		{news.ModeTrust, 3, 0, false}, {news.ModeTrust, 3, 1, true}, {news.ModeTrust, 30, 1, false}, {news.ModePost, 0, 2, true},
	} {
		findings := moderation.Check(moderation.Case{Text: "سلام", Words: persian.Unmask("سلام"), Mode: tt.mode, History: news.WriterHistory{Published: tt.published, Rejected: tt.rejected}, Limits: limits})
		if waits, _ := moderation.Held(findings); waits != tt.waits {
			t.Errorf("%+v: waits %v", tt, waits)
		}
	}
}

func TestNearlyTheSameTextIsARepeat(t *testing.T) {
	const text = "سلام. این گزارش را با دقت خواندم و به نظرم باید دربارهٔ هزینه‌ها هم بیشتر توضیح داده می‌شد."
	for other, near := range map[string]bool{
		text:                                true,
		strings.ReplaceAll(text, "ی", "ي"):  true,
		strings.ReplaceAll(text, " ", "  "): true,
		text + "!!! 😀 ۱۲":                   true,
		strings.Replace(text, "هم ", "", 1): true,
		strings.ReplaceAll(text, "ا", "اـ"): true,
		"دولت باید برای گرانی فکری اساسی کند": false,
		"":           false,
		"خیلی ممنون": false,
	} {
		if got := moderation.Near(moderation.Fingerprint(persian.Unmask(text)), moderation.Fingerprint(persian.Unmask(other))); got != near {
			t.Errorf("%q: near is %v", other, got)
		}
	}
}

func TestModelSurvivesItsStorage(t *testing.T) {
	m := trained()
	data, err := m.Encode()
	if err != nil || len(data) >= 4e6 || m.Size() >= 4e6 {
		t.Fatalf("%d bytes, %d in memory, %v", len(data), m.Size(), err)
	}
	again, err := moderation.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := m.Judge("تو گوجه هستی")
	two, ok := again.Judge("تو گوجه هستی")
	if !ok || one.Score != two.Score || one.Label != two.Label {
		t.Errorf("%+v and %+v", one, two)
	}
	for _, bad := range [][]byte{nil, []byte("x"), data[:len(data)/2]} {
		if _, err := moderation.Decode(bad); err == nil {
			t.Errorf("%d bad bytes are taken for a model", len(bad))
		}
	}
}

func TestOneDecisionMovesTheModel(t *testing.T) {
	m := trained()
	const text = "این گزارش دربارهٔ کلم بود"
	before, _ := m.Judge(text)
	next := m
	for range 20 {
		next = next.Learn(moderation.Example{Text: text, Labels: []news.Label{news.LabelOffensive}})
	}
	after, _ := next.Judge(text)
	unchanged, _ := m.Judge(text)
	if after.Score <= before.Score || unchanged.Score != before.Score {
		t.Errorf("before %v, after %v, the old model %v", before.Score, after.Score, unchanged.Score)
	}
	var none *moderation.Model
	if none.Learn(moderation.Example{Text: text}) != nil || moderation.Train(nil) != nil {
		t.Error("a model of nothing")
	}
	if _, ok := none.Judge(text); ok {
		t.Error("an untrained model judges")
	}
}

func TestFilesOfExamples(t *testing.T) {
	got, err := moderation.ReadExamples(strings.NewReader("{\"text\":\"الف\",\"labels\":[\"spam\",\"obscene\",\"spam\"]}\n\n{\"text\":\"ب\",\"labels\":[\"clean\"]}\n"))
	if err != nil || len(got) != 2 || !slices.Equal(got[0].Labels, []news.Label{news.LabelAdvertising, news.LabelObscene}) || got[1].Labels != nil {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"x", `{"labels":[]}`, `["a"]`} {
		if _, err := moderation.ReadExamples(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
