//go:build linux || darwin

package main

import (
	"os"
	"syscall"
)

// diskFree is how many bytes may still be written on the disk of a folder.
func diskFree(folder string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// openFilesMost is how many files this process may have open.
func openFilesMost() (most uint64, known bool) {
	var l syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l)
	return l.Cur, err == nil
}

// sameDisk tells whether two folders lie on one file system.
func sameDisk(a, b string) (same, known bool) {
	x, xerr := os.Stat(a)
	y, yerr := os.Stat(b)
	if xerr != nil || yerr != nil {
		return false, false
	}
	s, sok := x.Sys().(*syscall.Stat_t)
	t, tok := y.Sys().(*syscall.Stat_t)
	if !sok || !tok {
		return false, false
	}
	return s.Dev == t.Dev, true
}
