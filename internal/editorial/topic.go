package editorial

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// TopicStorage keeps topics and the names that are looked for in texts.
type TopicStorage interface {
	Topics(ctx context.Context, f news.TopicFilter) (news.TopicPage, error)
	Topic(ctx context.Context, id news.TagID) (news.Topic, error)
	SaveTopic(ctx context.Context, actor news.Actor, action string, tag news.Tag, change func(*news.Topic) error) (news.Topic, error)
	DeleteTopic(ctx context.Context, actor news.Actor, action string, id news.TagID) error
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
	KnownNamesVersion(ctx context.Context) (int64, error)
	KnownNames(ctx context.Context) ([]news.KnownName, error)
	LoadKnownNames(ctx context.Context, actor news.Actor, names []string, replace bool) (int, error)
}

// Topics are the acts on topics, and the finding of their names in texts.
type Topics struct {
	storage TopicStorage
	now     func() time.Time

	mu      sync.Mutex
	names   map[string]string // a name's folded words → the tag that is offered for it
	version int64
}

// NewTopics makes them.
func NewTopics(storage TopicStorage, now func() time.Time) *Topics {
	return &Topics{storage: storage, now: now}
}

// Topics is a page of topics, or of all tags. Errors: Forbidden.
func (d *Topics) Topics(ctx context.Context, actor news.Actor, f news.TopicFilter) (news.TopicPage, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.TopicPage{}, err
	}
	return d.storage.Topics(ctx, f)
}

// Topic is a tag, topic or plain; one that leads to another says so. Errors: Forbidden, NotFound.
func (d *Topics) Topic(ctx context.Context, actor news.Actor, id news.TagID) (news.Topic, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Topic{}, err
	}
	return d.storage.Topic(ctx, id)
}

// SaveTopic is the form of a topic.
type SaveTopic struct {
	Action  string
	ID      news.TagID // 0: of the tag with Name, which is made where it is missing
	Base    int        // the version that the form began from; 0 for a new one
	Name    string
	Slug    string         // of its address, as typed; "" is made from the name. A new one has that of the tag.
	Kind    news.TopicKind // "" leaves a plain tag plain
	Text    string         // plain text
	Picture string         // the picture's number in the library, as it was typed; "": none
}

// maxTopicText is the longest text of a topic, in characters.
const maxTopicText = 2000

// Save stores a topic, or a plain tag's name and address; readers see it at once, and earlier names and addresses lead to it. Errors: Forbidden; Invalid at
// "name", "slug", "kind", "text", "picture"; Conflict "error.topic_edited" (who, when) when Base is not the version any more, "error.tag_merged" when it leads to
// another tag, Invalid "error.topic_known" at "name" when a new one is there already.
func (d *Topics) Save(ctx context.Context, actor news.Actor, in SaveTopic) (news.Topic, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Topic{}, err
	}
	name, text := persian.CleanLine(in.Name), persian.Clean(in.Text)
	wrong := []error{tooLong("text", text, maxTopicText), checkTagName("name", name), tooLong("slug", in.Slug, maxLine)}
	slug := persian.Slug(in.Slug)
	if strings.TrimSpace(in.Slug) != "" && slug == "" {
		wrong = append(wrong, news.FieldError("slug", "error.tag_slug"))
	}
	if in.Kind != "" && !slices.Contains(news.TopicKinds(), in.Kind) || in.Kind == "" && (in.ID == 0 || text != "" || strings.TrimSpace(in.Picture) != "") {
		wrong = append(wrong, news.FieldError("kind", "error.topic_kind"))
	}
	picture, err := d.picture(ctx, in.Picture)
	if err != nil && news.KindOf(err) != news.Invalid {
		return news.Topic{}, err
	}
	if err := errors.Join(append(wrong, err)...); err != nil {
		return news.Topic{}, err
	}
	now := d.now()
	return d.storage.SaveTopic(ctx, actor, in.Action, news.Tag{ID: in.ID, Name: name}, func(t *news.Topic) error {
		switch {
		case t.Into != 0:
			return news.Fail(news.Conflict, "error.tag_changed")
		case in.ID == 0 && t.Kind != "":
			return news.FieldError("name", "error.topic_known")
		case in.ID != 0 && t.Version != in.Base:
			return news.Fail(news.Conflict, "error.topic_edited", t.ByName, t.UpdatedAt)
		case t.Kind != "" && in.Kind == "":
			return news.FieldError("kind", "error.topic_kind")
		}
		if in.ID != 0 {
			t.Name = name
			if strings.TrimSpace(in.Slug) != t.Slug { // as it stood in the form; it may be one that nobody would type
				t.Slug = slug
			}
		}
		t.Kind, t.Text, t.Picture = in.Kind, text, picture
		t.Version++
		t.UpdatedAt, t.UpdatedBy = now, actor.User
		return nil
	})
}

