package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// Codes are up to limit codes of public articles above after, rising.
func (p *Public) Codes(ctx context.Context, after news.Code, limit int) ([]news.Code, error) {
	return p.s.codes(ctx, `SELECT code FROM public_moment WHERE code > $1 ORDER BY code LIMIT $2`, int64(after), limit)
}

// Count is how many public articles there are.
func (p *Public) Count(ctx context.Context) (int, error) {
	var n int
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&n) }, `SELECT COUNT(*) FROM public_moment`)
	return n, err
}

// Counts tells how many articles were published from each bound until the next; bounds rise.
func (p *Public) Counts(ctx context.Context, bounds []time.Time) ([]int, error) {
	news.Depend(ctx, news.LatestList)
	counts := make([]int, max(0, len(bounds)-1))
	for i := range counts {
		err := p.s.one(ctx, func(r scanner) error { return r.Scan(&counts[i]) },
			`SELECT COUNT(*) FROM public_moment WHERE order_at >= $1 AND order_at < $2`, ms(bounds[i]), ms(bounds[i+1]))
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// FirstPublished is when the oldest dated article was published; zero where there is none.
func (p *Public) FirstPublished(ctx context.Context) (time.Time, error) {
	news.Depend(ctx, news.LatestList)
	var at sql.NullInt64
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&at) }, `SELECT MIN(order_at) FROM public_moment WHERE order_at > $1`, int64(undated))
	return fromNullMS(at), err
}

// plainMost is how many of the newest articles a plain search looks at: it reads each, and its time must end.
const plainMost = 20_000

// FindPlain finds articles with all words of a text in their headings, newest first, as they are written: it serves while the
// index cannot. It looks at the newest 20,000 articles of the query's list. An empty text finds everything.
func (p *Public) FindPlain(ctx context.Context, text string, q news.ListQuery) (news.CardPage, error) {
	after := descending(q.After)
	from, until := int64(undated), int64(1<<63-1)
	if !q.From.IsZero() {
		from = ms(q.From)
	}
	if !q.Until.IsZero() {
		until = ms(q.Until)
		from = max(from, undated+1)
	}
	var args argList
	query := `SELECT ` + cardColumns + ` FROM (SELECT code FROM public_moment WHERE order_at >= ` + args.add(from) + ` AND order_at < ` + args.add(until) +
		` AND (order_at, code) < (` + args.add(after.At) + `, ` + args.add(after.ID) + `) ORDER BY order_at DESC, code DESC LIMIT ` + args.add(plainMost) + `) k
		JOIN public_article p ON p.code = k.code WHERE (p.section_id = ` + args.add(int64(q.Section)) + ` OR p.section_id > 0 AND ` + args.add(int64(q.Section)) + ` = 0)`
	for i, word := range strings.Fields(persian.CleanLine(text)) {
		if i == maxSearchWords {
			break
		}
		query += ` AND (p.kicker || ' ' || p.headline || ' ' || p.lede) LIKE ` + args.add(likePattern(word)) + ` ESCAPE '!'`
	}
	query += ` ORDER BY p.order_at DESC, p.code DESC LIMIT ` + args.add(q.Limit+1)
	return p.cardPage(ctx, q.Limit, query, args...)
}

// Reporter finds somebody by the slug of their name; NotFound while it stands above no public article.
func (p *Public) Reporter(ctx context.Context, slug string) (news.Writer, error) {
	who := news.Writer{Slug: slug}
	news.Depend(ctx, who.Dependency())
	err := p.s.one(ctx, func(r scanner) error { return r.Scan(&who.Name) },
		`SELECT name FROM public_byline WHERE slug = $1 ORDER BY order_at DESC, article_code DESC LIMIT 1`, slug)
	return who, err
}

// ReporterNames are the people whose folded names these are, by them; those that no public article names are left out.
func (p *Public) ReporterNames(ctx context.Context, folds []string) (map[string]news.Writer, error) {
	found := map[string]news.Writer{}
	for _, fold := range folds {
		var who news.Writer
		err := p.s.one(ctx, func(r scanner) error { return r.Scan(&who.Slug, &who.Name) },
			`SELECT slug, name FROM public_byline WHERE fold = $1 ORDER BY order_at DESC LIMIT 1`, fold)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		if err == nil {
			found[fold] = who
		}
	}
	return found, nil
}

// Tags are those of the tags that a public article has, in the given order.
func (p *Public) Tags(ctx context.Context, ids []news.TagID) ([]news.Tag, error) {
	var all []news.Tag
	for _, id := range ids {
		tag := news.Tag{ID: id}
		err := p.s.one(ctx, func(r scanner) error { return r.Scan(&tag.Slug, &tag.Name) }, `SELECT slug, name FROM public_tag WHERE id = $1 LIMIT 1`, int64(id))
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		if err == nil {
			all = append(all, tag)
		}
	}
	return all, nil
}

const topicColumns = `t.tag_id, t.slug, t.name, t.kind, t.text, COALESCE(t.media_id, 0), t.media_width, t.media_height, t.media_alt, t.media_credit,
	(SELECT COUNT(*) FROM public_tag x WHERE x.id = t.tag_id)`

func scanPublicTopic(r scanner) (news.PublicTopic, error) {
	var t news.PublicTopic
	err := r.Scan(&t.ID, &t.Slug, &t.Name, &t.Kind, &t.Text, &t.Picture.Media, &t.Size.Width, &t.Size.Height, &t.Picture.Alt, &t.Picture.Credit, &t.Count)
	return t, err
}

// Topic is what the newsroom says of a tag; NotFound where it says nothing, or while no public article has the tag.
func (p *Public) Topic(ctx context.Context, id news.TagID) (news.PublicTopic, error) {
	news.Depend(ctx, id.Dependency())
	var t news.PublicTopic
	err := p.s.one(ctx, func(r scanner) (err error) { t, err = scanPublicTopic(r); return err }, `SELECT `+topicColumns+` FROM public_topic t WHERE t.tag_id = $1`, int64(id))
	return t, err
}

// Topics are all public topics by kind, those with the most articles first; at most limit of each kind.
func (p *Public) Topics(ctx context.Context, limit int) ([]news.PublicTopic, error) {
	news.Depend(ctx, news.TopicList, news.LatestList)
	var all []news.PublicTopic
	for _, kind := range news.TopicKinds() {
		err := p.s.each(ctx, func(r scanner) error {
			t, err := scanPublicTopic(r)
			all = append(all, t)
			return err
		}, `SELECT `+topicColumns+` FROM public_topic t WHERE t.kind = $1 ORDER BY 11 DESC, t.name LIMIT `+strconv.Itoa(limit), string(kind))
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// codes reads a list of codes.
func (s *Store) codes(ctx context.Context, query string, args ...any) ([]news.Code, error) {
	var all []news.Code
	err := s.each(ctx, func(r scanner) error {
		var code news.Code
		err := r.Scan(&code)
		all = append(all, code)
		return err
	}, query, args...)
	return all, err
}
