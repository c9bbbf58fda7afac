package report

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/keysweep/keysweep/scanner"
)

// elements returns the page's elements by name.
func elements(t *testing.T, page []byte) map[string][]*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]*html.Node{}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			out[n.Data] = append(out[n.Data], n)
		}
	}
	return out
}

func TestHTMLHoldsNothingForeign(t *testing.T) {
	f := hostileFinding()
	f.Occurrences[0].Author = `<img src=x onerror=alert(1)></td></table><iframe src="//x"><svg onload=x><style>@import "x"</style>`
	f.Credential.Rule.Playbook.Console = "javascript:alert(1)"
	all := elements(t, render(t, "html", append(sample(), f), incomplete(), Options{}))
	if n := len(all["img"]) + len(all["iframe"]) + len(all["svg"]) + len(all["base"]) + len(all["object"]); n > 0 {
		t.Errorf("%d foreign elements", n)
	}
	if len(all["script"]) != 1 || len(all["style"]) != 1 || len(all["article"]) != 5 {
		t.Errorf("%d scripts, %d styles, %d findings", len(all["script"]), len(all["style"]), len(all["article"]))
	}
	for _, nodes := range all {
		for _, n := range nodes {
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && a.Val != "data:," {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestHTMLPolicyAllowsOnlyItsOwnScript(t *testing.T) {
	page := string(render(t, "html", sample(), complete(), Options{}))
	script := page[strings.Index(page, "<script>")+len("<script>") : strings.Index(page, "</script>")]
	style := page[strings.Index(page, "<style>")+len("<style>") : strings.Index(page, "</style>")]
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for _, want := range []string{"default-src 'none'", hash(script), hash(style), "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("policy is %s", policy)
	}
}

// server serves pages and remembers what was asked for.
type server struct {
	mu    sync.Mutex
	pages map[string][]byte
	asked []string
}

func (s *server) put(path string, page []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(s.pages[r.URL.Path])
}

// browse returns the page as a browser sees it once its script has run.
func browse(t *testing.T, url string) []byte {
	t.Helper()
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Fatal("this test needs a browser: apt-get install --no-install-recommends chromium")
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=5000", "--dump-dom", url)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", browser, err)
	}
	return out
}

// TestHTMLInABrowser opens the report as a person does: the filter works, nothing of the scanned text runs, and nothing
// is asked for but the page.
func TestHTMLInABrowser(t *testing.T) {
	s := &server{pages: map[string][]byte{}}
	web := httptest.NewServer(s)
	defer web.Close()
	f := hostileFinding()
	attack := `"><img src="` + web.URL + `/stolen"><script>document.title="owned";fetch("` + web.URL + `/stolen")</script>`
	f.Occurrences[0].File, f.Occurrences[0].Match, f.Notes = attack, attack, []string{attack}
	s.put("/", render(t, "html", append(sample(), f), incomplete(), Options{}))

	all := elements(t, browse(t, web.URL+"/#severity=low&severity=high&q=binance"))
	var shown []string
	for _, a := range all["article"] {
		if !slices.ContainsFunc(a.Attr, func(a html.Attribute) bool { return a.Key == "hidden" }) {
			shown = append(shown, attr(a, "data-severity"))
		}
	}
	got := []any{shown, text(all["output"][0]), text(all["title"][0]), s.requests()}
	want := []any{[]string{"high"}, "1 of 5 shown", "keysweep: 5 findings (1 critical, 1 high, 1 medium, 2 low), 1 live", []string{"/"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shown, count, title, requests (-want +got):\n%s", diff)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestHTMLWithoutFindingsHasNoFilter(t *testing.T) {
	all := elements(t, render(t, "html", nil, complete(), Options{}))
	if len(all["form"]) != 0 || len(all["article"]) != 0 {
		t.Error("a page without findings has a filter")
	}
}

func TestStatusesStandMostUrgentFirst(t *testing.T) {
	all := newRun(sample(), nil, Options{}).Entries
	want := []scanner.Status{scanner.Live, scanner.Proved, scanner.Unknown, scanner.Dead}
	if diff := cmp.Diff(want, statuses(all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
