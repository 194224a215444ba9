// Package stage sets up what a person would have before them: Dabir's own binary with its demonstration newsroom, and a
// headless Chromium whose every tab is watched. The browser tests of package e2e and the screenshots tool stand on it.
//
// Not in this room: what the pages must be like. It imports nothing of Dabir; it knows the program only by its command line.
package stage

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Build compiles the dabir command into a folder and returns the path of the binary.
func Build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "dabir")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/dabir-newsroom/dabir/cmd/dabir").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
}

// Demo is a running demonstration newsroom.
type Demo struct {
	URL string // of the reader's site, without a slash at the end

	binary string
	data   string
	cmd    *exec.Cmd
	log    *lines
	ended  chan error
}

const (
	startTime = 3 * time.Minute // on a machine that does much else
	stopTime  = 15 * time.Second
)

var readersLine = regexp.MustCompile(`^\s*Readers:\s+(http://\S+)$`)

// StartDemo starts `dabir demo` on a free port, with its data in the given empty folder, and returns when it is ready.
// The settings are environment variables such as "DABIR_COMMENTS_LIMIT=0".
func StartDemo(binary, data string, settings ...string) (*Demo, error) {
	d := &Demo{binary: binary, data: data, log: &lines{}, ended: make(chan error, 1)}
	d.cmd = exec.Command(binary, "demo", "--addr", "127.0.0.1:0", "--data", data, "--log", "warn")
	d.cmd.Env = append(os.Environ(), settings...)
	d.cmd.Stderr = d.log
	endWithParent(d.cmd)
	said, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		d.listen(said, ready)
		d.ended <- d.cmd.Wait()
	}()
	select {
	case d.URL = <-ready:
		return d, nil
	case err := <-d.ended:
		return nil, fmt.Errorf("dabir demo ended at its start: %w\n%s", errors.Join(err, errEnded), d.log)
	case <-time.After(startTime):
		d.cmd.Process.Kill()
		<-d.ended
		return nil, fmt.Errorf("dabir demo was not ready after %v\n%s", startTime, d.log)
	}
}

var errEnded = errors.New("it printed no address")

// listen reads what the demo prints; once its last line is there, the address goes to ready.
func (d *Demo) listen(said io.Reader, ready chan<- string) {
	url := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if m := readersLine.FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
		}
		if url != "" && strings.Contains(lines.Text(), "Ctrl-C") {
			ready <- url
			url = ""
		}
	}
}

// SignInLink makes a one-time sign-in link for a person of the newsroom, by `dabir user link` beside the running demo.
func (d *Demo) SignInLink(username string) (string, error) {
	return d.link("link", username)
}

// Hire adds a person with a role, by `dabir user add`, and returns their one-time sign-in link.
func (d *Demo) Hire(username, name, role string) (string, error) {
	return d.link("add", username, "--name", name, "--role", role)
}

func (d *Demo) link(args ...string) (string, error) {
	cmd := exec.Command(d.binary, append([]string{"user"}, append(args, "--data", d.data)...)...)
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("dabir user %s: %w\n%s", args[0], err, &problem)
	}
	at := strings.Index(string(out), "/newsroom/signin/")
	if at < 0 {
		return "", fmt.Errorf("dabir user %s printed no link: %s", args[0], out)
	}
	return d.URL + strings.Fields(string(out)[at:])[0], nil
}

// Stop ends the demo as Ctrl-C does. An error tells that it ended badly, or holds the errors that it logged.
func (d *Demo) Stop() error {
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case err := <-d.ended:
		if err != nil {
			return fmt.Errorf("dabir demo: %w\n%s", err, d.log)
		}
	case <-time.After(stopTime):
		d.cmd.Process.Kill()
		return fmt.Errorf("dabir demo did not end within %v of Ctrl-C\n%s", stopTime, d.log)
	}
	if text := d.log.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "DATA RACE") {
		return fmt.Errorf("dabir demo logged errors:\n%s", text)
	}
	return nil
}

// lines keeps what a process writes, for several goroutines.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
