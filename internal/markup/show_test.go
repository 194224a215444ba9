package markup

import (
	"fmt"
	"testing"
)

func TestFillPicturesAndCards(t *testing.T) {
	film := FillPlayers(Sanitize(`<video src="/media/5/file.mp4"></video><audio src="/media/6/file.mp3"></audio>`), func(src string) string {
		return map[string]string{"/media/5/file.mp4": "2:05 < 9"}[src]
	})
	if want := `<figure><video controls preload="none" src="/media/5/file.mp4"></video><p class="size">2:05 &lt; 9</p></figure>
<figure><audio controls preload="none" src="/media/6/file.mp3"></audio></figure>`; string(film) != want {
		t.Errorf("got\n%s\nwant\n%s", film, want)
	}
	body := Sanitize(`<p>الف<img src="/media/3/960.jpg" width="960" height="500" alt="&quot;b&quot;"></p><img src="/media/4/640.jpg"><img src="https://e.org/x.jpg">` +
		`<iframe src="https://a.example/v/1?x=1&y=2"></iframe><figure class="embed"><a href="https://b.example/">ب</a><figcaption>ج</figcaption></figure>`)
	pictures := FillPictures(body, func(src string, width int) string { return fmt.Sprintf(` data-x="%s %d"`, src, width) })
	cards := FillCards(pictures, func(n int, address string) (string, bool) {
		return fmt.Sprintf("<b>%d</b>", n), address == "https://a.example/v/1?x=1&y=2"
	})
	want := `<p>الف</p>
<figure><img src="/media/3/960.jpg" alt="&#34;b&#34;" width="960" height="500" data-x="/media/3/960.jpg 960"></figure>
<figure><img src="/media/4/640.jpg" alt="" data-x="/media/4/640.jpg 0"></figure>
<figure><a href="https://e.org/x.jpg" rel="nofollow noopener">تصویر</a></figure>
<figure class="embed plays" id="embed-1"><b>1</b></figure>
<figure class="embed"><a href="https://b.example/" rel="nofollow noopener">b.example</a><figcaption>ب<br>ج</figcaption></figure>`
	if string(cards) != want {
		t.Errorf("got\n%s\nwant\n%s", cards, want)
	}
}

func TestPlaysKnowsWhatNeedsAPlayer(t *testing.T) {
	for body, want := range map[HTML]bool{
		`<p>video و audio</p><figure><img src="/media/1/960.jpg" alt=""></figure>`:                               false,
		`<figure><video controls preload="none" src="/media/2/film.mp4"></video></figure>`:                       true,
		`<figure><audio controls preload="none" src="/media/3/voice.mp3"></audio></figure>`:                      true,
		`<figure class="embed"><a href="https://aparat.com/v/a" rel="nofollow noopener">aparat.com</a></figure>`: true,
		`<figure class="embed plays" id="embed-1"></figure>`:                                                     true,
	} {
		if got := Plays(body); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}
