package country

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func openEmbedded(tb testing.TB) *Finder {
	tb.Helper()
	f, err := Embedded(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

func TestCountryOfAddress(t *testing.T) {
	f := openEmbedded(t)
	tests := []struct {
		about string
		ip    string
		want  Code
	}{
		{"Iran, mobile carrier", "2.144.0.1", "IR"},
		{"Iran, TIC", "2.176.0.1", "IR"},
		{"Iran, mobile carrier", "5.112.7.7", "IR"},
		{"Iran, TCI", "78.38.1.1", "IR"},
		{"Iran, TCI", "217.218.1.1", "IR"},
		{"Iran, IPv6", "2a03:ef42::1", "IR"},
		{"Iran, mapped into IPv6", "::ffff:2.176.0.1", "IR"},
		{"Germany, a whole /8", "53.1.2.3", "DE"},
		{"Germany", "79.192.0.1", "DE"},
		{"Germany, IPv6", "2a01:4f8::1", "DE"},
		{"United States", "8.8.8.8", "US"},
		{"United States, a whole /8", "12.1.2.3", "US"},
		{"loopback", "127.0.0.1", ""},
		{"loopback mapped into IPv6", "::ffff:127.0.0.1", ""},
		{"private", "10.1.2.3", ""},
		{"private", "172.31.255.255", ""},
		{"private, which the file gives to Australia", "192.168.1.1", ""},
		{"carrier-grade NAT", "100.64.0.1", ""},
		{"link-local", "169.254.1.1", ""},
		{"documentation", "203.0.113.9", ""},
		{"multicast", "224.0.0.1", ""},
		{"broadcast", "255.255.255.255", ""},
		{"unspecified", "0.0.0.0", ""},
		{"IPv6 loopback", "::1", ""},
		{"IPv6 unique local", "fd00::1", ""},
		{"IPv6 link-local with a zone", "fe80::1%eth0", ""},
		{"IPv6 documentation, which the file gives to Japan", "2001:db8::1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.about+" "+tt.ip, func(t *testing.T) {
			if got := f.Country(netip.MustParseAddr(tt.ip)); got != tt.want {
				t.Errorf("Country(%s) = %q, want %q", tt.ip, got, tt.want)
			}
		})
	}
	if got := f.Country(netip.Addr{}); got != "" {
		t.Errorf("Country of the zero Addr = %q, want none", got)
	}
}

func TestEmbeddedFileIsRecent(t *testing.T) {
	built := openEmbedded(t).BuiltAt()
	if built.Before(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)) || built.Location() != time.UTC {
		t.Errorf("BuiltAt() = %v, want June 2026 or later, in UTC", built)
	}
}

func TestEveryCodeOfTheEmbeddedFileIsKnown(t *testing.T) {
	f := openEmbedded(t)
	unknown := map[string]int{}
	for result := range f.db.Networks() {
		var raw string
		if err := result.DecodePath(&raw, "country_code"); err != nil {
			t.Fatal(err)
		}
		if _, ok := Parse(raw); !ok {
			unknown[raw]++
		}
	}
	for code, n := range unknown {
		if code != "XK" && code != "AN" { // Kosovo is user-assigned; the Netherlands Antilles were dissolved
			t.Errorf("%d networks have the code %q, which Parse refuses", n, code)
		}
	}
}

func TestOpenReadsBothKindsOfFile(t *testing.T) {
	files := map[string][]byte{
		"ip-location-db":     tinyFile(map[string]any{"country_code": "IR"}),
		"GeoLite2-Country":   tinyFile(map[string]any{"country": map[string]any{"iso_code": "IR"}}),
		"lower case letters": tinyFile(map[string]any{"country_code": "ir"}),
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			f, err := Open(writeFile(t, data))
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Country(netip.MustParseAddr("2.144.0.1")); got != "IR" {
				t.Errorf("Country = %q, want IR", got)
			}
			if got := f.Country(netip.MustParseAddr("200.0.0.1")); got != "" {
				t.Errorf("Country of an address that the file does not know = %q, want none", got)
			}
			if want := time.Unix(tinyBuilt, 0).UTC(); !f.BuiltAt().Equal(want) {
				t.Errorf("BuiltAt() = %v, want %v", f.BuiltAt(), want)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if got := f.Country(netip.MustParseAddr("2.144.0.1")); got != "" {
				t.Errorf("Country after Close = %q, want none", got)
			}
		})
	}
}

