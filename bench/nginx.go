package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// nginxSettings are Debian's own where they matter for speed (worker_processes auto, sendfile, tcp_nopush, an access log),
// in a folder of this run. %[1]s is the folder, %[2]s the address, %[3]s and %[4]s lines that depend on the machine.
const nginxSettings = `%[3]s
worker_processes auto;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 768; }
http {
	access_log %[1]s/access.log;
	client_body_temp_path %[1]s/t1;
	proxy_temp_path %[1]s/t2;
	fastcgi_temp_path %[1]s/t3;
	uwsgi_temp_path %[1]s/t4;
	scgi_temp_path %[1]s/t5;
	sendfile on;
	tcp_nopush on;
	types { text/css css; }
	default_type text/html;
	charset utf-8;
	keepalive_requests 100000000;
	server {
		listen %[2]s;
		root %[1]s/files;
		%[4]s
	}
}
`

// brotliModule is where Debian's libnginx-mod-http-brotli-static puts its module.
const brotliModule = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"

var errNoNginx = errors.New("nginx is not installed (Debian packages: nginx-light, libnginx-mod-http-brotli-static)")

// packedFile is a page with its compressed forms, as one server sends them and another is to at the same address: a long address costs both.
type packedFile struct {
	path             string
	plain, br, gzip_ []byte
}

// at is the address with nginx, which has no file for a folder.
func (f packedFile) at() string {
	if f.path == "/" {
		return "/index.html"
	}
	return f.path
}

// startNginx serves the files. encoding is what it can serve packed: "br" with Debian's module, else "gzip".
func (w *workshop) startNginx(ctx context.Context, files []packedFile) (s *server, encoding string, err error) {
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return nil, "", errNoNginx
		}
	}
	folder, err := w.folder("nginx")
	if err != nil {
		return nil, "", err
	}
	if err := writePacked(filepath.Join(folder, "files"), files); err != nil {
		return nil, "", err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	top, static, encoding := "daemon off;\n", "gzip_static on;", "gzip"
	if os.Geteuid() == 0 {
		top += "user root;\n" // the temporary folder is root's alone
	}
	if _, err := os.Stat(brotliModule); err == nil {
		top, static, encoding = "load_module "+brotliModule+";\n"+top, "brotli_static on;", "br"
	}
	settings := filepath.Join(folder, "nginx.conf")
	if err := os.WriteFile(settings, fmt.Appendf(nil, nginxSettings, folder, addr, top, static), 0o644); err != nil {
		return nil, "", err
	}
	cmd := exec.CommandContext(ctx, bin, "-p", folder, "-c", settings)
	s, err = startServer(ctx, cmd, addr, filepath.Join(folder, "output.log"), files[0].at())
	return s, encoding, err
}

func writePacked(folder string, files []packedFile) error {
	for _, f := range files {
		name, err := url.PathUnescape(f.at())
		if err != nil {
			return err
		}
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		for suffix, body := range map[string][]byte{"": f.plain, ".br": f.br, ".gz": f.gzip_} {
			if err := os.WriteFile(file+suffix, body, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
