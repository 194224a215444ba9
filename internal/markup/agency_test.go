package markup

import "testing"

func TestTakeAttribution(t *testing.T) {
	tests := []struct{ name, html, source, rest string }{
		{"plain", "<p>به گزارش باشگاه خبرنگاران جوان، سعید گفت.</p>", "باشگاه خبرنگاران جوان", "<p>سعید گفت.</p>"},
		{"in a link", `<p style="x">به گزارش <a href="https://example.org">خبرنگار مهر</a>، <b>کتاب</b> منتشر شد.</p>`, "خبرنگار مهر", "<p><strong>کتاب</strong> منتشر شد.</p>"},
		{"the comma in the link", `<p>به گزارش <a href="https://example.org"><b>ایسنا،</b></a> متن</p>`, "ایسنا", "<p>متن</p>"},
		{"a second source", "<p>به گزارش ایسنا و به نقل از روابط عمومی فیلم، بازیگران آمدند.</p>", "ایسنا", "<p>به نقل از روابط عمومی فیلم، بازیگران آمدند.</p>"},
		{"a second source without «و»", "<p>به گزارش خبرگزاری مهر به نقل از رویترز، نفت ارزان شد.</p>", "خبرگزاری مهر", "<p>به نقل از رویترز، نفت ارزان شد.</p>"},
		{"a ground", "<p>به گزارش ایسنا بر اساس خبر رسیده، نمایش لغو شد.</p>", "ایسنا", "<p>بر اساس خبر رسیده، نمایش لغو شد.</p>"},
		{"with a place", "<p>به گزارش خبرگزاری نمونه از قم، هوا سرد شد.</p>", "خبرگزاری نمونه از قم", "<p>هوا سرد شد.</p>"},
		{"between dashes", "<p>به گزارش خبرگزاری اهل بیت(ع) ـ ابنا ـ رئیس قوه قضاییه، گفت.</p>", "خبرگزاری اهل بیت(ع) ـ ابنا", "<p>رئیس قوه قضاییه، گفت.</p>"},
		{"in quotation marks", `<p>به گزارش"ورزش نو" و به نقل از مارکا، بازی لغو شد.</p>`, "ورزش نو", "<p>به نقل از مارکا، بازی لغو شد.</p>"},
		{"a space before the comma", "<p>به گزارش ایسنا ، متن.</p>", "ایسنا", "<p>متن.</p>"},
		{"a semicolon", "<p>به گزارش خبرگزاری برنا؛ نشست برگزار شد.</p>", "خبرگزاری برنا", "<p>نشست برگزار شد.</p>"},
		{"alone in its paragraph", "<p>به گزارش ایسنا،</p><p>متن.</p>", "ایسنا", "<p>متن.</p>"},
		{"behind a picture and a heading", `<figure><img src="/media/1.jpg"></figure><h2>تیتر</h2><p>به گزارش ایسنا، متن.</p>`, "ایسنا",
			"<figure><img src=\"/media/1.jpg\" alt=\"\"></figure>\n<h2>تیتر</h2>\n<p>متن.</p>"},
		{"only the first paragraph", "<p>متن.</p><p>به گزارش ایسنا، متن.</p>", "", "<p>متن.</p>\n<p>به گزارش ایسنا، متن.</p>"},
		{"nothing named", "<p>به گزارش، تاریخ آینه است.</p>", "", "<p>به گزارش، تاریخ آینه است.</p>"},
		{"reports, not a source", "<p>به گزارش\u200cهای رسیده، باران آمد.</p>", "", "<p>به گزارش\u200cهای رسیده، باران آمد.</p>"},
		{"no mark behind the name", "<p>به گزارش ایسنا این نشست با حضور مدیران برگزار شد، خبر رسید.</p>", "", "<p>به گزارش ایسنا این نشست با حضور مدیران برگزار شد، خبر رسید.</p>"},
		{"a sentence ends before the comma", "<p>به گزارش ما باران آمد. سپس، هوا خوب شد.</p>", "", "<p>به گزارش ما باران آمد. سپس، هوا خوب شد.</p>"},
		{"words behind the quotation", `<p>به گزارش "ورزش نو" پرسپولیس برد، استقلال باخت.</p>`, "", `<p>به گزارش "ورزش نو" پرسپولیس برد، استقلال باخت.</p>`},
		{"empty", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source, rest := TakeAttribution(Sanitize(tt.html))
			if source != tt.source || string(rest) != tt.rest {
				t.Fatalf("got  %q, %q\nwant %q, %q", source, rest, tt.source, tt.rest)
			}
			checkBody(t, tt.html, rest)
			if source == "" {
				return
			}
			with := WithAttribution(rest, source)
			if again := WithAttribution(with, source); again != with {
				t.Errorf("doubled: %q", again)
			}
			if s, r := TakeAttribution(with); s != source || r != rest {
				t.Errorf("from %q came %q and %q", with, s, r)
			}
			checkBody(t, tt.html, with)
		})
	}
}

