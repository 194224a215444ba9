package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
)

// signer signs certificates, as an authority does.
type signer struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	s := &signer{t: t, key: newKey(t)}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of a test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &s.key.PublicKey, s.key)
	if err == nil {
		s.cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign makes a certificate of a host in PEM.
func (s *signer) sign(host string, public any, serial int64) []byte {
	return s.signUntil(host, public, serial, time.Now().Add(12*time.Hour))
}

// signUntil is sign with an end; the certificate began an hour ago.
func (s *signer) signUntil(host string, public any, serial int64, end time.Time) []byte {
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, s.cert, public, s.key)
	if err != nil {
		s.t.Error(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (s *signer) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.cert)
	return pool
}

// authority speaks as much of ACME (RFC 8555) as it takes to obtain certificates one after the other, with serial numbers from 2 on; it really
// asks for the proof at the plain port each time.
type authority struct {
	first time.Duration // how long the first one is good; 0: as long as the others
	*signer
	domain, plain string
	mu            sync.Mutex
	proven        bool
	chain         []byte
	signed        int64
	url           string
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", fmt.Sprint("nonce", time.Now().UnixNano()))
	w.Header().Set("Content-Type", "application/json")
	at := func(path string) string { return a.url + path }
	identifier := map[string]string{"type": "dns", "value": a.domain}
	state := func(done bool, yes, no string) string {
		if done {
			return yes
		}
		return no
	}
	challenge := map[string]any{"type": "http-01", "url": at("/challenge"), "token": "token-of-a-test", "status": state(a.proven, "valid", "pending")}
	order := func() map[string]any {
		o := map[string]any{"status": state(a.proven, "ready", "pending"), "identifiers": []any{identifier}, "authorizations": []string{at("/authorization")}, "finalize": at("/finalize")}
		if a.chain != nil {
			o["status"], o["certificate"] = "valid", at("/certificate")
		}
		return o
	}
	status, answer := http.StatusOK, any(nil)
	switch r.URL.Path {
	case "/directory":
		answer = map[string]string{"newNonce": at("/nonce"), "newAccount": at("/account"), "newOrder": at("/order"), "revokeCert": at("/revoke"), "keyChange": at("/key")}
	case "/nonce":
	case "/account":
		w.Header().Set("Location", at("/account/1"))
		status, answer = http.StatusCreated, map[string]string{"status": "valid"}
	case "/order":
		a.proven, a.chain = false, nil
		w.Header().Set("Location", at("/order/1"))
		status, answer = http.StatusCreated, order()
	case "/order/1":
		answer = order()
	case "/authorization":
		answer = map[string]any{"identifier": identifier, "status": state(a.proven, "valid", "pending"), "challenges": []any{challenge}}
	case "/challenge":
		a.proven = a.prove()
		challenge["status"] = state(a.proven, "valid", "invalid")
		answer = challenge
	case "/finalize":
		a.finalize(r)
		answer = order()
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		w.Write(a.chain)
		return
	default:
		status = http.StatusNotFound
	}
	w.WriteHeader(status)
	if answer != nil {
		json.NewEncoder(w).Encode(answer)
	}
}

// prove asks the domain's plain port for the proof.
func (a *authority) prove() bool {
	r, err := http.NewRequest(http.MethodGet, "http://"+a.plain+"/.well-known/acme-challenge/token-of-a-test", nil)
	if err != nil {
		return false
	}
	r.Host = a.domain
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && response.StatusCode == 200 && strings.HasPrefix(string(body), "token-of-a-test.")
}

func (a *authority) finalize(r *http.Request) {
	var signed struct{ Payload string }
	var payload struct{ CSR string }
	if err := json.NewDecoder(r.Body).Decode(&signed); err != nil {
		a.t.Error(err)
	}
	text, _ := base64.RawURLEncoding.DecodeString(signed.Payload)
	json.Unmarshal(text, &payload)
	der, _ := base64.RawURLEncoding.DecodeString(payload.CSR)
	request, err := x509.ParseCertificateRequest(der)
	if err != nil || len(request.DNSNames) != 1 || request.DNSNames[0] != a.domain {
		a.t.Errorf("a request for %v: %v", request, err)
		return
	}
	a.signed++
	end := 12 * time.Hour
	if a.signed == 1 && a.first != 0 {
		end = a.first
	}
	a.chain = a.signUntil(a.domain, request.PublicKey, 1+a.signed, time.Now().Add(end))
}

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// shows is the serial number of the certificate that a handshake for the host ends with; 0 where it fails.
func shows(addr, host string, roots *x509.CertPool) (serial int64, protocol string) {
	conn, err := tls.Dial("tcp", addr, &tls.Config{ServerName: host, RootCAs: roots, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		return 0, ""
	}
	defer conn.Close()
	state := conn.ConnectionState()
	return state.PeerCertificates[0].SerialNumber.Int64(), state.NegotiatedProtocol
}

// handshakes answers handshakes until the test ends.
func handshakes(l net.Listener, with *tls.Config) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			tls.Server(conn, with).Handshake()
		}()
	}
}

