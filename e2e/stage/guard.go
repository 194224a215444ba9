package stage

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// violationScript tells of what the page's Content-Security-Policy has blocked; the document's own events say more than the
// browser's issues, which are watched too because they also come where scripts are off.
const (
	violationBinding = "dabirViolation"
	violationScript  = `document.addEventListener("securitypolicyviolation", (e) =>
		` + violationBinding + `(e.violatedDirective + " blocked " + (e.blockedURI || "inline") + " " + (e.sample || "")));`
)

// guard watches a tab for what no page of Dabir may do.
type guard struct {
	host string

	mu       sync.Mutex
	faults   []string
	expected []int64        // HTTP statuses that the test wants to see
	loads    int            // documents asked for so far
	foreign  map[string]int // requests to other hosts that the test wants, by host
}

func newGuard(site string) (*guard, error) {
	u, err := url.Parse(site)
	if err != nil {
		return nil, err
	}
	return &guard{host: u.Host, foreign: map[string]int{}}, nil
}

// see gets every event of the tab, in order, and must be quick.
func (g *guard) see(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		g.request(e)
	case *runtime.EventExceptionThrown:
		g.note("exception in the page: %s", exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			g.note("console.%s: %s", e.Type, consoleText(e.Args))
		}
	case *runtime.EventBindingCalled:
		if e.Name == violationBinding {
			g.note("securitypolicyviolation: %s", e.Payload)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			g.note("content security policy: %s blocked %s", d.ViolatedDirective, d.BlockedURL)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !g.expects(e.Entry.Text) && !g.wanted(e.Entry.URL, 0) {
			g.note("browser log: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	}
}

func (g *guard) request(e *network.EventRequestWillBeSent) {
	if g.wanted(e.Request.URL, 1) {
		return
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil || (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss") && u.Host != g.host {
		g.note("request to another host: %s", e.Request.URL)
	}
	if e.Type == network.ResourceTypeDocument {
		g.mu.Lock()
		g.loads++
		g.mu.Unlock()
	}
}

// wanted tells a request to another host that the test wants, and counts it.
func (g *guard) wanted(address string, count int) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, ok := g.foreign[u.Host]; !ok {
		return false
	}
	g.foreign[u.Host] += count
	return true
}

func (g *guard) note(format string, args ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
}

// expects tells whether a line of the browser's log speaks of an answer that the test wants: Chromium logs every status of
// 400 and above as an error.
func (g *guard) expects(text string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.expected, func(status int64) bool {
		return strings.Contains(text, fmt.Sprintf("responded with a status of %d", status))
	})
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func consoleText(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		if a.Description != "" {
			parts = append(parts, a.Description)
		} else {
			parts = append(parts, string(a.Value))
		}
	}
	return strings.Join(parts, " ")
}

// Expect tells the tab's guard that answers with these HTTP statuses are wanted.
func (t *Tab) Expect(statuses ...int64) {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	t.guard.expected = append(t.guard.expected, statuses...)
}

// ExpectHost tells the tab's guard that from now on requests to a host are wanted. They end in the browser, which finds no other host.
func (t *Tab) ExpectHost(host string) {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	t.guard.foreign[host] = 0
}

// Asked counts the requests to a host that were wanted.
func (t *Tab) Asked(host string) int {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return t.guard.foreign[host]
}

// Faults are what the tab's pages have done that no page may do: a violation of the security policy, an error on the console,
// an exception, a request to another host.
func (t *Tab) Faults() []string {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return slices.Clone(t.guard.faults)
}

// Loads counts the documents that the tab has asked for.
func (t *Tab) Loads() int {
	t.guard.mu.Lock()
	defer t.guard.mu.Unlock()
	return t.guard.loads
}
