// Package config reads the settings of a newsroom: from its TOML file, the environment and flags, later ones winning. One struct is
// passed down; nothing here is global. A setting that is unknown or wrong stops the start with a sentence that names it.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is every setting of a newsroom.
type Config struct {
	Data           string // the newsroom's folder
	File           string // the settings file that was read; "" where there is none
	Database       string // a postgres:// address or the path of an SQLite file
	Addr           string // listening address
	TrustedProxies []netip.Prefix
	Metrics        string // address of /metrics; "" for none
	Limits         Limits
	TLS            TLS
	Site           Site
	Comments       Comments
	Media          Media
	Backup         Backup
	CDN            CDN
	Embeds         []string // hosts whose films may play in our pages, without www
	PagesMemory    int      // MiB that rendered pages may take
	Streams        int      // open pages that are told at once what changes
	CountryFile    string   // MMDB; "" for the one inside the binary
	LogLevel       string   // debug, info, warn, error
	LogFormat      string   // text, json
}

// Limits bound what strangers can make a node hold.
type Limits struct {
	Connections int // open at once
	PerAddress  int // of one address; 0: any number
	Requests    int // worked on at once
}

// TLS says how Dabir speaks it by itself; where neither Domains nor Certificate is set, it does not.
type TLS struct {
	Domains     []string // for which certificates are obtained
	Email       string   // told to the authority
	ACME        string   // its directory; "" for Let's Encrypt
	Certificate string   // file with one's own certificate and those between it and the authority
	Key         string   // file with its key
	Redirect    string   // address that leads from http to https; "" for none
}

// On tells whether Dabir speaks TLS by itself.
func (t TLS) On() bool { return len(t.Domains) > 0 || t.Certificate != "" }

// check finds what does not fit together; the error names the setting.
func (t TLS) check(siteURL string) error {
	switch {
	case t.Certificate != "" && len(t.Domains) > 0:
		return errors.New("setting tls.certificate: either a certificate of your own or tls.domains for which one is obtained, not both")
	case (t.Certificate == "") != (t.Key == ""):
		return errors.New("setting tls.key: a certificate and its key are named together")
	case t.On() && strings.HasPrefix(siteURL, "http://"):
		return errors.New("setting site.url: with TLS it begins with https://")
	}
	return nil
}

// Site is what readers see of the newsroom itself.
type Site struct {
	Name    string
	Tagline string
	URL     string // scheme and host, without a slash at the end; "" until Addr is known
	Lang    string // "fa" or "en"
	About   string // Markdown
	Contact string // Markdown
}

// Media says where pictures, sound and video lie and how large they may be.
type Media struct {
	MaxFile     int    // megabytes of a sound or a video
	S3Endpoint  string // host and port; "" keeps the files in the newsroom's folder
	S3Bucket    string
	S3Region    string
	S3AccessKey string
	S3SecretKey string
	S3Prefix    string
	S3TLS       bool
}

// Backup says where copies go and how often they are made.
type Backup struct {
	To          string        // a folder, or s3://bucket/prefix; "" for none
	Every       time.Duration // 0: only when somebody asks
	Keep        int           // the newest copies that stay
	Recipients  []string      // of age; none: not encrypted
	S3Endpoint  string        // host and port of the service of an s3:// place
	S3Region    string
	S3AccessKey string
	S3SecretKey string
	S3TLS       bool
}

// CDN is a network of caches before Dabir that may keep pages, as it can be told when they are old.
type CDN struct {
	Kind  string        // "" for none, varnish, fastly, cloudflare
	Purge []string      // addresses that take purges
	Token string        // the secret that goes with them
	Keep  time.Duration // for how long it may keep a page
	Every time.Duration // between two purges at the least
}

// check finds what does not fit together; the error names the setting.
func (c CDN) check() error {
	switch {
	case c.Kind == "" && len(c.Purge) > 0:
		return errors.New("setting cdn.kind: where purges go is said in cdn.purge, but not to what")
	case c.Kind != "" && len(c.Purge) == 0:
		return errors.New("setting cdn.purge: pages may be kept only where somebody can be told that they are old")
	case (c.Kind == "fastly" || c.Kind == "cloudflare") && c.Token == "":
		return errors.New("setting cdn.token: this kind of CDN takes no purge without one")
	}
	return nil
}

