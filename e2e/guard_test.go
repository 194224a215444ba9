package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dabir-newsroom/dabir/e2e/stage"
)

// A watch that sees nothing would let every other test pass: here it must see each kind of fault, planted in a real page.
func TestGuardSeesFaults(t *testing.T) {
	n := open(t)
	for _, c := range []struct{ name, plant, want string }{
		{"InlineScript", violating(`const s = document.createElement("script"); s.textContent = "1"; document.head.append(s);`), "securitypolicyviolation: script-src"},
		{"InlineStyle", violating(`document.body.setAttribute("style", "color: red")`), "securitypolicyviolation: style-src"},
		{"ForeignImage", violating(`new Image().src = "http://127.0.0.1:9/x.png"`), "securitypolicyviolation: img-src"},
		{"ConsoleError", `console.error("broken")`, "console.error: \"broken\""},
		{"Exception", `new Promise((done) => setTimeout(() => { setTimeout(done); throw new Error("fallen"); }))`, "exception in the page: Error: fallen"},
		{"MissingFile", `fetch("/no/such/file").then((r) => r.status)`, "responded with a status of 404"},
		{"OtherHost", `location.assign("http://127.0.0.1:9/") ?? new Promise(() => {})`, "request to another host: http://127.0.0.1:9/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab, err := browser.OpenTab(n.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer tab.Close()
			if _, err := tab.Go(n.URL + "/latest"); err != nil {
				t.Fatal(err)
			}
			_, err = stage.Get[any](tab, c.plant)
			if err != nil && c.name != "OtherHost" { // that one leaves the page under its own feet
				t.Fatal(err)
			}
			if faults := strings.Join(tab.Faults(), "\n"); !strings.Contains(faults, c.want) {
				t.Errorf("the guard saw %q, want %q", faults, c.want)
			}
		})
	}
}

// violating is an expression that plants something and waits until the document was told of the violation.
func violating(plant string) string {
	return `new Promise((done) => { document.addEventListener("securitypolicyviolation", () => setTimeout(done)); ` + plant + ` })`
}

func TestAxeFindsWhatIsPlanted(t *testing.T) {
	source := axeSource(t)
	v := open(t).visitor(t)
	v.visit("/latest", 200)
	v.eval(`document.querySelector("main").insertAdjacentHTML("beforeend", '<input name="nameless"><button></button>')`)
	found := map[string]bool{}
	for _, f := range v.axe(source, allRules) {
		found[f.Rule] = true
	}
	if !found["label"] || !found["button-name"] {
		t.Errorf("axe-core found %v, want label and button-name", found)
	}

	// What is wrong in the dark alone is found there, the colours and what the dark moves.
	v.visit("/latest", 200)
	v.eval(`(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(":not(.night) > .dim { color: #000; background: #fff } .nameless { display: none }" +
			"@media (prefers-color-scheme: dark) { .dim { color: #222 !important; background: #111 !important } .night .nameless { display: block } }");
		document.adoptedStyleSheets = [sheet];
		document.querySelector("main").insertAdjacentHTML("beforeend", '<p class="dim">این در تاریکی خوانده نمی‌شود</p><input class="nameless">');
	})()`)
	for _, step := range []struct {
		plant string
		want  []string
	}{
		{``, []string{"color-contrast"}},
		{`document.querySelector("main").classList.add("night")`, []string{"color-contrast", "label"}},
	} {
		v.eval(step.plant)
		in := map[bool]map[string]int{true: {}, false: {}}
		v.eachLook(source, func(_ int64, dark bool, f finding) { in[dark][f.Rule]++ })
		if rules := slices.Sorted(maps.Keys(in[true])); !slices.Equal(rules, step.want) || in[true]["color-contrast"] != 2 || len(in[false]) != 0 {
			t.Errorf("axe-core found %v, want in the dark alone %v, at both widths", in, step.want)
		}
	}
}
