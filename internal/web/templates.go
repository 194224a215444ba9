package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"text/template/parse"

	"github.com/dabir-newsroom/dabir/internal/i18n"
)

// Page is what the struct of every page embeds: the sentences ({{.T "site.latest"}}, {{.N "comment.count" .Count}}), the
// language ({{.Lang}}, {{.Dir}}), numbers, times, and addresses of assets ({{.Asset "site.css"}}).
type Page struct {
	i18n.Printer
	assets *Assets
}

// NewPage makes the Page that speaks through p and finds files in assets (nil: none).
func NewPage(p i18n.Printer, assets *Assets) Page { return Page{Printer: p, assets: assets} }

// Asset is the address of an asset by its name, as Assets.URL.
func (p Page) Asset(name string) string { return p.assets.URL(name) }

// Templates are the pages of an area. Files whose name begins with "_" are shared by all pages (layouts and parts); every
// other *.html file of the folder is a page, named by its file name without ".html". A page is executed from its own top,
// so it begins with the layout it chooses: {{template "layout" .}}{{define "main"}}…{{end}}.
type Templates struct {
	pages   map[string]*template.Template
	shared  *template.Template
	buffers sync.Pool
}

// NewTemplates parses every page of a folder. funcs may be nil. In dense pages a line break behind a tag or an action is not sent: what
// wants a space there says so at the beginning of the next line.
func NewTemplates(folder fs.FS, funcs template.FuncMap, dense bool) (*Templates, error) {
	names, err := fs.Glob(folder, "*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	shared := template.New("shared").Funcs(funcs)
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			if err = add(shared, folder, name, dense); err != nil {
				return nil, fmt.Errorf("web: templates: %w", err)
			}
		}
	}
	t := &Templates{pages: map[string]*template.Template{}, shared: shared}
	t.buffers.New = func() any { return new(bytes.Buffer) }
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			continue
		}
		set, err := shared.Clone()
		if err == nil {
			err = add(set, folder, name, dense)
		}
		if err != nil {
			return nil, fmt.Errorf("web: templates: %w", err)
		}
		page, err := needed(set, name, funcs)
		if err == nil {
			err = checkPage(page)
		}
		if err != nil {
			return nil, fmt.Errorf("web: templates: %w", err)
		}
		t.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return t, nil
}

// broken are the line breaks that dense pages do without.
var broken = strings.NewReplacer(">\n", ">", "}}\n", "}}")

func add(into *template.Template, folder fs.FS, name string, dense bool) error {
	body, err := fs.ReadFile(folder, name)
	if err != nil {
		return err
	}
	text := string(body)
	if dense {
		text = broken.Replace(text)
	}
	_, err = into.New(name).Parse(text)
	return err
}

// needed is a page with what its file defines and what that uses, out of a set that nothing was executed of: all that is shared, in each page of an area, would be
// most of what a newsroom at rest holds in memory.
func needed(set *template.Template, file string, funcs template.FuncMap) (*template.Template, error) {
	page := template.New(file).Funcs(funcs)
	taken := map[string]bool{}
	var take func(name string) error
	take = func(name string) error {
		one := set.Lookup(name)
		if taken[name] || one == nil || one.Tree == nil {
			return nil // one that is not there is the check's to find
		}
		taken[name] = true
		if _, err := page.AddParseTree(name, one.Tree); err != nil {
			return err
		}
		for _, used := range uses(nil, one.Tree.Root) {
			if err := take(used); err != nil {
				return err
			}
		}
		return nil
	}
	for _, one := range set.Templates() {
		if one.Tree != nil && one.Tree.ParseName == file {
			if err := take(one.Name()); err != nil {
				return nil, err
			}
		}
	}
	return page.Lookup(file), nil
}

// uses appends the names of the templates that a node calls.
func uses(names []string, node parse.Node) []string {
	var lists [2]*parse.ListNode
	switch n := node.(type) {
	case *parse.TemplateNode:
		return append(names, n.Name)
	case *parse.ListNode:
		lists[0] = n
	case *parse.IfNode:
		lists = [2]*parse.ListNode{n.List, n.ElseList}
	case *parse.RangeNode:
		lists = [2]*parse.ListNode{n.List, n.ElseList}
	case *parse.WithNode:
		lists = [2]*parse.ListNode{n.List, n.ElseList}
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for _, inner := range list.Nodes {
			names = uses(names, inner)
		}
	}
	return names
}

// checkPage finds what html/template refuses (a broken attribute, a template that is not there) at the start: by itself it
// looks only when a page is first shown. Executing without data fails in other ways too, which say nothing.
func checkPage(page *template.Template) error {
	var refused *template.Error
	if err := page.Execute(io.Discard, nil); errors.As(err, &refused) {
		return refused
	}
	return nil
}

// Render executes a page into a buffer and answers with it through Write; when it fails nothing has been written.
func (t *Templates) Render(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	return t.RenderPart(w, r, status, page, "", data)
}

// RenderPart is Render for a single named template that the page's file defines or uses, such as a fragment that a script puts into the page.
// part "" is the whole page.
func (t *Templates) RenderPart(w http.ResponseWriter, r *http.Request, status int, page, part string, data any) error {
	buf := t.buffers.Get().(*bytes.Buffer)
	defer t.buffers.Put(buf)
	buf.Reset()
	if err := t.Execute(buf, page, part, data); err != nil {
		return err
	}
	return Write(w, r, status, "text/html; charset=utf-8", buf.Bytes())
}

// Execute writes a page, or a part of its set, into a buffer: for what goes out inside something else. Page "" is what all pages share.
func (t *Templates) Execute(buf *bytes.Buffer, page, part string, data any) error {
	set := t.pages[page]
	if page == "" {
		set = t.shared
	}
	if set == nil {
		return fmt.Errorf("web: no template %q", page)
	}
	var err error
	if part == "" {
		err = set.Execute(buf, data)
	} else {
		err = set.ExecuteTemplate(buf, part, data)
	}
	if err != nil {
		return fmt.Errorf("web: render %s: %w", page, err)
	}
	return nil
}
