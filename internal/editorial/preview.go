package editorial

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// PreviewStorage is what previews need kept.
type PreviewStorage interface {
	Article(ctx context.Context, code news.Code) (news.Article, error)
	Preview(ctx context.Context, code news.Code, number int) (news.Preview, error)
	Media(ctx context.Context, id news.MediaID) (news.Media, error)
	UpdateArticle(ctx context.Context, actor news.Actor, action string, code news.Code, change func(*news.Article) ([]news.EventKind, error)) (news.Article, error)
}

// Previews shows what is not public: to colleagues, and by a signed link to somebody outside.
//
// A link is not stored. It names the version, how often the article had come out when it was made, and that moment, under a
// keyed hash. So it dies by itself when the article comes out, in whatever way (docs/adr/0007).
type Previews struct {
	storage PreviewStorage
	key     []byte
	now     func() time.Time
}

// NewPreviews makes Previews; key is the secret that signs links, at least 32 bytes.
func NewPreviews(storage PreviewStorage, key []byte, now func() time.Time) *Previews {
	return &Previews{storage, key, now}
}

// Look is a version of an article for a colleague; number 0 is the working copy. Errors: Forbidden for whoever neither writes in its
// section nor has it; NotFound.
func (p *Previews) Look(ctx context.Context, actor news.Actor, code news.Code, number int) (news.Preview, error) {
	if err := actor.Require(news.RightWrite); err != nil {
		return news.Preview{}, err
	}
	a, err := p.storage.Article(ctx, code)
	if err != nil {
		return news.Preview{}, err
	}
	own := actor.User != 0 && (a.Author == actor.User || a.Holder == actor.User)
	if !own && !actor.MayIn(news.RightWrite, a.Content.Section) {
		return news.Preview{}, news.Fail(news.Forbidden, "error.other_section")
	}
	return p.storage.Preview(ctx, code, number)
}

// LookMedia is a media item that the version shows. Errors as Look; NotFound for an item that it does not show.
func (p *Previews) LookMedia(ctx context.Context, actor news.Actor, code news.Code, number int, id news.MediaID) (news.Media, error) {
	shown, err := p.Look(ctx, actor, code, number)
	return p.media(ctx, shown, id, err)
}

func (p *Previews) media(ctx context.Context, shown news.Preview, id news.MediaID, err error) (news.Media, error) {
	switch {
	case err != nil:
		return news.Media{}, err
	case !shown.Uses(id):
		return news.Media{}, news.Fail(news.NotFound, "error.not_found")
	}
	return p.storage.Media(ctx, id)
}

// PreviewLink lets whoever has it see one version of an article that is not public.
type PreviewLink struct {
	Token string
	Until time.Time // it may die earlier: when the article comes out, is withdrawn or goes to the trash
}

// Link makes a link for somebody outside to the working copy as it is now: nothing written later shows through it. Errors: Forbidden
// for whoever may not publish in the section; Conflict when there is nothing that is not public; NotFound.
func (p *Previews) Link(ctx context.Context, actor news.Actor, in Step) (PreviewLink, error) {
	if err := actor.Require(news.RightPublish); err != nil {
		return PreviewLink{}, err
	}
	a, err := p.storage.UpdateArticle(ctx, actor, in.Action, in.Code, func(a *news.Article) ([]news.EventKind, error) {
		if err := actor.RequireIn(news.RightPublish, a.Content.Section); err != nil {
			return nil, err
		}
		return []news.EventKind{news.ArticlePreviewLinked}, a.Hidden(a.Revision)
	})
	if err != nil {
		return PreviewLink{}, err
	}
	made := p.now().Truncate(time.Millisecond)
	token := previewToken{code: a.Code, number: a.Revision, count: a.PublicCount, made: made}
	return PreviewLink{Token: p.sign(token), Until: a.PreviewEnd(made)}, nil
}

// OpenLink is what a link shows. NotFound for a link that is forged, or dead, alike.
func (p *Previews) OpenLink(ctx context.Context, token string) (news.Preview, error) {
	notFound := news.Fail(news.NotFound, "error.not_found")
	t, ok := p.read(token)
	if !ok {
		return news.Preview{}, notFound
	}
	a, err := p.storage.Article(ctx, t.code)
	if err != nil {
		return news.Preview{}, err
	}
	now := p.now()
	if a.PublicCount != t.count || a.Hidden(t.number) != nil || !now.Before(a.PreviewEnd(t.made)) || t.made.After(now.Add(time.Minute)) {
		return news.Preview{}, notFound
	}
	return p.storage.Preview(ctx, t.code, t.number)
}

// LinkMedia is a media item that a link's version shows; NotFound otherwise.
func (p *Previews) LinkMedia(ctx context.Context, token string, id news.MediaID) (news.Media, error) {
	shown, err := p.OpenLink(ctx, token)
	return p.media(ctx, shown, id, err)
}

// previewToken is what a link says.
type previewToken struct {
	code   news.Code
	number int // of the version
	count  int // how often the article had come out
	made   time.Time
}

// macSize is how much of the hash a link carries: 128 bits cannot be guessed, and the address stays short.
const macSize = 16

func (p *Previews) mac(text []byte) []byte {
	h := hmac.New(sha256.New, p.key)
	h.Write(text)
	return h.Sum(nil)[:macSize]
}

func (p *Previews) sign(t previewToken) string {
	var text []byte
	for _, n := range []int64{int64(t.code), int64(t.number), int64(t.count), t.made.UnixMilli()} {
		text = binary.AppendVarint(text, n)
	}
	return base64.RawURLEncoding.EncodeToString(append(text, p.mac(text)...))
}

func (p *Previews) read(token string) (previewToken, bool) {
	all, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(all) <= macSize {
		return previewToken{}, false
	}
	text := all[:len(all)-macSize]
	if !hmac.Equal(p.mac(text), all[len(text):]) {
		return previewToken{}, false
	}
	var numbers [4]int64
	for i := range numbers {
		n, size := binary.Varint(text)
		if size <= 0 {
			return previewToken{}, false
		}
		numbers[i], text = n, text[size:]
	}
	return previewToken{code: news.Code(numbers[0]), number: int(numbers[1]), count: int(numbers[2]), made: time.UnixMilli(numbers[3]).UTC()}, len(text) == 0
}