// certified speaks TLS with certificates from an authority on this machine, the first of them good for so long, and looks so often whether
// they are to be renewed.
func certified(t *testing.T, domain string, first, look time.Duration, log *slog.Logger) (public net.Listener, ca *authority, cfg *config.Config) {
	t.Helper()
	public, plain := loopback(t), loopback(t)
	ca = &authority{signer: newSigner(t), domain: domain, plain: plain.Addr().String(), first: first}
	server := httptest.NewTLSServer(ca)
	t.Cleanup(server.Close)
	ca.url = server.URL
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	cfg = &config.Config{Data: t.TempDir(), TLS: config.TLS{Domains: []string{domain}, Email: "fanni@news.example", ACME: server.URL + "/directory"}}
	s, err := secure(t.Context(), cfg, authorities{trusted, look}, portOf(public), portOf(plain), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	go handshakes(public, s.config)
	go http.Serve(plain, s.plain)
	return public, ca, cfg
}

// TestCertificatesAreRenewedWhileServing: one that is near its end is replaced in time; who connects from then on is shown the new one. The
// authority asks for its proof once more.
func TestCertificatesAreRenewedWhileServing(t *testing.T) {
	const domain = "news.example"
	var log journal
	public, ca, cfg := certified(t, domain, 10*time.Minute, 100*time.Millisecond, slog.New(slog.NewTextHandler(&log, nil)))
	seen := map[int64]bool{}
	waitFor(t, "another certificate", func() bool {
		serial, _ := shows(public.Addr().String(), domain, ca.pool())
		if seen[2] && serial == 0 {
			t.Error("between the two there was none")
		}
		seen[serial] = true
		return serial == 3
	})
	if !seen[2] {
		t.Log("the first certificate was replaced before anybody saw it")
	}
	waitFor(t, "the log to say so", func() bool { return strings.Contains(log.String(), "renewal=true") })
	// The second is good for long: nobody asks again, and a start takes it from the disk.
	s, err := secure(t.Context(), &config.Config{Data: cfg.Data, TLS: cfg.TLS}, authorities{nil, time.Hour}, 1, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	again := loopback(t)
	go handshakes(again, s.config)
	waitFor(t, "the certificate from the disk", func() bool { serial, _ := shows(again.Addr().String(), domain, ca.pool()); return serial == 3 })
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if ca.signed != 2 {
		t.Errorf("%d certificates were made", ca.signed)
	}
}

// TestCertificatesAreObtained goes to an authority on this machine, which asks for the proof at the plain port as the real ones do.
func TestCertificatesAreObtained(t *testing.T) {
	const domain = "news.example"
	public, ca, cfg := certified(t, domain, 0, 0, slog.New(slog.NewTextHandler(t.Output(), nil)))
	waitFor(t, "the certificate", func() bool {
		serial, protocol := shows(public.Addr().String(), domain, ca.pool())
		return serial == 2 && protocol == "h2"
	})
	if serial, _ := shows(public.Addr().String(), "other.example", ca.pool()); serial != 0 {
		t.Error("a certificate is shown for another name")
	}
	kept := 0
	filepath.WalkDir(filepath.Join(cfg.Data, "tls"), func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".key") {
			kept++
			if info, err := d.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v %v", path, info.Mode(), err)
			}
		}
		return nil
	})
	if kept == 0 {
		t.Error("no key is kept for the next start")
	}
}

