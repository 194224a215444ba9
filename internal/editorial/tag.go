package editorial

import (
	"context"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// TagStorage keeps the names of tags.
type TagStorage interface {
	Topic(ctx context.Context, id news.TagID) (news.Topic, error)
	FindTag(ctx context.Context, name string) (news.Tag, error)
	TagNames(ctx context.Context, id news.TagID) ([]news.Tag, error)
	NameTag(ctx context.Context, actor news.Actor, action string, id news.TagID, name string) error
	MergeTags(ctx context.Context, actor news.Actor, action string, m news.TagMerge) (moved int, err error)
	SeparateTag(ctx context.Context, actor news.Actor, action string, id news.TagID) (moved int, err error)
}

// Tags are the acts on the names of tags, topics and plain ones: other names, merging, and taking a merge back.
type Tags struct{ storage TagStorage }

// NewTags makes them.
func NewTags(storage TagStorage) *Tags { return &Tags{storage} }

// Names are the other names of a tag. Errors: Forbidden.
func (d *Tags) Names(ctx context.Context, actor news.Actor, id news.TagID) ([]news.Tag, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return nil, err
	}
	return d.storage.TagNames(ctx, id)
}

// Name gives a tag another name: whoever files an article under it, or asks for its address, gets the tag. Errors: Forbidden, NotFound;
// Invalid at "other"; Conflict "error.tag_merged" where the tag leads to another.
func (d *Tags) Name(ctx context.Context, actor news.Actor, action string, id news.TagID, name string) error {
	if err := actor.Require(news.RightFront); err != nil {
		return err
	}
	name = persian.CleanLine(name)
	if err := checkTagName("other", name); err != nil {
		return err
	}
	return d.storage.NameTag(ctx, actor, action, id, name)
}

// Target finds the tag with a name, or another name of it, that id may be merged into. Errors: Forbidden; Invalid at "into".
func (d *Tags) Target(ctx context.Context, actor news.Actor, id news.TagID, name string) (news.Topic, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return news.Topic{}, err
	}
	name = persian.CleanLine(name)
	if err := checkTagName("into", name); err != nil {
		return news.Topic{}, err
	}
	found, err := d.storage.FindTag(ctx, name)
	if news.KindOf(err) == news.NotFound {
		err = news.FieldError("into", "error.front_tag")
	}
	if err != nil {
		return news.Topic{}, err
	}
	if found.ID == id {
		return news.Topic{}, news.FieldError("into", "error.tag_itself")
	}
	return d.storage.Topic(ctx, found.ID)
}

// Merge takes a tag into another: its articles, its name and its address go there, its text shows no more. It returns how many public
// articles had it. Errors: Forbidden, NotFound; Invalid at "into"; Conflict "error.tag_merged", "error.tag_changed".
func (d *Tags) Merge(ctx context.Context, actor news.Actor, action string, m news.TagMerge) (int, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return 0, err
	}
	return d.storage.MergeTags(ctx, actor, action, m)
}

// Separate makes a name a tag of its own again, with the articles that are filed under it by that name, and returns how many. Errors: Forbidden,
// NotFound; Conflict "error.tag_separate" where it is one already.
func (d *Tags) Separate(ctx context.Context, actor news.Actor, action string, id news.TagID) (int, error) {
	if err := actor.Require(news.RightFront); err != nil {
		return 0, err
	}
	return d.storage.SeparateTag(ctx, actor, action, id)
}
