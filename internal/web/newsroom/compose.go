package newsroom

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/markup"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// editorKeys are the sentences of the editor's script, which gets them with the page.
var editorKeys = []string{
	"editor.address", "editor.alt", "editor.alt_hint", "editor.apply", "editor.bad_address", "editor.body",
	"editor.bullets", "editor.cancel", "editor.caption", "editor.close", "editor.column_after", "editor.column_delete",
	"editor.credit", "editor.credit_all", "editor.credit_hint", "editor.desk", "editor.desk_all", "editor.desk_block",
	"editor.desk_change", "editor.desk_count", "editor.desk_fix", "editor.desk_fixed", "editor.desk_found",
	"editor.desk_key_all", "editor.desk_key_fix", "editor.desk_key_next", "editor.desk_more", "editor.desk_none",
	"editor.em", "editor.embed", "editor.embed_hint", "editor.failed", "editor.find", "editor.find_next",
	"editor.find_previous", "editor.found", "editor.half_space", "editor.header", "editor.heading", "editor.insert",
	"editor.keys", "editor.library", "editor.library_any", "editor.library_audio", "editor.library_caption_missing",
	"editor.library_credit_missing", "editor.library_cut", "editor.library_drop", "editor.library_hint",
	"editor.library_image", "editor.library_kind", "editor.library_many", "editor.library_new",
	"editor.library_no_credit", "editor.library_older", "editor.library_search", "editor.library_sending",
	"editor.library_sent", "editor.library_video", "editor.library_waiting", "editor.library_working",
	"editor.line_break", "editor.link", "editor.ltr", "editor.merge", "editor.minutes", "editor.more",
	"editor.more_search", "editor.note", "editor.note_label", "editor.nothing_found", "editor.numbers",
	"editor.picture", "editor.player", "editor.pullquote", "editor.quote", "editor.redo", "editor.replace",
	"editor.replace_all", "editor.replace_with", "editor.replaced", "editor.row_after", "editor.row_before",
	"editor.row_delete", "editor.rule", "editor.strong", "editor.sub", "editor.subheading", "editor.sup",
	"editor.table", "editor.table_delete", "editor.to_toolbar", "editor.toolbar", "editor.toolbar_hint", "editor.undo",
	"editor.unlink", "editor.weight", "editor.weight_open", "editor.weight_whole", "editor.words", "editor.working",
}

// editorWords are the sentences of the editor by their names in its script.
func (n *Newsroom) editorWords() map[string]string {
	words := make(map[string]string, len(editorKeys)+1)
	for _, key := range editorKeys {
		words[strings.TrimPrefix(key, "editor.")] = n.print.T(key)
	}
	if len(n.Embeds) > 0 {
		words["embed_hint"] += ". " + n.print.T("editor.embed_hosts", n.print.List(n.Embeds))
	}
	return words
}

const (
	foundMany = 8  // how many articles are offered as one types
	askedMany = 50 // how many codes may be asked for at once
	// weighedMany is how many pictures are weighed at once; an article of more is heavy anyway.
	weighedMany = 500
)

// foundArticle is an article as the editor offers it for a box.
type foundArticle struct {
	Code     string `json:"code"`
	Headline string `json:"headline"`
	About    string `json:"about"` // section and state, in words
}

// find answers with the articles whose headline holds ?q=, the newest first, or with those of the codes ?code=. What does not
// exist is left out. It offers articles in every state: a box on what readers may not see yet shows them nothing.
func (n *Newsroom) find(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	rows := []news.ArticleRow{}
	if codes := query["code"]; len(codes) > 0 {
		for _, value := range codes[:min(len(codes), askedMany)] {
			code, ok := news.ParseCode(value)
			if !ok {
				continue
			}
			a, err := n.Articles.Article(r.Context(), actorOf(r), code)
			switch kind := news.KindOf(err); {
			case err == nil:
				rows = append(rows, news.ArticleRow{Code: a.Code, State: a.State, Headline: a.Content.Headline})
			case kind != news.NotFound && kind != news.Forbidden:
				return err
			}
		}
	} else {
		found, err := n.Articles.Articles(r.Context(), actorOf(r), news.ArticleFilter{Text: query.Get("q"), Limit: foundMany})
		if err != nil {
			return err
		}
		rows = found.Rows
	}
	answer := struct {
		Articles []foundArticle `json:"articles"`
	}{make([]foundArticle, len(rows))}
	for i, row := range rows {
		about := n.print.T("state." + string(row.State))
		if row.SectionName != "" {
			about = row.SectionName + " · " + about
		}
		answer.Articles[i] = foundArticle{row.Code.String(), row.Headline, about}
	}
	return answerJSON(w, r, http.StatusOK, answer)
}

// paste answers with what is left of the HTML that another program put on the clipboard.
func (n *Newsroom) paste(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	return answerJSON(w, r, http.StatusOK, struct {
		HTML string `json:"html"`
	}{markup.FromClipboard(f.Text("html")).String()})
}

// weight tells the editor what the pictures ?id= of an article weigh together.
func (n *Newsroom) weight(w http.ResponseWriter, r *http.Request) error {
	var items []news.Media
	ids := r.URL.Query()["id"]
	for _, value := range ids[:min(len(ids), weighedMany)] {
		id, ok := news.ParseCode(value)
		if !ok {
			continue
		}
		m, err := n.Media.Media(r.Context(), news.MediaID(id))
		if news.KindOf(err) == news.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		items = append(items, m)
	}
	sum := editorial.Weigh("", items)
	return answerJSON(w, r, http.StatusOK, struct {
		Pictures int64 `json:"pictures"` // bytes
		Unknown  int   `json:"unknown"`  // not weighed yet
	}{sum.Pictures, sum.Unknown})
}

// rendition is the size of a picture that is at most so many pixels wide.
func rendition(size news.PictureSize, most int) (width, height int) {
	if size.Width <= most {
		return size.Width, size.Height
	}
	return most, (size.Height*most + size.Width/2) / size.Width
}

func answerJSON(w http.ResponseWriter, r *http.Request, status int, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	web.SetPrivate(w)
	return web.Write(w, r, status, "application/json", body)
}
