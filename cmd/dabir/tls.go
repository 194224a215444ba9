package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// secured is what a server needs to speak TLS.
type secured struct {
	config *tls.Config
	// plain answers on the port without TLS: with the proof that an authority asks for, and with the way to https.
	plain http.Handler
	end   func()
}

// authorities is how Dabir meets the world of certificates; the zero value is the real one.
type authorities struct {
	roots *x509.CertPool // that ACME's directory is trusted by; nil: the system's
	look  time.Duration  // between two looks whether a certificate is to be renewed; 0: ten minutes
}

// secure prepares TLS as the settings have it: by certificates that are obtained and renewed by themselves, or by files. redirect is the port
// that is answered without TLS, 0 for none. It returns nil where TLS is somebody else's work.
func secure(ctx context.Context, cfg *config.Config, meet authorities, port, redirect int, log *slog.Logger) (*secured, error) {
	plain := http.Handler(toHTTPS(cfg, port))
	switch {
	case cfg.TLS.Certificate != "":
		files, err := openKeyPair(cfg.TLS.Certificate, cfg.TLS.Key)
		if err != nil {
			return nil, fmt.Errorf("setting tls.certificate: %w", err)
		}
		watching, stop := context.WithCancel(ctx)
		go files.watch(watching, log)
		return &secured{config: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: files.get}, plain: plain, end: stop}, nil
	case len(cfg.TLS.Domains) > 0:
		return obtain(ctx, cfg, meet, plain, port, redirect, log)
	}
	return nil, nil
}

// obtain has the certificates of the settings' domains made and renewed. The first ones are made while readers are served already: until
// then a handshake fails.
func obtain(ctx context.Context, cfg *config.Config, meet authorities, plain http.Handler, port, redirect int, log *slog.Logger) (*secured, error) {
	quiet := zap.NewNop() // what matters is told by OnEvent
	var magic *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return magic, nil }, RenewCheckInterval: meet.look, Logger: quiet})
	magic = certmagic.New(cache, certmagic.Config{
		Storage: &certmagic.FileStorage{Path: filepath.Join(cfg.Data, "tls")}, Logger: quiet,
		OnEvent: func(_ context.Context, event string, data map[string]any) error {
			switch event {
			case "cert_obtained":
				log.Info("a certificate was made", "domain", data["identifier"], "renewal", data["renewal"])
			case "cert_failed":
				log.Error("a certificate could not be made; it is tried again", "domain", data["identifier"], "err", data["error"])
			}
			return nil
		},
	})
	issuer := certmagic.NewACMEIssuer(magic, certmagic.ACMEIssuer{CA: cfg.TLS.ACME, Email: cfg.TLS.Email, Agreed: true, Logger: quiet, TrustedRoots: meet.roots,
		DisableHTTPChallenge: redirect == 0, AltHTTPPort: redirect, AltTLSALPNPort: port})
	magic.Issuers = []certmagic.Issuer{issuer}
	if err := magic.ManageAsync(ctx, cfg.TLS.Domains); err != nil {
		cache.Stop()
		return nil, fmt.Errorf("setting tls.domains: %w", err)
	}
	by := magic.TLSConfig()
	by.MinVersion, by.NextProtos = tls.VersionTLS12, append([]string{"h2", "http/1.1"}, by.NextProtos...)
	return &secured{config: by, plain: issuer.HTTPChallengeHandler(plain), end: cache.Stop}, nil
}

// toHTTPS shows the way to the same address over TLS. The host is that of the settings, whatever the request calls it.
func toHTTPS(cfg *config.Config, port int) http.HandlerFunc {
	base := secureURL(cfg, port)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Connection", "close")
		w.Header().Set("Location", base+(&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}).RequestURI())
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}

// secureURL is the site's address where Dabir itself speaks TLS.
func secureURL(cfg *config.Config, port int) string {
	switch {
	case cfg.Site.URL != "":
		return cfg.Site.URL
	case len(cfg.TLS.Domains) > 0 && port == 443:
		return "https://" + cfg.TLS.Domains[0]
	case len(cfg.TLS.Domains) > 0:
		return "https://" + net.JoinHostPort(cfg.TLS.Domains[0], strconv.Itoa(port))
	}
	return "https://localhost:" + strconv.Itoa(port)
}

// listen makes the public port speak TLS and answers on the plain one, as the settings have it. wait ends with ctx.
func (a *app) listen(ctx context.Context, server *http.Server, conns *web.Connections, listener net.Listener) (public net.Listener, wait func(), err error) {
	public, wait = conns.Limit(listener), func() {}
	if !a.cfg.TLS.On() {
		return public, wait, nil
	}
	var plain net.Listener
	redirect := 0
	if a.cfg.TLS.Redirect != "" {
		if plain, err = net.Listen("tcp", a.cfg.TLS.Redirect); err != nil {
			return nil, nil, fmt.Errorf("setting tls.redirect: %w", err)
		}
		redirect = portOf(plain)
	}
	s, err := secure(ctx, a.cfg, authorities{}, portOf(listener), redirect, a.log)
	if err != nil {
		if plain != nil {
			plain.Close()
		}
		return nil, nil, err
	}
	conns.Silent = true
	server.TLSConfig = s.config
	if plain == nil {
		return tls.NewListener(public, s.config), s.end, nil
	}
	bounds := connections(a.cfg)
	beside := web.NewServer(s.plain, a.log)
	beside.ConnState = bounds.State
	a.log.Info("the plain port leads to TLS", "address", plain.Addr().String())
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, beside, bounds.Limit(plain), time.Second) }()
	return tls.NewListener(public, s.config), func() {
		if err := <-done; err != nil {
			a.log.Error("the port without TLS ended", "err", err)
		}
		s.end()
	}, nil
}

func portOf(l net.Listener) int {
	if at, ok := l.Addr().(*net.TCPAddr); ok {
		return at.Port
	}
	return 0
}

// keyPair is a certificate and its key in files, read again when they change.
type keyPair struct {
	certificate, key string
	now              atomic.Pointer[tls.Certificate]
	stamp            string
}

const keyPairEvery = 10 * time.Second

func openKeyPair(certificate, key string) (*keyPair, error) {
	k := &keyPair{certificate: certificate, key: key}
	_, err := k.look()
	return k, err
}

// look reads the files when they are others than before. When they do not fit together, as in the middle of being exchanged, the pair
// stays as it is.
func (k *keyPair) look() (changed bool, err error) {
	stamp := ""
	for _, name := range []string{k.certificate, k.key} {
		info, err := os.Stat(name)
		if err != nil {
			return false, err
		}
		stamp += fmt.Sprint(info.ModTime().UnixNano(), " ", info.Size(), " ")
	}
	if stamp == k.stamp {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(k.certificate, k.key)
	if err != nil {
		return false, err
	}
	k.now.Store(&pair)
	k.stamp = stamp
	return true, nil
}

func (k *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return k.now.Load(), nil }

// watch looks again and again until ctx ends.
func (k *keyPair) watch(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(keyPairEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch changed, err := k.look(); {
		case err != nil:
			log.Error("the new certificate cannot be read; the one before stays", "err", err)
		case changed:
			log.Info("the certificate was read again", "file", k.certificate)
		}
	}
}
