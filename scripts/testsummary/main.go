// Command testsummary reads the events of `go test -json` from standard input and tells people and machines what happened: a
// line for each package, the whole output of what failed, every skipped test with its reason, and last a line of the form
// "N passed, N failed, N skipped". It ends with status 1 when something failed, when nothing ran, or when a test was skipped
// for a reason other than that the test data of ../shared are absent; the flag -shared names that folder.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	shared := flag.String("shared", "../shared", "folder of the test data; only while it is absent may tests that read it be skipped")
	flag.Parse()
	_, err := os.Stat(*shared)
	s := newSummary(os.Stdout, err != nil)
	if err := s.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(1)
	}
	if !s.close() {
		os.Exit(1)
	}
}
