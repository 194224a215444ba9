package main

import (
	"strings"
	"testing"
)

// events writes the lines of go test -json for one package: "run T", "pass T", "took T seconds", "say T text", and "pass", "fail" for the package.
func events(t *testing.T, script ...string) string {
	t.Helper()
	var b strings.Builder
	for _, line := range script {
		word, rest, _ := strings.Cut(line, " ")
		name, text, _ := strings.Cut(rest, " ")
		switch word {
		case "say":
			b.WriteString(`{"Action":"output","Package":"p","Test":"` + name + `","Output":"` + text + `\n"}` + "\n")
		case "took":
			b.WriteString(`{"Action":"pass","Package":"p","Test":"` + name + `","Elapsed":` + text + "}\n")
		case "build":
			b.WriteString(`{"Action":"build-output","ImportPath":"p","Output":"` + rest + `\n"}` + "\n")
		case "unbuilt":
			b.WriteString(`{"Action":"fail","Package":"p","FailedBuild":"p"}` + "\n")
		default:
			b.WriteString(`{"Action":"` + word + `","Package":"p","Test":"` + name + `"}` + "\n")
		}
	}
	return b.String()
}

func TestSummaryCountsHonestly(t *testing.T) {
	for _, c := range []struct {
		name   string
		absent bool // ../shared
		script []string
		last   string
		well   bool
		holds  string
	}{
		{"passes", false, []string{"run A", "run A/x", "pass A/x", "run A/y", "pass A/y", "pass A", "run B", "pass B", "pass"},
			"3 passed, 0 failed, 0 skipped", true, "ok    p"},
		{"a subtest fails", false, []string{"run A", "run A/x", "say A/x boom", "fail A/x", "run A/y", "pass A/y", "fail A", "fail"},
			"1 passed, 1 failed, 0 skipped", false, "boom"},
		{"a parent fails by itself", false, []string{"run A", "run A/x", "pass A/x", "say A after", "fail A", "fail"},
			"1 passed, 1 failed, 0 skipped", false, "after"},
		{"does not build", false, []string{"build p.go:1: wrong", "unbuilt"},
			"0 passed, 1 failed, 0 skipped", false, "p.go:1: wrong"},
		{"falls in the middle", false, []string{"run A", "pass A", "run B", "say B panic: no", "fail"},
			"1 passed, 1 failed, 0 skipped", false, "panic: no"},
		{"falls outside its tests", false, []string{"run A", "pass A", "fail"},
			"1 passed, 1 failed, 0 skipped", false, "FAIL  p"},
		{"never ends", false, []string{"run A", "pass A"},
			"0 passed, 1 failed, 0 skipped", false, "did not end"},
		{"skips for the absent data", true, []string{"run A", "say A x.go:1: ../shared/seed is absent", "skip A", "run B", "pass B", "pass"},
			"1 passed, 0 failed, 1 skipped", true, "skip  p A: x.go:1: ../shared/seed is absent"},
		{"skips though the data are there", false, []string{"run A", "say A ../shared/seed is absent", "skip A", "run B", "pass B", "pass"},
			"1 passed, 1 failed, 0 skipped", false, "SKIP  p A"},
		{"skips for another reason", true, []string{"run A", "say A no PostgreSQL", "skip A", "run B", "pass B", "pass"},
			"1 passed, 1 failed, 0 skipped", false, "no accepted reason"},
		{"names the slow", false, []string{"run A", "took A 20", "run B", "took B 3", "pass"}, "2 passed, 0 failed, 0 skipped", true, "slow  p A: 20 s"},
		{"runs nothing", false, []string{"skip"}, "0 passed, 0 failed, 0 skipped", false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			s := newSummary(&out, c.absent)
			if err := s.read(strings.NewReader(events(t, c.script...))); err != nil {
				t.Fatal(err)
			}
			if well := s.close(); well != c.well {
				t.Errorf("all is well: %v, want %v", well, c.well)
			}
			if !strings.HasSuffix(out.String(), c.last+"\n") || !strings.Contains(out.String(), c.holds) {
				t.Errorf("wrote:\n%swant %q in it and last %q", out.String(), c.holds, c.last)
			}
		})
	}
}

func TestSummaryRefusesOtherLines(t *testing.T) {
	if err := newSummary(&strings.Builder{}, false).read(strings.NewReader("ok  \tp\t0.1s\n")); err == nil {
		t.Error("a line that is no event was taken")
	}
}
