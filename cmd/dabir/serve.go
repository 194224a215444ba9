package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/dabir-newsroom/dabir/internal/config"
	"github.com/dabir-newsroom/dabir/internal/news"
	"github.com/dabir-newsroom/dabir/internal/web"
	"github.com/dabir-newsroom/dabir/internal/web/control"
)

type serveCmd struct {
	common
	Addr string `help:"Address and port to listen on (default 127.0.0.1:8080)." placeholder:"ADDR"`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context) error {
	cfg, err := c.load(map[string]string{"server.addr": c.Addr})
	if err != nil {
		return err
	}
	return serve(ctx, cfg, func(ctx context.Context, a *app, url string) error {
		fmt.Println("Readers:  ", url)
		fmt.Println("Newsroom: ", url+"/newsroom")
		link, err := a.auth.SetupLink(ctx)
		if news.KindOf(err) == news.Conflict {
			return nil // somebody is set up already
		}
		if err == nil {
			fmt.Println("Set up the first operator (once, within a day):", url+"/newsroom/setup/"+link)
		}
		return err
	})
}

// serve holds the folder, opens the newsroom and answers readers and local commands until ctx ends. announce runs when
// the address is known, before the first request.
func serve(ctx context.Context, cfg *config.Config, announce func(ctx context.Context, a *app, url string) error) error {
	f, err := ownFolder(cfg.Data)
	if err != nil {
		return err
	}
	defer f.release()
	out := gather(os.Stderr)
	defer out.flush()
	log := newLog(cfg, out)
	planMemory(int64(cfg.PagesMemory)<<20, log)
	a, err := openApp(ctx, cfg, log, time.Now)
	if err != nil {
		return err
	}
	defer a.close()
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("setting server.addr: %w", err)
	}
	defer listener.Close()
	url := siteURL(cfg, listener)
	handler, err := a.handler(url)
	if err != nil {
		return err
	}
	socket, err := control.Listen(socketPath(cfg.Data))
	if err != nil {
		return fmt.Errorf("the local socket: %w", err)
	}
	defer os.Remove(socketPath(cfg.Data))
	if err := announce(ctx, a, url); err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	server, conns := web.NewServer(handler, log), connections(cfg)
	server.ConnState = conns.State
	a.running.name, a.running.since, a.running.site, a.running.conns = nodeName(listener), a.now(), handler, conns
	told, err := a.serveMetrics(running)
	if err != nil {
		return err
	}
	defer told()
	public, plain, err := a.listen(running, server, conns, listener)
	if err != nil {
		return err
	}
	defer plain()
	wait := a.background(running)
	defer wait()
	defer cancel()
	go web.Serve(running, &http.Server{Handler: control.Handler(console{a, url}, console{a, url}, console{a, url}, log)}, socket, stopGrace)
	return web.Serve(ctx, server, public, stopGrace)
}
