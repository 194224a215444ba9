package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`); build failures come as events of a package's import path.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	FailedBuild string
	Test        string
	Output      string
	Elapsed     float64
}

// test is what is known of one test. A test with subtests counts only when it failed while none of them did.
type test struct {
	name    string
	outcome string // "pass", "fail", "skip"; "" while it runs
	parent  bool
	seconds float64
	output  strings.Builder
}

type suite struct {
	tests  []*test // in the order of their start
	byName map[string]*test
	output strings.Builder // what belongs to no test: a panic of TestMain, a data race after the last test
}

type skipped struct{ where, reason string }

// slow is a test that took long, with its subtests.
type slow struct {
	where   string
	seconds float64
}

// slowFrom is from how many seconds a test is among those that are named, and slowMost how many are.
const (
	slowFrom = 15
	slowMost = 12
)

// summary gathers the events and writes what people should read to out.
type summary struct {
	out          io.Writer
	sharedAbsent bool
	suites       map[string]*suite
	builds       map[string]*strings.Builder

	passed, failed int
	skips          []skipped
	slow           []slow
}

func newSummary(out io.Writer, sharedAbsent bool) *summary {
	return &summary{out: out, sharedAbsent: sharedAbsent, suites: map[string]*suite{}, builds: map[string]*strings.Builder{}}
}

// read takes in all events; an error tells of a line that is none.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			var e event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				return fmt.Errorf("this is no event of go test -json: %.200q: %w", line, err)
			}
			s.take(e)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) take(e event) {
	switch {
	case e.Action == "build-output":
		if s.builds[e.ImportPath] == nil {
			s.builds[e.ImportPath] = &strings.Builder{}
		}
		s.builds[e.ImportPath].WriteString(e.Output)
	case e.Package == "":
	case e.Test == "":
		s.takePackage(e)
	default:
		t := s.suite(e.Package).test(e.Test)
		switch e.Action {
		case "pass", "fail", "skip":
			t.outcome, t.seconds = e.Action, e.Elapsed
		case "output":
			t.output.WriteString(e.Output)
		}
	}
}

func (s *summary) suite(pkg string) *suite {
	if s.suites[pkg] == nil {
		s.suites[pkg] = &suite{byName: map[string]*test{}}
	}
	return s.suites[pkg]
}

func (u *suite) test(name string) *test {
	if t := u.byName[name]; t != nil {
		return t
	}
	if above := strings.LastIndex(name, "/"); above > 0 {
		u.test(name[:above]).parent = true
	}
	t := &test{name: name}
	u.byName[name] = t
	u.tests = append(u.tests, t)
	return t
}

func (s *summary) takePackage(e event) {
	u := s.suite(e.Package)
	switch e.Action {
	case "output":
		u.output.WriteString(e.Output)
	case "pass", "fail":
		s.finish(e, u)
		delete(s.suites, e.Package)
	case "skip": // a package without test files
		delete(s.suites, e.Package)
	}
}

// finish counts a package's tests and tells how it went.
func (s *summary) finish(e event, u *suite) {
	passed, failed := 0, 0
	for _, t := range u.tests {
		if t.seconds >= slowFrom && !strings.Contains(t.name, "/") {
			s.slow = append(s.slow, slow{e.Package + " " + t.name, t.seconds})
		}
		switch {
		case t.outcome == "skip":
			s.skips = append(s.skips, skipped{e.Package + " " + t.name, reason(t.output.String())})
		case t.outcome == "pass" && !t.parent:
			passed++
		case t.outcome == "fail" && !(t.parent && u.hasFailedBelow(t.name)), t.outcome == "" && !t.parent:
			failed++
		}
	}
	if e.Action == "fail" && failed == 0 {
		failed = 1 // the package itself: it did not build, or fell outside its tests
	}
	s.passed += passed
	s.failed += failed
	if failed == 0 {
		fmt.Fprintf(s.out, "ok    %s  %.1f s, %d tests\n", e.Package, e.Elapsed, passed)
		return
	}
	fmt.Fprintf(s.out, "FAIL  %s  %.1f s, %d of %d tests failed\n", e.Package, e.Elapsed, failed, passed+failed)
	if build := s.builds[e.FailedBuild]; build != nil {
		fmt.Fprint(s.out, indent(build.String()))
	}
	for _, t := range u.tests {
		if t.outcome == "fail" || t.outcome == "" {
			fmt.Fprint(s.out, indent(t.output.String()))
		}
	}
	fmt.Fprint(s.out, indent(u.output.String()))
}

func (u *suite) hasFailedBelow(name string) bool {
	return slices.ContainsFunc(u.tests, func(t *test) bool {
		return strings.HasPrefix(t.name, name+"/") && t.outcome != "pass" && t.outcome != "skip"
	})
}

// reason is what a skipped test said: its output without the lines that the test framework writes.
func reason(output string) string {
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "=== ") {
			b.WriteString("      " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}

// close writes the skipped tests and the closing line; it tells whether all is well.
func (s *summary) close() bool {
	for pkg := range s.suites {
		fmt.Fprintf(s.out, "FAIL  %s  did not end\n", pkg)
		s.failed++
	}
	unexpected := 0
	for _, k := range s.skips {
		word := "skip "
		if !s.expected(k) {
			word = "SKIP "
			unexpected++
		}
		fmt.Fprintf(s.out, "%s %s: %s\n", word, k.where, k.reason)
	}
	if unexpected > 0 {
		fmt.Fprintf(s.out, "%d tests were skipped for no accepted reason (accepted: ../shared is absent, and the message says so)\n", unexpected)
	}
	slices.SortFunc(s.slow, func(a, b slow) int { return cmp.Compare(b.seconds, a.seconds) })
	for _, one := range s.slow[:min(len(s.slow), slowMost)] {
		fmt.Fprintf(s.out, "slow  %s: %.0f s\n", one.where, one.seconds)
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed+unexpected, len(s.skips)-unexpected)
	return s.failed+unexpected == 0 && s.passed > 0
}

func (s *summary) expected(k skipped) bool {
	return s.sharedAbsent && strings.Contains(k.reason, "shared")
}
