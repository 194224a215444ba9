package store

import (
	"context"
	"maps"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
)

// filing is where one article stands in the lists of tags and of names.
type filing struct {
	orderAt        int64
	tags, bylines  map[string]int64 // by what it is filed under: the moment by which it stands in that list
	wanted, signed []string         // what it is to be filed under
}

// wrong tells which of the two lists is not what the public revision says.
func (f *filing) wrong() (tags, bylines bool) {
	as := func(keys []string) map[string]int64 {
		want := map[string]int64{}
		for _, key := range keys {
			want[key] = f.orderAt
		}
		return want
	}
	return !maps.Equal(f.tags, as(f.wanted)), !maps.Equal(f.bylines, as(f.signed))
}

// filingSlice is how many articles are compared at a time.
const filingSlice = 1000

// checkFiling looks whether every article is filed under the tags and the names of its public revision, and under no others. The rows name tags, the revisions
// what was typed, so this cannot be asked in one statement; all is read as it was at one moment.
func (s *Store) checkFiling(ctx context.Context) ([]news.Fault, error) {
	ctx, _, end, err := s.Public().Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	names := map[string]string{} // by folded name: the number of the tag
	err = s.each(ctx, func(r scanner) error {
		var fold, id string
		err := r.Scan(&fold, &id)
		names[fold] = id
		return err
	}, `SELECT fold, CAST(COALESCE(into_id, id) AS TEXT) FROM tag`)
	if err != nil {
		return nil, err
	}
	tags, bylines := 0, 0
	for after := news.Code(0); ; {
		all, last, err := s.filings(ctx, after, names)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			break
		}
		after = last
		for _, f := range all {
			wrongTags, wrongBylines := f.wrong()
			if wrongTags {
				tags++
			}
			if wrongBylines {
				bylines++
			}
		}
	}
	var faults []news.Fault
	if tags > 0 {
		faults = append(faults, news.Fault{Key: "verify.tags_wrong", Args: []any{tags}})
	}
	if bylines > 0 {
		faults = append(faults, news.Fault{Key: "verify.bylines_wrong", Args: []any{bylines}})
	}
	return faults, nil
}

// filings reads the next articles above after, with the last one's code.
func (s *Store) filings(ctx context.Context, after news.Code, names map[string]string) (map[news.Code]*filing, news.Code, error) {
	all, last := map[news.Code]*filing{}, after
	err := s.each(ctx, func(r scanner) error {
		var tags, bylines string
		f := &filing{tags: map[string]int64{}, bylines: map[string]int64{}}
		if err := r.Scan(&last, &f.orderAt, &tags, &bylines); err != nil {
			return err
		}
		all[last] = f
		return f.want(tags, bylines, names)
	}, `SELECT a.code, a.order_at, COALESCE(r.tags, '[]'), COALESCE(r.bylines, '[]') FROM article a LEFT JOIN revision r ON r.id = a.public_revision
		WHERE a.code > $1 ORDER BY a.code LIMIT $2`, int64(after), filingSlice)
	if err != nil {
		return nil, 0, err
	}
	for _, part := range []struct {
		query string
		into  func(*filing) map[string]int64
	}{
		{`SELECT article_code, CAST(tag_id AS TEXT), order_at FROM article_tag WHERE article_code > $1 AND article_code <= $2`, func(f *filing) map[string]int64 { return f.tags }},
		{`SELECT article_code, slug, order_at FROM article_byline WHERE article_code > $1 AND article_code <= $2`, func(f *filing) map[string]int64 { return f.bylines }},
	} {
		err := s.each(ctx, func(r scanner) error {
			var code news.Code
			var key string
			var at int64
			if err := r.Scan(&code, &key, &at); err != nil {
				return err
			}
			if f := all[code]; f != nil {
				part.into(f)[key] = at
			}
			return nil
		}, part.query, int64(after), int64(last))
		if err != nil {
			return nil, 0, err
		}
	}
	return all, last, nil
}

// want notes what the lists of the public revision say; a name that leaves nothing of itself is filed nowhere.
func (f *filing) want(tags, bylines string, names map[string]string) error {
	var typed []string
	var signed []news.Byline
	if err := fromJSONList(tags, &typed); err != nil {
		return err
	}
	if err := fromJSONList(bylines, &signed); err != nil {
		return err
	}
	for _, name := range typed {
		if fold := persian.Fold(name); fold != "" {
			f.wanted = append(f.wanted, names[fold])
		}
	}
	for _, b := range signed {
		if slug := persian.Slug(b.Name); slug != "" {
			f.signed = append(f.signed, slug)
		}
	}
	return nil
}