func TestWithAttribution(t *testing.T) {
	tests := []struct{ name, html, source, want string }{
		{"to the letter", "<p><b>سعید</b> گفت.</p><p>دو</p>", "باشگاه خبرنگاران جوان", "<p>به گزارش باشگاه خبرنگاران جوان، <strong>سعید</strong> گفت.</p>\n<p>دو</p>"},
		{"there already", "<p>به گزارش ایسنا و به نقل از مهر، متن.</p>", "ایسنا", "<p>به گزارش ایسنا و به نقل از مهر، متن.</p>"},
		{"there in a form that is not recognised", "<p>به گزارش دفتر این وزارت، متن.</p>", "دفتر این وزارت", "<p>به گزارش دفتر این وزارت، متن.</p>"},
		{"from another source", "<p>به گزارش مهر، متن.</p>", "ایسنا", "<p>به گزارش ایسنا، به گزارش مهر، متن.</p>"},
		{"a Latin paragraph", "<p>NATO said so.</p>", "ایسنا", "<p>به گزارش ایسنا، NATO said so.</p>"},
		{"a source with marks", "<p>متن.</p>", " <b>&  نو ", "<p>به گزارش &lt;b&gt;&amp; نو، متن.</p>"},
		{"no source", "<p>متن.</p>", " ", "<p>متن.</p>"},
		{"no paragraph", `<figure><img src="/media/1.jpg" alt=""></figure>`, "ایسنا", `<figure><img src="/media/1.jpg" alt=""></figure>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := WithAttribution(Sanitize(tt.html), tt.source)
			if string(got) != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			checkBody(t, tt.html, got)
		})
	}
	if got := Attribution("ایسنا"); got != "به گزارش ایسنا،" {
		t.Errorf("Attribution: %q", got)
	}
}

func TestTakeEndMark(t *testing.T) {
	const text = "<p>متن خبر است.</p>"
	tests := []struct {
		name, html, code string
		found            bool
		rest             string
	}{
		{"with a slash", text + "<p>انتهای پیام/</p>", "", true, text},
		{"without a slash", text + "<p><b>انتهای پیام</b></p><p>&nbsp;</p>", "", true, text},
		{"a code", text + "<p>انتهای پیام/ 1234</p>", "1234", true, text},
		{"a code in Persian digits", text + "<p>پایان پیام/۵۶۷</p>", "۵۶۷", true, text},
		{"a slash behind the code", text + "<p>انتهای پیام/4107/4040/</p>", "4107/4040", true, text},
		{"initials", text + "<p>انتهای پیام /م.ق/</p>", "م.ق", true, text},
		{"with a half-space", text + "<p>انتهای\u200cپیام/ی</p>", "ی", true, text},
		{"codes in paragraphs behind it", text + "<p>انتهای پیام/</p><p>169 /</p><p>336</p>", "169/336", true, text},
		{"one code twice", text + "<p>انتهای پیام/</p><p>20 /</p><p>20</p>", "20", true, text},
		{"typed twice", text + "<p>انتهای پیام</p><p>انتهای پیام/</p>", "", true, text},
		{"a rule before it", text + "<hr><p>انتهای پیام/</p>", "", true, text},
		{"behind the last sentence", "<p>متن خبر است. انتهای پیام/ ۱۲</p>", "۱۲", true, text},
		{"in the last line", "<p>متن خبر است.<br>انتهای پیام</p>", "", true, text},
		{"behind a word, with a slash", "<p>متن خبر است انتهای پیام/</p>", "", true, "<p>متن خبر است</p>"},
		{"behind a word", "<p>متن خبر است انتهای پیام</p>", "", true, "<p>متن خبر است</p>"},
		{"nothing else", "<p>انتهای پیام/</p>", "", true, ""},
		{"a sentence about it", "<p>نشانی در انتهای پیام</p>", "", false, "<p>نشانی در انتهای پیام</p>"},
		{"an advertisement's end", text + "<p>انتهای رپرتاژ آگهی</p>", "", false, text + "\n<p>انتهای رپرتاژ آگهی</p>"},
		{"not the last", "<p>انتهای پیام/</p>" + text, "", false, "<p>انتهای پیام/</p>\n" + text},
		{"a number is no mark", text + "<p>1234</p>", "", false, text + "\n<p>1234</p>"},
		{"in a quote", text + "<blockquote><p>انتهای پیام</p></blockquote>", "", false, text + "\n<blockquote><p>انتهای پیام</p></blockquote>"},
		{"empty", "", "", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, found, rest := TakeEndMark(Sanitize(tt.html))
			if code != tt.code || found != tt.found || string(rest) != tt.rest {
				t.Errorf("got  %q %v %q\nwant %q %v %q", code, found, rest, tt.code, tt.found, tt.rest)
			}
			checkBody(t, tt.html, rest)
		})
	}
}
