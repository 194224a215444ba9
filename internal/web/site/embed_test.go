package site

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/internal/i18n"
)

func TestPlayersOfAllowedHosts(t *testing.T) {
	allowed := []string{"aparat.com", "youtube.com", "player.example"}
	for address, want := range map[string]string{
		"https://www.aparat.com/v/abc123":                                 "https://www.aparat.com/video/video/embed/videohash/abc123/vt/frame",
		"https://aparat.com/v/abc123/?playlist=1":                         "https://www.aparat.com/video/video/embed/videohash/abc123/vt/frame",
		"https://www.aparat.com/video/video/embed/videohash/abc/vt/frame": "https://www.aparat.com/video/video/embed/videohash/abc/vt/frame",
		"https://www.youtube.com/watch?t=4&v=dQw4w9WgXcQ":                 "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
		"https://player.example/7":                                        "https://player.example/7",

		"https://www.aparat.com/some-channel":                     "",
		"https://www.aparat.com/v/a%2Fb":                          "",
		"http://www.aparat.com/v/abc123":                          "",
		"https://aparat.com.evil.example/v/abc":                   "",
		"https://aparat.com@evil.example/v/abc":                   "",
		"https://aparat.com:8443/v/abc":                           "",
		"https://www.namasha.com/v/abc":                           "",
		"https://evil.example/?u=https://www.aparat.com/v/abc123": "",
	} {
		if frame, _, ok := playerOf(address, allowed); ok != (want != "") || ok && frame != want {
			t.Errorf("%s plays at %q, %v; want %q", address, frame, ok, want)
		}
	}
}

// TestFilmsOfOthersPlayOnlyWhenAsked: a page with a card names the host in its policy and holds no frame outside a template; asked
// without a script the frame stands in the page. Where no host is allowed, the card stays a link.
func TestFilmsOfOthersPlayOnlyWhenAsked(t *testing.T) {
	m := newSample()
	m.articles[0].Body = "<p>متن.</p>\n" + `<figure class="embed"><a href="https://other.example/1" rel="nofollow noopener">other.example</a></figure>` + "\n" +
		`<figure class="embed"><a href="https://www.aparat.com/v/abc" rel="nofollow noopener">aparat.com</a><figcaption>سیل</figcaption></figure>` + "\n" +
		`<figure><img src="/media/7/960.jpg" alt="" width="800" height="400"></figure>`
	const frame = `<iframe class="player" src="https://www.aparat.com/video/video/embed/videohash/abc/vt/frame"`
	page := func(path string) (body, policy string) {
		w := get(t, m.handler(t, i18n.FA), path)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d\n%s", path, w.Code, m.logged.String())
		}
		return w.Body.String(), w.Header().Get("Content-Security-Policy")
	}
	body, policy := page(articlePath)
	if strings.Contains(body, "<iframe") || strings.Contains(policy, "frame-src") || !strings.Contains(body, `<a href="https://www.aparat.com/v/abc"`) {
		t.Errorf("without a setting: %s\n%s", policy, body)
	}
	inOrder(t, body, `src="/media/7/960.jpg"`, `loading="lazy"`, `srcset="/media/7/320.jpg 320w, /media/7/480.jpg 480w, /media/7/640.jpg 640w, /media/7/960.jpg 800w"`)

	m.embeds = []string{"aparat.com"}
	body, policy = page(articlePath)
	if !strings.Contains(policy, "frame-src https://www.aparat.com;") {
		t.Error(policy)
	}
	inOrder(t, body, `<a href="https://other.example/1"`, `<figure class="embed plays" id="embed-2"><a class="play" href="`+articlePath+`?play=2#embed-2"`,
		"<template>"+frame, "</template>", `<a class="host" href="https://www.aparat.com/v/abc"`, "سیل")
	if strings.Count(body, "<iframe") != 1 {
		t.Error("a frame stands outside a template")
	}
	body, _ = page(articlePath + "?play=2")
	if strings.Contains(body, "<template>"+frame) || !strings.Contains(body, `id="embed-2">`+frame) {
		t.Errorf("asked without a script: %s", body)
	}
	for _, none := range []string{"0", "1", "3", "02", "-2"} {
		if w := get(t, m.handler(t, i18n.FA), articlePath+"?play="+none); w.Code != http.StatusSeeOther {
			t.Errorf("card %s, which does not play: %d", none, w.Code)
		}
	}
	if _, policy = page("/"); strings.Contains(policy, "frame-src") {
		t.Errorf("the front page's policy is %s", policy)
	}
}
