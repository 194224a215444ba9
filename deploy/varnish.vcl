# Varnish before Dabir: pages are kept until Dabir purges them. Debian's packages varnish and varnish-modules (xkey).
# In dabir.toml: cdn.kind = "varnish", cdn.purge = "http://127.0.0.1:6081/", server.trusted_proxies = "127.0.0.1".
# Start varnishd with -p http_gzip_support=off: Dabir compresses by itself, br first.
# A stream (/events) holds a thread of Varnish for as long as a page is open: where thousands read at once, let the proxy that does TLS
# send /events to Dabir itself.
vcl 4.1;

import std;
import xkey;

backend dabir {
    .host = "127.0.0.1";
    .port = "8080";
    .first_byte_timeout = 75s;
    .between_bytes_timeout = 330s;
}

# Every node of Dabir, and nobody else.
acl purgers {
    "127.0.0.1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(403, "Forbidden"));
        }
        if (!req.http.xkey-purge) {
            return (synth(400, "No keys"));
        }
        set req.http.x-purged = xkey.purge(req.http.xkey-purge);
        return (synth(200, "Purged " + req.http.x-purged));
    }
    # Not what the client claims to be. Behind a proxy that does TLS, keep its header and delete this line.
    set req.http.X-Forwarded-For = client.ip;
    if (req.url ~ "^/events(\?|$)") {
        return (pipe);
    }
    if (req.url ~ "^/newsroom(/|$)" || (req.method != "GET" && req.method != "HEAD")) {
        return (pass);
    }
    # One copy for each encoding, not one for each browser's list of them.
    if (req.http.Accept-Encoding ~ "(^|[ ,])br($|[ ,])") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "(^|[ ,])gzip($|[ ,])") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    # What may be kept is the same for everybody, whatever cookies they send; Dabir says which it is.
    return (hash);
}

sub vcl_pipe {
    set bereq.http.Connection = "close";
}

sub vcl_backend_response {
    if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
        # Nothing is shown behind its time: some pages say something else from a moment on.
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }
    if (beresp.http.Cache-Control !~ "^public") {
        set beresp.uncacheable = true;
        set beresp.ttl = 2m;
        return (deliver);
    }
}

sub vcl_deliver {
    unset resp.http.CDN-Cache-Control;
    unset resp.http.xkey;
}
