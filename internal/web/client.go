package web

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/dabir-newsroom/dabir/internal/page"
)

// info is what the chain knows of a request; handlers see it through RequestID and ClientAddr.
type info struct {
	id      string
	addr    netip.Addr
	pattern string   // of the route; "" while none matched
	tally   *tally   // of the route
	fail    FailFunc // of the route's area; nil while none matched
	packer  *page.Packer
	at      *work // where it holds a place; nil: it holds none
}

type infoKey struct{}

func infoOf(ctx context.Context) *info {
	in, _ := ctx.Value(infoKey{}).(*info)
	return in
}

// RequestID is the number under which the logs know this request; "" outside the chain.
func RequestID(ctx context.Context) string {
	if in := infoOf(ctx); in != nil {
		return in.id
	}
	return ""
}

// ClientAddr is the address the request came from, as far as configured proxies are believed. It is not valid when the
// peer has none (a Unix socket). It is for pseudonyms and countries: nobody stores or logs it.
func ClientAddr(r *http.Request) netip.Addr {
	if in := infoOf(r.Context()); in != nil {
		return in.addr
	}
	return peer(r)
}

// newRequestID makes some 25 characters that do not come twice.
func newRequestID() string {
	var id [32]byte
	return string(strconv.AppendUint(strconv.AppendUint(id[:0], rand.Uint64(), 36), rand.Uint64(), 36))
}

func peer(r *http.Request) netip.Addr {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr().Unmap().WithZone("")
}

// clientAddr walks X-Forwarded-For from the right, for as long as a trusted proxy vouches for what stands left of it.
func clientAddr(r *http.Request, trusted []netip.Prefix) netip.Addr {
	addr := peer(r)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && contains(trusted, addr); i-- {
		next, ok := forwardedAddr(forwarded[i])
		if !ok {
			break
		}
		addr = next
	}
	return addr
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// forwardedAddr reads an entry with or without a port.
func forwardedAddr(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap().WithZone(""), err == nil
}