// checkTagName refuses what cannot be the name of a tag.
func checkTagName(field, name string) error {
	if nameKey(name) == "" {
		return news.FieldError(field, "error.topic_name")
	}
	return tooLong(field, name, maxLine)
}

// picture finds the picture that was typed.
func (d *Topics) picture(ctx context.Context, typed string) (news.MediaID, error) {
	if typed = persian.CleanLine(typed); typed == "" {
		return 0, nil
	}
	code, ok := news.ParseCode(persian.LatinDigits(typed))
	if !ok {
		return 0, news.FieldError("picture", "error.topic_picture")
	}
	m, err := d.storage.Media(ctx, news.MediaID(code))
	if err != nil && news.KindOf(err) != news.NotFound {
		return 0, err
	}
	if err != nil || m.Kind != news.MediaImage {
		return 0, news.FieldError("picture", "error.topic_picture")
	}
	return m.ID, nil
}

// Delete makes a topic a plain tag again. Errors: Forbidden, NotFound.
func (d *Topics) Delete(ctx context.Context, actor news.Actor, action string, id news.TagID) error {
	if err := actor.Require(news.RightFront); err != nil {
		return err
	}
	return d.storage.DeleteTopic(ctx, actor, action, id)
}

// maxKnownNames bounds one load of names.
const maxKnownNames = 500_000

// LoadNames adds names to those that are looked for in texts and returns how many were loaded in all. Errors: Forbidden; Invalid.
func (d *Topics) LoadNames(ctx context.Context, actor news.Actor, names []string, replace bool) (int, error) {
	if err := actor.Require(news.RightImport); err != nil {
		return 0, err
	}
	if len(names) > maxKnownNames {
		return 0, news.FieldError("file", "error.names_many", maxKnownNames)
	}
	return d.storage.LoadKnownNames(ctx, actor, names, replace)
}

const (
	nameWords   = 6  // the longest name that is looked for
	offeredMost = 12 // names offered for one article
)

// Offered are the known names in an article that are not among its tags, those in the headings first, then the most frequent.
func (d *Topics) Offered(ctx context.Context, c news.Content) ([]string, error) {
	names, err := d.known(ctx)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	have := map[string]bool{}
	for _, tag := range c.Tags {
		have[nameKey(tag)] = true
	}
	heads, body := found(names, c.Kicker+"\n"+c.Headline+"\n"+c.Lede), found(names, markup.Plain(markup.HTML(c.Body)))
	for key, n := range heads {
		body[key] += 1000 * n
	}
	times := map[string]int{} // by the tag that is offered: several names may lead to one
	for key, n := range body {
		if offer := names[key]; !have[key] && !have[nameKey(offer)] {
			times[offer] += n
		}
	}
	offered := slices.SortedFunc(maps.Keys(times), func(a, b string) int {
		if times[a] != times[b] {
			return times[b] - times[a]
		}
		return strings.Compare(nameKey(a), nameKey(b))
	})
	return offered[:min(len(offered), offeredMost)], nil
}

// known reads the names again when they have changed.
func (d *Topics) known(ctx context.Context) (map[string]string, error) {
	version, err := d.storage.KnownNamesVersion(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names != nil && d.version == version {
		return d.names, nil
	}
	list, err := d.storage.KnownNames(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(list))
	for _, name := range list {
		if key := nameKey(name.Name); key != "" && names[key] == "" {
			names[key] = name.Offer
		}
	}
	d.names, d.version = names, version
	return names, nil
}

// nameKey is what spellings of one name have in common.
func nameKey(name string) string { return strings.Join(nameTokens(name), " ") }

// nameTokens are the folded words of a text.
func nameTokens(text string) []string {
	return strings.FieldsFunc(persian.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// found counts the names in a text; where several begin at one word the longest counts. Names do not run from one line into the next.
func found(names map[string]string, text string) map[string]int {
	counts := map[string]int{}
	for line := range strings.Lines(text) {
		words := nameTokens(line)
		for i := 0; i < len(words); i++ {
			for n := min(nameWords, len(words)-i); n > 0; n-- {
				key := strings.Join(words[i:i+n], " ")
				if names[key] != "" {
					counts[key]++
					i += n - 1
					break
				}
			}
		}
	}
	return counts
}