// Comments are the rules of the discussion.
type Comments struct {
	Limit  int // comments of one address in Window; 0 is no limit
	Window time.Duration
	Flags  bool // a flag beside the country's name

	Rules        bool          // the rules look at comments
	Mode         string        // pre, trust, post: where the newsroom's pages set none
	Links        int           // that a comment may have without being held
	RepeatWindow time.Duration // 0: repeats are not looked for
	ModelAt      int           // percent from which the model holds
	TrustAt      int           // published comments of one who is trusted
	Rejected     int           // rejected comments from which the next one is held; 0: never

	Depth            int           // levels of replies
	CloseAfter       time.Duration // how long an article takes comments; 0 for ever
	RejectedCount    bool          // readers see how many were not published
	Retention        time.Duration // how long an address can be recognised
	ChallengeRate    int           // comments a minute of the site above which everybody is asked for work or a wait; 0 never
	ChallengeNetwork int           // comments of a network within Window from which its readers are; 0 never
	Spool            int           // comments that a node keeps while no database takes writes; 0 none
}

// Setting is one line of the table of settings.
type Setting struct {
	Name    string // in the TOML file, "table.key"
	Default string
	Doc     string
	set     func(*Config, string) error
}

// Env is the setting's name in the environment.
func (s Setting) Env() string {
	return "DABIR_" + strings.ToUpper(strings.ReplaceAll(s.Name, ".", "_"))
}

// Settings is the table of all settings; docs/settings.md is made from it.
func Settings() []Setting {
	return []Setting{
		{"server.addr", "127.0.0.1:8080", "address and port to listen on", func(c *Config, v string) error { c.Addr = v; return checkAddr(v) }},
		{"server.trusted_proxies", "", "networks of proxies whose X-Forwarded-For is believed, separated by commas, such as 10.0.0.0/8",
			func(c *Config, v string) (err error) { c.TrustedProxies, err = prefixes(v); return err }},
		{"server.connections", "25000", "how many connections may be open at once, fewer where the process may have fewer open files; beyond it those that have waited longest for a request are closed",
			func(c *Config, v string) (err error) { c.Limits.Connections, err = number(v, 16, 1<<20); return err }},
		{"server.connections_per_address", "1024", "how many of one address (an IPv6 /64 counts as one), behind which a mobile carrier may have many readers; not for proxies and this machine; 0: no limit",
			func(c *Config, v string) (err error) { c.Limits.PerAddress, err = number(v, 0, 1<<20); return err }},
		{"server.requests", "512", "how many requests are worked on at once, kept pages not counted; four times as many wait for a moment, the rest hear 503",
			func(c *Config, v string) (err error) { c.Limits.Requests, err = number(v, 8, 1<<16); return err }},
		{"server.metrics", "", "address and port of this machine, such as 127.0.0.1:9101, on which /metrics answers Prometheus; empty: nowhere",
			func(c *Config, v string) error { c.Metrics = v; return checkLoopback(v) }},
		{"tls.domains", "", "names of the site, separated by commas, for which Dabir obtains and renews certificates and speaks TLS on server.addr; empty: a proxy does, or nobody",
			func(c *Config, v string) (err error) { c.TLS.Domains, err = domains(v); return err }},
		{"tls.email", "", "where the certificate authority writes to", text(func(c *Config) *string { return &c.TLS.Email })},
		{"tls.acme", "", "the directory of another authority that speaks ACME; empty: Let's Encrypt", text(func(c *Config) *string { return &c.TLS.ACME })},
		{"tls.certificate", "", "a PEM file with a certificate of your own and those between it and the authority; read again when it changes", text(func(c *Config) *string { return &c.TLS.Certificate })},
		{"tls.key", "", "the PEM file with its key", text(func(c *Config) *string { return &c.TLS.Key })},
		{"tls.redirect", ":80", "address that leads readers from http to https, and on which an authority checks the domains, where Dabir speaks TLS; empty: none",
			func(c *Config, v string) error {
				c.TLS.Redirect = v
				if v == "" {
					return nil
				}
				return checkAddr(v)
			}},
		{"database.url", "", "a postgres:// address, or the path of an SQLite file; empty: dabir.db in the newsroom's folder",
			func(c *Config, v string) error { c.Database = v; return nil }},
		{"site.name", "دبیر", "the newsroom's name", text(func(c *Config) *string { return &c.Site.Name })},
		{"site.tagline", "", "a line under the name", text(func(c *Config) *string { return &c.Site.Tagline })},
		{"site.url", "", "the site's public address, such as https://example.ir; empty: http:// and the listening address",
			func(c *Config, v string) (err error) { c.Site.URL, err = siteURL(v); return err }},
		{"site.lang", "fa", "language of the pages: fa or en", oneOf(func(c *Config) *string { return &c.Site.Lang }, "fa", "en")},
		{"site.about", "", "text of the about page, in Markdown; empty: no such page", text(func(c *Config) *string { return &c.Site.About })},
		{"site.contact", "", "text of the contact page, in Markdown; empty: no such page", text(func(c *Config) *string { return &c.Site.Contact })},
		{"comments.limit", "5", "how many comments one address may send to one article within comments.window; as many to several articles bring the challenge; 0: no limit",
			func(c *Config, v string) (err error) { c.Comments.Limit, err = number(v, 0, 10_000); return err }},
		{"comments.window", "10m", "the time in which comments.limit counts, such as 10m or 1h",
			func(c *Config, v string) (err error) {
				c.Comments.Window, err = duration(v, time.Second, 24*time.Hour)
				return err
			}},
		{"comments.flags", "false", "show a flag beside the country's name: true or false",
			func(c *Config, v string) (err error) { c.Comments.Flags, err = boolean(v); return err }},
		{"comments.rules", "true", "let lists, model and the other rules look at comments: true or false; false: each waits, unread",
			func(c *Config, v string) (err error) { c.Comments.Rules, err = boolean(v); return err }},
		{"comments.mode", "pre", "when a comment that no rule holds is published, where the newsroom's page sets nothing else: pre (a moderator publishes it), trust (at once for trusted people) or post (at once)",
			oneOf(func(c *Config) *string { return &c.Comments.Mode }, "pre", "trust", "post")},
		{"comments.links", "0", "how many links a comment may have without being held for review",
			func(c *Config, v string) (err error) { c.Comments.Links, err = number(v, 0, 100); return err }},
		{"comments.repeat_window", "24h", "the time in which nearly the same text, by anyone, is held as a repeat; 0s: never",
			func(c *Config, v string) (err error) {
				c.Comments.RepeatWindow, err = duration(v, 0, 30*24*time.Hour)
				return err
			}},
		{"comments.model_hold", "50", "the probability in percent from which the model holds a comment for review",
			func(c *Config, v string) (err error) { c.Comments.ModelAt, err = number(v, 1, 100); return err }},
		{"comments.trust", "3", "how many published comments make a person trusted, who is known by the signed cookie",
			func(c *Config, v string) (err error) { c.Comments.TrustAt, err = number(v, 1, 1000); return err }},
		{"comments.rejected", "2", "how many rejected comments of the last 90 days hold a person's next one; 0: none do",
			func(c *Config, v string) (err error) { c.Comments.Rejected, err = number(v, 0, 1000); return err }},
		{"comments.depth", "1", "levels of replies, from 1 to 3",
			func(c *Config, v string) (err error) { c.Comments.Depth, err = number(v, 1, 3); return err }},
		{"comments.close_after_days", "0", "days after its publication for which an article takes comments; 0: for ever",
			func(c *Config, v string) (err error) { c.Comments.CloseAfter, err = days(v, 0, 36_500); return err }},
		{"comments.rejected_count", "false", "tell readers how many comments of an article were not published: true or false",
			func(c *Config, v string) (err error) { c.Comments.RejectedCount, err = boolean(v); return err }},
		{"comments.retention_days", "30", "days for which an address can be recognised by a keyed hash; then the key is replaced and the hashes are cleared",
			func(c *Config, v string) (err error) { c.Comments.Retention, err = days(v, 1, 365); return err }},
		{"comments.challenge_rate", "60", "comments a minute of the whole site above which every comment costs some work of the browser, or a wait without scripts; 0: never",
			func(c *Config, v string) (err error) {
				c.Comments.ChallengeRate, err = number(v, 0, 1_000_000)
				return err
			}},
		{"comments.challenge_network", "30", "comments of one network (/24, /48) within comments.window from which its readers are asked for the same; 0: never",
			func(c *Config, v string) (err error) {
				c.Comments.ChallengeNetwork, err = number(v, 0, 1_000_000)
				return err
			}},
		{"comments.spool", "1000", "how many comments a node keeps on its disk while no PostgreSQL server takes writes, to hand them over afterwards; beyond that, and with 0, writers hear 503",
			func(c *Config, v string) (err error) { c.Comments.Spool, err = number(v, 0, 100_000); return err }},
		{"media.max_file", "500", "the largest sound or video that is taken, in megabytes",
			func(c *Config, v string) (err error) { c.Media.MaxFile, err = number(v, 1, 100_000); return err }},
		{"media.s3_endpoint", "", "host and port of an S3-compatible service that keeps pictures, sound and video; empty: the newsroom's folder",
			text(func(c *Config) *string { return &c.Media.S3Endpoint })},
		{"media.s3_bucket", "", "the bucket; it must exist and be private, readers get its files through Dabir alone",
			text(func(c *Config) *string { return &c.Media.S3Bucket })},
		{"media.s3_region", "", "the bucket's region; empty where the service has none", text(func(c *Config) *string { return &c.Media.S3Region })},
		{"media.s3_access_key", "", "name of the key that may read, write, list and delete in the bucket",
			text(func(c *Config) *string { return &c.Media.S3AccessKey })},
		{"media.s3_secret_key", "", "the secret of that key; better in the environment than in the file",
			text(func(c *Config) *string { return &c.Media.S3SecretKey })},
		{"media.s3_prefix", "", "what stands before the names of all files in the bucket, such as dabir/",
			text(func(c *Config) *string { return &c.Media.S3Prefix })},
		{"media.s3_tls", "true", "speak to the service over TLS: true or false",
			func(c *Config, v string) (err error) { c.Media.S3TLS, err = boolean(v); return err }},
		{"backup.to", "", "where copies of the newsroom go: a folder, better on another disk, or s3://bucket/prefix; empty: none are made unasked",
			text(func(c *Config) *string { return &c.Backup.To })},
		{"backup.every", "15m", "how often a copy is made while the newsroom is served, such as 15m or 6h; what came after the last copy is what the loss of the disk costs; 0: only by the command",
			func(c *Config, v string) (err error) { c.Backup.Every, err = everyOrNever(v); return err }},
		{"backup.keep", "96", "how many of the newest copies are kept",
			func(c *Config, v string) (err error) { c.Backup.Keep, err = number(v, 1, 100_000); return err }},
		{"backup.recipients", "", "public keys of age (age1…), separated by commas, for which copies are encrypted; empty: they are not",
			func(c *Config, v string) (err error) { c.Backup.Recipients, err = recipients(v); return err }},
		{"backup.s3_endpoint", "", "host and port of the S3-compatible service of an s3:// place", text(func(c *Config) *string { return &c.Backup.S3Endpoint })},
		{"backup.s3_region", "", "its region; empty where the service has none", text(func(c *Config) *string { return &c.Backup.S3Region })},
		{"backup.s3_access_key", "", "name of the key that may read, write, list and delete in the bucket of copies",
			text(func(c *Config) *string { return &c.Backup.S3AccessKey })},
		{"backup.s3_secret_key", "", "the secret of that key; better in the environment than in the file",
			text(func(c *Config) *string { return &c.Backup.S3SecretKey })},
		{"backup.s3_tls", "true", "speak to that service over TLS: true or false",
			func(c *Config, v string) (err error) { c.Backup.S3TLS, err = boolean(v); return err }},
		{"cdn.kind", "", "the CDN before Dabir that may keep pages: varnish (deploy/varnish.vcl), fastly or cloudflare; empty: every page is asked for anew", oneOf(func(c *Config) *string { return &c.CDN.Kind }, "", "varnish", "fastly", "cloudflare")},
		{"cdn.purge", "", "the address that takes its purges, http:// only within one's own network; of several caches all addresses, separated by commas",
			func(c *Config, v string) (err error) { c.CDN.Purge, err = addresses(v); return err }},
		{"cdn.token", "", "the secret with which a purge is asked for; better in the environment than in the file", text(func(c *Config) *string { return &c.CDN.Token })},
		{"cdn.seconds", "3600", "for how many seconds it may keep a page that nobody purges",
			func(c *Config, v string) error {
				seconds, err := number(v, 1, 7*24*3600)
				c.CDN.Keep = time.Duration(seconds) * time.Second
				return err
			}},
		{"cdn.every", "1s", "the least time between two purges of a node, for a CDN that counts them",
			func(c *Config, v string) (err error) {
				c.CDN.Every, err = duration(v, 100*time.Millisecond, time.Minute)
				return err
			}},
		{"embeds.hosts", "aparat.com,namasha.com", "hosts whose films play in a page once a reader taps their card, separated by commas; also youtube.com, or any host whose embed address plays in a frame; empty: every card stays a link",
			func(c *Config, v string) (err error) { c.Embeds, err = hosts(v); return err }},
		{"pages.memory", "256", "how much memory rendered pages may take, in MiB",
			func(c *Config, v string) (err error) { c.PagesMemory, err = number(v, 1, 1<<20); return err }},
		{"pages.streams", "20000", "how many open pages are told at once what changes, each over a connection of its own; beyond that pages look by themselves now and then; 0: all do",
			func(c *Config, v string) (err error) { c.Streams, err = number(v, 0, 1_000_000); return err }},
		{"country.file", "", "an MMDB file that tells the country of an address; empty: the one inside Dabir",
			text(func(c *Config) *string { return &c.CountryFile })},
		{"log.level", "info", "what is logged: debug, info, warn or error", oneOf(func(c *Config) *string { return &c.LogLevel }, "debug", "info", "warn", "error")},
		{"log.format", "text", "how it is logged: text or json", oneOf(func(c *Config) *string { return &c.LogFormat }, "text", "json")},
	}
}

// FileName is the settings file in the newsroom's folder.
const FileName = "dabir.toml"

// Sources say where settings come from.
type Sources struct {
	Data  string            // the newsroom's folder
	File  string            // a TOML file; "": FileName in Data, if it is there
	Env   []string          // as os.Environ gives it
	Flags map[string]string // setting name → value, given on the command line
}

// Load reads all settings. Its error is for the operator and names the setting.
func Load(from Sources) (*Config, error) {
	c := &Config{Data: from.Data}
	values, err := fileValues(from, &c.File)
	if err != nil {
		return nil, err
	}
	env, err := envValues(from.Env)
	if err != nil {
		return nil, err
	}
	for _, s := range Settings() {
		value, origin := s.Default, "default"
		if v, ok := values[s.Name]; ok {
			value, origin = v, "the settings file"
		}
		if v, ok := env[s.Name]; ok {
			value, origin = v, s.Env()
		}
		if v, ok := from.Flags[s.Name]; ok && v != "" {
			value, origin = v, "the command line"
		}
		if err := s.set(c, value); err != nil {
			return nil, fmt.Errorf("setting %s (%s): %w", s.Name, origin, err)
		}
	}
	if err := c.TLS.check(c.Site.URL); err != nil {
		return nil, err
	}
	if err := c.CDN.check(); err != nil {
		return nil, err
	}
	if c.Media.S3Endpoint != "" && c.Media.S3Bucket == "" {
		return nil, errors.New("setting media.s3_bucket: a bucket must be named beside media.s3_endpoint")
	}
	if strings.HasPrefix(c.Backup.To, "s3://") && c.Backup.S3Endpoint == "" {
		return nil, errors.New("setting backup.s3_endpoint: an s3:// place needs the host and port of its service")
	}
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "dabir.db")
	}
	return c, nil
}