// writePair writes a new certificate and its key.
func writePair(t *testing.T, s *signer, dir, host string, serial int64) (certificate, key string) {
	t.Helper()
	private := newKey(t)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, text := range map[string][]byte{certificate: s.sign(host, &private.PublicKey, serial), key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(time.Duration(serial)*time.Second)); err != nil { // within one tick of the file system
			t.Fatal(err)
		}
	}
	return certificate, key
}

func TestCertificateFilesAreReadAgain(t *testing.T) {
	ca, dir := newSigner(t), t.TempDir()
	certificate, key := writePair(t, ca, dir, "news.example", 5)
	files, err := openKeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	public := loopback(t)
	go handshakes(public, &tls.Config{GetCertificate: files.get})
	want := func(serial int64, changed, fails bool) {
		t.Helper()
		if again, err := files.look(); again != changed || (err != nil) != fails {
			t.Errorf("looking again: changed %v, %v", again, err)
		}
		if got, _ := shows(public.Addr().String(), "news.example", ca.pool()); got != serial {
			t.Errorf("certificate %d is shown, want %d", got, serial)
		}
	}
	want(5, false, false)
	writePair(t, ca, dir, "news.example", 6)
	want(6, true, false)
	os.WriteFile(key, []byte("half a key"), 0o600)
	want(6, false, true)
	os.Remove(key)
	want(6, false, true)
	writePair(t, ca, dir, "news.example", 7)
	want(7, true, false)
	if _, err := openKeyPair(certificate, dir); err == nil {
		t.Error("a folder was taken for a key")
	}
}

// TestDabirSpeaksTLSByItself: the process with a certificate of its own serves HTTP/2 with HSTS, and its plain port leads there.
func TestDabirSpeaksTLSByItself(t *testing.T) {
	ca, dir, data := newSigner(t), t.TempDir(), t.TempDir()
	certificate, key := writePair(t, ca, dir, "localhost", 5)
	settings := fmt.Sprintf("[tls]\ncertificate = %q\nkey = %q\nredirect = \"127.0.0.1:0\"\n", certificate, key)
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.pool()}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s := startProcessFor(t, client, "serve", "--data", data)
	if !strings.HasPrefix(s.url, "https://localhost:") {
		t.Fatalf("the site's address is %s", s.url)
	}
	response, err := client.Get(s.url + "/latest")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || response.ProtoMajor != 2 || response.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %s %v", response.Proto, response.Status, response.Header)
	}
	plain := regexp.MustCompile(`leads to TLS" address=(\S+)`)
	waitFor(t, "the plain port", func() bool { return plain.MatchString(s.output()) })
	at := plain.FindStringSubmatch(s.output())[1]
	for path, want := range map[string]string{"/news/1?a=b": "/news/1?a=b", "//evil.example/x": "//evil.example/x", "/": "/"} {
		r, _ := http.NewRequest(http.MethodGet, "http://"+at+path, nil)
		r.Host = "evil.example"
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Location"); response.StatusCode != 308 || got != s.url+want {
			t.Errorf("%s: %d %s", path, response.StatusCode, got)
		}
	}
	if err := s.end(t); err != nil {
		t.Errorf("the end: %v", err)
	}
}
