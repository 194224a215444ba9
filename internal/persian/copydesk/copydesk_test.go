package copydesk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/persian"
)

// TestFixes: what is put right, rule by rule. Nothing here is taken from the real texts.
func TestFixes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"كتاب علي", "کتاب علی"}, {"ﺳﻼﻡ بر شما", "سلام بر شما"}, {"بچہ و خانۀ ما", "بچه و خانهٔ ما"}, {"بهانهء او", "بهانهٔ او"},
		{"خانە ما", "خانه ما"}, {"ســـلام", "سلام"}, {"هـ.ش", "هـ.ش"},

		{"او می رود و نمي آيد", "او می‌رود و نمی‌آید"}, {"میگوید و نمیدانم", "می‌گوید و نمی‌دانم"}, {"می توانسته اند", "می‌توانسته‌اند"},
		{"میتوانیم بگوییم", "می‌توانیم بگوییم"}, {"برمیگردد", "برمی‌گردد"}, {"ماه می سال نو", "ماه می سال نو"}, {"آنها میروند", "آن‌ها می‌روند"},

		{"کتاب ها و کتابها", "کتاب‌ها و کتاب‌ها"}, {"فرصتهای برابر", "فرصت‌های برابر"}, {"کار ها و کارها", "کارها و کارها"},
		{"آنها و اینها", "آن‌ها و این‌ها"}, {"پیامهایشان", "پیام‌هایشان"}, {"ویژگیها", "ویژگی‌ها"}, {"دانشگاهها", "دانشگاه‌ها"},

		{"بزرگ تر و بزرگترین", "بزرگ‌تر و بزرگ‌ترین"}, {"زیبا تر", "زیباتر"}, {"بهتر، بیشترین و کمتر", "بهتر، بیشترین و کمتر"}, {"هوای تر و تازه", "هوای تر و تازه"},
		{"خانه ای ساخته اند", "خانه‌ای ساخته‌اند"}, {"جداگانهای", "جداگانه‌ای"}, {"خانه ی ما", "خانه‌ی ما"}, {"رفتهاند", "رفته‌اند"}, {"زندگی اش", "زندگی‌اش"}, {"خانه شان", "خانه‌شان"},
		{"بینالمللی", "بین‌المللی"}, {"دانشآموزان", "دانش‌آموزان"}, {"کتاب‌‌ها", "کتاب‌ها"}, {"سلام ‌ دنیا", "سلام دنیا"}, {"حرف­ها", "حرف‌ها"},

		{"ساعت 18 و 12%", "ساعت ۱۸ و ۱۲٪"}, {"سال ١٤٠٠", "سال ۱۴۰۰"}, {"بهای 1,234,567 ریال", "بهای ۱٬۲۳۴٬۵۶۷ ریال"}, {"نسخه 4.7 تازه", "نسخه ۴.۷ تازه"},
		{"با Windows 10 کار کرد", "با Windows 10 کار کرد"}, {"موشک B-52 و 5 GB", "موشک B-52 و 5 GB"}, {"۹کیلومتر و ۵گانه", "۹ کیلومتر و ۵گانه"},

		{`گفت "سلام" و رفت`, "گفت «سلام» و رفت"}, {"گفت “سلام”", "گفت «سلام»"}, {"گفت 'سلام'", "گفت «سلام»"}, {`گفت "سلام و رفت`, `گفت "سلام و رفت`},
		{`نوشت "hello world" را`, `نوشت "hello world" را`}, {`«او گفت "نه" و رفت»`, `«او گفت "نه" و رفت»`},
		{"چرا? چون, آن; این", "چرا؟ چون، آن؛ این"}, {"و...", "و…"}, {"سال ????", "سال ????"},
		{"سلام ، دنیا .خوبی ؟", "سلام، دنیا. خوبی؟"}, {"او گفت:سلام", "او گفت: سلام"}, {"ساعت ۱۶:۱۲", "ساعت ۱۶:۱۲"}, {"سال ۱۴۰۰ ق.م", "سال ۱۴۰۰ ق.م"},
		{"گفت« سلام »", "گفت «سلام»"}, {"ایران( تهران )است", "ایران (تهران) است"}, {"کتاب(ها)", "کتاب(ها)"}, {"«ایسنا»ها", "«ایسنا»ها"}, {"یک( دو", "یک( دو"},
		{"سلام  دنیا ", "سلام دنیا"},
	}
	desk := newDesk(t)
	for _, tt := range tests {
		if got := Fix(tt.text, desk.Check(tt.text)); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestStays: words that look like what the desk looks for, foreign text, addresses and code. There is nothing to find in them.
func TestStays(t *testing.T) {
	for _, text := range []string{
		"انتهای", "ایران", "امیدواریم", "اسلامی", "بهای", "تنها", "رها", "مها", "ترین", "منتها", "تنهایی", "میدانی", "میخانه", "میلاد", "میان", "میزان",
		"دفتر", "دختر", "بستر", "کبوتر", "مشتری", "ادبیات", "نظریات", "کارهای", "زیباتر", "گلبهار کجاست", "کم کم", "رفته رفته", "برندهای", "درباره شان انسان",
		"نشانی https://a.example/می-رود?x=1,2 است", "به a.b@c.example نامه بنویس", "با `می رود` و", "این #کتاب_ها و @may_name",
		"«الحَمدُ لِلَّهِ رَبِّ العالَمينَ»", "hello , world", "این <b class=\"x , y\">متن</b>", "این &nbsp; است", "", "\n\n", "\xff\xfe", "‌", "ێۆ كتاب",
	} {
		for _, f := range newDesk(t).Check(text) {
			if f.Safe || f.Rule != HalfSpaceCompound {
				t.Errorf("%q: %s %q → %q", text, f.Rule, f.Before, f.After)
			}
		}
	}
	fence := "سلام\n```\nمی رود\n```\nاو می رود"
	if found := newDesk(t).Check(fence); len(found) != 1 || found[0].Line != 5 || found[0].Col != 4 {
		t.Errorf("in a fenced block: %+v", found)
	}
}

func TestPointsAtWhatItIsNotSureOf(t *testing.T) {
	tests := []struct {
		text string
		rule Rule
	}{
		{"گفت که که نیامد", RepeatedWord}, {"در ۳۱ مهر ۱۴۰۰ آمد", Date}, {"در ۱۴۰۰/۱۳/۰۱ آمد", Date}, {"خانهای بزرگ", HalfSpacePlural},
		{"سورة بقره", TehMarbuta}, {"تصمیم گیری", HalfSpaceCompound}, {"کژوشکهای تازه", HalfSpacePlural}, {"کووید۱۹", NumberSpace},
	}
	desk := newDesk(t)
	for _, tt := range tests {
		found := desk.Check(tt.text)
		if len(found) != 1 || found[0].Rule != tt.rule || found[0].Safe {
			t.Errorf("%q: %+v, want one unsafe %s", tt.text, found, tt.rule)
		}
		if Fix(tt.text, found) != tt.text {
			t.Errorf("%q was changed", tt.text)
		}
	}
}

func TestPlaces(t *testing.T) {
	text := "سلام\nاو 5 و می رود."
	found := newDesk(t).Check(text)
	if len(found) != 2 {
		t.Fatalf("%+v", found)
	}
	f := found[1]
	if f.Line != 2 || f.Col != 8 || text[f.Start:f.End] != "می رود" || f.Before != "می رود" || f.After != "می‌رود" || f.Reason != "copydesk.half_space_verb" || !f.Safe {
		t.Errorf("%+v", f)
	}
	if got := Apply(text, f); got != "سلام\nاو 5 و می‌رود." {
		t.Errorf("one fix: %q", got)
	}
	if got := Apply("متن دیگری که این را ندارد", f); got != "متن دیگری که این را ندارد" {
		t.Errorf("a finding of another text was applied: %q", got)
	}
}

func TestHouseTermsAndAddedWords(t *testing.T) {
	lex := newDesk(t).lex
	desk := New(lex, []HouseTerm{{"رژیم", "حکومت", "بی‌طرفی"}, {"رژیم صهیونیستی", "اسرائیل", ""}, {"ایمیل", "رایانامه", ""}, {"", "x", ""}, {"همان", "همان", ""}},
		[]string{"کژوشک", "دبیر‌خوان"})
	found := desk.Check("رژیم صهیونیستی و رژیم با ايميل")
	if len(found) != 4 { // the fourth: ايميل has Arabic letters
		t.Fatalf("%+v", found)
	}
	for i, want := range []string{"اسرائیل", "حکومت"} {
		if f := found[i]; f.Rule != HouseTermRule || f.After != want || f.Safe {
			t.Errorf("%+v, want %s", f, want)
		}
	}
	if found[1].Note != "بی‌طرفی" {
		t.Errorf("the note is lost: %+v", found[1])
	}
	if got := Fix("کژوشکها و دبیرخوانها", desk.Check("کژوشکها و دبیرخوانها")); got != "کژوشک‌ها و دبیر‌خوان‌ها" {
		t.Errorf("added words: %q", got)
	}
}

func TestArticle(t *testing.T) {
	desk := newDesk(t)
	fields := func(a Article) (all []string) {
		for _, f := range desk.CheckArticle(a) {
			all = append(all, f.Field+" "+string(f.Rule))
		}
		return all
	}
	if got := fields(Article{Headline: "باران آمد", Lede: "دیروز باران آمد.", Body: "باران تند بود."}); got != nil {
		t.Errorf("a good article: %v", got)
	}
	long := strings.Repeat("باران ", 20)
	for _, tt := range []struct {
		a    Article
		want []string
	}{
		{Article{Headline: "باران آمد.", Lede: " "}, []string{"headline headline_stop", "lede lede_missing"}},
		{Article{Headline: "باران آمد…", Lede: "لید", Body: "او می رود"}, []string{"body half_space_verb"}},
		{Article{Headline: long + "آمد", Lede: "لید"}, []string{"headline headline_long"}},
		{Article{Kicker: "می رود", Headline: "تیتر", Lede: "لید", Body: "او می رود"}, []string{"kicker half_space_verb", "body half_space_verb"}},
		{Article{Headline: "تیتر", ShortHeadline: long + "آمد.", Lede: "لید", Caption: "او می رود.", Credit: "سارا كريمي / ایرنا", Alt: "کتاب ها"},
			[]string{"short_headline headline_stop", "picture_caption half_space_verb", "picture_credit letters", "picture_alt half_space_plural"}},
	} {
		if got := fields(tt.a); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v, want %v", tt.a, got, tt.want)
		}
	}
	if got := Fix("باران آمد.", desk.CheckArticle(Article{Headline: "باران آمد.", Lede: "ل"})); got != "باران آمد" {
		t.Errorf("the full stop: %q", got)
	}
}

