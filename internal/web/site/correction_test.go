package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/dabir-newsroom/dabir/internal/i18n"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// corrected is the sample with an article that was put right twice.
func corrected() *memory {
	m := newSample()
	at := sampleNow.Add(-30 * time.Minute)
	for i, c := range []news.Correction{
		{Kind: news.Amendment, Text: `تالار ۶۰ صندلی دارد </script><b>`, Changed: "۸۰ به ۶۰"},
		{Kind: news.Denial, Text: "چنین چیزی گفته نشده است."},
	} {
		c.ID, c.Article, c.At = int64(i+1), 12, at.Add(time.Duration(i)*time.Minute)
		m.wrong = append([]news.PublicCorrection{{Correction: c, Headline: m.articles[0].Headline, Path: m.articles[0].Path()}}, m.wrong...)
		m.articles[0].ModifiedAt = c.At
	}
	return m
}

func TestCorrectionsStandAtTheArticle(t *testing.T) {
	m := corrected()
	h := m.handler(t, i18n.FA)
	body := get(t, h, articlePath).Body.String()
	inOrder(t, body, `<meta property="article:modified_time" content="2025-11-25T11:31:00&#43;03:30">`, `"dateModified":"2025-11-25T11:31:00+03:30"`, `"correction":[{"@type":"CorrectionComment","@id":"https://haftrud.example/news/12#correction-1"`,
		`"datePublished":"2025-11-25T11:30:00+03:30"`, "به‌روزرسانی:", "۱۱:۳۱ ۰۴ آذر ۱۴۰۴", "عکس: کیوان مرادپور",
		`id="correction-1"`, "<b>اصلاح</b>", "۱۱:۳۰ ۰۴ آذر ۱۴۰۴", "تالار ۶۰ صندلی دارد &lt;/script&gt;&lt;b&gt;", "آنچه در خبر تغییر کرد: ۸۰ به ۶۰",
		`id="correction-2"`, "<b>تکذیب</b>", "<p>به گزارش خبرگزاری هفت‌رود")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Correction []struct{ Text string }
	}
	if err := json.Unmarshal([]byte(doc.Find(`script[type="application/ld+json"]`).Text()), &data); err != nil || len(data.Correction) != 2 ||
		data.Correction[0].Text != "تالار ۶۰ صندلی دارد </script><b>\n۸۰ به ۶۰" {
		t.Errorf("JSON-LD %+v, %v", data, err)
	}
	inOrder(t, get(t, h, "/print/12").Body.String(), "اصلاح", "تالار ۶۰ صندلی دارد", "تکذیب", "به گزارش")
	if other := get(t, h, "/news/13/%D8%AE%D8%A8%D8%B1-13").Body.String(); strings.Contains(other, `class="amend"`) || strings.Contains(other, `"correction"`) {
		t.Error("an article without corrections shows some")
	}
	inOrder(t, get(t, newSample().handler(t, i18n.EN), "/corrections").Body.String(), "<h1>Corrections</h1>", "No correction has been published so far.")
}

func TestCorrectionsAreInTheFeed(t *testing.T) {
	body := get(t, corrected().handler(t, i18n.FA), "/rss.xml").Body.String()
	inOrder(t, body, "<guid isPermaLink=\"true\">https://haftrud.example/news/12</guid>", "<atom:updated>2025-11-25T08:01:00Z</atom:updated>",
		"<description>از شنبه، تالار مطالعه", "اصلاح: تالار ۶۰ صندلی دارد &lt;/script&gt;&lt;b&gt;", "تکذیب: چنین چیزی گفته نشده است.</description>", "https://haftrud.example/news/13")
	if strings.Count(body, "atom:updated") != 2 {
		t.Error("an article that was never changed has a time of its change")
	}
}

func TestArchiveOfCorrectionsPages(t *testing.T) {
	m := corrected()
	one := m.wrong[0]
	for i := range 40 {
		one.ID, one.Text = int64(100+i), fmt.Sprintf("شمارهٔ %d.", i)
		m.wrong = append(m.wrong, one)
	}
	h := m.handler(t, i18n.FA)
	first := get(t, h, "/corrections").Body.String()
	inOrder(t, first, `rel="canonical" href="https://haftrud.example/corrections"`, "<h1>اصلاحیه‌ها</h1>", "<b>تکذیب</b>", "/news/12/", "#correction-2", "<b>اصلاح</b>",
		"#correction-1", "شمارهٔ 0.", "شمارهٔ 27.", `rel="next"`, `<a href="/corrections">اصلاحیه‌ها</a>`)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	older, _ := doc.Find(`.turn a[rel=next]`).Attr("href")
	second := get(t, h, older).Body.String()
	inOrder(t, second, "شمارهٔ 28.", "شمارهٔ 39.")
	if strings.Contains(second, "شمارهٔ 27.") || strings.Contains(second, `rel="next"`) {
		t.Error("the second page repeats the first, or goes on")
	}
	for _, after := range []string{"x", "1", "1.2.3", "%00", "zzzzzzzzzzzzzzzzzzzzzz.1"} {
		if w := get(t, h, "/corrections?after="+after); w.Code != http.StatusNotFound {
			t.Errorf("after=%s answers %d", after, w.Code)
		}
	}
}

func TestPreviewIsMarkedAndBare(t *testing.T) {
	m := newSample()
	m.articles[0].Body = `<p>متن.</p>
<figure><img src="/media/7/800.jpg" alt=""></figure>
<p>https://example.ir/media/7/800.jpg</p>`
	h := m.handler(t, i18n.FA)
	w := get(t, h, "/preview/good")
	body := w.Body.String()
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(w.Header().Get("X-Robots-Tag"), "noindex") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	inOrder(t, body, `name="robots" content="noindex, nofollow"`, "پیش‌نمایش، منتشر نشده", "<h1", "کتابخانهٔ میدان کاوه", `src="/preview/good/media/3/640.jpg"`,
		`src="/preview/good/media/7/800.jpg"`, "https://example.ir/media/7/800.jpg", "انتهای پیام/۱۲۳", "کتابخانه")
	for _, never := range []string{`rel="canonical"`, "ld+json", "og:title", "<form", "نظرات کاربران", "پربازدیدترین", `"/media/`, m.articles[1].Headline, `href="/tag/`} {
		if strings.Contains(body, never) {
			t.Errorf("the preview has %s", never)
		}
	}
	if m.views != 0 {
		t.Error("a preview counts as a view")
	}
	if file := get(t, h, "/preview/good/media/3/480.jpg"); file.Code != http.StatusOK || file.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("its picture: %d %v", file.Code, file.Header())
	}
	for _, path := range []string{"/preview/bad", "/preview/", "/preview/bad/media/3/480.jpg", "/preview/good/media/x/480.jpg", "/preview/good/media/3/481.jpg", "/preview/good/media/99/480.jpg"} {
		if w := get(t, h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}
