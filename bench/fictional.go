package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"
)

// The words of the fictional articles. They make sentences of the right lengths and letters, not of sense.
const fictionalWords = `شهر خیابان مدرسه کتابخانه باغ رودخانه پل بازار ایستگاه قطار کارگاه زمین باران برف آفتاب سال ماه هفته روز مردم
همسایه کودک معلم پزشک کارگر مهندس نویسنده شاعر نان آب برق راه خانه پنجره درخت میوه گندم زعفران پسته چای تازه بزرگ کوچک قدیمی زیبا روشن
می‌شود می‌گوید می‌سازد می‌رسد شده است خواهد شد از در به با برای درباره میان پیش پس بیشتر کمتر همه هیچ هنوز دیگر امسال پارسال دیروز فردا
برنامه‌ریزی گفت‌وگو پژوهش آزمایش نمایشگاه جشنواره مسابقه گزارش خبر تصویر عدد درصد هزار میلیون نخست دوم سوم تصمیم پیشنهاد بودجه قرارداد طرح`

// fictionalSections are the sections of the fictional articles; "" is one without.
const fictionalSections = `جامعه,اقتصاد,فرهنگ,ورزش,علم,شهر,,جهان`

// writeFictional writes n articles, of the lengths that news have: some 3 kB each. The same n gives the same file.
func writeFictional(path string, n int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	encoder := json.NewEncoder(out)
	made := fictionist{rand.New(rand.NewPCG(1, uint64(n))), strings.Fields(fictionalWords), strings.Split(fictionalSections, ",")}
	for i := range n {
		if err := encoder.Encode(made.article(i)); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}

type fictionist struct {
	random   *rand.Rand
	words    []string
	sections []string
}

func (f fictionist) article(i int) map[string]any {
	paragraphs := make([]string, 3+f.random.IntN(8))
	for p := range paragraphs {
		paragraphs[p] = f.sentence(20+f.random.IntN(25)) + " " + f.sentence(15+f.random.IntN(20))
	}
	a := map[string]any{
		"id": fmt.Sprintf("fictional-%d", i), "title": strings.TrimSuffix(f.sentence(7), "."), "body": strings.Join(paragraphs, "\n"),
		"section": f.sections[i%len(f.sections)], "tags": []string{f.word(), f.word(), f.word()},
	}
	if i%3 > 0 {
		a["lead"] = f.sentence(18)
		a["date"] = time.Date(2020, 1, 1, 0, 7*i, 0, 0, time.UTC).Format(time.RFC3339)
	}
	return a
}

func (f fictionist) word() string { return f.words[f.random.IntN(len(f.words))] }

func (f fictionist) sentence(words int) string {
	all := make([]string, words)
	for i := range all {
		all[i] = f.word()
	}
	return strings.Join(all, " ") + "."
}
