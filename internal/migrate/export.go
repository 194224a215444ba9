package migrate

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dabir-newsroom/dabir/internal/news"
)

// Archive gives comments out, article by article.
type Archive interface {
	// BeginExport notes in the log that comments are taken out, and whether with e-mails.
	BeginExport(ctx context.Context, emails bool) error
	DiscussedArticles(ctx context.Context, after news.Code, limit int) ([]news.DiscussedArticle, error)
	ArticleComments(ctx context.Context, q news.ExportQuery) ([]news.ExportedComment, error)
}

// ExportOptions says how to export comments.
type ExportOptions struct {
	Format   CommentFormat
	Emails   bool   // with their writers' e-mails
	SiteURL  string // stands before the articles' paths
	SiteName string
}

// ExportReport says what went out.
type ExportReport struct {
	Articles int `json:"articles"`
	Comments int `json:"comments"`
	LeftOut  int `json:"left_out"` // comments in a state that the form does not have
}

// exportPage is how many articles or comments are asked for at once.
const exportPage = 500

// commentWriter writes comments in one form; all of an article follow on it.
type commentWriter interface {
	article(a news.DiscussedArticle) error
	// comment tells whether the form could take the comment.
	comment(c news.ExportedComment) (taken bool, err error)
	end() error
}

// ExportComments writes all comments that still have their words to w, which is not closed; Isso's form, which is no stream, is
// ExportIsso's. Memory does not grow with what is written. Comments that come while it runs may be in it or not.
func ExportComments(ctx context.Context, from Archive, w io.Writer, opts ExportOptions) (ExportReport, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	var form commentWriter
	switch opts.Format {
	case FormatJSONL:
		form = &jsonlWriter{out: json.NewEncoder(out), opts: opts}
	case FormatDisqus:
		form = &disqusWriter{xmlWriter: xmlWriter{w: out, opts: opts}, list: func(each func(news.DiscussedArticle) error) error {
			return eachArticle(ctx, from, each)
		}}
	case FormatWXR:
		form = &wxrWriter{xmlWriter: xmlWriter{w: out, opts: opts}}
	default:
		return ExportReport{}, fmt.Errorf("comments are not written as %q", opts.Format)
	}
	report, err := export(ctx, from, form, opts)
	if err == nil {
		err = out.Flush()
	}
	return report, err
}

func export(ctx context.Context, from Archive, to commentWriter, opts ExportOptions) (ExportReport, error) {
	var r ExportReport
	if err := from.BeginExport(ctx, opts.Emails); err != nil {
		return r, err
	}
	err := eachArticle(ctx, from, func(a news.DiscussedArticle) error {
		r.Articles++
		if err := to.article(a); err != nil {
			return err
		}
		q := news.ExportQuery{Article: a.Code, Limit: exportPage, Emails: opts.Emails}
		for {
			comments, err := from.ArticleComments(ctx, q)
			if err != nil {
				return err
			}
			for _, c := range comments {
				taken, err := to.comment(c)
				if err != nil {
					return err
				}
				if taken {
					r.Comments++
				} else {
					r.LeftOut++
				}
			}
			if len(comments) < q.Limit {
				return nil
			}
			q.After = comments[len(comments)-1].Comment.ID
		}
	})
	if err != nil {
		return r, err
	}
	return r, to.end()
}

func eachArticle(ctx context.Context, from Archive, do func(news.DiscussedArticle) error) error {
	var after news.Code
	for {
		page, err := from.DiscussedArticles(ctx, after, exportPage)
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := do(a); err != nil {
				return err
			}
			after = a.Code
		}
		if len(page) < exportPage {
			return nil
		}
	}
}

// jsonlWriter writes our own form, which loses nothing.
type jsonlWriter struct {
	out  *json.Encoder
	opts ExportOptions
	at   news.DiscussedArticle
}

func (w *jsonlWriter) article(a news.DiscussedArticle) error {
	w.at = a
	return nil
}

func (w *jsonlWriter) comment(e news.ExportedComment) (bool, error) {
	return true, w.out.Encode(jsonOf(e, w.at, w.opts.SiteURL))
}

func jsonOf(e news.ExportedComment, under news.DiscussedArticle, siteURL string) jsonComment {
	c := e.Comment
	line := jsonComment{
		ID: identifier(commentNumber(c.ID)), Origin: e.Origin, ParentOrigin: e.ParentOrigin,
		Article: identifier(under.Origin), Code: under.Code, URL: siteURL + under.Path,
		State: c.State, Reason: c.Reason, Name: c.Name, Email: c.Email, Country: c.Country, Newsroom: c.ByNewsroom, Text: c.Text,
		Date: exactTime(c.CreatedAt), Decided: c.DecidedAt, Edited: c.EditedAt, Likes: c.VotesUp, Dislikes: c.VotesDown,
	}
	if c.Parent != 0 {
		line.Parent = identifier(commentNumber(c.Parent))
	}
	return line
}

func (w *jsonlWriter) end() error { return nil }
