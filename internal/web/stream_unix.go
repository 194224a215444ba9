//go:build unix

package web

import (
	"errors"
	"net"
	"syscall"
)

// errSlow ends the stream of a reader who does not read.
var errSlow = errors.New("web: no room for a message")

// sendNow sends what the system takes at once; a connection without room for all of it is an error. So nobody waits for a slow reader.
func sendNow(conn net.Conn, message []byte) error {
	plain, ok := conn.(syscall.Conn)
	if !ok {
		return sendWaiting(conn, message) // TLS writes records of its own
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return err
	}
	var sent int
	var failed error
	if err := raw.Write(func(fd uintptr) bool {
		sent, failed = syscall.Write(int(fd), message)
		for failed == syscall.EINTR {
			sent, failed = syscall.Write(int(fd), message)
		}
		return true
	}); err != nil {
		return err
	}
	if failed == nil && sent < len(message) {
		return errSlow
	}
	return failed
}
