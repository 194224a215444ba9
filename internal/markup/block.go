package markup

// block is one block of a body. Which fields it uses depends on its tag:
//
//	p h2 h3            lang, runs
//	li td th           lang, runs when it holds one paragraph, else kids; spans
//	ul ol              kids: li
//	blockquote         kids
//	aside              class; kids, or code for a box that names an article
//	table              kids: rows (tr); head is how many of them are the head
//	tr                 kids: td th
//	figure             image, player, embed or link; caption in runs; credit
//	hr                 nothing
type block struct {
	tag              string
	class            string // of an aside: pullquote, more, desk-note
	lang             string
	runs             []run
	kids             []*block
	head             int
	colspan, rowspan int
	image            *image
	player           *player
	embed            string // address of what another host would play
	link             []run
	credit           []run  // who made what the figure shows
	code             int64  // of the article that a box names
	path, headline   string // of that article, once they are filled in
}

// image is a picture of our own.
type image struct {
	src, alt      string
	width, height int // pixels; 0 when unknown
}

// player is a film or a recording of our own.
type player struct {
	tag, src string // tag is video or audio
}

// run is a stretch of text with one format, or a line break.
type run struct {
	text string
	br   bool
	format
}

// format is what inline elements say about a run. Two runs with equal formats
// are one run, so nesting and repetition of elements leave no trace.
type format struct {
	href             string
	dir, lang        string
	bdi              bool
	strong, em       bool
	subscript, super bool
}

// meet returns what two formats have in common.
func meet(f, g format) format {
	if f == g {
		return f
	}
	m := format{
		bdi: f.bdi && g.bdi, strong: f.strong && g.strong, em: f.em && g.em,
		subscript: f.subscript && g.subscript, super: f.super && g.super,
	}
	if f.href == g.href {
		m.href = f.href
	}
	if f.dir == g.dir {
		m.dir = f.dir
	}
	if f.lang == g.lang {
		m.lang = f.lang
	}
	return m
}

// plain returns the text of runs; a line break is "\n".
func plain(runs []run) string {
	if len(runs) == 1 && !runs[0].br {
		return runs[0].text
	}
	var out []byte
	for _, r := range runs {
		if r.br {
			out = append(out, '\n')
		}
		out = append(out, r.text...)
	}
	return string(out)
}

// direction returns "ltr", "rtl" or, where no letter decides, "".
func (b *block) direction() string {
	if len(b.kids) == 0 {
		return direction(b.runs)
	}
	dir := ""
	for _, kid := range b.kids {
		d := kid.direction()
		if d == "rtl" || dir == "rtl" {
			return "rtl"
		}
		if d != "" {
			dir = d
		}
	}
	return dir
}

// direction reads the direction of a text: left to right when its first letter
// is and most of its letters are. A Persian sentence that opens with a Latin
// name stays Persian.
func direction(runs []run) string {
	first, ltr, rtl := "", 0, 0
	for _, r := range runs {
		for _, c := range r.text {
			switch letterDirection(c) {
			case "ltr":
				ltr++
			case "rtl":
				rtl++
			default:
				continue
			}
			switch {
			case first != "":
			case rtl > 0:
				return "rtl"
			default:
				first = "ltr"
			}
		}
	}
	if ltr < rtl {
		return "rtl"
	}
	return first
}
