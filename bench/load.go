package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"
)

// connections is how many keep-alive connections load a server.
const connections = 64

// loaded is what a server answered under load.
type loaded struct {
	perSecond float64
	p50, p99  time.Duration
}

// generator sends GET requests for a time over keep-alive connections. Any answer but 2xx fails.
type generator struct {
	name string
	run  func(ctx context.Context, addr, path, encoding string, d time.Duration) (loaded, error)
}

// findGenerator prefers wrk (Debian package of that name) and falls back to a small one of our own.
func findGenerator() generator {
	if path, err := exec.LookPath("wrk"); err == nil {
		return generator{"wrk", func(ctx context.Context, addr, path_, encoding string, d time.Duration) (loaded, error) {
			return runWrk(ctx, path, addr, path_, encoding, d)
		}}
	}
	return generator{"bench's own generator (wrk is not installed)", runOwn}
}

func runWrk(ctx context.Context, wrk, addr, path, encoding string, d time.Duration) (loaded, error) {
	out, err := exec.CommandContext(ctx, wrk, "-t", strconv.Itoa(min(2, runtime.NumCPU())), "-c", strconv.Itoa(connections),
		"-d", fmt.Sprintf("%.0fs", d.Seconds()), "--timeout", "30s", "--latency", "-H", "Accept-Encoding: "+encoding, "http://"+addr+path).CombinedOutput()
	if err != nil {
		return loaded{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return parseWrk(string(out))
}

var (
	wrkRate  = regexp.MustCompile(`(?m)^Requests/sec:\s+([0-9.]+)`)
	wrkShare = regexp.MustCompile(`(?m)^\s+(50|99)%\s+([0-9.]+)(us|ms|s|m)\s*$`)
	wrkBad   = regexp.MustCompile(`(?m)^\s*(Non-2xx or 3xx responses|Socket errors).*$`)
)

// parseWrk reads wrk's report; errors and bad answers in it are an error.
func parseWrk(report string) (loaded, error) {
	if bad := wrkBad.FindString(report); bad != "" {
		return loaded{}, fmt.Errorf("wrk: %s", bad)
	}
	rate := wrkRate.FindStringSubmatch(report)
	if rate == nil {
		return loaded{}, fmt.Errorf("wrk: no rate in its report:\n%s", report)
	}
	var out loaded
	var err error
	if out.perSecond, err = strconv.ParseFloat(rate[1], 64); err != nil {
		return loaded{}, err
	}
	for _, share := range wrkShare.FindAllStringSubmatch(report, -1) {
		d, err := time.ParseDuration(share[2] + share[3])
		if err != nil {
			return loaded{}, err
		}
		if share[1] == "50" {
			out.p50 = d
		} else {
			out.p99 = d
		}
	}
	return out, nil
}

// runOwn is the generator without wrk: a goroutine for each connection.
func runOwn(ctx context.Context, addr, path, encoding string, d time.Duration) (loaded, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	request := get(addr, path, encoding)
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var group sync.WaitGroup
	began := time.Now()
	for range connections {
		group.Go(func() {
			times, err := hammer(ctx, addr, request)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, times...)
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	took := time.Since(began)
	slices.Sort(all)
	return loaded{float64(len(all)) / took.Seconds(), quantile(all, 0.5), quantile(all, 0.99)}, failed
}

// hammer sends one request again and again until ctx ends.
func hammer(ctx context.Context, addr string, request []byte) ([]time.Duration, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var times []time.Duration
	for ctx.Err() == nil {
		began := time.Now()
		status, err := c.send(request, nil)
		if err != nil {
			return times, err
		}
		if status != 200 {
			return times, fmt.Errorf("status %d under load", status)
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}

// alone sends n requests one after the other over one connection and returns the median time of an answer.
func alone(addr, path, encoding string, n int) (time.Duration, error) {
	c, err := dial(addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	request := get(addr, path, encoding)
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		status, err := c.send(request, nil)
		if err != nil {
			return 0, err
		}
		if status != 200 {
			return 0, fmt.Errorf("GET %s: status %d", path, status)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return quantile(times, 0.5), nil
}
