//go:build !unix

package web

import "net"

func sendNow(conn net.Conn, message []byte) error { return sendWaiting(conn, message) }
