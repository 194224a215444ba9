// Package persian holds what Dabir knows of the Persian language and of the
// calendar of Iran: cleaning of typed text, folding of spellings, digits,
// address slugs, sort keys, Jalali dates, and dates as people print and read
// them. Everything here is a pure function of its arguments; nothing reads a
// file or the clock, with one exception: [Tehran] loads its time zone once.
// Storage, markup, words of the interface and moderation live elsewhere.
//
// # What is kept, by function
//
// One text has five forms. Clean is what is stored, Fold is what is compared,
// Slug stands in an address, SortKey in a sorted column, and Digits is for the
// eye. The table says what each does to a character ("–" means: drops it,
// "=" means: keeps it).
//
//	character                              Clean     Fold      Slug     SortKey
//	ي                                      ی         ی         ی        ی
//	ك                                      ک         ک         ک        ک
//	ى ې ۍ ێ ے, ڪ                           =         ی, ک      ی, ک     ی, ک
//	ئ                                      =         ی         =        ی
//	آ                                      =         ا         =        آ
//	أ إ                                    =         ا         =        ا
//	ٱ ٲ ٳ                                  =         ا         ا        ا
//	ؤ                                      =         و         =        و
//	ء                                      =         –         =        –
//	ة ۀ هٔ ہ ھ ە                            =         ه         ه        ه
//	ا+◌ٓ ا+◌ٔ و+◌ٔ ی+◌ٔ (two characters)       آ أ ؤ ئ   ا ا و ی   آ أ ؤ ئ  آ ا و ی
//	tatweel, vowel signs, ◌ّ ◌ٰ ◌ٔ             =         –         –        –
//	half-space between letters             =         –         -        –
//	half-space at the edge of a word       –         –         –        –
//	U+200B (zero width space)              half-space, in all four
//	bidi controls, BOM, soft hyphen        –         –         –        –
//	other control characters               –         –         –        –
//	CR LF, CR, VT, FF, U+0085, U+2028/9    \n        space     -        space
//	spaces and line ends, several          =         one space one -    one space
//	digits of Persian and Arabic           =         ASCII     ASCII    ASCII
//	letters of presentation forms (ﻼ, ﮔ)   =         plain     plain    plain
//	Latin capitals, accents (É)            =         e         e        e
//	full-width ASCII                       =         ASCII     ASCII    ASCII
//	٪ ٫ ٬                                  =         % . ,     -        space
//	other punctuation and symbols          =         =         -        space
//	bytes that are not UTF-8               U+FFFD    U+FFFD    -        space
//
// CleanLine is Clean on one line: line ends and tabs become spaces and a run
// of spaces becomes one.
//
// Why آ folds to ا: writers leave the madda off (فرایند and فرآیند, الان and
// الآن), and who evades a word list leaves it off on purpose. In 12.2 million
// words of Persian news only 0.08 % stand in the smaller half of a pair that
// the rule makes equal, and some of those are one word spelled twice. Such
// pairs as آلمان and المان are equal under Fold; what must tell them apart
// compares the Clean form.
package persian
