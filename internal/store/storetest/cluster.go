package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Cluster is a PostgreSQL primary and a standby of it on loopback ports, made with the server's own programs. Replication is synchronous: what
// the primary acknowledges is on both.
type Cluster struct {
	Primary, Standby *Server
	bin              string
	as               *syscall.Credential // whom the servers run as; nil: ourselves
}

// Server is one of its servers.
type Server struct {
	Addr string // host and port
	dir  string
	cmd  *exec.Cmd
}

// NewCluster starts both; they end with the test. Without PostgreSQL's programs the test is skipped, or fails where all parts are asked for.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_basebackup")
	Need(t, len(found) > 0, "no PostgreSQL server (Debian package postgresql)")
	c := &Cluster{bin: filepath.Dir(found[len(found)-1])}
	dir := t.TempDir()
	if os.Getuid() == 0 { // the server refuses to run as root; Debian's package brings a user for it
		who, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.ParseUint(who.Uid, 10, 32)
		gid, _ := strconv.ParseUint(who.Gid, 10, 32)
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
		for up := filepath.Dir(dir); strings.HasPrefix(up, os.TempDir()+"/"); up = filepath.Dir(up) {
			if err := os.Chmod(up, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.Primary = &Server{dir: filepath.Join(dir, "primary")}
	c.run(t, dir, "initdb", "-D", c.Primary.dir, "-U", "dabir", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	c.start(t, c.Primary)
	c.onServer(t, c.Primary, `CREATE DATABASE newsroom`)
	c.Standby = &Server{dir: filepath.Join(dir, "standby")}
	host, port, _ := net.SplitHostPort(c.Primary.Addr)
	c.run(t, dir, "pg_basebackup", "-h", host, "-p", port, "-U", "dabir", "-D", c.Standby.dir, "-R", "-X", "stream", "-c", "fast", "--no-sync")
	c.start(t, c.Standby)
	c.onServer(t, c.Primary, `ALTER SYSTEM SET synchronous_standby_names = '*'`)
	c.onServer(t, c.Primary, `SELECT pg_reload_conf()`)
	wait(t, "the standby to follow", func() bool {
		var state string
		return c.scan(c.Primary, `SELECT sync_state FROM pg_stat_replication`, &state) == nil && state == "sync"
	})
	return c
}

// DSN is the address of the newsroom at these hosts, each a host and port.
func DSN(hosts ...string) string {
	return "postgres://dabir@" + strings.Join(hosts, ",") + "/newsroom?sslmode=disable"
}

func (c *Cluster) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (c *Cluster) run(t testing.TB, dir, name string, args ...string) {
	t.Helper()
	if out, err := c.command(dir, name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

func (c *Cluster) start(t testing.TB, s *Server) {
	t.Helper()
	s.Addr = FreeAddr(t)
	_, port, _ := net.SplitHostPort(s.Addr)
	log, err := os.OpenFile(s.dir+".log", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command(filepath.Join(c.bin, "postgres"), "-D", s.dir, "-p", port, "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
		"-c", "max_connections=200", "-c", "wal_receiver_timeout=5s", "-c", "wal_sender_timeout=5s")
	s.cmd.Dir, s.cmd.SysProcAttr = filepath.Dir(s.dir), &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGQUIT}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	wait(t, "PostgreSQL at "+s.Addr, func() bool {
		var one int
		return c.scan(s, `SELECT 1`, &one) == nil
	})
}

// Start starts a server again that was killed, on another port.
func (c *Cluster) Start(t testing.TB, s *Server) {
	t.Helper()
	c.start(t, s)
}

// Kill ends a server with all its processes, as the loss of its machine does.
func (s *Server) Kill() {
	if s.cmd.ProcessState != nil {
		return
	}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", s.cmd.Process.Pid))
	_ = s.cmd.Process.Kill()
	for _, pid := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(pid); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
	_ = s.cmd.Wait()
}

// Promote makes the standby the primary.
func (c *Cluster) Promote(t testing.TB) {
	t.Helper()
	c.run(t, filepath.Dir(c.Standby.dir), "pg_ctl", "promote", "-D", c.Standby.dir, "-w", "-s")
}

func (c *Cluster) database(s *Server) (*sql.DB, error) {
	return sql.Open("pgx", "postgres://dabir@"+s.Addr+"/postgres?sslmode=disable&connect_timeout=2")
}

func (c *Cluster) scan(s *Server, query string, into any) error {
	db, err := c.database(s)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRow(query).Scan(into)
}

func (c *Cluster) onServer(t testing.TB, s *Server, statement string) {
	t.Helper()
	db, err := c.database(s)
	if err == nil {
		defer db.Close()
		_, err = db.ExecContext(context.Background(), statement)
	}
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// FreeAddr is a loopback address on which nobody listens at the moment.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func wait(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
