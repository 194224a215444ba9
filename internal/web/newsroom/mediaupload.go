package newsroom

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/media"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// Uploads that survive a broken line (docs/media.md): POST begins one, PATCH adds bytes at Upload-Offset, HEAD tells the offset,
// POST …/done takes the file into the library, DELETE gives it up. Without a script the plain form sends all files at once.

const (
	pathUploads = root + "/uploads"
	// partBody bounds the bytes of one PATCH; the script sends less.
	partBody = 16 << 20
)

// offsetHeader is where PATCH says, and every answer tells, how far an upload is.
const offsetHeader = "Upload-Offset"

type uploadAnswer struct {
	ID     string `json:"id"`
	Offset int64  `json:"offset"`
	Size   int64  `json:"size"`
}

func (n *Newsroom) sendProgress(w http.ResponseWriter, r *http.Request, status int, p media.Progress) error {
	w.Header().Set(offsetHeader, strconv.FormatInt(p.Offset, 10))
	w.Header().Set("Location", pathUploads+"/"+p.ID)
	return n.sendJSON(w, r, status, uploadAnswer{p.ID, p.Offset, p.Size})
}

func (n *Newsroom) beginUpload(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := n.Uploads.Begin(actorOf(r), f.Line("name"), f.Int("size"))
	if err != nil {
		return err
	}
	return n.sendProgress(w, r, http.StatusCreated, p)
}

func (n *Newsroom) uploadState(w http.ResponseWriter, r *http.Request) error {
	p, err := n.Uploads.UploadState(actorOf(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	return n.sendProgress(w, r, http.StatusOK, p)
}

func (n *Newsroom) appendUpload(w http.ResponseWriter, r *http.Request) error {
	offset, err := strconv.ParseInt(r.Header.Get(offsetHeader), 10, 64)
	if err != nil || offset < 0 {
		return news.Fail(news.Invalid, "error.upload_offset")
	}
	p, err := n.Uploads.Append(actorOf(r), r.PathValue("id"), offset, r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return tooLarge
	}
	if err != nil {
		return err
	}
	return n.sendProgress(w, r, http.StatusOK, p)
}

func (n *Newsroom) finishUpload(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	m, err := n.Uploads.Finish(r.Context(), actorOf(r), r.PathValue("id"),
		media.Upload{Caption: f.Line("caption"), Credit: f.Line("credit"), Alt: f.Line("alt"), CreditLater: true})
	if err != nil {
		return err
	}
	return n.sendJSON(w, r, http.StatusOK, n.mediaItem(r, m))
}

func (n *Newsroom) abandonUpload(w http.ResponseWriter, r *http.Request) error {
	if err := n.Uploads.Abandon(actorOf(r), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// addMedia takes in the files of the plain form. What can be taken is taken; the page names each file that could not, and why.
func (n *Newsroom) addMedia(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	files := f.Files("files")
	if len(files) == 0 {
		return n.addMediaFailed(w, r, f, news.FieldError("files", "error.no_file"))
	}
	var wrong []error
	for i, file := range files {
		up := media.Upload{Caption: f.Line("caption"), Credit: f.Line("credit"), CreditLater: true}
		if action := f.Line("action"); action != "" {
			up.Action = action + "." + strconv.Itoa(i)
		}
		if err := n.addFile(r, file, up); err != nil {
			if news.KindOf(err) != news.Invalid {
				return err
			}
			wrong = append(wrong, n.ofFile(file.Filename, err))
		}
	}
	if len(wrong) > 0 {
		return n.addMediaFailed(w, r, f, errors.Join(wrong...))
	}
	return web.Redirect(w, r, pathMedia+"?done=added")
}

func (n *Newsroom) addFile(r *http.Request, file *multipart.FileHeader, up media.Upload) error {
	body, err := file.Open()
	if err != nil {
		return fmt.Errorf("newsroom: open the upload: %w", err)
	}
	defer body.Close()
	up.Reader, up.Name = body, file.Filename
	_, err = n.Pictures.Add(r.Context(), actorOf(r), up)
	return err
}

// ofFile is an error as a sentence that names the file.
func (n *Newsroom) ofFile(name string, err error) error {
	var sentences []string
	for _, e := range news.Errors(err) {
		sentences = append(sentences, n.message(e))
	}
	return news.Fail(news.Invalid, "error.of_file", name, strings.Join(sentences, " "))
}

func (n *Newsroom) addMediaFailed(w http.ResponseWriter, r *http.Request, f web.Form, failed error) error {
	filter := mediaFilter(r.URL.Query())
	found, err := n.Media.MediaList(r.Context(), filter)
	if err != nil {
		return errors.Join(err, failed)
	}
	page := n.mediaPage(r, filter, found.Items)
	page.Problems, page.Caption, page.Credit = n.problems(failed, "files"), f.Line("caption"), f.Line("credit")
	if found.Next != 0 {
		page.Next = mediaAddress(nil, found.Next)
	}
	return n.render(w, r, http.StatusUnprocessableEntity, "media", page)
}
