// Package theme holds what readers see: the templates of the reader's pages, three stylesheets, a few small scripts, the icons
// and the fonts, all embedded. The typed structs that fill the templates live in internal/web/site. No logic belongs here.
package theme

import (
	"embed"
	"io/fs"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed *.css site.js letters.js live.js search.js challenge.js early.js icons.svg favicon.svg favicon.png fonts/*.woff2
var assets embed.FS

// Templates is the folder of the reader's templates: files that begin with "_" are shared, every other one is a page.
func Templates() fs.FS {
	folder, err := fs.Sub(templates, "templates")
	if err != nil {
		return templates // cannot be: the name is constant and valid
	}
	return folder
}

// Assets is what browsers load: site.css (with tokens.css, which the newsroom uses too), site.js, early.js, sheets.css for pages that are none of articles, what pages
// with comments need besides (letters.css, letters.js and the worker challenge.js), what keeps open pages fresh (live.js), what search, topics and calendars do (search.css, search.js), icons.svg, fonts/ and the site’s sign (favicon.svg, and the
// same drawn as favicon.png for what reads no SVG).
func Assets() fs.FS { return assets }
