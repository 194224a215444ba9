package newsroom

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/copydesk"
)

// maxFindings is how many findings one answer holds; a text with more is corrected in parts.
const maxFindings = 1000

// typedText is what the editor sends while somebody types. Body holds the text of each block that has text, in order; a line break
// in it is "\n", and whatever else stands between its words is one character.
type typedText struct {
	Lang     string   `json:"lang"`
	Kicker   string   `json:"kicker"`
	Headline string   `json:"headline"`
	Short    string   `json:"short_headline"`
	Lede     string   `json:"lede"`
	Caption  string   `json:"picture_caption"`
	Credit   string   `json:"picture_credit"`
	Alt      string   `json:"picture_alt"`
	Body     []string `json:"body"`
}

// shownFinding is a finding as the editor wants it: From and To count UTF-16 units in the field, or in the body's block of that
// number (from 0), as a browser counts.
type shownFinding struct {
	Field  string        `json:"field"`
	Block  int           `json:"block"`
	From   int           `json:"from"`
	To     int           `json:"to"`
	Rule   copydesk.Rule `json:"rule"`
	Reason string        `json:"reason"` // in words
	Note   string        `json:"note,omitempty"`
	Before string        `json:"before"`
	After  string        `json:"after"` // equal to Before when there is nothing to put in place
	Safe   bool          `json:"safe"`
}

// checkText answers with what the copy desk says of a text that is being typed. Nothing of it is stored.
func (n *Newsroom) checkText(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var t typedText
	if err := json.Unmarshal(body, &t); err != nil {
		return &news.Error{Kind: news.Invalid, Key: "error.bad_form", Err: err}
	}
	text := copydesk.Article{Kicker: t.Kicker, Headline: t.Headline, ShortHeadline: t.Short, Lede: t.Lede, Caption: t.Caption, Credit: t.Credit, Alt: t.Alt,
		Body: strings.Join(t.Body, "\n")}
	found, err := n.House.Check(r.Context(), actorOf(r), t.Lang, text)
	if err != nil {
		return err
	}
	if strings.TrimSpace(t.Kicker+t.Headline+t.Lede+text.Body) == "" {
		found = nil // an empty page lacks everything
	}
	return answerJSON(w, r, http.StatusOK, struct {
		Findings []shownFinding `json:"findings"`
		More     bool           `json:"more"`
	}{n.shown(text, t.Body, found[:min(len(found), maxFindings)]), len(found) > maxFindings})
}

// shown puts findings into words and into the browser's positions.
func (n *Newsroom) shown(text copydesk.Article, blocks []string, found []copydesk.Finding) []shownFinding {
	all := make([]shownFinding, 0, len(found))
	block, begin, field := 0, 0, "" // of the body; the findings come field by field
	var place utf16Place
	for _, f := range found {
		if f.Field != field {
			field, place = f.Field, utf16Place{text: text.Text(f.Field)}
			if field == "body" && len(blocks) > 0 {
				place.text = blocks[0]
			}
		}
		start := f.Start
		if field == "body" {
			for block+1 < len(blocks) && start > begin+len(blocks[block]) {
				begin += len(blocks[block]) + 1
				block++
				place = utf16Place{text: blocks[block]}
			}
			start -= begin
		}
		from := place.of(start)
		s := shownFinding{Field: field, From: from, To: from + utf16Length(f.Before), Rule: f.Rule, Reason: n.print.T(f.Reason), Note: f.Note,
			Before: f.Before, After: f.After, Safe: f.Safe}
		if field == "body" {
			s.Block = block
		}
		all = append(all, s)
	}
	return all
}

// utf16Place counts UTF-16 units in a text. It goes on from where it was asked last, so that many places cost one walk.
type utf16Place struct {
	text  string
	at    int // bytes
	units int
}

func (p *utf16Place) of(at int) int {
	at = min(at, len(p.text))
	if at < p.at {
		p.at, p.units = 0, 0
	}
	p.units += utf16Length(p.text[p.at:at])
	p.at = at
	return p.units
}

// utf16Length is how long a text is for a browser.
func utf16Length(s string) int {
	units := 0
	for _, r := range s {
		units++
		if utf8.RuneLen(r) == 4 {
			units++
		}
	}
	return units
}

// Place says where a finding of the checklist is, in words.
func (p articlePage) Place(f copydesk.Finding) string {
	return p.T("newsroom." + strings.TrimPrefix(f.Field, "picture_"))
}

// Desk is the line of the checklist that the copy desk wrote; nil when it has nothing to say.
func (p articlePage) Desk() *editorial.Check {
	for i, c := range p.Asked {
		if c.Findings != nil {
			return &p.Asked[i]
		}
	}
	return nil
}

// SafeFixes tells whether some of what the copy desk found can be corrected without asking.
func (p articlePage) SafeFixes() bool {
	c := p.Desk()
	return c != nil && len(c.Args) == 2 && c.Args[1] != 0
}
