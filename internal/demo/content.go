package demo

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
)

// Site is what the demo newsroom calls itself.
type Site struct {
	Name    string `toml:"name"`
	Tagline string `toml:"tagline"`
	About   string `toml:"about"`
	Contact string `toml:"contact"`
}

// ReadSite is the demo newsroom's name and pages in a language, "fa" or "en".
func ReadSite(lang string) (Site, error) {
	var sites map[string]Site
	if err := decode("content/site.toml", &sites); err != nil {
		return Site{}, err
	}
	site, ok := sites[lang]
	if !ok {
		return Site{}, fmt.Errorf("the demo has no site in %q", lang)
	}
	return site, nil
}

func decode(name string, into any) error {
	source, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	if err := toml.Unmarshal(source, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readSections() ([]news.Section, error) {
	var list struct {
		Section []struct {
			Slug     string `toml:"slug"`
			Name     string `toml:"name"`
			NameEN   string `toml:"name_en"`
			Position int    `toml:"position"`
		} `toml:"section"`
	}
	if err := decode("content/sections.toml", &list); err != nil {
		return nil, err
	}
	var sections []news.Section
	for _, s := range list.Section {
		sections = append(sections, news.Section{Slug: s.Slug, Name: s.Name, NameEN: s.NameEN, Position: s.Position})
	}
	return sections, nil
}

// entry is one article of the demo on its way into the newsroom.
type entry struct {
	item       news.Import
	section    string // slug
	picture    string // file name, "" for none
	withdrawal string // "" when it stays public
	wrong      []news.Correction
}

// frontMatter is the head of an article's file; content/README.md says what the fields mean.
type frontMatter struct {
	Kicker         string        `toml:"kicker"`
	Headline       string        `toml:"headline"`
	ShortHeadline  string        `toml:"short_headline"`
	Lede           string        `toml:"lede"`
	Section        string        `toml:"section"`
	Kind           string        `toml:"kind"`
	Tags           []string      `toml:"tags"`
	Bylines        []news.Byline `toml:"bylines"`
	Source         string        `toml:"source"`
	DeskCode       string        `toml:"desk_code"`
	Picture        string        `toml:"picture"`
	PictureCaption string        `toml:"picture_caption"`
	PictureCredit  string        `toml:"picture_credit"`
	PictureAlt     string        `toml:"picture_alt"`
	MinutesAgo     int           `toml:"minutes_ago"`
	State          string        `toml:"state"`
	Withdrawal     string        `toml:"withdrawal_reason"`
	CommentsOpen   *bool         `toml:"comments_open"`
	Corrections    []struct {
		Kind    string `toml:"kind"`
		Text    string `toml:"text"`
		Changed string `toml:"changed"`
	} `toml:"corrections"`
}

// comment is one of content/comments.toml.
type comment struct {
	Key          string `toml:"key"`
	Article      int    `toml:"article"`
	ReplyTo      string `toml:"reply_to"`
	Name         string `toml:"name"`
	Country      string `toml:"country"`
	MinutesAfter int    `toml:"minutes_after"`
	State        string `toml:"state"`
	Reason       string `toml:"reason"`
	Text         string `toml:"text"`
	ByNewsroom   bool   `toml:"by_newsroom"`
}

// readEntries reads all articles with their comments, oldest first, so that codes rise with time.
func readEntries(now time.Time) ([]entry, error) {
	names, err := fs.Glob(files, "content/articles/*.md")
	if err != nil {
		return nil, err
	}
	var list struct {
		Comment []comment `toml:"comment"`
	}
	if err := decode("content/comments.toml", &list); err != nil {
		return nil, err
	}
	var entries []entry
	for _, name := range names {
		e, err := readEntry(name, now, list.Comment)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Compare(a.item.Article.UpdatedAt.UnixMilli(), b.item.Article.UpdatedAt.UnixMilli())
	})
	return entries, nil
}

func readEntry(name string, now time.Time, comments []comment) (entry, error) {
	source, err := files.ReadFile(name)
	if err != nil {
		return entry{}, err
	}
	parts := strings.SplitN(string(source), "+++\n", 3)
	if len(parts) != 3 || parts[0] != "" {
		return entry{}, fmt.Errorf("no front matter between +++ lines")
	}
	var head frontMatter
	meta, err := toml.Decode(parts[1], &head)
	if err != nil {
		return entry{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return entry{}, fmt.Errorf("unknown fields %v", unknown)
	}
	var number int
	if _, err := fmt.Sscanf(path.Base(name), "%d-", &number); err != nil {
		return entry{}, fmt.Errorf("the file's name begins with no number")
	}
	at := now.Add(-time.Duration(head.MinutesAgo) * time.Minute).Truncate(time.Minute)
	a := news.Article{State: news.Published, PublishedAt: at, CreatedAt: at, UpdatedAt: at, Origin: origin(number),
		CommentsClosed: head.CommentsOpen != nil && !*head.CommentsOpen,
		Content: news.Content{Lang: "fa", Kind: news.ArticleKind(cmp.Or(head.Kind, "news")), Kicker: head.Kicker, Headline: head.Headline,
			ShortHeadline: head.ShortHeadline, Lede: head.Lede, Body: string(markup.FromMarkdown(parts[2])), Source: head.Source,
			EndMark: head.Kind != string(news.KindOpinion), DeskCode: head.DeskCode, Tags: head.Tags, Bylines: head.Bylines,
			Picture: news.Picture{Caption: head.PictureCaption, Credit: head.PictureCredit, Alt: head.PictureAlt}}}
	if head.State == string(news.Draft) {
		a.State = news.Draft
	}
	e := entry{item: news.Import{Article: a}, section: head.Section, picture: head.Picture, withdrawal: head.Withdrawal}
	for _, c := range head.Corrections {
		e.wrong = append(e.wrong, news.Correction{Kind: news.CorrectionKind(c.Kind), Text: c.Text, Changed: c.Changed})
	}
	e.item.Comments, err = commentsOf(number, a, comments)
	return e, err
}

// origin names an article of the demo by the number its file begins with.
func origin(number int) string { return fmt.Sprintf("demo:%03d", number) }

// decisionTime is how long the demo's moderators take.
const decisionTime = 7 * time.Minute

// commentsOf picks an article's comments in the order of their keys' answers: a reply stands behind what it answers.
func commentsOf(number int, a news.Article, all []comment) ([]news.Comment, error) {
	var list []news.Comment
	places := map[string]int{} // key → place in list, from 1
	for _, c := range all {
		if c.Article != number {
			continue
		}
		at := a.PublishedAt.Add(time.Duration(c.MinutesAfter) * time.Minute)
		made := news.Comment{State: news.CommentState(c.State), Name: c.Name, Text: c.Text, Country: c.Country, ByNewsroom: c.ByNewsroom,
			CreatedAt: at, Reason: news.Reason(c.Reason), Origin: a.Origin + "#" + c.Key}
		if made.State != news.CommentPending {
			made.DecidedAt = at.Add(decisionTime)
		}
		if c.ReplyTo != "" {
			place, ok := places[c.ReplyTo]
			if !ok {
				return nil, fmt.Errorf("comment %s answers %s, which does not stand before it", c.Key, c.ReplyTo)
			}
			made.Parent = news.CommentID(place)
		}
		list = append(list, made)
		places[c.Key] = len(list)
	}
	return list, nil
}
