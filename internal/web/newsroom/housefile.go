package newsroom

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dabir-newsroom/dabir/internal/editorial"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// houseColumns head the table of the house's style.
var houseColumns = []string{"kind", "text", "preferred", "note"}

// byteOrderMark stands before a table: without it spreadsheets take the text for Latin.
const byteOrderMark = "\ufeff"

// exportHouse writes the whole house's style as a table that importHouse takes.
func (n *Newsroom) exportHouse(w http.ResponseWriter, r *http.Request) error {
	entries, err := n.House.All(r.Context(), actorOf(r))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString(byteOrderMark)
	table := csv.NewWriter(&out)
	table.Write(houseColumns)
	for _, e := range entries {
		if err := table.Write([]string{string(e.Kind), news.SafeCell(e.Text), news.SafeCell(e.Preferred), news.SafeCell(e.Note)}); err != nil {
			return err
		}
	}
	table.Flush()
	web.SetPrivate(w)
	w.Header().Set("Content-Disposition", `attachment; filename="house-style.csv"`)
	return web.Write(w, r, http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

// houseFile reads the table that was sent. Errors: Invalid at "file".
func houseFile(f web.Form) ([]editorial.HouseLine, error) {
	file, ok := f.File("file")
	if !ok {
		return nil, news.FieldError("file", "error.house_file")
	}
	body, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("newsroom: open the upload: %w", err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read the upload: %w", err)
	}
	return readHouseTable(string(text))
}

// readHouseTable reads a table with the columns kind, text, preferred and note, in any order, with commas, semicolons or tabs between.
// Empty lines are passed over. Errors: Invalid at "file".
func readHouseTable(text string) ([]editorial.HouseLine, error) {
	text = strings.TrimPrefix(text, byteOrderMark)
	if !utf8.ValidString(text) {
		return nil, news.FieldError("file", "error.house_utf8")
	}
	table := csv.NewReader(strings.NewReader(text))
	table.Comma, table.FieldsPerRecord, table.LazyQuotes = separator(text), -1, true
	var columns []int
	var lines []editorial.HouseLine
	for {
		row, err := table.Read()
		if err == io.EOF {
			return lines, nil
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, &news.Error{Kind: news.Invalid, Key: "error.house_csv", Field: "file", Args: []any{bad.Line}, Err: err}
		}
		if err != nil {
			return nil, err
		}
		if columns == nil {
			if columns = houseOrder(row); columns == nil {
				return nil, news.FieldError("file", "error.house_header", strings.Join(houseColumns, ", "))
			}
			continue
		}
		number, _ := table.FieldPos(0)
		cell := func(column int) string {
			if at := columns[column]; at >= 0 && at < len(row) {
				return strings.TrimSpace(news.PlainCell(row[at]))
			}
			return ""
		}
		if line := (editorial.HouseLine{Number: number, Kind: news.HouseKind(cell(0)), Text: cell(1), Preferred: cell(2), Note: cell(3)}); line.Kind != "" || line.Text != "" {
			lines = append(lines, line)
		}
		if len(lines) > news.MaxHouseEntries {
			return nil, news.FieldError("file", "error.house_many", news.MaxHouseEntries)
		}
	}
}

// separator is what stands most often in the first line: spreadsheets of some countries write semicolons.
func separator(text string) rune {
	head, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, sign := range ";\t" {
		if strings.Count(head, string(sign)) > strings.Count(head, string(best)) {
			best = sign
		}
	}
	return best
}

// houseOrder tells at which place of a row each of houseColumns stands, -1 for one that is missing; nil when the first two are not there.
func houseOrder(head []string) []int {
	order := make([]int, len(houseColumns))
	for i, name := range houseColumns {
		order[i] = slices.IndexFunc(head, func(cell string) bool { return strings.EqualFold(strings.TrimSpace(cell), name) })
	}
	if order[0] < 0 || order[1] < 0 {
		return nil
	}
	return order
}
