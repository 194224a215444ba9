package newsroom

import (
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// formFields are the names of the form's fields at which an error can stand.
var formFields = []string{"kicker", "headline", "short_headline", "lede", "body", "lang", "kind", "section", "tags", "bylines",
	"source", "desk_code", "picture", "picture_caption", "picture_credit", "picture_alt"}

// formatHTML is what the editor's script puts into the field body_format.
const formatHTML = "html"

// articleForm is the form as it was typed: an error gives it back to the letter.
type articleForm struct {
	Kicker, Headline, Short, Lede string
	Body                          string // Markdown
	BodyHTML                      string // the same for the editor
	Format                        string // which of the two was typed: formatHTML, else Markdown
	Lang                          string
	Kind                          news.ArticleKind
	Section                       news.SectionID
	Tags                          string // names with «،» between
	Bylines                       string // one a line, «name | code»
	Source                        string
	EndMark                       bool
	DeskCode                      string
	Picture                       news.MediaID // 0: none
	RemovePicture                 bool
	Caption, Credit, Alt          string
}

// formOf is the form of what is stored.
func formOf(c news.Content) articleForm {
	return articleForm{
		Kicker: c.Kicker, Headline: c.Headline, Short: c.ShortHeadline, Lede: c.Lede, Body: markup.ToMarkdown(markup.HTML(c.Body)),
		BodyHTML: c.Body, Lang: c.Lang, Kind: c.Kind, Section: c.Section, Tags: strings.Join(c.Tags, "، "), Bylines: writeBylines(c.Bylines),
		Source: c.Source, EndMark: c.EndMark, DeskCode: c.DeskCode,
		Picture: c.Picture.Media, Caption: c.Picture.Caption, Credit: c.Picture.Credit, Alt: c.Picture.Alt,
	}
}

// readArticleForm takes the form as it was sent, but for the picture's file.
func readArticleForm(f web.Form) articleForm {
	return articleForm{
		Kicker: f.Line("kicker"), Headline: f.Line("headline"), Short: f.Line("short_headline"), Lede: f.Text("lede"), Body: f.Text("body"),
		Lang: f.Line("lang"), Kind: news.ArticleKind(f.Line("kind")), Section: news.SectionID(f.Int("section")),
		Tags: withOffered(f.Text("tags"), f.All("tag_add")), Bylines: f.Text("bylines"), Source: f.Line("source"), EndMark: f.Has("end_mark"), DeskCode: f.Line("desk_code"),
		Picture: pickedPicture(f), RemovePicture: f.Has("picture_remove"),
		Caption: f.Line("picture_caption"), Credit: f.Line("picture_credit"), Alt: f.Line("picture_alt"),
		BodyHTML: f.Text("body_html"), Format: f.Line("body_format"),
	}
}

// body is the typed text, from the field that it was typed in.
func (f articleForm) body() markup.HTML {
	if f.Format == formatHTML {
		return markup.Sanitize(f.BodyHTML)
	}
	return markup.FromMarkdown(f.Body)
}

// withBothBodies is the form for a browser with or without the editor's script. Markdown stays as it was typed.
func (f articleForm) withBothBodies() articleForm {
	body := f.body()
	if f.Format == formatHTML {
		f.Body = markup.ToMarkdown(body)
	}
	f.BodyHTML = body.String()
	return f
}

// pickedPicture is the item of the library that the form names: by the number that somebody typed, else by what it held before.
func pickedPicture(f web.Form) news.MediaID {
	if id, err := strconv.ParseInt(persian.LatinDigits(f.Line("picture_pick")), 10, 64); err == nil && id > 0 {
		return news.MediaID(id)
	}
	return news.MediaID(f.Int("picture_id"))
}

// content is what the form says, for the action that saves it.
func (f articleForm) content() news.Content {
	c := news.Content{
		Lang: f.Lang, Kind: f.Kind, Kicker: f.Kicker, Headline: f.Headline, ShortHeadline: f.Short, Lede: f.Lede,
		Body: f.body().String(), Source: f.Source, EndMark: f.EndMark, DeskCode: f.DeskCode,
		Section: f.Section, Tags: readTags(f.Tags), Bylines: readBylines(f.Bylines),
	}
	if f.Picture != 0 && !f.RemovePicture {
		c.Picture = news.Picture{Media: f.Picture, Caption: f.Caption, Credit: f.Credit, Alt: f.Alt}
	}
	return c
}

// withOffered puts the names that were ticked behind the tags that were typed.
func withOffered(typed string, ticked []string) string {
	all := ticked
	if strings.TrimSpace(typed) != "" {
		all = append([]string{typed}, ticked...)
	}
	return strings.Join(all, "، ")
}

// readTags splits at commas of either script and at line ends. What it returns is not cleaned; the action does that.
func readTags(s string) []string {
	var tags []string
	for _, tag := range strings.FieldsFunc(s, func(r rune) bool { return r == '،' || r == ',' || r == '\n' }) {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

func readBylines(s string) []news.Byline {
	var bylines []news.Byline
	for line := range strings.Lines(s) {
		name, code, _ := strings.Cut(line, "|")
		if name = strings.TrimSpace(name); name != "" {
			bylines = append(bylines, news.Byline{Name: name, Code: strings.TrimSpace(code)})
		}
	}
	return bylines
}

func writeBylines(bylines []news.Byline) string {
	lines := make([]string, len(bylines))
	for i, b := range bylines {
		lines[i] = b.Name
		if b.Code != "" {
			lines[i] += " | " + b.Code
		}
	}
	return strings.Join(lines, "\n")
}

// codeOf reads the article's code from the address.
func codeOf(value string) (news.Code, error) {
	code, ok := news.ParseCode(value)
	if !ok {
		return 0, news.Fail(news.NotFound, "error.not_found")
	}
	return code, nil
}

// previewPath is where the newsroom sees a picture.
func previewPath(id news.MediaID) string { return root + "/media/" + strconv.FormatInt(int64(id), 10) }
