//go:build !race

package main

import "time"

// soon is the second in which what is published or withdrawn must be so everywhere.
const soon = time.Second
