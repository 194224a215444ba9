//go:build race

package main

import "time"

// soon is "within a second" as the race detector's tenfold slower program can keep it.
const soon = 6 * time.Second
