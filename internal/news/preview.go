package news

import (
	"strings"
	"time"
)

// Preview is one version of an article as its page would show it, whether or not the public may see it. It has the parts of a
// PublicArticle and is none: whatever takes what the public may see does not take a Preview. Only store.Store.Preview makes it,
// and only the preview pages of web/site turn it into what their templates draw (docs/adr/0007; TestPreviewsStayPreviews).
type Preview PublicArticle

// Uses tells whether the version shows a media item, in its picture or in its body.
func (p *Preview) Uses(id MediaID) bool {
	return id != 0 && (p.Picture.Media == id || strings.Contains(p.Body, "/media/"+Code(id).String()+"/"))
}

// PreviewLife is the longest that a preview's link lives.
const PreviewLife = 24 * time.Hour

// PreviewEnd is the moment at which a link made at a moment dies: when its day is over, or earlier when the embargo ends or
// the article or its change comes out.
func (a *Article) PreviewEnd(made time.Time) time.Time {
	end := made.Add(PreviewLife)
	for _, at := range []time.Time{a.EmbargoUntil, a.PublishAt, a.ChangeAt} {
		if at.After(made) && at.Before(end) {
			end = at
		}
	}
	return end
}

// Hidden is nil when a version of the article is not what the public sees, so that a link to it makes sense; otherwise a Conflict.
func (a *Article) Hidden(version int) error {
	if err := a.in(Draft, Submitted, Scheduled, Published); err != nil {
		return err
	}
	if a.State == Published && version == a.PublicRevision {
		return Fail(Conflict, "error.nothing_changed")
	}
	return nil
}
