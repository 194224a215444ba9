package main

import (
	"net/netip"
	"slices"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/web"
)

// filesBeside is how many open files Dabir plans with beside its readers' connections: database, search index, pictures.
const filesBeside = 1024

// connections are the bounds of the public port. Behind a proxy, and behind whatever else on this machine, stand many people.
func connections(cfg *config.Config) *web.Connections {
	most := cfg.Limits.Connections
	if files, known := openFilesMost(); known {
		most = min(most, max(int(min(files, 1<<30))-filesBeside, 16))
	}
	return &web.Connections{Most: most, PerAddress: cfg.Limits.PerAddress, Exempt: func(from netip.Addr) bool {
		return from.IsLoopback() || slices.ContainsFunc(cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(from) })
	}}
}