// TestRulesHoldTheirExamples: the table says what the desk does.
func TestRulesHoldTheirExamples(t *testing.T) {
	desk := newDesk(t)
	for _, info := range Rules() {
		if info.Rule.Why() == "" || info.Style == "" {
			t.Errorf("%s: no reason or style", info.Rule)
		}
		if info.Before == "" {
			continue
		}
		found := desk.CheckArticle(Article{Headline: info.Before, Lede: "ل"})
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Rule == info.Rule }) {
			t.Errorf("%s is not found in its example %q: %+v", info.Rule, info.Before, found)
		}
		if info.Safe && Fix(info.Before, found) != info.After {
			t.Errorf("%s: %q became %q, want %q", info.Rule, info.Before, Fix(info.Before, found), info.After)
		}
	}
	if Rule("no such").Why() != "" {
		t.Error("an unknown rule has a reason")
	}
}

// lettersOnly is what a safe fix must not change: the folded letters and digits.
func lettersOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if inWord(r) || isLatin(r) || isDigit(r) {
			return r
		}
		return -1
	}, persian.Fold(s))
}

// TestCostGrowsWithTheText: a megabyte of what could be looked at again and again takes seconds at most, on a busy machine too.
func TestCostGrowsWithTheText(t *testing.T) {
	desk := newDesk(t)
	for _, unit := range []string{"`ا ", "<ا ", "&ا ", "«", "(", "\"ا ", "1 ", "1, ", "? ", "\u200c", "می ", "ها ", "http://", "ا\n", ".", "#ا"} {
		text := "سلام " + strings.Repeat(unit, 1_000_000/len(unit))
		start := time.Now()
		desk.Check(text)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q: %v", unit, took)
		} else if took > time.Second {
			t.Logf("%q: %v", unit, took)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, info := range Rules() {
		f.Add(info.Before)
	}
	f.Add("«ا (ب] »‌ها  ,, \u200c ``x` <a &x; #ی %s http://")
	desk := newDesk(f)
	f.Fuzz(func(t *testing.T, text string) {
		found := desk.Check(text)
		for _, x := range found {
			if x.Start < 0 || x.End > len(text) || x.Start > x.End || text[x.Start:x.End] != x.Before || x.Line < 1 || x.Col < 1 {
				t.Fatalf("%+v does not fit %q", x, text)
			}
		}
		if fixed := Fix(text, found); lettersOnly(fixed) != lettersOnly(text) {
			t.Fatalf("letters changed: %q became %q", text, fixed)
		}
	})
}

func TestCountWords(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, " ": 0, "ایمیل": 1, "بین‌المللی": 1, "پست الکترونیک": 2, "یک دو سه": 3, "یک  دو": 0, " یک": 0, "یک ": 0, "یک، دو": 0, "۱۲": 0, "email": 0, "یک x": 0,
		"یک\nدو": 0, "\xff": 0, "«یک»": 0,
	} {
		if got := CountWords(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if TermKey("پيام‌رسان ها") != TermKey("پیامرسان ها") || TermKey("پیام رسان") == TermKey("پیامرسان") {
		t.Error("the keys of terms do not tell what the desk tells")
	}
}

func TestTermsThatReturn(t *testing.T) {
	for _, tt := range []struct {
		term HouseTerm
		want bool
	}{
		{HouseTerm{"ایمیل", "رایانامه", ""}, false}, {HouseTerm{"ایمیل", "ایمیل سازمانی", ""}, true}, {HouseTerm{"پیامرسان", "پیام‌رسان", ""}, false},
		{HouseTerm{"پیام رسان", "پیام‌رسان", ""}, false}, {HouseTerm{"برجام", "توافق (برجام)", ""}, true}, {HouseTerm{"مهر", "مهرماه", ""}, false},
	} {
		if got := tt.term.Returns(); got != tt.want {
			t.Errorf("%+v: %v", tt.term, got)
		}
	}
}
