package markup

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
)

var bodies = flag.Int("bodies", 1500, "how many random bodies to try")

// pieces are what random sources are put together from: closer to what breaks a
// normaliser than random bytes are.
var pieces = strings.Split(`متن|می‌روم| |  |&nbsp;|a|Latin|۱۲|1.|1) |- |+ |# |> |*|**|_|[|](/x)|![|\|\\|&amp;|&lt;|&zwnj;|&|;|<|!|"|'|«|»|،|.|(|)|=|---|~~~|:|`+"\n|\n\n|`|\t|\u200c|\u0654|و|ي|"+
	`<p>|</p>|<p lang=en>|<p lang=fa>|<br>|<hr>|<h1>|</h1>|<h4>|</h4>|<div>|</div>|<div lang=ar>|<pre>|</pre>|`+
	`<b>|</b>|<i>|</i>|<strong>|</strong>|<em>|</em>|<sub>|</sub>|<sup>|</sup>|<a href=/x>|<a href="https://e.org/(a)_b*c?d&amp;lt;">|<a href=x>|</a>|`+
	`<span dir=ltr>|<span dir=rtl lang=en>|<span lang=fa>|</span>|<bdi>|</bdi>|<bdo dir=ltr>|</bdo>|`+
	`<ul>|</ul>|<ol>|</ol>|<li>|</li>|<blockquote>|</blockquote>|<aside class=pullquote>|</aside>|<aside class=more>|<a href=/news/12>|<a href=/news/7/x>|<aside class=desk-note>|<figure class=embed>|<a href=https://e.org/x>e.org|<cite>|</cite>|<video src=/media/3.mp4></video>|<audio src=//e.org/3.mp3></audio>|`+
	`<table>|</table>|<thead>|<tr>|<th>|<td>|<td colspan=2>|<caption>|</td>|</tr>|`+
	`<figure>|</figure>|<figcaption>|</figcaption>|<img src=/media/1.jpg alt="a]b*">|<img src=/media/2.jpg width=9>|<img src=//e.org/x>|`+
	`<iframe src=https://e.org/v></iframe>|<script>x</script>|<svg>|<math>|<select>|<!--x-->|<form>|`+
	`به گزارش ایسنا، |انتهای پیام/ ۱۲`, "|")

func TestRandomBodiesHoldWhatIsPromised(t *testing.T) {
	random := rand.New(rand.NewPCG(1, uint64(*bodies)))
	for range *bodies {
		var out strings.Builder
		for range 1 + random.IntN(40) {
			out.WriteString(pieces[random.IntN(len(pieces))])
		}
		source := out.String()
		for _, h := range []HTML{Sanitize(source), FromMarkdown(source), FromText(source)} {
			if problem := unsafe(h); problem != "" {
				t.Fatalf("%s is left in %q", problem, h)
			}
			if again := Sanitize(string(h)); again != h {
				t.Fatalf("not canonical\nof    %q\nfirst %q\nthen  %q", source, h, again)
			}
			md := ToMarkdown(h)
			if back := FromMarkdown(md); back != h {
				t.Fatalf("Markdown loses something\nof   %q\nfrom %q\nas   %q\nto   %q", source, h, md, back)
			}
			if public := WithoutNotes(h); Sanitize(string(public)) != public || strings.Contains(string(public), "<aside "+noteClass) {
				t.Fatalf("not canonical without notes\nof    %q\nfirst %q", h, public)
			}
			if filled := FillMore(h, noArticle); len(MoreCodes(filled)) > 0 || Sanitize(string(filled)) != filled {
				t.Fatalf("not canonical without boxes\nof    %q\nfirst %q", h, filled)
			}
			name, rest := TakeAttribution(h)
			_, _, rest = TakeEndMark(WithAttribution(rest, name))
			if again := Sanitize(string(rest)); again != rest {
				t.Fatalf("not canonical without its end mark\nof    %q\nfirst %q\nthen  %q", source, rest, again)
			}
		}
	}
}
