package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// space is a network namespace of a node: a machine of its own as far as the network goes, with one line to readers and one to the databases.
type space struct {
	t      *testing.T
	name   string
	lines  [2]string // how this side calls the ends of the lines
	public string    // the node's address for readers
	here   string    // our address on the line to the databases
}

const (
	toReaders = iota
	toDatabases
)

// spaceNetwork is where their addresses are from: RFC 2544 keeps it for tests.
const spaceNetwork = "198.18.0.0/15"

// newSpaces makes so many namespaces; nil where the machine does not allow it (it takes root and the programs of iproute2).
func newSpaces(t *testing.T, many int) []*space {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	network, own := fmt.Sprintf("198.%d.%d.", 18+rand.IntN(2), rand.IntN(256)), rand.IntN(1<<20)
	var all []*space
	for i := range many {
		s := &space{t: t, name: fmt.Sprintf("dabir%x-%d", own, i), lines: [2]string{fmt.Sprintf("dbr%x-%d", own, i), fmt.Sprintf("dbd%x-%d", own, i)},
			public: fmt.Sprint(network, 8*i+2), here: fmt.Sprint(network, 8*i+5)}
		if said, err := exec.Command("ip", "netns", "add", s.name).CombinedOutput(); err != nil {
			t.Logf("no network namespaces here: %v: %s", err, said)
			return nil
		}
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", s.name).Run() }) // and the lines with it
		s.ip("-n", s.name, "link", "set", "lo", "up")
		for line, name := range s.lines {
			theirs := fmt.Sprint("line", line)
			s.ip("link", "add", name, "type", "veth", "peer", "name", theirs, "netns", s.name)
			s.ip("addr", "add", fmt.Sprint(network, 8*i+4*line+1, "/30"), "dev", name)
			s.ip("-n", s.name, "addr", "add", fmt.Sprint(network, 8*i+4*line+2, "/30"), "dev", theirs)
			s.ip("link", "set", name, "up")
			s.ip("-n", s.name, "link", "set", theirs, "up")
		}
		all = append(all, s)
	}
	return all
}

func (s *space) ip(args ...string) {
	s.t.Helper()
	if said, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		s.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, said)
	}
}

// within has a command run there.
func (s *space) within(cmd *exec.Cmd) *exec.Cmd {
	inside := exec.Command("ip", append([]string{"netns", "exec", s.name, cmd.Path}, cmd.Args[1:]...)...)
	inside.Env = cmd.Env
	return inside
}

// cut pulls the cable to the databases out, heal puts it in again.
func (s *space) cut()  { s.ip("link", "set", s.lines[toDatabases], "down") }
func (s *space) heal() { s.ip("link", "set", s.lines[toDatabases], "up") }
