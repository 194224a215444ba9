package newsroom

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/persian"
	"github.com/dabir-newsroom/dabir/internal/web"
)

const (
	auditLength = 100
	// exportStep and exportMost bound an export: so many events are read at a time, and so many at most are in one file.
	exportStep = 10_000
	exportMost = 200_000
)

// auditFilter is the filter as it was typed.
type auditFilter struct {
	Person news.UserID
	Kind   news.EventKind
	Code   string
	From   string
	Until  string
}

func readAuditFilter(q url.Values) auditFilter {
	person, _ := strconv.ParseInt(q.Get("person"), 10, 64)
	return auditFilter{Person: news.UserID(person), Kind: news.EventKind(q.Get("kind")), Code: strings.TrimSpace(q.Get("code")),
		From: strings.TrimSpace(q.Get("from")), Until: strings.TrimSpace(q.Get("until"))}
}

// query writes the filter for an address.
func (f auditFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"kind": string(f.Kind), "code": f.Code, "from": f.From, "until": f.Until} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Person > 0 {
		q.Set("person", strconv.FormatInt(int64(f.Person), 10))
	}
	return q
}

// events is the filter as the log understands it. A day as the end means all of that day. Errors stand at the fields.
func (f auditFilter) events(now time.Time) (news.EventFilter, error) {
	e := news.EventFilter{Kind: f.Kind}
	var wrong []error
	if f.Person > 0 {
		e.Actor = (news.Actor{User: f.Person}).EventActor()
	}
	if f.Code != "" {
		code, ok := news.ParseCode(persian.LatinDigits(f.Code))
		if !ok {
			wrong = append(wrong, news.FieldError("code", "error.code"))
		}
		e.Subject, e.ID = "article", int64(code)
	}
	from, until, err := readSpan(f.From, f.Until, now)
	e.From, e.Until = from, until
	wrong = append(wrong, err)
	return e, errors.Join(wrong...)
}

// auditRow is an event as people read it.
type auditRow struct {
	news.Event
	Who     string
	What    string
	Subject string // in words
	Path    string // to the article; "" for everything else
	Detail  string
}

type auditPage struct {
	frame
	Filter      auditFilter
	Filtered    bool
	People      []colleague
	Kinds       []named
	Rows        []auditRow
	First, Next string
	Export      string
	Problems    web.Problems
}

// colleague is a choice of the filter.
type colleague struct {
	ID   news.UserID
	Name string
}

type named struct{ Key, Name string }

// From and Until are the fields of the range.
func (p auditPage) From() momentField {
	return p.moment("from", p.T("audit.from"), p.Filter.From, p.Problems.For("from"))
}

// Until is the field of the range's end.
func (p auditPage) Until() momentField {
	return p.moment("until", p.T("audit.until"), p.Filter.Until, p.Problems.For("until"))
}

// audit shows who did what, newest first.
func (n *Newsroom) audit(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	names, err := n.Names.UserNames(r.Context())
	if err != nil {
		return err
	}
	page := auditPage{frame: n.frame(r, n.print.T("audit.title"), "audit"), Filter: readAuditFilter(query), People: sortedPeople(names), Kinds: n.eventKinds()}
	page.Filtered = len(page.Filter.query()) > 0
	filter, err := page.Filter.events(n.now())
	if err != nil {
		page.Problems = n.problems(err, "person", "kind", "code", "from", "until")
		return n.render(w, r, http.StatusUnprocessableEntity, "audit", page)
	}
	filter.Before, _ = strconv.ParseInt(query.Get("before"), 10, 64)
	filter.Before, filter.Limit = max(filter.Before, 0), auditLength+1
	events, err := n.Flow.Audit(r.Context(), actorOf(r), filter)
	if err != nil {
		return err
	}
	address := func(path string, before int64) string {
		q := page.Filter.query()
		if before > 0 {
			q.Set("before", strconv.FormatInt(before, 10))
		}
		if len(q) == 0 {
			return path
		}
		return path + "?" + q.Encode()
	}
	if len(events) > auditLength {
		events = events[:auditLength]
		page.Next = address(pathAudit, events[auditLength-1].Seq)
	}
	if filter.Before > 0 {
		page.First = address(pathAudit, 0)
	}
	page.Export = address(pathAudit+".csv", 0)
	sections, err := n.Articles.Sections(r.Context())
	if err != nil {
		return err
	}
	for _, e := range events {
		row := n.auditRow(e, names)
		if e.SubjectKind == "user" && e.Data["roles"] != "" {
			row.Detail = page.scopeText(e.Data, sections)
		}
		page.Rows = append(page.Rows, row)
	}
	return n.render(w, r, http.StatusOK, "audit", page)
}

