package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// workshop is the place of one run: the repository, a temporary folder that goes at the end, and the binary.
type workshop struct {
	root  string
	temp  string
	bin   string
	model []byte // trained once for all runs
}

// openWorkshop finds the repository from the working directory, and builds the binary unless one is given.
func openWorkshop(ctx context.Context, bin string) (*workshop, error) {
	root, err := repositoryRoot(ctx)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "dabir-bench-")
	if err != nil {
		return nil, err
	}
	w := &workshop{root: root, temp: temp, bin: bin}
	if bin != "" {
		return w, nil
	}
	w.bin = filepath.Join(temp, "dabir")
	build := exec.CommandContext(ctx, "go", "build", "-o", w.bin, "./cmd/dabir")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		w.close()
		return nil, fmt.Errorf("build: %w\n%s", err, said)
	}
	return w, nil
}

// repositoryRoot is the folder of Dabir's sources that this runs in.
func repositoryRoot(ctx context.Context) (string, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	if _, err := os.Stat(filepath.Join(root, "cmd", "dabir")); err != nil {
		return "", errors.New("run this inside Dabir's repository")
	}
	return root, nil
}

func (w *workshop) close() { os.RemoveAll(w.temp) }

// folder makes a fresh folder of that name.
func (w *workshop) folder(name string) (string, error) {
	path := filepath.Join(w.temp, name)
	if err := os.RemoveAll(path); err != nil {
		return "", err
	}
	return path, os.MkdirAll(path, 0o755)
}

// server is a process that answers HTTP and that this run started.
type server struct {
	cmd    *exec.Cmd
	addr   string
	output string        // the file with what it said
	ended  chan struct{} // closed when the process has ended
}

// startDabir runs a serving command of the binary on a free port and waits until it answers. Its log goes to a file.
func (w *workshop) startDabir(ctx context.Context, env []string, args ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, w.bin, append(args, "--addr", addr)...)
	cmd.Env = append(cleanEnv(), env...)
	return startServer(ctx, cmd, addr, filepath.Join(w.temp, "dabir.log"), "/healthz")
}

// cleanEnv is the environment without settings of Dabir, so that a developer's own do not change what is measured.
func cleanEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DABIR_") {
			env = append(env, v)
		}
	}
	return env
}

func startServer(ctx context.Context, cmd *exec.Cmd, addr, output, probe string) (*server, error) {
	log, err := os.Create(output)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, addr: addr, output: output, ended: make(chan struct{})}
	go func() { cmd.Wait(); close(s.ended) }()
	if err := s.wait(ctx, probe); err != nil {
		s.stop(syscall.SIGTERM)
		said, _ := os.ReadFile(output)
		return nil, fmt.Errorf("%s does not answer: %w\n%s", filepath.Base(cmd.Path), err, bytes.TrimSpace(said))
	}
	return s, nil
}

// wait polls until the server answers 200 to probe.
func (s *server) wait(ctx context.Context, probe string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+probe, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the process and waits for its end; stopping again does nothing.
func (s *server) stop(signal syscall.Signal) {
	s.cmd.Process.Signal(signal)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		s.cmd.Process.Kill()
		<-s.ended
	}
}

// memory is what the process holds.
func (s *server) memory() resident { return memoryOf(s.cmd.Process.Pid) }

// resident is memory of a process, in bytes: now, at the most so far, and what of it is no part of a file.
type resident struct{ now, peak, anonymous int64 }

// processor is the time that the process has spent on processors so far, as the system counts it (in hundredths of a second).
func (s *server) processor() time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond
}

func memoryOf(pid int) resident {
	var r resident
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return r
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kB, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			r.now = kB << 10
		case "VmHWM":
			r.peak = kB << 10
		case "RssAnon":
			r.anonymous = kB << 10
		}
	}
	return r
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }
