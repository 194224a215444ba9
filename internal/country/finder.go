package country

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // for country.mmdb.gz
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// packed is the country file, as README.md tells; scripts/fetch-assets brings it.
//
//go:embed country.mmdb.gz
var packed []byte

// Finder tells the country of a network address from one MMDB file. It is safe for concurrent use, but for Close.
type Finder struct {
	db *maxminddb.Reader
}

// Embedded opens the country file that comes with the binary. It is unpacked into the folder when it is not there yet (some 100 ms, once), so
// that it is read from the file as addresses ask for it instead of holding 8 MB of memory; one of another version goes. Where the folder takes
// no file it stays in memory. BuiltAt says its date.
func Embedded(folder string) (*Finder, error) {
	sum := sha256.Sum256(packed)
	file := filepath.Join(folder, fmt.Sprintf(unpackedName, fmt.Sprintf("%x", sum[:6])))
	if f, err := Open(file); err == nil {
		return f, nil
	}
	plain, err := unpack()
	if err != nil {
		return nil, fmt.Errorf("country: embedded file: %w", err)
	}
	if err := keep(file, plain); err == nil {
		if f, err := Open(file); err == nil {
			return f, nil
		}
	}
	db, err := maxminddb.OpenBytes(plain)
	if err != nil {
		return nil, fmt.Errorf("country: embedded file: %w", err)
	}
	return &Finder{db: db}, nil
}

// unpackedName is that of the embedded file in its folder; the verb is for its version.
const unpackedName = "country-%s.mmdb"

func unpack() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// keep writes the file whole or not at all, as another process may begin at the same moment, and removes those of other versions.
func keep(file string, plain []byte) error {
	others, err := filepath.Glob(filepath.Join(filepath.Dir(file), fmt.Sprintf(unpackedName, "*")))
	if err != nil {
		return err
	}
	to, err := os.CreateTemp(filepath.Dir(file), ".country-*")
	if err != nil {
		return err
	}
	defer os.Remove(to.Name()) // nothing is there when it was renamed
	_, err = to.Write(plain)
	if err := errors.Join(err, to.Sync(), to.Close()); err != nil {
		return err
	}
	if err := os.Rename(to.Name(), file); err != nil {
		return err
	}
	for _, other := range others {
		if other != file {
			err = errors.Join(err, os.Remove(other))
		}
	}
	return err
}

// Open opens an operator's own file in its place. Its records must hold the code either as "country_code" (ip-location-db)
// or as "iso_code" within "country" (MaxMind's GeoLite2-Country and what follows it); a file in which no record does,
// such as one of network owners, is refused. The file is mapped into memory: to renew it, put another in its place by
// renaming, never write into it while it is open.
func Open(path string) (*Finder, error) {
	db, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("country: open %s: %w", path, err)
	}
	f := &Finder{db: db}
	if err := f.probe(); err != nil {
		return nil, errors.Join(fmt.Errorf("country: %s: %w", path, err), db.Close())
	}
	return f, nil
}

// probeRecords bounds how many records Open reads before it calls a file useless: more than enough, for in a country file
// nearly every record has a code.
const probeRecords = 1000

func (f *Finder) probe() error {
	n := 0
	for result := range f.db.Networks(maxminddb.SkipEmptyValues()) {
		if code, err := decode(result); err == nil && code != "" {
			return nil
		}
		if n++; n == probeRecords {
			break
		}
	}
	return fmt.Errorf("no country codes in a file of type %q", f.db.Metadata.DatabaseType)
}

// Country is the country to which the address is registered or announced. It is "" for addresses that are not public
// (private, loopback, link-local, documentation, …), for those that the file does not know, for codes outside ISO 3166-1
// (the file has a few XK and one AN), for the zero Addr and after Close. An IPv4 address mapped into IPv6 is taken as the IPv4 one.
func (f *Finder) Country(ip netip.Addr) Code {
	ip = ip.Unmap().WithZone("")
	if !public(ip) {
		return ""
	}
	code, err := decode(f.db.Lookup(ip))
	if err != nil {
		// A damaged record costs one reader the name of their country and must cost nothing else.
		return ""
	}
	return code
}

// BuiltAt is when the file was built, to the second, in UTC.
func (f *Finder) BuiltAt() time.Time {
	return f.db.Metadata.BuildTime().UTC()
}

// Close releases the file. It must not run beside Country; Country after it answers "".
func (f *Finder) Close() error {
	return f.db.Close()
}

func decode(result maxminddb.Result) (Code, error) {
	var record struct {
		CountryCode string `maxminddb:"country_code"`
		Country     struct {
			ISOCode string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
	}
	if err := result.Decode(&record); err != nil {
		return "", err
	}
	if record.CountryCode == "" {
		record.CountryCode = record.Country.ISOCode
	}
	code, _ := Parse(record.CountryCode)
	return code, nil
}

// public reports whether an address can be that of somebody on the internet. The file is not trusted with this: that of
// June 2026 gives 192.168.0.0/16 to Australia and 2001:db8::/32 to Japan.
func public(ip netip.Addr) bool {
	if !ip.IsValid() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// reserved are the blocks that IANA's special-purpose registries (RFC 6890) say are not globally reachable, and
// multicast (RFC 5771, RFC 4291).
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("::/127"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001:2::/48"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fc00::/7"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}
