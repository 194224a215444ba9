package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
)

func tagAddress(name string) string { return "/tag/" + url.PathEscape(name) }

// topicPath is the page of a tag in the newsroom.
func (n *newsroomUnderTest) topicPath(t *testing.T, name string) string {
	t.Helper()
	tag, err := n.store.FindTag(t.Context(), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return "/newsroom/topics/" + news.Code(tag.ID).String()
}

// saved sends a form of a tag's page, with some fields changed.
func (b *browser) saved(t *testing.T, path, selector string, want int, fields ...string) answer {
	t.Helper()
	action, values := form(t, b.get(path).page(t), selector)
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	got := b.post(action, values)
	if got.StatusCode != want {
		t.Fatalf("%s %q: %d, want %d: %s", action, fields, got.StatusCode, want, got.page(t).Find(".wrong, .fault").Text())
	}
	return got
}

// The forms of a tag's page.
const (
	ofTopic = "form.stack[data-guard]"
	ofNames = "form[action$='/names']"
	ofMerge = "form[method=post][action$='/merge']"
	ofSplit = "form[action$='/separate']"
)

// TestTagsAreRenamedAndMerged: after a renaming and a merge readers find the articles under the new name everywhere within a second, the old
// addresses of pages and feeds lead there for good, and separating the name brings back what was.
func TestTagsAreRenamedAndMerged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		code := n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "دیدار تیم‌ها", Body: "<p>متن</p>", Tags: []string{"پرسپولیس تهران"}}}, "")
		n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "بازی دوم", Body: "<p>متن</p>", Tags: []string{"باشگاه سرخ"}}}, "")
		// A draft that names the tag stands in the newsroom's index alone.
		if _, err := n.editorial.Save(t.Context(), chief, editorial.Save{Content: news.Content{Kind: news.KindNews, Lang: "fa", Headline: "پیش‌نویس", Tags: []string{"باشگاه سرخ"}}}); err != nil {
			t.Fatal(err)
		}
		editor, reader := n.signIn(t, "sardabir", news.ChiefEditor), n.browser(t)
		n.indexed(t)
		topic := n.topicPath(t, "پرسپولیس تهران")
		moved := func(from, to string) {
			t.Helper()
			for _, end := range []string{"", "/rss.xml"} {
				if got := reader.get(tagAddress(from) + end); got.StatusCode != http.StatusMovedPermanently || got.Header.Get("Location") != tagAddress(to)+end {
					t.Errorf("%s%s leads to %d %s", from, end, got.StatusCode, got.Header.Get("Location"))
				}
			}
		}
		finds := func(word, headline string) {
			t.Helper()
			begun := time.Now()
			waitFor(t, "search for "+word, func() bool { return strings.Contains(reader.get(searchAddress(word)).body, headline) })
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("search knew %s after %v", word, took)
			}
		}
		reader.get(tagAddress("پرسپولیس")) // an answer that is kept
		reader.article(code)
		editor.saved(t, topic, ofTopic, http.StatusSeeOther, "name", "پرسپولیس", "slug", "", "kind", "organisation", "text", "باشگاهی در تهران")
		if got := reader.get(tagAddress("پرسپولیس")); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "باشگاهی در تهران") {
			t.Errorf("the new address: %d", got.StatusCode)
		}
		moved("پرسپولیس-تهران", "پرسپولیس")
		tag := reader.article(code).page(t).Find(".tags a")
		if to, _ := tag.Attr("href"); tag.Text() != "پرسپولیس" || to != tagAddress("پرسپولیس") && to != "/tag/پرسپولیس" {
			t.Errorf("the article shows the tag %q at %s", tag.Text(), to)
		}
		if got := reader.get("/sitemap/topics.xml"); !strings.Contains(got.body, tagAddress("پرسپولیس")+"<") {
			t.Error("the sitemap has the old address")
		}

		editor.saved(t, topic, ofNames, http.StatusSeeOther, "other", "پیروزی")
		lost := n.topicPath(t, "باشگاه سرخ")
		ask := lost + "/merge?into=" + url.QueryEscape("پيروزی")
		if got := editor.get(ask); !strings.Contains(got.body, "یک خبر از «باشگاه سرخ» به «پرسپولیس» می‌رود") {
			t.Errorf("the question does not say how many move: %s", got.page(t).Find("main").Text())
		}
		editor.saved(t, ask, ofMerge, http.StatusSeeOther)
		moved("باشگاه-سرخ", "پرسپولیس")
		if faults, err := n.verifyIndexes(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("after the merge: %v, %v", faults, err)
		}
		finds("پرسپولیس", "بازی دوم")
		if got := reader.get(tagAddress("پرسپولیس")); !strings.Contains(got.body, "بازی دوم") {
			t.Error("the merged tag lacks an article")
		}
		if got := editor.get(lost); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != topic {
			t.Errorf("the page of the merged tag: %d %s", got.StatusCode, got.Header.Get("Location"))
		}
		audit := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(editor.get("/newsroom/audit").body) // names are isolated: they may run either way
		for _, said := range []string{"برچسبی را در برچسب دیگر ادغام کرد", "«باشگاه سرخ» ← «پرسپولیس»", "«پرسپولیس تهران» ← «پرسپولیس»"} {
			if !strings.Contains(audit, said) {
				t.Errorf("the audit does not say %s", said)
			}
		}

		editor.saved(t, topic, ofSplit+":has(button[aria-label*='باشگاه سرخ'])", http.StatusSeeOther)
		if got := reader.get(tagAddress("باشگاه-سرخ")); got.StatusCode != http.StatusOK || !strings.Contains(got.body, "بازی دوم") {
			t.Errorf("the separated tag: %d", got.StatusCode)
		}
		finds("باشگاه سرخ", "بازی دوم")
		if faults, err := n.store.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("%v, %v", faults, err)
		}
		if faults, err := n.verifyIndexes(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("%v, %v", faults, err)
		}
	})
}

