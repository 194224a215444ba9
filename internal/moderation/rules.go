package moderation

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// The rules, in the order in which they look at a comment (PRODUCT.md F6). The names stand in news.Finding.Rule and, as
// "comment_rule.<name>", in the catalogs.
const (
	RuleLength   = "length"
	RuleClosed   = "closed"
	RuleRepeat   = "repeat"
	RuleLists    = "lists"
	RuleLinks    = "links"
	RuleFinglish = "finglish"
	RuleModel    = "model"
	RuleHistory  = "history"
	RuleFirst    = "first"
	RuleMode     = "mode"
)

// Rules lists the rules in their order.
func Rules() []string {
	return []string{RuleLength, RuleClosed, RuleRepeat, RuleLists, RuleLinks, RuleFinglish, RuleModel, RuleHistory, RuleFirst, RuleMode}
}

// Case is a comment before the rules, with all that they may know.
type Case struct {
	Text     string
	Words    persian.Unmasked // of Text: what persian.Unmask made of it
	TooLong  bool             // or too short: its writer has to change it
	Closed   bool             // the article takes no comments
	Repeated bool             // the same or nearly the same text came within the window
	Asked    bool             // its writer was asked for Persian letters already
	Mode     news.CommentMode
	History  news.WriterHistory
	Lists    *Lists // nil: none
	Model    *Model // nil: untrained
	Limits   Limits
}

// Limits are what a newsroom may set.
type Limits struct {
	Links    int     // links that a comment may have
	ModelAt  float64 // probability from which the model holds, 0 to 1
	TrustAt  int     // published comments of a person who is trusted
	Rejected int     // rejected comments from which a person's next one is held
}

// Check lets the rules look at a comment, all of them: the finding of each, in their order. None rejects; the worst is that a moderator
// looks first, or that the writer is asked to change something.
func Check(c Case) []news.Finding {
	u := c.Words
	findings := []news.Finding{
		verdict(RuleLength, c.TooLong, news.OutcomeAsk), verdict(RuleClosed, c.Closed, news.OutcomeAsk), verdict(RuleRepeat, c.Repeated, news.OutcomeHold),
		c.lists(u), c.links(), c.finglish(u), c.model(u), c.history(), c.first(), c.mode(),
	}
	return findings
}

func verdict(rule string, found bool, outcome news.Outcome) news.Finding {
	if !found {
		outcome = news.OutcomePass
	}
	return news.Finding{Rule: rule, Outcome: outcome}
}

const (
	scoreBanned  = 1000
	scoreSuspect = 600
	mostDetails  = 8 // that a finding names
)

func (c Case) lists(u persian.Unmasked) news.Finding {
	f := news.Finding{Rule: RuleLists, Outcome: news.OutcomePass}
	if c.Lists == nil {
		return f
	}
	for _, h := range c.Lists.Find(u) {
		score := scoreSuspect
		if h.Term.List == news.ListBanned {
			score = scoreBanned
		}
		if score > f.Score {
			f.Label, f.Score = string(h.Term.Kind), score
		}
		f.Outcome = news.OutcomeHold
		if word := c.Text[h.From:h.To]; len(f.Detail) < mostDetails && !slices.Contains(f.Detail, word) {
			f.Detail = append(f.Detail, word)
		}
	}
	return f
}

// link finds what leads out of a text: addresses with or without a scheme, and names of channels in messengers.
var link = regexp.MustCompile(`(?i)(?:https?|ftp)://[^\s<>]+|\bwww\.[^\s<>]+|\b(?:t|telegram|wa|ble|eitaa|rubika)\.(?:me|ir|com)/[^\s<>]+` +
	`|\b[a-z0-9][a-z0-9-]{1,62}\.(?:com|net|org|ir|info|me|biz|xyz|top|site|shop|online|club|link|app|io|co|tv|page|click|store)\b(?:/[^\s<>]*)?|@[a-z][a-z0-9_]{4,31}\b`)

// mayLink tells whether a text has what every link has: a name of somebody, a scheme, or a dot with something on both sides. The expression
// takes longer than all other rules, and most comments have none.
func mayLink(text string) bool {
	if strings.Contains(text, "@") || strings.Contains(text, "://") {
		return true
	}
	for i := 1; i+1 < len(text); i++ {
		if text[i] == '.' && text[i-1] > ' ' && text[i+1] > ' ' {
			return true
		}
	}
	return false
}

