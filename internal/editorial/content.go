package editorial

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Bounds of an article's parts, in characters (code points) unless said otherwise.
const (
	maxHeadline = 500
	maxLede     = 2000
	maxLine     = 200 // kicker, source, names, captions and the like
	maxBody     = 1 << 20
	maxTags     = 30
	maxBylines  = 20
	maxReason   = 500
)

// prepare cleans what was typed and checks it: every field that is wrong has its error.
func (d *Desk) prepare(ctx context.Context, c news.Content) (news.Content, error) {
	c = cleanBody(d.clean(c))
	wrong := checkLengths(c)
	if c.Headline == "" {
		wrong = append(wrong, news.FieldError("headline", "error.headline_missing"))
	}
	wrong = append(wrong, checkChoices(c)...)
	section, err := d.section(ctx, c.Section)
	if err != nil {
		wrong = append(wrong, err)
	}
	c.Section = section
	if c.Picture.Media != 0 {
		if _, err := d.storage.Media(ctx, c.Picture.Media); err != nil {
			wrong = append(wrong, news.FieldError("picture", "error.picture_unknown"))
		}
		if c.Picture.Credit == "" {
			wrong = append(wrong, news.FieldError("picture_credit", "error.picture_credit"))
		}
	}
	return c, errors.Join(wrong...)
}

// checkChoices checks what a form offers to choose from: the kind and the language.
func checkChoices(c news.Content) []error {
	var wrong []error
	if !slices.Contains(news.ArticleKinds(), c.Kind) {
		wrong = append(wrong, news.FieldError("kind", "error.kind"))
	}
	if !slices.Contains([]string{"fa", "en", "ar"}, c.Lang) {
		wrong = append(wrong, news.FieldError("lang", "error.lang"))
	}
	return wrong
}

// clean brings everything but the body to the form in which Dabir keeps it: clean lines, a slug, tags that differ.
func (d *Desk) clean(c news.Content) news.Content {
	for _, line := range []*string{&c.Kicker, &c.Headline, &c.ShortHeadline, &c.Source, &c.DeskCode, &c.Picture.Caption, &c.Picture.Credit, &c.Picture.Alt} {
		*line = persian.CleanLine(*line)
	}
	c.Lede = persian.CleanLine(c.Lede)
	if c.Lang == "" {
		c.Lang = d.lang
	}
	if c.Kind == "" {
		c.Kind = news.KindNews
	}
	c.Slug = persian.Slug(c.Headline)
	c.Tags = cleanTags(c.Tags)
	bylines := c.Bylines
	c.Bylines = nil
	for _, b := range bylines {
		b.Name, b.Code = persian.CleanLine(b.Name), persian.CleanLine(b.Code)
		if b.Name != "" {
			c.Bylines = append(c.Bylines, b)
		}
	}
	return c
}

// cleanBody sanitises a typed body and takes attribution and end mark off: both are generated from Source and DeskCode.
func cleanBody(c news.Content) news.Content {
	body := markup.Sanitize(c.Body)
	if source, rest := markup.TakeAttribution(body); source != "" && (c.Source == "" || c.Source == source) {
		c.Source, body = source, rest
	}
	if code, found, rest := markup.TakeEndMark(body); found {
		body, c.EndMark = rest, true
		if c.DeskCode == "" {
			c.DeskCode = code
		}
	}
	c.Body = string(body)
	return c
}

// cleanTags drops empty tags and those that say the same as an earlier one.
func cleanTags(tags []string) []string {
	var kept []string
	seen := map[string]bool{}
	for _, tag := range tags {
		tag = persian.CleanLine(strings.Trim(strings.TrimSpace(tag), "#"))
		if fold := persian.Fold(tag); fold != "" && !seen[fold] {
			seen[fold] = true
			kept = append(kept, tag)
		}
	}
	return kept
}

func checkLengths(c news.Content) []error {
	var wrong []error
	long := func(field, text string, most int) {
		if n := utf8.RuneCountInString(text); n > most {
			wrong = append(wrong, news.FieldError(field, "error.too_long", most, n))
		}
	}
	long("headline", c.Headline, maxHeadline)
	long("short_headline", c.ShortHeadline, maxHeadline)
	long("kicker", c.Kicker, maxLine)
	long("lede", c.Lede, maxLede)
	long("body", c.Body, maxBody)
	long("source", c.Source, maxLine)
	long("desk_code", c.DeskCode, maxLine)
	long("picture_caption", c.Picture.Caption, maxHeadline)
	long("picture_credit", c.Picture.Credit, maxLine)
	long("picture_alt", c.Picture.Alt, maxHeadline)
	for _, tag := range c.Tags {
		long("tags", tag, maxLine)
	}
	for _, b := range c.Bylines {
		long("bylines", b.Name+b.Code, maxLine)
	}
	if len(c.Tags) > maxTags {
		wrong = append(wrong, news.FieldError("tags", "error.too_many_tags", maxTags))
	}
	if len(c.Bylines) > maxBylines {
		wrong = append(wrong, news.FieldError("bylines", "error.too_many_bylines", maxBylines))
	}
	return wrong
}

// section is the wanted section, or the general one for none.
func (d *Desk) section(ctx context.Context, want news.SectionID) (news.SectionID, error) {
	sections, err := d.storage.Sections(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range sections {
		if s.ID == want || want == 0 && s.Slug == news.GeneralSlug {
			return s.ID, nil
		}
	}
	return 0, news.FieldError("section", "error.section")
}

// publishable tells what an article needs before readers see it: a headline and a body, or at least a lede.
func publishable(c news.Content) error {
	if markup.WithoutNotes(markup.HTML(c.Body)) == "" && c.Lede == "" {
		return news.FieldError("body", "error.body_missing")
	}
	return nil
}

func withdrawalSentence(typed string) (string, error) {
	reason := persian.CleanLine(typed)
	if reason == "" {
		return "", news.FieldError("reason", "error.withdrawal_missing")
	}
	if n := utf8.RuneCountInString(reason); n > maxReason {
		return "", news.FieldError("reason", "error.too_long", maxReason, n)
	}
	return reason, nil
}
