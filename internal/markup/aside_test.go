package markup

import (
	"slices"
	"strings"
	"testing"
)

func noArticle(int64) (path, headline string, ok bool) { return "", "", false }

const withBoxes = `<p>آغاز</p>
<aside class="more"><a href="/news/12"></a></aside>
<ul><li>یک</li><li><aside class="more"><a href="/news/34"></a></aside></li></ul>
<aside class="desk-note"><p>راز<br>دبیر</p><aside class="pullquote"><p>پنهان</p></aside><aside class="more"><a href="/news/12"></a></aside></aside>
<p>پایان</p>`

func TestBoxesAreFilledByTheGate(t *testing.T) {
	body := Sanitize(withBoxes)
	if string(body) != withBoxes {
		t.Fatalf("not canonical:\n%s", body)
	}
	if got := MoreCodes(body); !slices.Equal(got, []int64{12, 34}) {
		t.Errorf("codes %v", got)
	}
	got := FillMore(WithoutNotes(body), func(code int64) (string, string, bool) {
		return "/news/12/پل", `پل <"تازه">`, code == 12
	})
	want := `<p>آغاز</p>
<aside class="more"><a href="/news/12/پل">پل &lt;"تازه"&gt;</a></aside>
<ul><li>یک</li></ul>
<p>پایان</p>`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := FillMore(Sanitize(withBoxes[strings.Index(withBoxes, "<aside"):]), noArticle); strings.Contains(string(got), "more") {
		t.Errorf("a box without an article is left: %s", got)
	}
}

func TestNotesAreNoText(t *testing.T) {
	body := Sanitize(withBoxes)
	if got, want := Plain(body), "آغاز\nیک\nپایان"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got := WithoutNotes(body); strings.Contains(string(got), "راز") || strings.Contains(string(got), "پنهان") || !strings.Contains(string(got), "پایان") {
		t.Errorf("without notes: %s", got)
	}
	if got := WithoutNotes("<p>بی‌یادداشت</p>"); got != "<p>بی‌یادداشت</p>" {
		t.Errorf("got %s", got)
	}
}

func TestNotesAreListedAndTakenOut(t *testing.T) {
	body := Sanitize(withBoxes + `<ul><li><p>پیش</p><aside class="desk-note"><p>دومی</p></aside></li><li><aside class="desk-note"><p>دومی</p></aside></li></ul>`)
	notes := Notes(body)
	if len(notes) != 2 || notes[0].Text != "راز\nدبیر\nپنهان" || notes[1].Text != "دومی" || notes[0].Key == notes[1].Key {
		t.Fatalf("notes %q", notes)
	}
	rest := WithoutNote(body, notes[1].Key)
	if strings.Contains(string(rest), "دومی") || !strings.Contains(string(rest), "راز") || strings.Contains(string(rest), "<li></li>") || Plain(rest) != Plain(body) {
		t.Errorf("without the second: %s", rest)
	}
	if rest != Sanitize(string(rest)) {
		t.Errorf("not canonical: %s", rest)
	}
	if got := WithoutNote(body, "x"); got != body {
		t.Errorf("an unknown key changed the body: %s", got)
	}
	if got := Notes(WithoutNote(rest, notes[0].Key)); got != nil {
		t.Errorf("left: %q", got)
	}
}

// TestNotesTooDeepAreDropped: elsewhere what stands too deep is unwrapped, but a note's words are not for readers.
func TestNotesTooDeepAreDropped(t *testing.T) {
	for depth := range 14 {
		source := strings.Repeat("<blockquote>", depth) + "<p>متن</p><aside class=desk-note>راز</aside>"
		if got := WithoutNotes(Sanitize(source)); strings.Contains(string(got), "راز") || Plain(got) != "متن" {
			t.Errorf("%d deep: %s", depth, got)
		}
	}
}