func (c Case) links() news.Finding {
	if !mayLink(c.Text) {
		return verdict(RuleLinks, false, news.OutcomeHold)
	}
	found := link.FindAllString(c.Text, mostDetails+c.Limits.Links+1)
	f := verdict(RuleLinks, len(found) > c.Limits.Links, news.OutcomeHold)
	if f.Outcome == news.OutcomeHold {
		f.Detail = found[:min(len(found), mostDetails)]
		f.Label = string(news.LabelAdvertising)
	}
	return f
}

// finglishWords are frequent Persian words as people write them in Latin letters; few of them are English too.
var finglishWords = strings.Fields(`salam man to in va ke ro ra az ba be baraye dar ast hast nist shod kard mikonam mikone mikonid mikonan khob khoob kheili
	kheyli chera agar age ham hame bood bud boodam dige digar yek ye yeki inja onja unja shoma ma ona una kar kon konid konim bayad nemidonam midonam midoonam
	merci mamnoon lotfan vaghean mardom aghaye khanom dorost dolat keshvar iran irani pool pul hala alan bazam faghat vali ama chi chie kie kojas kojast
	hastim hastid hastam nistam nadare dare daram darim darid mishe nemishe bashe goft migan migoyand shodan baba agha`)

const (
	finglishLeast = 4   // words
	finglishShare = 0.6 // of them in Latin letters
	finglishKnown = 0.2 // of those known to be Persian
)

// finglish asks the writer of Persian in Latin letters, once, to use Persian ones. Who sends it again is not asked again.
func (c Case) finglish(u persian.Unmasked) news.Finding {
	words, foreign, known := 0, 0, 0
	for _, w := range u.Words {
		if w.Symbol() {
			continue
		}
		words++
		if w.Latin() {
			foreign++
			if slices.Contains(finglishWords, w.Text) {
				known++
			}
		}
	}
	is := foreign >= finglishLeast && float64(foreign) >= finglishShare*float64(words) && float64(known) >= finglishKnown*float64(foreign)
	return verdict(RuleFinglish, is && !c.Asked, news.OutcomeAsk)
}

func (c Case) model(u persian.Unmasked) news.Finding {
	v, ok := c.Model.judge(c.Text, u)
	f := verdict(RuleModel, ok && v.Score >= c.Limits.ModelAt, news.OutcomeHold)
	if ok {
		f.Score, f.Label = int(v.Score*1000+0.5), string(v.Label)
	}
	if f.Outcome == news.OutcomeHold {
		f.Detail = v.Words
	}
	return f
}

func (c Case) history() news.Finding {
	h := c.History
	f := verdict(RuleHistory, c.Limits.Rejected > 0 && h.Rejected >= c.Limits.Rejected && h.Rejected > h.Published, news.OutcomeHold)
	if f.Outcome == news.OutcomeHold {
		f.Detail = []string{strconv.Itoa(h.Rejected)}
	}
	return f
}

// first holds a person's first comment where trust decides; in the other modes the mode itself says enough.
func (c Case) first() news.Finding {
	return verdict(RuleFirst, c.Mode == news.ModeTrust && c.History.Published == 0, news.OutcomeHold)
}

func (c Case) mode() news.Finding {
	trusted := c.History.Published >= max(1, c.Limits.TrustAt) && c.History.Rejected*10 <= c.History.Published
	f := verdict(RuleMode, c.Mode != news.ModePost && (c.Mode != news.ModeTrust || !trusted), news.OutcomeHold)
	f.Label = string(c.Mode)
	return f
}

// Asks tells whether any rule asks the writer to change something.
func Asks(findings []news.Finding) bool {
	return slices.ContainsFunc(findings, func(f news.Finding) bool { return f.Outcome == news.OutcomeAsk })
}

// Held tells whether any rule holds the comment, and whether one does that looked at the comment itself and not at the mode alone.
func Held(findings []news.Finding) (any, itself bool) {
	for _, f := range findings {
		if f.Outcome == news.OutcomeHold {
			any = true
			itself = itself || f.Rule != RuleMode
		}
	}
	return any, itself
}

// Risk is the highest score of all rules, in thousandths, by which the queue may be sorted; a repeat or a link counts as half a certainty.
func Risk(findings []news.Finding) int {
	risk := 0
	for _, f := range findings {
		score := f.Score
		if f.Outcome == news.OutcomeHold && score == 0 && f.Rule != RuleMode && f.Rule != RuleFirst {
			score = 500
		}
		risk = max(risk, score)
	}
	return risk
}