func (n *Newsroom) auditRow(e news.Event, names map[news.UserID]string) auditRow {
	row := auditRow{Event: e, Who: n.actorName(e.Actor, names), What: n.eventName(e.Kind)}
	switch e.SubjectKind {
	case "article":
		row.Subject, row.Path = n.print.T("audit.article", n.number(int(e.SubjectID))), editPath(news.Code(e.SubjectID))
	case "comment":
		row.Subject = n.print.T("audit.comment", n.number(int(e.SubjectID)))
	case "user":
		row.Subject = names[news.UserID(e.SubjectID)]
	case "template":
		row.Subject = n.kindName(e.Data["kind"])
	case "house":
		row.Subject = e.Data["text"]
		if to := e.Data["preferred"]; to != "" {
			row.Subject = n.print.T("house.instead", e.Data["text"], to)
		}
	case "tag":
		row.Subject = n.print.T("audit.tag", e.Data["from"], e.Data["to"])
		if articles, err := strconv.Atoi(e.Data["articles"]); err == nil {
			row.Detail = n.print.N("topic.count", int64(articles))
		}
	case "topic":
		row.Subject = e.Data["name"]
	default:
		if e.SubjectID != 0 {
			row.Subject = n.number(int(e.SubjectID))
		}
	}
	if number, err := strconv.Atoi(e.Data["revision"]); err == nil {
		row.Detail = n.print.T("audit.version", n.number(number))
	}
	return row
}

// scopeText is what news.ScopeData wrote, in words.
func (p auditPage) scopeText(data map[string]string, sections []news.Section) string {
	var roles []news.Role
	for name := range strings.FieldsSeq(data["roles"]) {
		roles = append(roles, news.Role(name))
	}
	var ids []news.SectionID
	for number := range strings.FieldsSeq(data["sections"]) {
		if id, err := strconv.ParseInt(number, 10, 64); err == nil {
			ids = append(ids, news.SectionID(id))
		}
	}
	return p.RolesOf(roles) + " · " + peoplePage{frame: p.frame, Sections: sections}.SectionsOf(ids)
}

func (n *Newsroom) kindName(kind string) string {
	if _, err := kindOf(kind); err != nil {
		return kind
	}
	return n.print.T("kind." + kind)
}

// actorName is who did it: a person by name, a part of the system by its own.
func (n *Newsroom) actorName(actor string, names map[news.UserID]string) string {
	if id, found := strings.CutPrefix(actor, "user/"); found {
		number, err := strconv.ParseInt(id, 10, 64)
		if name := names[news.UserID(number)]; err == nil && name != "" {
			return name
		}
		return actor
	}
	if key := "actor." + actor; n.Bundle.Has(n.Lang, key) {
		return n.print.T(key)
	}
	return actor
}

// eventName is an event in words; one of a newer Dabir keeps its own name.
func (n *Newsroom) eventName(kind news.EventKind) string {
	if key := "event." + string(kind); n.Bundle.Has(n.Lang, key) {
		return n.print.T(key)
	}
	return string(kind)
}

// eventKinds are all of them, in the order of their names.
func (n *Newsroom) eventKinds() []named {
	var all []named
	for _, kind := range news.EventKinds() {
		all = append(all, named{string(kind), n.eventName(kind)})
	}
	slices.SortFunc(all, func(a, b named) int { return strings.Compare(persian.SortKey(a.Name), persian.SortKey(b.Name)) })
	return all
}

func sortedPeople(names map[news.UserID]string) []colleague {
	var all []colleague
	for id, name := range names {
		all = append(all, colleague{id, name})
	}
	slices.SortFunc(all, func(a, b colleague) int {
		if c := strings.Compare(persian.SortKey(a.Name), persian.SortKey(b.Name)); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
	return all
}

// exportAudit writes the log as a table for other programs, with the filter of the page.
func (n *Newsroom) exportAudit(w http.ResponseWriter, r *http.Request) error {
	filter, err := readAuditFilter(r.URL.Query()).events(n.now())
	if err != nil {
		return err
	}
	names, err := n.Names.UserNames(r.Context())
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString(byteOrderMark)
	table := csv.NewWriter(&out)
	table.Write([]string{"seq", "time", "jalali", "actor", "name", "kind", "what", "subject", "id", "data"})
	filter.Limit = exportStep
	for rows := 0; rows < exportMost; rows += exportStep {
		events, err := n.Flow.Audit(r.Context(), actorOf(r), filter)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := table.Write(n.exportRow(e, names)); err != nil {
				return err
			}
		}
		if len(events) < exportStep {
			break
		}
		filter.Before = events[len(events)-1].Seq
	}
	table.Flush()
	web.SetPrivate(w)
	w.Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	return web.Write(w, r, http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

func (n *Newsroom) exportRow(e news.Event, names map[news.UserID]string) []string {
	data := ""
	if len(e.Data) > 0 {
		if text, err := json.Marshal(e.Data); err == nil {
			data = string(text)
		}
	}
	row := []string{strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(time.RFC3339), momentText(n.print, e.At), e.Actor, n.actorName(e.Actor, names),
		string(e.Kind), n.eventName(e.Kind), e.SubjectKind, strconv.FormatInt(e.SubjectID, 10), data}
	for i, cell := range row {
		row[i] = news.SafeCell(cell) // a name is typed by people
	}
	return row
}
