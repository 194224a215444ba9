// Package dabir_test keeps the rules that hold for the whole tree: who may import whom, and who may make what the public sees.
package dabir_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dabir-newsroom/dabir/"

// rooms says, for every package that is not a command, which of our packages it may import (docs/architecture.md).
var rooms = map[string][]string{
	"internal/news":             {},
	"internal/persian":          {},
	"internal/persian/lexicon":  {},
	"internal/persian/copydesk": {"internal/persian", "internal/persian/lexicon"},
	"internal/persian/terms":    {"internal/persian", "internal/persian/lexicon"},
	"internal/country":          {},
	"internal/markup":           {"internal/persian"},
	"internal/i18n":             {"internal/persian"},
	"internal/config":           {},
	"theme":                     {},
	"internal/textdiff":         {},

	"internal/store":           {"internal/news", "internal/persian", "internal/markup"},
	"internal/store/storetest": {"internal/store"},

	"internal/auth":       {"internal/news", "internal/persian"},
	"internal/backup":     {"internal/news", "internal/media"},
	"internal/discussion": {"internal/news", "internal/persian", "internal/moderation"},
	"internal/moderation": {"internal/news", "internal/persian"},
	"internal/editorial":  {"internal/news", "internal/persian", "internal/persian/copydesk", "internal/persian/lexicon", "internal/markup"},
	"internal/media":      {"internal/news", "internal/persian"},
	"internal/migrate":    {"internal/news", "internal/persian", "internal/markup", "internal/country"},
	"internal/search":     {"internal/persian", "internal/persian/terms"},
	"internal/suggest":    {"internal/news", "internal/persian/terms", "internal/markup"},
	"internal/indexing":   {"internal/news", "internal/markup", "internal/search"},
	"internal/syndicate":  {"internal/news", "internal/persian"},
	"internal/page":       {"internal/news"},
	"internal/watch":      {"internal/news"},
	"internal/stream":     {"internal/news"},
	"internal/cdn":        {"internal/news"},

	"internal/web": {"internal/news", "internal/i18n", "internal/page"},
	"internal/web/site": {"internal/web", "internal/news", "internal/persian", "internal/markup", "internal/i18n", "internal/country",
		"internal/discussion", "internal/indexing", "internal/media", "internal/search", "internal/stream", "internal/syndicate", "theme"},
	"internal/web/newsroom": {"internal/web", "internal/news", "internal/auth", "internal/persian", "internal/persian/copydesk", "internal/markup", "internal/i18n", "internal/country",
		"internal/discussion", "internal/moderation", "internal/editorial", "internal/indexing", "internal/media", "internal/search", "internal/textdiff"},
	"internal/web/control": {"internal/news", "internal/auth", "internal/backup", "internal/discussion", "internal/indexing", "internal/moderation"},

	"internal/demo": {"internal/news", "internal/markup", "internal/editorial", "internal/media"},
}

// commands may import everything: they put the rooms together, measure or test them.
func isCommand(pkg string) bool {
	for _, root := range []string{"cmd", "bench", "e2e", "scripts"} {
		if pkg == root || strings.HasPrefix(pkg, root+"/") {
			return true
		}
	}
	return false
}

// mayUseHTTP: only these rooms speak HTTP.
func mayUseHTTP(pkg string) bool {
	return strings.HasPrefix(pkg, "internal/web") || pkg == "internal/auth" || pkg == "internal/cdn" || pkg == "internal/media" || isCommand(pkg)
}

// sources parses every Go file of the tree but tests and generators, by package folder.
func sources(t *testing.T) map[string][]*ast.File {
	t.Helper()
	found := map[string][]*ast.File{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || len(file) > 1 && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if !ignored(parsed) {
			pkg := path.Dir(filepath.ToSlash(file))
			found[pkg] = append(found[pkg], parsed)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func ignored(f *ast.File) bool {
	for _, group := range f.Comments {
		if group.Pos() < f.Package && strings.Contains(group.List[0].Text, "go:build ignore") {
			return true
		}
	}
	return false
}

func TestDependencyRule(t *testing.T) {
	all := sources(t)
	for room := range rooms {
		if all[room] == nil {
			t.Errorf("the table names %s, which is no package", room)
		}
	}
	for pkg, files := range all {
		allowed, known := rooms[pkg]
		if !known && !isCommand(pkg) {
			t.Errorf("%s is in no row of the table: say what it may import", pkg)
			continue
		}
		for _, f := range files {
			for _, spec := range f.Imports {
				target, _ := strconv.Unquote(spec.Path.Value)
				ours, isOurs := strings.CutPrefix(target, module)
				switch {
				case isOurs && !isCommand(pkg) && !slices.Contains(allowed, ours):
					t.Errorf("%s imports %s, which its row does not allow", pkg, ours)
				case target == "net/http" && !mayUseHTTP(pkg):
					t.Errorf("%s imports net/http", pkg)
				case (pkg == "internal/news" || pkg == "internal/persian") && strings.Contains(strings.Split(target, "/")[0], "."):
					t.Errorf("%s imports %s; it is for the standard library only", pkg, target)
				}
			}
		}
	}
}

// TestOnlyTheGateMakesPublicThings: outside store nobody composes what only store.Public may make.
func TestOnlyTheGateMakesPublicThings(t *testing.T) {
	public := []string{"PublicArticle", "PublicCard", "PublicFront", "PublicDossier", "PublicComment", "PublicCorrection", "PublicTopic"}
	made := 0
	for pkg, files := range sources(t) {
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				sel, ok := lit.Type.(*ast.SelectorExpr)
				if ok && slices.Contains(public, sel.Sel.Name) && pkg != "internal/store" && len(lit.Elts) > 0 {
					t.Errorf("%s makes a news.%s by hand", pkg, sel.Sel.Name)
				}
				return true
			})
			if pkg == "internal/store" {
				ast.Inspect(f, func(n ast.Node) bool {
					if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains(public, sel.Sel.Name) {
						made++
					}
					return true
				})
			}
		}
	}
	if made == 0 {
		t.Error("store makes none of them: the check has lost its grip")
	}
}

// TestPreviewsStayPreviews: what is not public becomes a PublicArticle in one file alone, the one that draws previews; and nobody but
// the store makes a Preview.
func TestPreviewsStayPreviews(t *testing.T) {
	converted := 0
	for pkg, files := range sources(t) {
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr: // a conversion looks like a call
					if isPublicThing(n.Fun, "PublicArticle") {
						converted++
						if pkg != "internal/web/site" || !declares(f, "ShowPreview") {
							t.Errorf("%s turns something into a news.PublicArticle", pkg)
						}
					}
					if isPublicThing(n.Fun, "Preview") && pkg != "internal/store" {
						t.Errorf("%s turns something into a news.Preview", pkg)
					}
				case *ast.CompositeLit:
					if isPublicThing(n.Type, "Preview") && pkg != "internal/store" && len(n.Elts) > 0 {
						t.Errorf("%s makes a news.Preview by hand", pkg)
					}
				}
				return true
			})
		}
	}
	if converted != 1 {
		t.Errorf("%d conversions, want the one of the preview's page", converted)
	}
}

func isPublicThing(e ast.Expr, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	room, ok := sel.X.(*ast.Ident)
	return ok && room.Name == "news"
}

func declares(f *ast.File, name string) bool {
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Name.Name == name
	})
}
