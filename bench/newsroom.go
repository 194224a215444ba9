package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/PuerkitoBio/goquery"
)

// editor is somebody of the newsroom at a browser, signed in.
type editor struct {
	addr   string
	cookie string
}

// signIn adds somebody with a role to the newsroom that a process serves, and signs them in.
func (w *workshop) signIn(ctx context.Context, s *server, data, username, role string) (*editor, error) {
	cmd := exec.CommandContext(ctx, w.bin, "user", "add", username, "--name", username, "--role", role, "--data", data)
	cmd.Env = cleanEnv()
	said, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("user add: %w\n%s", err, said)
	}
	_, link, ok := strings.Cut(string(said), "/newsroom/signin/")
	if !ok {
		return nil, fmt.Errorf("user add gave no link: %s", said)
	}
	e := &editor{addr: s.addr}
	response, err := e.do(ctx, http.MethodPost, "/newsroom/signin/"+strings.TrimSpace(link), "application/x-www-form-urlencoded", nil)
	if err != nil {
		return nil, err
	}
	for _, c := range response.Cookies() {
		if !strings.HasSuffix(c.Path, "/signin") { // the other one goes to the sign-in's pages only
			e.cookie = c.Name + "=" + c.Value
		}
	}
	if e.cookie == "" {
		return nil, fmt.Errorf("signing in answers %d and gives no session", response.StatusCode)
	}
	return e, nil
}

// answered reads the whole of a good answer.
func answered(response *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return body, err
}

// browser follows no redirect and keeps connections for all editors.
var browser = &http.Client{
	Transport:     &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do sends a request as the editor and reads the whole answer.
func (e *editor) do(ctx context.Context, method, path, kind string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+e.addr+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", e.cookie)
	r.Header.Set("User-Agent", "dabir-bench")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	response, err := browser.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(answer))
	return response, err
}

// form reads the article form of a page of the newsroom: what a browser would send with it.
func (e *editor) form(ctx context.Context, path string) (url.Values, error) {
	response, err := e.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: status %d", path, response.StatusCode)
	}
	page, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		return nil, err
	}
	fields := url.Values{}
	page.Find("form:has([name=headline])").First().Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		switch {
		case goquery.NodeName(field) == "textarea":
			fields.Set(name, field.Text())
		case goquery.NodeName(field) == "select":
			fields.Set(name, field.Find("option[selected]").AttrOr("value", field.Find("option").AttrOr("value", "")))
		case field.AttrOr("type", "") != "file" && (field.AttrOr("type", "") != "checkbox" || field.Is("[checked]")):
			fields.Set(name, field.AttrOr("value", ""))
		}
	})
	if !fields.Has("headline") {
		return nil, fmt.Errorf("%s has no article form", path)
	}
	return fields, nil
}

// multipartForm writes fields as the browser sends the form.
func multipartForm(fields url.Values) (body []byte, kind string, err error) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, values := range fields {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				return nil, "", err
			}
		}
	}
	err = w.Close()
	return out.Bytes(), w.FormDataContentType(), err
}

// save sends the article form; it returns the address it leads to.
func (e *editor) save(ctx context.Context, path string, fields url.Values) (string, error) {
	body, kind, err := multipartForm(fields)
	if err != nil {
		return "", err
	}
	response, err := e.do(ctx, http.MethodPost, path, kind, body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("POST %s: status %d", path, response.StatusCode)
	}
	return response.Header.Get("Location"), nil
}

// newArticle makes an article and returns the address of its form.
func (e *editor) newArticle(ctx context.Context, headline, body string) (string, error) {
	fields, err := e.form(ctx, "/newsroom/articles/new")
	if err != nil {
		return "", err
	}
	fields.Set("headline", headline)
	fields.Set("body", body)
	fields.Set("do", "save")
	location, err := e.save(ctx, "/newsroom/articles", fields)
	path, _, _ := strings.Cut(location, "?")
	return path, err
}

// serveEmpty serves a new folder.
func (w *workshop) serveEmpty(ctx context.Context, name string, articles int) (s *server, data string, err error) {
	if data, err = w.folder(name); err != nil {
		return nil, "", err
	}
	if articles > 0 {
		file := filepath.Join(w.temp, name+".jsonl")
		if err := writeFictional(file, articles); err != nil {
			return nil, "", err
		}
		cmd := exec.CommandContext(ctx, w.bin, "import", "jsonl", file, "--data", data)
		cmd.Env = cleanEnv()
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, "", fmt.Errorf("import: %w\n%s", err, said)
		}
		if err := os.Remove(file); err != nil {
			return nil, "", err
		}
	}
	s, err = w.startDabir(ctx, nil, "serve", "--data", data)
	return s, data, err
}

// archive makes a folder of so many fictional articles, whose index and suggestions are made. A hundred thousand take some twenty minutes: with keep
// they are made there once, in a folder of their number, and this is a copy.
func (w *workshop) archive(ctx context.Context, keep, name string, articles int) (data string, err error) {
	kept := filepath.Join(keep, strconv.Itoa(articles))
	if keep != "" {
		if data, err = w.folder(name); err != nil {
			return "", err
		}
		if err = os.CopyFS(data, os.DirFS(kept)); !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
		if err = os.RemoveAll(data); err != nil {
			return "", err
		}
	}
	s, data, err := w.serveEmpty(ctx, name, articles)
	if err != nil {
		return "", err
	}
	err = settle(ctx, s)
	s.stop(syscall.SIGTERM)
	if err == nil && keep != "" {
		err = errors.Join(os.MkdirAll(keep, 0o755), os.CopyFS(kept, os.DirFS(data)))
	}
	return data, err
}

// errNotSaved tells that what was acknowledged is not there.
var errNotSaved = errors.New("what was saved is not what is stored")