// TestTagFormsRefuse: what cannot be stored comes back at its field with what was typed.
func TestTagFormsRefuse(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		n.imports(t, news.Article{PublishedAt: n.now(), Content: news.Content{Headline: "خبر", Body: "<p>متن</p>", Tags: []string{"آب", "هوا", "خاک"}}}, "")
		editor := n.signIn(t, "sardabir", news.ChiefEditor)
		water, air := n.topicPath(t, "آب"), n.topicPath(t, "هوا")
		long := strings.Repeat("ن", 10_000)
		for _, c := range []struct{ selector, field, typed string }{
			{ofTopic, "name", "هوا"}, {ofTopic, "name", ""}, {ofTopic, "name", "!!"}, {ofTopic, "name", long}, {ofTopic, "slug", "هوا"}, {ofTopic, "slug", "!!!"}, {ofTopic, "slug", long},
			{ofTopic, "text", long}, {ofTopic, "picture", "۹۹"}, {ofNames, "other", "هوا"}, {ofNames, "other", "آب"}, {ofNames, "other", long}, {ofNames, "other", "؟"},
		} {
			kind := []string{c.field, c.typed}
			if c.field == "text" || c.field == "picture" {
				kind = append(kind, "kind", "place")
			}
			doc := editor.saved(t, water, c.selector, http.StatusUnprocessableEntity, kind...).page(t)
			at := doc.Find(`[name="` + c.field + `"][aria-invalid]`)
			typed, _ := at.Attr("value")
			if at.Length() != 1 || strings.TrimSpace(typed+at.Text()) != c.typed {
				t.Errorf("%s %.20q: %d fields say it is wrong, and it stands there as %.20q", c.field, c.typed, at.Length(), typed+at.Text())
			}
		}
		for _, into := range []string{"آب", "چیزی که نیست", "", long} {
			if got := editor.get(water + "/merge?into=" + url.QueryEscape(into)); got.StatusCode != http.StatusUnprocessableEntity || got.page(t).Find("[name=into][aria-invalid]").Length() != 1 {
				t.Errorf("merged into %.20q: %d", into, got.StatusCode)
			}
		}
		// Two editors: the second one's form began before the first one's change, and the second merge after the first.
		action, late := form(t, editor.get(water).page(t), ofTopic)
		_, lateMerge := form(t, editor.get(water+"/merge?into="+url.QueryEscape("هوا")).page(t), ofMerge)
		editor.saved(t, water, ofTopic, http.StatusSeeOther, "name", "آب شیرین")
		late.Set("name", "آب شور")
		got := editor.post(action, late)
		if typed, _ := got.page(t).Find("[name=name]").Attr("value"); got.StatusCode != http.StatusConflict || typed != "آب شور" || !strings.Contains(got.body, "آب شیرین") {
			t.Errorf("the later of two editors: %d, %q", got.StatusCode, typed)
		}
		if got := editor.post(water+"/merge", lateMerge); got.StatusCode != http.StatusConflict || got.page(t).Find(ofMerge).Length() != 1 {
			t.Errorf("a merge of what has changed: %d", got.StatusCode)
		}
		_, second := form(t, editor.get(water+"/merge?into="+url.QueryEscape("خاک")).page(t), ofMerge)
		editor.saved(t, water+"/merge?into="+url.QueryEscape("هوا"), ofMerge, http.StatusSeeOther)
		if got := editor.post(water+"/merge", second); got.StatusCode != http.StatusConflict || !strings.Contains(got.body, "ادغام شده است") {
			t.Errorf("a merge of a merged one: %d", got.StatusCode)
		}
		if got := editor.post(air+"/separate", url.Values{"name": {"1"}}); got.StatusCode == http.StatusInternalServerError {
			t.Errorf("separating what is no other name: %d", got.StatusCode)
		}
		for _, path := range []string{"/newsroom/topics/999", "/newsroom/topics/0", "/newsroom/topics/x", "/newsroom/topics/999/merge?into=x"} {
			if got := editor.get(path); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.StatusCode)
			}
		}
	})
}