// fileValues reads the TOML file into setting names and values, and notes which it was.
func fileValues(from Sources, read *string) (map[string]string, error) {
	path := from.File
	if path == "" {
		path = filepath.Join(from.Data, FileName)
	}
	source, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && from.File == "" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the settings file: %w", err)
	}
	*read = path
	var tables map[string]any
	if err := toml.Unmarshal(source, &tables); err != nil {
		return nil, fmt.Errorf("the settings file %s: %w", path, err)
	}
	values := map[string]string{}
	for table, content := range tables {
		keys, ok := content.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("the settings file %s: unknown setting %s", path, table)
		}
		for key, value := range keys {
			name := table + "." + key
			if !known(name) {
				return nil, fmt.Errorf("the settings file %s: unknown setting %s", path, name)
			}
			if values[name], err = tomlText(value); err != nil {
				return nil, fmt.Errorf("the settings file %s: setting %s: %w", path, name, err)
			}
		}
	}
	return values, nil
}

// tomlText writes a TOML value as the environment would have it; a list becomes comma-separated.
func tomlText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, int64:
		return fmt.Sprint(v), nil
	case []any:
		var parts []string
		for _, one := range v {
			part, err := tomlText(one)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ","), nil
	}
	return "", fmt.Errorf("a value of this kind (%v) is not taken", value)
}

