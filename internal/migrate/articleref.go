package migrate

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// articleKey is what a file of comments says of an article.
type articleKey struct {
	id      string    // what the system calls it; "" unknown
	address string    // of its page, with or without its host; "" unknown
	origin  string    // its origin in the Dabir that wrote the file
	code    news.Code // its code in the Dabir that wrote the file; 0 unknown
}

// label names the article for the operator.
func (k articleKey) label() string {
	switch {
	case k.address != "":
		return k.address
	case k.id != "":
		return k.id
	case k.origin != "":
		return k.origin
	case k.code != 0:
		return "article " + k.code.String()
	}
	return "an article without a name"
}

// ArticleMap says by hand where the comments of an article belong, by whatever a file calls it.
type ArticleMap map[string]news.ArticleRef

// maxMap is the largest map that is read, in bytes.
const maxMap = 64 << 20

// ReadArticleMap reads CSV with two columns: an address or an id as the file of comments has it, and a code or an origin of
// this newsroom. Addresses are compared without protocol, "www." and closing slash. The error names the line.
func ReadArticleMap(r io.Reader) (ArticleMap, error) {
	rows := csv.NewReader(bufio.NewReader(io.LimitReader(r, maxMap)))
	rows.FieldsPerRecord = 2
	rows.ReuseRecord = true
	m := ArticleMap{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return nil, err
		}
		from, to := addressKey(row[0]), strings.TrimSpace(strings.TrimPrefix(row[1], "\ufeff"))
		line, _ := rows.FieldPos(0)
		if from == "" || to == "" {
			return nil, fmt.Errorf("line %d of the map: both columns must be filled", line)
		}
		ref := news.ArticleRef{Origins: []string{strings.Clone(to)}}
		if code, err := strconv.ParseInt(to, 10, 64); err == nil {
			ref = news.ArticleRef{Code: news.Code(code)}
		}
		m[strings.Clone(from)] = ref
	}
}

// addressKey is an address or an id as maps are asked for it.
func addressKey(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	if path, err := url.PathUnescape(s); err == nil {
		s = path
	}
	for _, start := range []string{"https://", "http://", "//", "www."} {
		s = strings.TrimPrefix(s, start)
	}
	s, _, _ = strings.Cut(s, "#")
	return strings.TrimSuffix(s, "/")
}

// articleFinder turns what a file says of an article into what the newsroom can look for.
type articleFinder struct {
	byHand ArticleMap
	prefix string // of the articles' origins, such as "jsonl"
	host   string // of this newsroom's own pages; "" unknown
	codes  bool   // numbers in addresses are codes of this newsroom, whatever their host
}

// numberInPath finds the number of an article in addresses as news sites have them: /news/123/…, /fa/news/123/….
var numberInPath = regexp.MustCompile(`^(?:/[a-z]{2})?/news/([0-9]{1,12})(?:/|$)`)

// find makes the reference; the error says that the file names no article.
func (f articleFinder) find(k articleKey) (ref news.ArticleRef, err error) {
	for _, name := range []string{k.address, k.id, k.origin} {
		if ref, ok := f.byHand[addressKey(name)]; ok && name != "" {
			return ref, nil
		}
	}
	add := func(origin string) {
		if plainID(origin) && !slices.Contains(ref.Origins, origin) {
			ref.Origins = append(ref.Origins, origin)
		}
	}
	add(k.origin)
	if k.id != "" {
		add(k.id)
		add(f.prefix + ":" + k.id)
	}
	page, perr := url.Parse(strings.TrimSpace(k.address))
	if perr != nil {
		page = &url.URL{}
	}
	if k.address != "" {
		f.addAddress(k.address, page.Host != "", add)
	}
	own := f.codes || f.host != "" && strings.EqualFold(page.Host, f.host)
	if own || k.address == "" {
		ref.Code = k.code
	}
	if match := numberInPath.FindStringSubmatch(page.Path); match != nil {
		if number, err := strconv.ParseInt(match[1], 10, 64); err == nil && own {
			ref.Code = news.Code(number)
		} else {
			add(f.prefix + ":" + match[1])
		}
	}
	if len(ref.Origins) == 0 && ref.Code == 0 {
		return ref, errors.New("nothing says under which article it stands")
	}
	return ref, nil
}

// addAddress adds the forms in which an old address may be an article's origin.
func (f articleFinder) addAddress(address string, hasHost bool, add func(string)) {
	add(f.prefix + ":" + address)
	if !hasHost {
		return
	}
	rest := addressKey(address)
	for _, start := range []string{"https://", "http://", "https://www.", "http://www."} {
		add(f.prefix + ":" + start + rest)
		add(f.prefix + ":" + start + rest + "/")
	}
}
