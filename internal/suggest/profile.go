package suggest

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"

	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian/terms"
)

// How often a word of each part of an article counts. The headline says what the article is about.
const (
	headlineCounts = 5
	ledeCounts     = 3
	bodyCounts     = 1
)

// profileWords is how many words of an article are kept: the most used ones, those that come first among equals. How rare a word is
// decides later, when it is known among which articles.
const profileWords = 96

// Profiler finds what is compared of articles. One goroutine at a time may use it.
type Profiler struct{ splitter *terms.Splitter }

// NewProfiler makes a Profiler; an error means that the binary is broken.
func NewProfiler() (*Profiler, error) {
	s, err := terms.NewSplitter(terms.All)
	return &Profiler{s}, err
}

// Profile is what is compared of an article.
func (p *Profiler) Profile(a news.PublicArticle) news.Profile {
	out := news.Profile{Code: a.Code, At: a.PublishedAt, Section: a.Section.ID, Kind: a.Kind,
		Words: p.Words(a.Kicker+"\n"+a.Headline, a.Lede, markup.Plain(markup.HTML(a.Body)))}
	for _, tag := range a.Tags {
		out.Tags = append(out.Tags, tag.ID)
	}
	return out
}

// Words are the words of an article by how often they count, for news.Profile.Words. All texts are plain.
func (p *Profiler) Words(headline, lede, body string) string {
	counts := map[uint32]float64{}
	var order []uint32
	for _, part := range []struct {
		text  string
		times float64
	}{{headline, headlineCounts}, {lede, ledeCounts}, {body, bodyCounts}} {
		for _, term := range p.splitter.Split(part.text) {
			key := keyOf(term.Text)
			if counts[key] == 0 {
				order = append(order, key)
			}
			counts[key] += part.times
		}
	}
	slices.SortStableFunc(order, func(x, y uint32) int { return cmp.Compare(counts[y], counts[x]) })
	order = order[:min(len(order), profileWords)]
	packed := make([]byte, 0, 5*len(order))
	for _, key := range order {
		packed = binary.LittleEndian.AppendUint32(packed, key)
		packed = append(packed, byte(min(255, math.Round(weightUnit*(1+math.Log(counts[key]))))))
	}
	return base64.RawStdEncoding.EncodeToString(packed)
}

// weightUnit is one in the stored weight of a word (1 + ln of how often it counts, in a byte).
const weightUnit = 32

// keyOf is a word in four bytes. Two words that fall together among some hundred thousand change nothing that anybody would see.
func keyOf(word []byte) uint32 {
	h := fnv.New32a()
	h.Write(word)
	return h.Sum32()
}

func keyOfTag(id news.TagID) uint32 { return keyOf([]byte("#" + strconv.FormatInt(int64(id), 10))) }

// word is a word of an article and how much it counts there.
type word struct {
	key    uint32
	weight float32
}

// wordsOf reads the words of a profile.
func wordsOf(p news.Profile) ([]word, error) {
	packed, err := base64.RawStdEncoding.DecodeString(p.Words)
	if err != nil || len(packed)%5 != 0 {
		return nil, fmt.Errorf("suggest: the profile of article %d is damaged", p.Code)
	}
	words := make([]word, 0, len(packed)/5+len(p.Tags))
	for ; len(packed) > 0; packed = packed[5:] {
		words = append(words, word{binary.LittleEndian.Uint32(packed), float32(packed[4]) / weightUnit})
	}
	for _, tag := range p.Tags {
		words = append(words, word{keyOfTag(tag), tagCounts})
	}
	return words, nil
}
