package news

import (
	"net/url"
	"slices"
	"time"
)

// DossierID identifies a dossier; 0 is none.
type DossierID int64

// Bounds of a dossier.
const (
	MaxDossierItems = 200
	// DossierShown is how many articles a dossier's page and feed show at most.
	DossierShown = 60
)

// DossierItem is an article that an editor put into a dossier.
type DossierItem struct {
	Code   Code `json:"code"`
	Pinned bool `json:"pinned,omitempty"` // it stands above all that is not
}

// DossierContent is what people write of a dossier (پرونده).
type DossierContent struct {
	Title   string        `json:"title"`
	Text    string        `json:"text"`               // sanitised HTML
	Items   []DossierItem `json:"items,omitempty"`    // by hand, in order, each article once
	TagSlug string        `json:"tag_slug,omitempty"` // the newest articles with this tag follow; "": none
	TagName string        `json:"tag_name,omitempty"`
}

// Ordered are the codes in the order of the page: pinned ones first. pinned tells how many.
func (c DossierContent) Ordered() (codes []Code, pinned int) {
	for _, want := range []bool{true, false} {
		for _, item := range c.Items {
			if item.Pinned == want {
				codes = append(codes, item.Code)
			}
		}
		if want {
			pinned = len(codes)
		}
	}
	return codes, pinned
}

// Dossier is the newsroom's whole view of a dossier. What is written is public only once it is published.
type Dossier struct {
	ID      DossierID
	Slug    string // the permanent part of its address; fixed by the first publication
	State   State  // Draft, Published or Withdrawn
	Version int    // of the working copy, from 1
	Content DossierContent
	Public  *DossierContent // what readers see or saw; nil: never published

	PublishedAt time.Time // first publication; zero before
	ModifiedAt  time.Time // last publication
	CreatedAt   time.Time
	UpdatedAt   time.Time
	UpdatedBy   UserID
	ByName      string // display name
}

// Path is the dossier's address below the site's root.
func (d Dossier) Path() string { return DossierPath(d.Slug) }

// DossierPath is the one form of a dossier's address.
func DossierPath(slug string) string { return "/dossier/" + url.PathEscape(slug) }

// Changed tells a published dossier whose working copy differs from what readers see.
func (d Dossier) Changed() bool {
	if d.State != Published || d.Public == nil {
		return false
	}
	a, b := d.Content, *d.Public
	return a.Title != b.Title || a.Text != b.Text || a.TagSlug != b.TagSlug || !slices.Equal(a.Items, b.Items)
}

// Revise gives the dossier new content; false when nothing differs.
func (d *Dossier) Revise(slug string, c DossierContent, by UserID, now time.Time) bool {
	old := d.Content
	if d.Slug == slug && old.Title == c.Title && old.Text == c.Text && old.TagSlug == c.TagSlug && slices.Equal(old.Items, c.Items) {
		return false
	}
	d.Slug, d.Content = slug, c
	d.Version++
	d.UpdatedAt, d.UpdatedBy = now, by
	return true
}

// Publish makes the working copy what readers see.
func (d *Dossier) Publish(by UserID, now time.Time) {
	c := d.Content
	c.Items = slices.Clone(c.Items)
	if d.PublishedAt.IsZero() {
		d.PublishedAt = now
	}
	d.Public, d.State, d.ModifiedAt = &c, Published, now
	d.UpdatedAt, d.UpdatedBy = now, by
}

// Withdraw takes the dossier from readers; its address answers as one that never was. Conflict "error.dossier_not_published".
func (d *Dossier) Withdraw(by UserID, now time.Time) error {
	if d.State != Published {
		return Fail(Conflict, "error.dossier_not_published")
	}
	d.State = Withdrawn
	d.UpdatedAt, d.UpdatedBy = now, by
	return nil
}

// PublicDossier is a dossier as readers may see it; its articles are shown as far as the gate gives their cards. Only store.Public
// makes it.
type PublicDossier struct {
	ID   DossierID
	Slug string
	DossierContent
	PublishedAt time.Time
	ModifiedAt  time.Time
}

// Path is the dossier's address below the site's root.
func (d PublicDossier) Path() string { return DossierPath(d.Slug) }
