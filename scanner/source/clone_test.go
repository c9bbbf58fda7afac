package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

// serve offers the folder above a repository over HTTP, with git's own server.
func serve(t *testing.T, r testRepo, wrap func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	backend := filepath.Join(r.git("--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("git has no http-backend here")
	}
	var h http.Handler = &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + filepath.Dir(r.dir), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}}
	if wrap != nil {
		h = wrap(h)
	}
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		s.Close()
	})
	return s
}

// leftIn lists what a run left in the folder for clones.
func leftIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestGitClonesAndCleansUp(t *testing.T) {
	r := newRepo(t)
	r.line("a", "b")
	r.git("update-ref", "refs/pull/1/head", r.git("commit-tree", "HEAD^{tree}", "-m", plantWord("pull")))
	r.git("tag", "-a", "v1", "-m", plantWord("tag"))
	s := serve(t, r, nil)
	temp := t.TempDir()
	g := &Git{Repository: s.URL + "/repo/.git", TempDir: temp}
	places, h := attributed(t, g, map[string]string{r.git("rev-parse", "main~1"): "first"})
	if diff := cmp.Diff([]string{"a", "b", "pull", "tag"}, foundIn(h)); diff != "" || len(h.skips) > 0 {
		t.Errorf("skips %v, %s", h.skips, diff)
	}
	if diff := cmp.Diff([]string{"blob a.txt in first head"}, places[plantWord("a")]); diff != "" {
		t.Error(diff)
	}
	if len(leftIn(t, temp)) != 1 {
		t.Errorf("before Close: %q", leftIn(t, temp))
	}
	must(t, g.Close())
	if left := leftIn(t, temp); len(left) > 0 {
		t.Errorf("after Close: %q", left)
	}
}

func TestGitClonesEmptyRepository(t *testing.T) {
	r := newRepo(t)
	s := serve(t, r, nil)
	temp := t.TempDir()
	g := &Git{Repository: s.URL + "/repo/.git", TempDir: temp}
	if got := collect(t, g); len(got.skips) > 0 || len(got.units) > 0 {
		t.Errorf("units %v, skips %v", got.units, got.skips)
	}
	must(t, g.Close())
	if left := leftIn(t, temp); len(left) > 0 {
		t.Errorf("after Close: %q", left)
	}
}

func TestGitCloneFailureNamesURLWithoutItsPassword(t *testing.T) {
	r := newRepo(t)
	r.line("a")
	s := serve(t, r, nil)
	const word = "hidden-word-in-url"
	with := func(url string) string { return strings.Replace(url, "://", "://user:"+word+"@", 1) }
	for _, url := range []string{with(s.URL) + "/none.git", with("http://127.0.0.1:1/x.git"), with("https://127.0.0.1:1/x.git"), with("https://host.invalid/x"),
		"ext::sh -c true", "ftp://" + word + "@host/x", "http://" + word + "@[::1", "ssh://" + word + "@127.0.0.1:1/x"} {
		temp := t.TempDir()
		g := &Git{Repository: url, TempDir: temp}
		_, err := gather(t.Context(), g)
		if err == nil || !errors.Is(err, ErrClone) && !errors.Is(err, ErrNotRepository) {
			t.Errorf("%s: got error %v, want %v", url, err, ErrClone)
		}
		if err != nil && strings.Contains(err.Error(), word) {
			t.Errorf("%s: the error holds the password: %v", url, err)
		}
		must(t, g.Close())
		if left := leftIn(t, temp); len(left) > 0 {
			t.Errorf("%s: left %q", url, left)
		}
	}
}

func TestGitCloneEndsWithContext(t *testing.T) {
	r := newRepo(t)
	r.line("a")
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, r, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if strings.HasSuffix(req.URL.Path, "git-upload-pack") {
				_, _ = io.Copy(io.Discard, req.Body) // or the server does not see the client leave
				cancel()
				<-req.Context().Done()
				return
			}
			next.ServeHTTP(w, req)
		})
	})
	temp := t.TempDir()
	g := &Git{Repository: s.URL + "/repo/.git", TempDir: temp}
	if err := g.Chunks(ctx, func(scanner.Chunk) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if left := leftIn(t, temp); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestCredentialsGoWhereTheyBelong(t *testing.T) {
	env := map[string]string{"GITHUB_TOKEN": "github", "GITLAB_TOKEN": "gitlab", "GITHUB_SERVER_URL": "https://ghe.example.org"}
	g := &Git{Env: func(key string) string { return env[key] }}
	for url, want := range map[string]string{
		"https://github.com/o/r": "github", "https://ghe.example.org/o/r": "github", "https://gitlab.com/o/r": "gitlab",
		"https://github.com.example.org/o/r": "", "http://github.com/o/r": "", "https://me:own@github.com/o/r": "", "git@github.com:o/r": "", "ssh://git@github.com/o/r": "",
	} {
		got := ""
		if basic, ok := g.auth(url).(*githttp.BasicAuth); ok {
			got = basic.Password
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
	env["KEYSWEEP_GIT_TOKEN"] = "own"
	if basic, ok := g.auth("https://git.example.org/o/r").(*githttp.BasicAuth); !ok || basic.Password != "own" {
		t.Error("KEYSWEEP_GIT_TOKEN is not used for any host")
	}
}

func TestLocalPath(t *testing.T) {
	dir := tempDir(t)
	plant(t, dir, map[string]string{"host:path/": ""})
	t.Chdir(dir)
	type result struct {
		Path  string
		Local bool
	}
	for text, want := range map[string]result{
		".": {".", true}, "/srv/x": {"/srv/x", true}, "missing": {"missing", true}, "file:///srv/a%20b": {"/srv/a b", true}, "host:path": {"host:path", true},
		"git@host:o/r": {"git@host:o/r", false}, "host:other": {"host:other", false}, "https://host/x": {"", false}, "ssh://host/x": {"", false}, "./a:b": {"./a:b", true},
	} {
		path, local := localPath(text)
		if diff := cmp.Diff(want, result{path, local}); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}
