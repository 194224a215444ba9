//go:build !linux && !darwin

package main

// diskFree is not known here.
func diskFree(string) (bytes uint64, known bool) { return 0, false }

// openFilesMost is not known here.
func openFilesMost() (most uint64, known bool) { return 0, false }

// sameDisk is not known here.
func sameDisk(string, string) (same, known bool) { return false, false }
