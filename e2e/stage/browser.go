package stage

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is a headless Chromium with a profile of its own, gone at Close.
type Browser struct {
	ctx   context.Context
	close []context.CancelFunc
}

// FindChromium is the path of the installed Chromium, "" when there is none.
func FindChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// OpenBrowser starts Chromium. Nothing in it calls home, and it finds no host but this machine.
func OpenBrowser(path string) (*Browser, error) {
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("lang", "fa"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	allocated, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeContext := chromedp.NewContext(allocated)
	b := &Browser{ctx: ctx, close: []context.CancelFunc{closeContext, closeAllocator}}
	if err := chromedp.Do(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() {
	for _, end := range b.close {
		end()
	}
}

// View is how a tab shows pages.
type View struct {
	Width, Height int64   // in CSS pixels
	Zoom          float64 // 2 for 200 %; 0 means 1. Width is then that of the page at this zoom
	Dark          bool
	Touch         bool // as on a phone
	Print         bool
}

// Tab is one tab in a browser context of its own: no cookie of another tab is in it, and it has the focus whatever others do. Its methods wait until what they
// began is done, and end with an error after the tab's patience.
type Tab struct {
	ctx   context.Context
	close context.CancelFunc
	guard *guard
}

const patience = 30 * time.Second

// OpenTab opens a tab; site is the only place that its pages may load anything from.
func (b *Browser) OpenTab(site string) (*Tab, error) {
	g, err := newGuard(site)
	if err != nil {
		return nil, err
	}
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(g.see))
	t := &Tab{ctx: ctx, close: closeTab, guard: g}
	// The first Do ties the tab's life to its context, so it gets the one without a time limit.
	if err := chromedp.Do(ctx); err != nil {
		closeTab()
		return nil, fmt.Errorf("open a tab: %w", err)
	}
	err = errors.Join(
		call(t, audits.Enable, cdp.Empty{}),
		call(t, runtime.AddBinding, runtime.AddBindingParams{Name: violationBinding}),
		call(t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: violationScript}),
		call(t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		t.Look(View{Width: 1280, Height: 900}),
	)
	if err != nil {
		closeTab()
		return nil, err
	}
	return t, nil
}

// Close closes the tab and forgets its cookies.
func (t *Tab) Close() { t.close() }

// call sends one command to the tab and drops its answer.
func call[P, R any](t *Tab, command cdp.Command[P, R], params P) error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, command, params)
	return err
}

// Look sets the size, the zoom and the colours in which the tab shows pages.
func (t *Tab) Look(v View) error {
	scale, scheme, media := v.Zoom, "light", "screen"
	if scale == 0 {
		scale = 1
	}
	if v.Dark {
		scheme = "dark"
	}
	if v.Print {
		media = "print"
	}
	touch := emulation.SetTouchEmulationEnabledParams{Enabled: v.Touch}
	return errors.Join(
		call(t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: v.Width, Height: v.Height, DeviceScaleFactor: scale, Mobile: v.Touch}),
		call(t, emulation.SetTouchEmulationEnabled, touch),
		call(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media,
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			}}),
	)
}

// DisableScript keeps every page from running a script, as a reader's setting would.
func (t *Tab) DisableScript() error {
	return call(t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Do runs actions of chromedp in the tab, one after the other.
func (t *Tab) Do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// Leads runs actions that load another document, waits until it is loaded and returns its HTTP status.
func (t *Tab) Leads(actions ...chromedp.Action[chromedp.Void]) (int64, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	before, err := Get[float64](t, documentBirth)
	if err != nil {
		return 0, err
	}
	response, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		return 0, err
	}
	if response == nil {
		return 0, errors.New("the document came without a response")
	}
	return response.Status, t.replaced(ctx, before)
}

// documentBirth tells one document from another.
const documentBirth = `performance.timeOrigin`

// replaced waits until another document than the one of that birth is there and whole: on a busy machine the browser tells of
// the navigation before scripts are run in the new document, and what is done then happens to the old one.
func (t *Tab) replaced(ctx context.Context, before float64) error {
	for {
		birth, err := Get[float64](t, `document.readyState === "complete" ? `+documentBirth+` : 0`)
		if err == nil && birth != 0 && birth != before {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New("the document was not replaced"), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Go opens an address and returns the HTTP status of its document.
func (t *Tab) Go(url string) (int64, error) { return t.Leads(chromedp.Navigate(url)) }

// Get evaluates a JavaScript expression in the page; it may be a promise. It works where the page itself may run no script.
func Get[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until a JavaScript expression, or what it promises, is true in the document that is open. The page itself looks again and again, so
// that nothing is guessed about how long a thing takes.
func (t *Tab) Until(expression string) error {
	_, err := Get[bool](t, fmt.Sprintf(`new Promise((yes, no) => {
		const last = Date.now() + %d;
		(async function look() {
			if (await (%s)) yes(true);
			else if (Date.now() > last) no(new Error("it did not come true"));
			else setTimeout(look, 15);
		})().catch(no);
	})`, (patience-time.Second).Milliseconds(), expression))
	if err != nil {
		return fmt.Errorf("waited for %s: %w", expression, err)
	}
	return nil
}

// Type writes text at the place that has the focus, as an input method does.
func (t *Tab) Type(text string) error {
	return call(t, input.InsertText, input.InsertTextParams{Text: text})
}

// Mouse sends one event of the mouse, with its first button, at a point of the window in CSS pixels.
func (t *Tab) Mouse(kind input.DispatchMouseEventType, x, y float64) error {
	return call(t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1})
}

// Enter presses the Enter key for a page that acts on the key itself, as an editor does. A key event of chromedp is followed by
// its character also when the page has taken the key, which no keyboard does.
func (t *Tab) Enter() error {
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
	up := key
	up.Type = input.DispatchKeyEventTypeKeyUp
	return errors.Join(call(t, input.DispatchKeyEvent, key), call(t, input.DispatchKeyEvent, up))
}

// Shot is a picture of the window as PNG.
func (t *Tab) Shot() ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err != nil {
		return nil, err
	}
	return r.Data, nil
}