// TestVerifyComparesTheIndexes: what the indexes lack, hold too much or hold in another version is told, by a process that serves and by one
// that does not, and an index that has not caught up yet is no fault.
func TestVerifyComparesTheIndexes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, n *newsroomUnderTest) {
		one, two := n.written(t, "خبر یکم", "<p>متن یکم</p>"), n.written(t, "خبر دوم", "<p>متن دوم</p>")
		ctx := t.Context()
		keys := func() (all []string) {
			t.Helper()
			faults, err := n.verifyIndexes(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range faults {
				all = append(all, f.Key)
				if len(f.Args) != 2 || f.Args[0] != 1 {
					t.Errorf("%s tells %v", f.Key, f.Args)
				}
			}
			return all
		}
		if got := keys(); len(got) != 0 {
			t.Fatalf("whole indexes: %v", got)
		}
		for want, damage := range map[string]string{
			"old":   `UPDATE revision SET body = '<p>متنی که نمایه نمی‌شناسد</p>' WHERE article_code = ` + one.Code.String(),
			"extra": `UPDATE article SET state = 'withdrawn', trashed_at = 1 WHERE code = ` + two.Code.String(),
		} {
			if err := execute(n, damage); err != nil {
				t.Fatal(err)
			}
			got := keys()
			if !slices.Contains(got, "verify.public_index_"+want) || !slices.Contains(got, "verify.desk_index_"+want) {
				t.Errorf("%s: %v", want, got)
			}
		}
	})
	data := t.TempDir()
	with := func(args ...string) []string { return append(args, "--data", data) }
	if output, err := command(with("import", "jsonl", archive(t, 20))...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	s := startProcess(t, with("serve")...)
	waitFor(t, "the index", func() bool {
		_, page := fetch(t, s.url+searchAddress("تیتر"))
		return !strings.Contains(page, `class="notice"`)
	})
	verify := func(want string) {
		t.Helper()
		if output, err := command(with("verify")...).CombinedOutput(); !strings.Contains(string(output), want) {
			t.Errorf("verify says %s, %v; want %q", output, err, want)
		}
	}
	verify("the search indexes hold what they should")
	if err := s.end(t); err != nil {
		t.Fatal(err)
	}
	verify("the search indexes hold what they should")
	files, err := filepath.Glob(filepath.Join(data, "search", "public-*", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if err := os.Truncate(file, 0); err != nil {
			t.Fatal(err)
		}
	}
	verify("readers’ search index is damaged")
}
