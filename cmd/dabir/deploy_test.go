package main

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
)

const deployFolder = "../../deploy"

// TestDeployFilesAreTaken shows the examples of deploy/ to the programs for which they are.
func TestDeployFilesAreTaken(t *testing.T) {
	need := func(t *testing.T, program string) string {
		t.Helper()
		path, err := exec.LookPath(program)
		if err != nil {
			t.Skipf("%s is not installed here (Debian package %s)", program, strings.TrimSuffix(program, "-analyze"))
		}
		return path
	}
	run := func(t *testing.T, path string, args ...string) {
		t.Helper()
		if said, err := exec.Command(path, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
	}
	write := func(t *testing.T, dir, name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("nginx", func(t *testing.T) {
		nginx, dir, ca := need(t, "nginx"), t.TempDir(), newSigner(t)
		key := newKey(t)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, "cert.pem", string(ca.sign("news.example", &key.PublicKey, 2)))
		write(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
		text := strings.NewReplacer("/etc/ssl/news.example.pem", dir+"/cert.pem", "/etc/ssl/news.example.key", dir+"/key.pem", "/var/log/nginx/", dir+"/").
			Replace(mustRead(t, filepath.Join(deployFolder, "nginx.conf")))
		path := write(t, dir, "nginx.conf", "pid "+dir+"/pid;\nerror_log "+dir+"/error.log;\nevents {}\nhttp {\n"+text+"\n}\n")
		run(t, nginx, "-t", "-p", dir, "-c", path)
	})
	t.Run("haproxy", func(t *testing.T) {
		text := strings.ReplaceAll(mustRead(t, filepath.Join(deployFolder, "haproxy.cfg")), "THIS", "127.0.0.1")
		run(t, need(t, "haproxy"), "-c", "-f", write(t, t.TempDir(), "haproxy.cfg", text))
	})
	t.Run("systemd", func(t *testing.T) {
		analyze := need(t, "systemd-analyze")
		text := strings.Replace(mustRead(t, filepath.Join(deployFolder, "dabir.service")), "/usr/local/bin/dabir", os.Args[0], 2) // the first is said in a comment
		unit := write(t, t.TempDir(), "dabir.service", text)
		run(t, analyze, "verify", "--man=no", unit)
		run(t, analyze, "security", "--offline=yes", "--threshold=30", unit) // of 100: how much of the machine it could harm
	})
}

// machines are three machines on loopback addresses of their own, with the settings of deploy/.
type machines struct {
	t       *testing.T
	dir     string
	network string // of the addresses, up to the last point
	as      []string
	running map[string]*exec.Cmd
}

// address is that of a machine: 11, 12 or 13.
func (m *machines) address(i int) string { return m.network + strconv.Itoa(i) }

// settings writes a file of deploy/ for a machine.
func (m *machines) settings(file string, machine int) string {
	m.t.Helper()
	text := strings.NewReplacer("10.0.0.0/24", "127.0.0.0/8", "10.0.0.1", m.network+"1", "THIS", m.address(machine), "CHANGE-ME", "secret-of-a-test",
		"maxconn 40000", "maxconn 400", "maxconn 20000", "maxconn 300", // open files of a test
		"/var/lib/etcd", m.dir, "/var/lib/postgresql/dabir", fmt.Sprint(m.dir, "/pg", machine), "/var/lib/postgresql", m.dir, "/var/run/postgresql", fmt.Sprint(m.dir, "/sockets", machine), // one machine would have one folder for the sockets of all

		"/usr/lib/postgresql/15/bin", postgresPrograms(m.t)).Replace(mustRead(m.t, filepath.Join(deployFolder, file)))
	path := filepath.Join(m.dir, fmt.Sprint(machine, "-", file))
	if file == "etcd.yml" {
		text = strings.Replace(text, m.dir+"/dabir", fmt.Sprint(m.dir, "/etcd", machine), 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func postgresPrograms(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Skip("no PostgreSQL server under /usr/lib/postgresql (Debian package postgresql)")
	}
	return found[len(found)-1]
}

// start runs a program of a machine, in a process group of its own, until the test ends.
func (m *machines) start(name string, program string, args ...string) {
	m.t.Helper()
	line := append(append([]string{}, m.as...), append([]string{program}, args...)...)
	cmd := exec.Command(line[0], line[1:]...)
	out, err := os.OpenFile(filepath.Join(m.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, m.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.running[name] = cmd
	m.t.Cleanup(func() {
		if m.running[name] == cmd {
			m.kill(name)
		}
	})
}

// kill ends a program and its children with SIGKILL.
func (m *machines) kill(name string) {
	cmd := m.running[name]
	delete(m.running, name)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
}

// killPostgres ends the server of a machine with SIGKILL: it has left Patroni's process group.
func (m *machines) killPostgres(machine int) {
	text, err := os.ReadFile(fmt.Sprint(m.dir, "/pg", machine, "/postmaster.pid"))
	if err != nil {
		return // it does not run
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if pid, err := strconv.Atoi(first); err == nil {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// roles are what the members of the cluster are at the moment, by machine; empty while nobody answers.
func (m *machines) roles() map[int]string {
	found := map[int]string{}
	for i := 11; i <= 13; i++ {
		client := http.Client{Timeout: time.Second}
		response, err := client.Get("http://" + m.address(i) + ":8008/cluster")
		if err != nil {
			continue
		}
		var cluster struct {
			Members []struct{ Name, Role, State string }
		}
		err = json.NewDecoder(response.Body).Decode(&cluster)
		response.Body.Close()
		if err != nil {
			continue
		}
		for _, member := range cluster.Members {
			if member.State == "running" || member.State == "streaming" {
				machine, _ := strconv.Atoi(strings.TrimPrefix(member.Name, "pg-"+m.network))
				found[machine] = member.Role
			}
		}
		return found
	}
	return found
}

func (m *machines) leader() int {
	for machine, role := range m.roles() {
		if role == "leader" {
			return machine
		}
	}
	return 0
}

// whole waits for a leader with a synchronous standby and a third member.
func (m *machines) whole(what string) {
	m.t.Helper()
	waitFor(m.t, what, func() bool {
		roles := m.roles()
		sync := 0
		for _, role := range roles {
			if role == "sync_standby" {
				sync++
			}
		}
		return len(roles) == 3 && sync >= 1 && m.leader() != 0
	})
}

func newMachines(t *testing.T) *machines {
	t.Helper()
	for program, packet := range map[string]string{"etcd": "etcd-server", "patroni": "patroni", "haproxy": "haproxy"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian package %s)", program, packet)
		}
	}
	dir, err := os.MkdirTemp("", "dabir-cluster-") // short and open to the server's user, which t.TempDir is not
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &machines{t: t, dir: dir, network: fmt.Sprintf("127.%d.%d.", 1+rand.IntN(250), rand.IntN(250)), running: map[string]*exec.Cmd{}}
	for i := 11; i <= 13; i++ {
		if err := os.Mkdir(fmt.Sprint(dir, "/sockets", i), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		postgres, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		id, _ := strconv.Atoi(postgres.Uid)
		group, _ := strconv.Atoi(postgres.Gid)
		for _, path := range []string{dir, dir + "/sockets11", dir + "/sockets12", dir + "/sockets13"} {
			if err := os.Chown(path, id, group); err != nil {
				t.Fatal(err)
			}
		}
		m.as = []string{"runuser", "-u", "postgres", "--"}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return m
}

// up brings the cluster up: etcd, Patroni with PostgreSQL, HAProxy on the first machine, and an empty database. It returns the address
// of whoever is the primary.
func (m *machines) up() (dsn string) {
	t := m.t
	t.Helper()
	t.Cleanup(func() {
		for i := 11; i <= 13; i++ {
			m.killPostgres(i)
		}
	})
	for i := 11; i <= 13; i++ {
		m.start(fmt.Sprint("etcd", i), "etcd", "--config-file", m.settings("etcd.yml", i))
	}
	waitFor(t, "etcd", func() bool {
		response, err := http.Get("http://" + m.address(11) + ":2379/health")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		said, _ := io.ReadAll(response.Body)
		return strings.Contains(string(said), `"true"`)
	})
	for i := 11; i <= 13; i++ {
		path := m.settings("patroni.yml", i)
		if i == 11 {
			line := append(append([]string{}, m.as...), "patroni", "--validate-config", path)
			if said, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
				t.Errorf("patroni --validate-config: %v: %s", err, said)
			}
		}
		m.start(fmt.Sprint("patroni", i), "patroni", path)
	}
	m.whole("the cluster")
	m.start("haproxy", "haproxy", "-db", "-f", m.settings("haproxy.cfg", 11))
	address := "postgres://%s:secret-of-a-test@" + m.address(11) + ":5000/%s?sslmode=disable&target_session_attrs=read-write" // in its first second HAProxy knows of nobody that they are down
	db, err := sql.Open("pgx", fmt.Sprintf(address, "postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	waitFor(t, "HAProxy to find the primary", func() bool { return m.onlyPrimary() })
	for _, command := range []string{"CREATE ROLE dabir LOGIN PASSWORD 'secret-of-a-test'", "CREATE DATABASE dabir OWNER dabir ENCODING 'UTF8' TEMPLATE template0"} {
		if _, err := db.Exec(command); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf(address, "dabir", "dabir")
}

// onlyPrimary tells that HAProxy leads to the primary alone, whichever server is next.
func (m *machines) onlyPrimary() bool {
	for range 6 {
		db, err := sql.Open("pgx", "postgres://postgres:secret-of-a-test@"+m.address(11)+":5000/postgres?sslmode=disable")
		if err != nil {
			return false
		}
		var standby bool
		err = db.QueryRow(`SELECT pg_is_in_recovery()`).Scan(&standby)
		db.Close()
		if err != nil || standby {
			return false
		}
	}
	return true
}

// TestPatroniClusterFailsOver brings the cluster of deploy/ up on loopback addresses, kills the leader under load and looks whether
// everything that was acknowledged is there. Part of make soak (DABIR_TEST_CLUSTER=1).
func TestPatroniClusterFailsOver(t *testing.T) {
	if os.Getenv("DABIR_TEST_CLUSTER") != "1" {
		t.Skip("part of make soak: DABIR_TEST_CLUSTER=1 runs it")
	}
	m := newMachines(t)
	dsn := m.up()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(killSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startProcess(t, "serve", "--data", data, "--db", dsn)
	w := newWitness(t)
	w.insists = true
	w.settle(s, data, dsn)
	w.learn("pgx", dsn)
	working, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	for _, kind := range []string{"comment", "comment", "comment", "article", "picture", "vote", "approve"} {
		load.Go(func() {
			for working.Err() == nil {
				d, ok := w.deed(kind)
				if !ok || !w.send(s.url, d) || !w.isDone(d) {
					time.Sleep(200 * time.Millisecond) // there is nothing to decide on, nobody answers, or it cannot be now
				}
			}
		})
	}
	letters := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.done["comment"]) - len(w.waits) // those that a database has taken
	}
	waitFor(t, "some comments", func() bool { return letters() > 200 })
	old := m.leader()
	began, before := time.Now(), letters()
	m.killPostgres(old)
	m.kill(fmt.Sprint("patroni", old))
	waitFor(t, "another leader", func() bool { next := m.leader(); return next != 0 && next != old })
	elected := time.Since(began)
	waitFor(t, "comments to be taken again", func() bool { return letters() > before+100 })
	t.Logf("machine %d was killed; another one led after %v, comments were taken after at most %v", old, elected.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	waitFor(t, "what was kept meanwhile to be handed over", func() bool { return len(inSpool(t, data)) == 0 })
	t.Logf("what was kept meanwhile was handed over after at most %v", time.Since(began).Round(time.Millisecond))
	m.start(fmt.Sprint("patroni", old), "patroni", m.settings("patroni.yml", old))
	m.whole("the old leader to come back as a standby")
	stop()
	load.Wait()
	w.learn("pgx", dsn)
	for _, kind := range []string{"approve", "vote"} {
		w.learn("pgx", dsn)
		if d, ok := w.deed(kind); !ok || !w.send(s.url, d) {
			t.Errorf("no %s", kind)
		}
	}
	waitFor(t, "an answer to everything", func() bool { w.again(s.url); return len(w.unclear) == 0 })
	waitFor(t, "the spool to be empty", func() bool { return len(inSpool(t, data)) == 0 })
	w.checkPages(s.url)
	if err := s.end(t); err != nil {
		t.Errorf("the end: %v", err)
	}
	t.Logf("%d comments were kept for later meanwhile", len(w.waits))
	w.check("pgx", dsn, data)
}
