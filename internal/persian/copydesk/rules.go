package copydesk

// Rule is the name of a rule; "copydesk." + Rule is its reason in the catalogs of internal/i18n.
type Rule string

// The rules. [Rules] says what each is for.
const (
	Letters             Rule = "letters"
	Heh                 Rule = "heh"
	TehMarbuta          Rule = "teh_marbuta"
	Tatweel             Rule = "tatweel"
	HalfSpaceVerb       Rule = "half_space_verb"
	HalfSpacePlural     Rule = "half_space_plural"
	HalfSpaceComparison Rule = "half_space_comparison"
	HalfSpaceEnding     Rule = "half_space_ending"
	HalfSpaceCompound   Rule = "half_space_compound"
	HalfSpaceStray      Rule = "half_space_stray"
	Digits              Rule = "digits"
	NumberSpace         Rule = "number_space"
	Quotes              Rule = "quotes"
	LatinMarks          Rule = "latin_marks"
	Ellipsis            Rule = "ellipsis"
	MarkSpace           Rule = "mark_space"
	BracketSpace        Rule = "bracket_space"
	DoubleSpace         Rule = "double_space"
	RepeatedWord        Rule = "repeated_word"
	Date                Rule = "date"
	HouseTermRule       Rule = "house_term"
	LedeMissing         Rule = "lede_missing"
	HeadlineStop        Rule = "headline_stop"
	HeadlineLong        Rule = "headline_long"
)

// RuleInfo is one row of the table of rules.
type RuleInfo struct {
	Rule          Rule
	Before, After string // an example; equal when the rule only points
	Safe          bool   // whether findings of this rule can be safe; a single finding may still be unsure of itself
	Reason        string // for the console, in English
	Style         string // whose style it is and where others differ
}

// Rules returns the table of rules in the order of docs/copydesk.md, which is compared with it by a test.
func Rules() []RuleInfo {
	return []RuleInfo{
		{Letters, "كتاب علي", "کتاب علی", true, "a letter of another keyboard or of a printed form",
			"All agree: ی and ک. Also ى ے ڪ ٱ and presentation forms."},
		{Heh, "بچہ، خانۀ ما", "بچه، خانهٔ ما", true, "a heh of another language",
			"ه everywhere; ۀ and هء become هٔ, the spelling that Virastar writes, so that one thing has one form."},
		{TehMarbuta, "سورة", "سوره", false, "an Arabic teh",
			"Only pointed at: in Arabic phrases it is right. Virastar keeps it too unless told."},
		{Tatweel, "ســلام", "سلام", true, "letters stretched by tatweel", "Hazm and Virastar agree."},
		{HalfSpaceVerb, "می رود، نمیدانم", "می‌رود، نمی‌دانم", true, "می and نمی take a half-space",
			"All agree on می رود. Glued forms as Hazm, but only before a real form of a verb; «ماه می» stays."},
		{HalfSpacePlural, "کتاب ها، فرصتهای، آنها", "کتاب‌ها، فرصت‌های، آن‌ها", true, "the plural ها takes a half-space",
			"Separate ها, one of the two forms that the Academy allows, also in آن‌ها and این‌ها. After ا د ذ ر ز ژ و, which join to nothing, کارها is written without one, as Virastar and the lexicon have it."},
		{HalfSpaceComparison, "بزرگ تر، بزرگترین", "بزرگ‌تر، بزرگ‌ترین", true, "تر and ترین take a half-space",
			"The Academy: separate but in بهتر، بیشتر، کمتر، مهتر، کهتر. After letters that join to nothing, زیباتر, as Virastar."},
		{HalfSpaceEnding, "خانه ای، رفته اند، خانه ی ما", "خانه‌ای، رفته‌اند، خانه‌ی ما", true, "this ending takes a half-space",
			"Where the lexicon gives the word the ending. «خانه ی» becomes «خانه‌ی»; Virastar makes it «خانهٔ», which takes a letter away."},
		{HalfSpaceCompound, "بینالمللی", "بین‌المللی", true, "the parts of this word are joined by a half-space",
			"Safe for glued words that the lexicon knows only with a half-space. Two words with a space between them are only pointed at."},
		{HalfSpaceStray, "کتاب‌‌ها", "کتاب‌ها", true, "a half-space too many, or something else in its place", "Hazm and Virastar agree."},
		{Digits, "ساعت 18، 12%", "ساعت ۱۸، ۱۲٪", true, "digits are Persian in Persian text",
			"Not beside a Latin word (Windows 10, IBM-96 085 B), where Virastar changes them. Grouping becomes ٬, a decimal point between two digits stays, since ۴.۷ may be a version."},
		{NumberSpace, "۹کیلومتر", "۹ کیلومتر", true, "space between a number and a word",
			"Hazm, before a word of the lexicon. Behind a word (کووید۱۹) it is only pointed at; endings of numbers (۵گانه، ۲۰ساله) may stick."},
		{Quotes, `"سلام"`, "«سلام»", true, "quotation marks are « and »", "All agree, when they are balanced and hold Persian."},
		{LatinMarks, "چرا?", "چرا؟", true, "a Latin mark in Persian text", "Virastar agrees."},
		{Ellipsis, "و...", "و…", true, "an ellipsis is one character",
			"Spaces around it stay: Hazm puts one before it, Virastar takes it away, and both mean something."},
		{MarkSpace, "سلام ، دنیا", "سلام، دنیا", true, "space around this mark", "All agree: none before, one after."},
		{BracketSpace, "گفت« سلام »", "گفت «سلام»", true, "space around brackets and quotation marks",
			"All agree: none inside, one outside; not before the ending in «ایسنا»ها or کتاب(ها). Only when the line is balanced, as Virastar."},
		{DoubleSpace, "سلام  دنیا", "سلام دنیا", true, "more than one space", "All agree."},
		{RepeatedWord, "گفت که که", "گفت که که", false, "the word stands twice",
			"Pointed at for words of grammar and long words; کم کم and رفته رفته are Persian."},
		{Date, "۳۱ مهر ۱۴۰۰", "۳۱ مهر ۱۴۰۰", false, "there is no such date", "persian.ParseTime."},
		{HouseTermRule, "", "", false, "the house writes this differently", "The newsroom's own table."},
		{LedeMissing, "", "", false, "the article has no lede", "Dabir's page."},
		{HeadlineStop, "باران آمد.", "باران آمد", true, "a headline ends without a full stop", "Newspaper style."},
		{HeadlineLong, "", "", false, "the headline is longer than 110 characters", "Dabir's page at 390 pixels."},
	}
}

// Why returns the rule's reason for the console, in English.
func (r Rule) Why() string {
	for _, info := range Rules() {
		if info.Rule == r {
			return info.Reason
		}
	}
	return ""
}
