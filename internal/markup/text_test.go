package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFromText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", " \n\u200c\n\u200f\n", ""},
		{"lines and blank lines", "یک\n\n دو \r\nسه", "<p>یک</p>\n<p>دو</p>\n<p>سه</p>"},
		{"no HTML", "<b>متن</b> & &lt;", "<p dir=\"ltr\">&lt;b&gt;متن&lt;/b&gt; &amp; &amp;lt;</p>"},
		{"letters and spaces", "كتاب  علي\u00a0می\u200c\u200cرود \u200cو", "<p>کتاب علی می\u200cرود و</p>"},
		{"a Latin line", "Reuters reports.\nBBC گفت که گزارش درست است", "<p dir=\"ltr\">Reuters reports.</p>\n<p>BBC گفت که گزارش درست است</p>"},
		{"broken bytes", "الف\xffب", "<p>الف\uFFFDب</p>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := FromText(tt.text)
			if string(h) != tt.want {
				t.Errorf("got  %q\nwant %q", h, tt.want)
			}
			checkBody(t, tt.text, h)
		})
	}
}

func TestNewsTextsComeOutCanonical(t *testing.T) {
	for _, text := range newsTexts(t, 2000) {
		h := FromText(text)
		if again := Sanitize(string(h)); again != h {
			t.Fatalf("not canonical\nof    %q\nfirst %q\nthen  %q", clip(text), clip(string(h)), clip(string(again)))
		}
	}
}

func TestPlain(t *testing.T) {
	tests := []struct{ html, want string }{
		{"", ""},
		{"<p>یک<br>دو</p><p>سه &amp; &lt;چهار&gt; &amp;lt;</p>", "یک\nدو\nسه & <چهار> &lt;"},
		{"<h2>تیتر</h2><ul><li>یک</li><li><p>دو</p><ul><li>سه</li></ul></li></ul>", "تیتر\nیک\nدو\nسه"},
		{"<table><tr><td>الف</td><td>ب</td></tr><tr><td></td><td><p>ج</p><p>د</p></td></tr></table>", "الف\tب\nج\nد"},
		{`<figure><img src="https://example.org/x.jpg"><figcaption>شرح</figcaption></figure><hr><p>متن</p>`, "شرح\nمتن"},
		{`<img src="https://example.org/x.jpg"><p><a href="/x">پیوند</a></p>`, "پیوند"},
	}
	for _, tt := range tests {
		if got := Plain(Sanitize(tt.html)); got != tt.want {
			t.Errorf("Plain of %s\ngot  %q\nwant %q", tt.html, got, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	h := FromText("به گزارش ایسنا، هوا سرد است.\nفردا برف می\u200cبارد.")
	tests := []struct {
		h     HTML
		runes int
		want  string
	}{
		{h, 1000, "به گزارش ایسنا، هوا سرد است. فردا برف می\u200cبارد."},
		{h, 44, "به گزارش ایسنا، هوا سرد است. فردا برف…"},
		{h, 16, "به گزارش ایسنا…"},
		{h, 15, "به گزارش ایسنا…"},
		{h, 14, "به گزارش…"},
		{h, 0, ""},
		{h, 1, "…"},
		{FromText("هم\u064e\u0651\u064eه\u200cچیز"), 3, "ه…"},
		{FromText("الفبا"), 5, "الفبا"},
		{FromText("الفبای"), 5, "الفب…"},
		{"", 10, ""},
	}
	for _, tt := range tests {
		got := Excerpt(tt.h, tt.runes)
		if got != tt.want {
			t.Errorf("Excerpt(%q, %d)\ngot  %q\nwant %q", Plain(tt.h), tt.runes, got, tt.want)
		}
		if n := utf8.RuneCountInString(got); n > tt.runes {
			t.Errorf("Excerpt(…, %d) has %d characters", tt.runes, n)
		}
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		html string
		want int
	}{
		{"", 0},
		{"<p>می\u200cروم به «خانه» – ۱۲ بار.</p><p>و …</p>", 6},
		{"<ul><li>یک</li><li>دو</li></ul><table><tr><td>سه</td><td>چهار</td></tr></table>", 4},
	}
	for _, tt := range tests {
		if got := Words(Sanitize(tt.html)); got != tt.want {
			t.Errorf("Words of %s: got %d, want %d", tt.html, got, tt.want)
		}
	}
}

func TestDeepAndLongSourcesStayBounded(t *testing.T) {
	tests := map[string]string{
		"deeper than the parser goes": strings.Repeat("<blockquote>", 2000) + "متن",
		"lists in lists":              strings.Repeat("<ul><li>", 200) + "متن",
		"tables in tables":            strings.Repeat("<table><tr><td>", 100) + "متن",
		"emphasis left open":          strings.Repeat("<b><i><em><strong><p>متن", 500),
		"quotes in Markdown":          strings.Repeat("> ", 5000) + "متن",
		"brackets in Markdown":        strings.Repeat("[](", 30000) + "متن",
	}
	for name, source := range tests {
		t.Run(name, func(t *testing.T) {
			for _, h := range []HTML{Sanitize(source), FromMarkdown(source)} {
				checkBody(t, source, h)
				if !strings.Contains(Plain(h), "متن") {
					t.Error("the text is lost")
				}
				if depth := strings.Count(string(h), "<blockquote>") + strings.Count(string(h), "<ul>"); depth > 2*maxDepth {
					t.Errorf("%d containers are left", depth)
				}
			}
		})
	}
	h := Sanitize(strings.Repeat("x<hr>", MaxSize/len("x<hr>")+100))
	if len(h) > MaxSize || Sanitize(string(h)) != h {
		t.Errorf("%d bytes are left, canonical: %v", len(h), Sanitize(string(h)) == h)
	}
}
