package markup

import (
	"strings"
	"testing"
)

func seeds(f *testing.F) {
	for _, s := range []string{
		"", "متن", "<p>به گزارش <b>ایسنا،</b> متن</p>انتهای پیام/ ۱۲", "<ul><li>a<li>b<ul><li>c</ul></ul><ol><li>x",
		"<table><tr><th>a<th>b<tr><td>1<td><b>۲|", `<a href="/x">y</a>![<img src=/media/1.jpg alt="a]b">`,
		"<figure><img src=//e.org/x><figcaption>a<br><br>b</figure>", "<blockquote>a<aside class=pullquote>b</aside>",
		"<span dir=ltr>(</span><bdi>a<b> b</b></bdi><span lang=en dir=rtl>c</span>", "a*b*_c_`d`[e](f)\\<g>&amp;h\n---\n1. i\n# j\n> k",
		"**a**b*c* **«d»**e", "| a | b |\n|---|---|\n| c | d |", "<b>a<br></b><i><br>c</i><hr><pre>d\n\ne", "ي\u200cك\u0654 \u202Ea\u00a0",
		`<aside class=desk-note>a<hr></aside><aside class=more><a href=/news/3></a></aside><figure class=embed><a href=https://e.org>x</a><figcaption>c<cite>d</figure>`,
		"<svg><script>x</script></svg><iframe src=https://a.b/c><math><mi>", "<h1>a<p>b</h1>c<br>d", "&lt;b&gt;&#0;&#x80;\x00\xff",
	} {
		f.Add(s)
	}
}

func FuzzSanitize(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		for _, h := range []HTML{Sanitize(source), FromText(source), FromClipboard(source)} {
			if problem := unsafe(h); problem != "" {
				t.Errorf("%s is left in %q", problem, h)
			}
			if again := Sanitize(string(h)); again != h {
				t.Errorf("not canonical\nfirst %q\nthen  %q", h, again)
			}
			if public := WithoutNotes(h); Sanitize(string(public)) != public || Plain(public) != Plain(h) {
				t.Errorf("notes\nof %q\nto %q", h, public)
			}
			_, rest := TakeAttribution(h)
			_, _, rest = TakeEndMark(WithAttribution(rest, "ایسنا"))
			if again := Sanitize(string(rest)); again != rest {
				t.Errorf("not canonical without its end mark\nfirst %q\nthen  %q", rest, again)
			}
			if text := Excerpt(h, 20); strings.Contains(text, "\n") {
				t.Errorf("an excerpt of two lines: %q", text)
			}
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		for _, h := range []HTML{Sanitize(source), FromMarkdown(source)} {
			md := ToMarkdown(h)
			if back := FromMarkdown(md); back != h {
				t.Errorf("Markdown loses something\nfrom %q\nas   %q\nto   %q", h, md, back)
			}
		}
	})
}
