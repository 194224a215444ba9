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

// Assets is what browsers load: icons.svg, fonts/, the site’s sign (favicon.svg, and the same drawn as favicon.png for what reads no SVG),
// scripts and style sheets. Each page loads site.js and early.js; those with comments letters.js (and the worker challenge.js), what keeps
// open pages fresh is live.js, what search does search.js.
//
// The rules of the sheets stand in parts, each for what its name says: tokens.css (colours and letters, of the newsroom too), ground.css
// (what every page has), frontpage.css, lists.css, article.css, plays.css (films in a text) and letters.css (comments and their forms). Pages
// load sheets that are made of them, one for what most readers come for: river.css for the front page and the lists, story.css for an
// article, site.css for the rest, which also takes sheets.css, search.css and letters.css as it needs them.
func Assets() fs.FS { return assets }
