package editorial

import (
	"context"
	"errors"
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
	Topics(ctx context.Context) ([]news.Topic, error)
	Topic(ctx context.Context, id news.TagID) (news.Topic, error)
	SaveTopic(ctx context.Context, actor news.Actor, action string, tag news.Tag, change func(*news.Topic) error) (news.Topic, error)
	DeleteTopic(ctx context.Context, actor news.Actor, action string, id news.TagID) error
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
	KnownNamesVersion(ctx context.Context) (int64, error)
	KnownNames(ctx context.Context) ([]string, error)
	LoadKnownNames(ctx context.Context, actor news.Actor, names []string, replace bool) (int, error)
}

// Topics are the acts on topics, and the finding of their names in texts.
type Topics struct {
	storage TopicStorage
	now     func() time.Time

	mu      sync.Mutex
	names   map[string]string // a name's folded words → the name
	version int64
}

// NewTopics makes them.
func NewTopics(storage TopicStorage, now func() time.Time) *Topics {
	return &Topics{storage: storage, now: now}
}

// Topics are all topics, most recently changed first. Errors: Forbidden.
func (d *Topics) Topics(ctx context.Context, actor news.Actor) ([]news.Topic, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	return d.storage.Topics(ctx)
}

// Topic is one topic. Errors: Forbidden, NotFound.
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
	Name    string     // of a new one
	Kind    news.TopicKind
	Text    string // plain text
	Picture string // the picture's number in the library, as it was typed; "": none
}

// maxTopicText is the longest text of a topic, in characters.
const maxTopicText = 2000

// Save stores a topic; readers see it at once. Errors: Forbidden; Invalid at "name", "kind", "text", "picture"; Conflict
// "error.topic_edited" (who, when) when Base is not the version any more, "error.topic_known" at "name" when a new one is there already.
func (d *Topics) Save(ctx context.Context, actor news.Actor, in SaveTopic) (news.Topic, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Topic{}, err
	}
	name, text := persian.CleanLine(in.Name), persian.Clean(in.Text)
	wrong := []error{tooLong("text", text, maxTopicText), tooLong("name", name, maxLine)}
	if in.ID == 0 && nameKey(name) == "" {
		wrong = append(wrong, news.FieldError("name", "error.topic_name"))
	}
	if !slices.Contains(news.TopicKinds(), in.Kind) {
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
		if t.Version != in.Base {
			if in.ID == 0 {
				return news.FieldError("name", "error.topic_known")
			}
			return news.Fail(news.Conflict, "error.topic_edited", t.ByName, t.UpdatedAt)
		}
		t.Kind, t.Text, t.Picture = in.Kind, text, picture
		t.Version++
		t.UpdatedAt, t.UpdatedBy = now, actor.User
		return nil
	})
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
	var keys []string
	for key := range body {
		if !have[key] {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if body[a] != body[b] {
			return body[b] - body[a]
		}
		return strings.Compare(a, b)
	})
	offered := make([]string, 0, offeredMost)
	for _, key := range keys[:min(len(keys), offeredMost)] {
		offered = append(offered, names[key])
	}
	return offered, nil
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
		if key := nameKey(name); key != "" && names[key] == "" {
			names[key] = name
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