// envValues picks the DABIR_ variables out of the environment. DABIR_TEST_ ones belong to the tests; DABIR_DATA and
// DABIR_CONFIG are read by the command line.
func envValues(environ []string) (map[string]string, error) {
	byEnv := map[string]string{}
	for _, s := range Settings() {
		byEnv[s.Env()] = s.Name
	}
	values := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "DABIR_") || strings.HasPrefix(name, "DABIR_TEST_") || name == "DABIR_DATA" || name == "DABIR_CONFIG" {
			continue
		}
		setting, ok := byEnv[name]
		if !ok {
			return nil, fmt.Errorf("the environment: unknown setting %s", name)
		}
		values[setting] = value
	}
	return values, nil
}

func known(name string) bool {
	for _, s := range Settings() {
		if s.Name == name {
			return true
		}
	}
	return false
}

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error { *field(c) = v; return nil }
}

func oneOf(field func(*Config) *string, choices ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		*field(c) = v
		for _, choice := range choices {
			if v == choice {
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", v, strings.Join(choices, ", "))
	}
}

func checkAddr(v string) error {
	if _, port, ok := strings.Cut(v, ":"); !ok || port == "" {
		return fmt.Errorf("%q is no address with a port, such as 127.0.0.1:8080", v)
	}
	return nil
}

// checkLoopback refuses an address that others reach: what is told there is not for them.
func checkLoopback(v string) error {
	if v == "" {
		return nil
	}
	address, err := netip.ParseAddrPort(v)
	if err != nil || !address.Addr().IsLoopback() {
		return fmt.Errorf("%q is no address of this machine alone with a port, such as 127.0.0.1:9101", v)
	}
	return nil
}

func prefixes(v string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if address, aerr := netip.ParseAddr(part); err != nil && aerr == nil {
			p, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no network such as 10.0.0.0/8", part)
		}
		all = append(all, p)
	}
	return all, nil
}

// hostForm is a host's name of letters, digits and hyphens, with a dot in it; it goes into the policy of pages.
var hostForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

func hosts(v string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(v, ",") {
		host := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(part)), "www.")
		if host == "" {
			continue
		}
		if !hostForm.MatchString(host) {
			return nil, fmt.Errorf("%q is no host such as aparat.com", strings.TrimSpace(part))
		}
		all = append(all, host)
	}
	return all, nil
}

// domains are hosts whose names are kept as they are.
func domains(v string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(v, ",") {
		domain := strings.ToLower(strings.TrimSpace(part))
		if domain == "" {
			continue
		}
		if !hostForm.MatchString(domain) {
			return nil, fmt.Errorf("%q is no name of a site such as example.ir", strings.TrimSpace(part))
		}
		all = append(all, domain)
	}
	return all, nil
}

func siteURL(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", fmt.Errorf("%q is no address of a site, such as https://example.ir", v)
	}
	return u.Scheme + "://" + u.Host, nil
}

// addresses are those of programs, with their paths.
func addresses(v string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		u, err := url.Parse(part)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("%q is no address such as https://example.ir/purge", part)
		}
		all = append(all, part)
	}
	return all, nil
}

func number(v string, least, most int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("%q is no number from %d to %d", v, least, most)
	}
	return n, nil
}

func duration(v string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if err != nil || d < least || d > most {
		return 0, fmt.Errorf("%q is no time from %v to %v, such as 10m", v, least, most)
	}
	return d, nil
}

func days(v string, least, most int) (time.Duration, error) {
	n, err := number(v, least, most)
	return time.Duration(n) * 24 * time.Hour, err
}

func everyOrNever(v string) (time.Duration, error) {
	if v == "0" {
		return 0, nil
	}
	return duration(v, time.Minute, 31*24*time.Hour)
}

func recipients(v string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if !strings.HasPrefix(part, "age1") {
			return nil, fmt.Errorf("%q is no public key of age, such as age1…", part)
		}
		all = append(all, part)
	}
	return all, nil
}

func boolean(v string) (bool, error) {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", v)
	}
	return b, nil
}
