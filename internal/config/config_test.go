package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLaterSourcesWin(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, FileName)
	os.WriteFile(file, []byte("[site]\nname = \"پرونده\"\ntagline = \"خط\"\nlang = \"en\"\n[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n[comments]\nlimit = 9\nflags = true\n"), 0o600)
	c, err := Load(Sources{Data: dir, Env: []string{"DABIR_SITE_NAME=محیط", "DABIR_COMMENTS_WINDOW=1h", "PATH=/bin", "DABIR_TEST_X=1", "DABIR_EMBEDS_HOSTS=WWW.Aparat.com, a.example"},
		Flags: map[string]string{"server.addr": "127.0.0.1:9999", "database.url": ""}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Site.Name != "محیط" || c.Site.Tagline != "خط" || c.Site.Lang != "en" || c.Addr != "127.0.0.1:9999" || c.Comments.Limit != 9 ||
		!c.Comments.Flags || c.Comments.Window != time.Hour || len(c.TrustedProxies) != 2 || c.TrustedProxies[1].Bits() != 128 || strings.Join(c.Embeds, "|") != "aparat.com|a.example" ||
		c.Database != filepath.Join(dir, "dabir.db") {
		t.Fatalf("%+v", c)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, c := range []struct {
		file string
		env  string
		flag map[string]string
		want string
	}{
		{file: "[site]\nnmae = \"x\"", want: "unknown setting site.nmae"},
		{file: "title = \"x\"", want: "unknown setting title"},
		{file: "[site\n", want: "dabir.toml"},
		{file: "[comments]\nlimit = \"many\"", want: "setting comments.limit"},
		{file: "[comments]\nlimit = 1.5", want: "setting comments.limit"},
		{env: "DABIR_SITE_NMAE=x", want: "unknown setting DABIR_SITE_NMAE"},
		{env: "DABIR_SITE_LANG=de", want: "setting site.lang (DABIR_SITE_LANG)"},
		{env: "DABIR_SITE_URL=example.ir", want: "setting site.url"},
		{env: "DABIR_COMMENTS_WINDOW=10", want: "setting comments.window"},
		{env: "DABIR_SERVER_TRUSTED_PROXIES=10.0.0.0/8,nonsense", want: "setting server.trusted_proxies"},
		{env: "DABIR_EMBEDS_HOSTS=aparat.com; script-src *", want: "setting embeds.hosts"},
		{env: "DABIR_EMBEDS_HOSTS=https://aparat.com", want: "setting embeds.hosts"},
		{env: "DABIR_BACKUP_EVERY=5s", want: "setting backup.every"},
		{env: "DABIR_BACKUP_RECIPIENTS=age1x,ssh-rsa", want: "setting backup.recipients"},
		{env: "DABIR_BACKUP_TO=s3://copies/dabir", want: "setting backup.s3_endpoint"},
		{env: "DABIR_SERVER_METRICS=0.0.0.0:9101", want: "setting server.metrics"},
		{env: "DABIR_TLS_DOMAINS=https://example.ir", want: "setting tls.domains"},
		{env: "DABIR_TLS_CERTIFICATE=/etc/cert.pem", want: "setting tls.key"},
		{file: "[tls]\ncertificate = \"a\"\nkey = \"b\"\ndomains = \"example.ir\"", want: "setting tls.certificate"},
		{file: "[tls]\ndomains = \"example.ir\"\n[site]\nurl = \"http://example.ir\"", want: "setting site.url"},
		{file: "[tls]\nredirect = \"80\"", want: "setting tls.redirect"},
		{env: "DABIR_SERVER_CONNECTIONS=3", want: "setting server.connections"},
		{env: "DABIR_CDN_KIND=varnish", want: "setting cdn.purge"},
		{env: "DABIR_CDN_PURGE=http://127.0.0.1:6081", want: "setting cdn.kind"},
		{env: "DABIR_CDN_PURGE=127.0.0.1:6081", want: "setting cdn.purge"},
		{file: "[cdn]\nkind = \"fastly\"\npurge = \"https://cdn.example/purge\"", want: "setting cdn.token"},
		{env: "DABIR_CDN_SECONDS=0", want: "setting cdn.seconds"},
		{flag: map[string]string{"server.addr": "8080"}, want: "setting server.addr (the command line)"},
	} {
		dir := t.TempDir()
		if c.file != "" {
			os.WriteFile(filepath.Join(dir, FileName), []byte(c.file), 0o600)
		}
		_, err := Load(Sources{Data: dir, Env: []string{c.env}, Flags: c.flag})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
	if _, err := Load(Sources{Data: t.TempDir(), File: "/nowhere/dabir.toml"}); err == nil {
		t.Error("a settings file that was named and is absent is an error")
	}
}

// TestSettingsAreDocumented: docs/settings.md holds the table as the program knows it; DABIR_TEST_UPDATE=1 writes it anew.
func TestSettingsAreDocumented(t *testing.T) {
	const file = "../../docs/settings.md"
	var b strings.Builder
	b.WriteString("# Settings\n\nFrom lowest to highest: the default, `dabir.toml` in the newsroom's folder (or `--config FILE`), the environment, the command line.\n" +
		"An unknown or wrong setting stops the start. In the file, `site.name` is `name` in the table `[site]`. `DABIR_DATA` and `DABIR_CONFIG` stand for `--data` and `--config`.\n\n" +
		"| Setting | Environment | Default | Meaning |\n|---|---|---|---|\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | `%q` | %s |\n", s.Name, s.Env(), s.Default, s.Doc)
	}
	if os.Getenv("DABIR_TEST_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil || string(written) != b.String() {
		t.Errorf("docs/settings.md differs from the table of settings (%v); DABIR_TEST_UPDATE=1 go test ./internal/config writes it", err)
	}
}
