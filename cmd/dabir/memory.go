package main

import (
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	// collectAt is by how much the heap may grow, in percent, before it is collected: most of it is kept pages, which hold no
	// pointers worth following again and again. Go's own 100 costs a tenth of the requests a second.
	collectAt = 300
	// besidePages is what Dabir plans with beside its kept pages, in bytes: above it the heap is collected more often.
	besidePages = 72 << 20
	// collectRoom is the part of the pages' memory that stays free of pages: with a full cache the heap would else stand at its limit, and be
	// collected without an end.
	collectRoom = 4
	// ofTheLimit is the share of a container's memory that Dabir plans with; the rest is for what Go does not count.
	ofTheLimit = 0.9
)

// pageBytes is what kept pages may take, in bytes, of so many MiB that the operator gives them.
func pageBytes(setting int) int64 {
	whole := int64(setting) << 20
	return whole - whole/collectRoom
}

// planMemory sets the garbage collector by what kept pages may take and by the container's limit. GOGC and GOMEMLIMIT, where an operator
// sets them, win.
func planMemory(pages int64, log *slog.Logger) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	planned := pages + besidePages
	if limit := containerLimit(); limit > 0 {
		planned = min(planned, int64(float64(limit)*ofTheLimit))
	}
	debug.SetMemoryLimit(planned)
	log.Debug("memory is planned", "bytes", planned)
}

// containerLimit is how much memory the control group may take, in bytes; 0 when it has no limit (Linux, cgroup v2 and v1).
func containerLimit() int64 {
	const none = 1 << 60 // v1 writes a number near the largest for no limit
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit < none {
			return limit
		}
	}
	return 0
}