func TestOpenRefusesWhatIsNoCountryFile(t *testing.T) {
	plain, err := unpack()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"empty":        nil,
		"text":         []byte("country_code,IR\n"),
		"cut off":      plain[:1<<16],
		"other fields": tinyFile(map[string]any{"asn": "AS1"}),
		"other type":   tinyFile(map[string]any{"country": "IR"}),
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, data)
			f, err := Open(path)
			if err == nil {
				f.Close()
				t.Fatal("Open succeeded")
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not name the file", err)
			}
		})
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.mmdb")); err == nil {
		t.Error("Open of a file that is not there succeeded")
	}
}

// TestEmbeddedLiesInItsFolder: it is unpacked once; what another version left goes, what is damaged is made again, and a folder that takes no
// file costs nothing but memory.
func TestEmbeddedLiesInItsFolder(t *testing.T) {
	folder := t.TempDir()
	old := filepath.Join(folder, "country-0123456789ab.mmdb")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	iran := func(folder string) {
		t.Helper()
		f, err := Embedded(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got := f.Country(netip.MustParseAddr("2.144.0.1")); got != "IR" {
			t.Errorf("an address of Iran is of %q", got)
		}
	}
	file := func() (string, os.FileInfo) {
		t.Helper()
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != 1 {
			t.Fatalf("%v, %v; want one file", entries, err)
		}
		info, err := entries[0].Info()
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(folder, entries[0].Name()), info
	}
	iran(folder)
	name, made := file()
	iran(folder)
	if _, again := file(); !os.SameFile(made, again) {
		t.Error("it is unpacked at every start")
	}
	if err := os.Truncate(name, 1<<16); err != nil {
		t.Fatal(err)
	}
	iran(folder)
	if _, whole := file(); whole.Size() != made.Size() {
		t.Errorf("a file of %d bytes stays in place of one of %d", whole.Size(), made.Size())
	}
	iran(filepath.Join(folder, "is not there"))
}

func writeFile(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "country.mmdb")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const tinyBuilt = 1_700_000_000

// tinyFile is the smallest IPv4 file that gives one record to 0.0.0.0/1 and none to the rest: one node of two 24-bit
// numbers, sixteen zero bytes, the record, and the metadata (MaxMind DB format 2.0).
func tinyFile(record map[string]any) []byte {
	var b bytes.Buffer
	const nodes = 1
	b.Write([]byte{0, 0, nodes + 16, 0, 0, nodes})
	b.Write(make([]byte, 16))
	encode(&b, record)
	b.WriteString("\xab\xcd\xefMaxMind.com")
	encode(&b, map[string]any{
		"binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0), "build_epoch": uint64(tinyBuilt),
		"database_type": "tiny", "ip_version": uint16(4), "node_count": uint32(nodes), "record_size": uint16(24),
	})
	return b.Bytes()
}

func encode(b *bytes.Buffer, v any) {
	number := func(typ byte, size int, n uint64) {
		if typ < 8 {
			b.WriteByte(typ<<5 | byte(size))
		} else {
			b.Write([]byte{byte(size), typ - 7})
		}
		for i := size - 1; i >= 0; i-- {
			b.WriteByte(byte(n >> (8 * i)))
		}
	}
	switch v := v.(type) {
	case string:
		b.WriteByte(2<<5 | byte(len(v)))
		b.WriteString(v)
	case uint16:
		number(5, 2, uint64(v))
	case uint32:
		number(6, 4, uint64(v))
	case uint64:
		number(9, 8, v)
	case map[string]any:
		b.WriteByte(7<<5 | byte(len(v)))
		for key, value := range v {
			encode(b, key)
			encode(b, value)
		}
	}
}

func BenchmarkEmbedded(b *testing.B) {
	b.ReportAllocs()
	folder := b.TempDir()
	for b.Loop() {
		f, err := Embedded(folder)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

func BenchmarkCountry(b *testing.B) {
	f := openEmbedded(b)
	for _, ip := range []string{"2.176.0.1", "2a03:ef42::1", "10.0.0.1"} {
		b.Run(ip, func(b *testing.B) {
			addr := netip.MustParseAddr(ip)
			b.ReportAllocs()
			for b.Loop() {
				f.Country(addr)
			}
		})
	}
}
