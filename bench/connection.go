package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// connection is a keep-alive HTTP/1.1 connection that does as little as it can: client and server share the machine, so
// whatever the client spends is missing from what is measured.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func dial(addr string) (*connection, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &connection{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// answerTime is how long one answer may take.
const answerTime = 60 * time.Second

// send writes a whole request and reads the answer; the body is appended to keep when that is not nil.
func (c *connection) send(request []byte, keep *bytes.Buffer) (status int, err error) {
	if err := c.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return 0, err
	}
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	status, length, err := c.head()
	if err != nil {
		return 0, err
	}
	if keep != nil {
		_, err = io.CopyN(keep, c.in, int64(length))
	} else {
		_, err = c.in.Discard(length)
	}
	return status, err
}

// head reads the status line and the headers.
func (c *connection) head() (status, length int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("not an answer: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	length = -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, 0, err
			}
		}
	}
	if length < 0 {
		return 0, 0, errors.New("an answer without Content-Length, which Dabir and nginx always give")
	}
	return status, length, nil
}

// get is the text of a GET request.
func get(addr, path, encoding string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: %s\r\nUser-Agent: dabir-bench\r\n\r\n", path, addr, encoding)
}

// fetch gets one body; a status other than 200 is an error.
func fetch(addr, path, encoding string) ([]byte, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var body bytes.Buffer
	status, err := c.send(get(addr, path, encoding), &body)
	if err == nil && status != 200 {
		err = fmt.Errorf("GET %s: status %d", path, status)
	}
	return body.Bytes(), err
}
