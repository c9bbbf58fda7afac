package bucket

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/internal/cloud"
)

// gcsBucket is a new bucket on the GCS server.
type gcsBucket struct {
	t      *testing.T
	name   string
	server *cloud.Server
}

func newGCSBucket(t *testing.T, versions bool) *gcsBucket {
	t.Helper()
	server, err := servers.gcs()
	if err != nil {
		t.Fatal(err)
	}
	b := &gcsBucket{t: t, name: "g" + randomText(5), server: server}
	b.post("/storage/v1/b?project=desk", fmt.Sprintf(`{"name":%q,"versioning":{"enabled":%v}}`, b.name, versions))
	return b
}

func (b *gcsBucket) post(path, body string, header ...string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.server.Endpoint+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode/100 != 2 {
		b.t.Fatalf("%s: %s %s", path, res.Status, text)
	}
}

func (b *gcsBucket) put(key, text string, more ...string) {
	b.t.Helper()
	b.post("/upload/storage/v1/b/"+b.name+"/o?uploadType=media&name="+url.QueryEscape(key)+strings.Join(append([]string{""}, more...), "&"), text)
}

func (b *gcsBucket) url(more ...string) string { return b.through(b.server.Endpoint, more...) }

func (b *gcsBucket) through(endpoint string, more ...string) string {
	return "gs://" + b.name + "?anonymous=true&project=desk&endpoint=" + endpoint + strings.Join(append([]string{""}, more...), "&")
}

func TestGCS(t *testing.T) {
	b := newGCSBucket(t, false)
	text, leaks := big(2*blockSize + 999)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(leak()))
	_ = z.Close()
	twin := leak()
	for key, content := range map[string]string{
		"plain.env": leak(), "with space+plus/ü%41.env": leak(), "a/../b": leak(), "q?a&b=c#d": leak(), "t.tgz": tarGz(t, "in/side.env", leak()),
		"large.log": string(text), "empty": "", "twin/a": twin, "twin/b": twin,
	} {
		b.put(key, content)
	}
	b.put("stored.txt", packed.String(), "contentEncoding=gzip")
	found, cov := scan(t, newSource(t, b.url()))
	complete(t, cov)
	want := []string{"a/../b", "plain.env", "q?a&b=c#d", "stored.txt!content", "t.tgz!t.tar!in/side.env", "twin/a", "twin/b", "with space+plus/ü%41.env"}
	for range leaks {
		want = append(want, "large.log")
	}
	if diff := cmp.Diff(sortedCopy(want), files(found)); diff != "" || cov.Units != 10 {
		t.Errorf("%d units; places (-want +got):\n%s", cov.Units, diff)
	}
	for _, f := range found {
		if o := f.Occurrences[0].Object; o.Version == "" || o.Access != "public" || f.Severity.String() != "high" {
			t.Errorf("%s: %s %+v", f.Occurrences[0].File, f.Severity, o)
		}
	}
}

func TestGCSGenerations(t *testing.T) {
	b := newGCSBucket(t, true)
	b.put("a.env", leak())
	b.put("a.env", "clean now\n")
	if found, cov := scan(t, newSource(t, b.url())); len(found) != 0 || !cov.Complete {
		t.Errorf("the latest generation holds %v, complete %v", files(found), cov.Complete)
	}
	s := newSource(t, b.url())
	s.Versions = true
	found, cov := scan(t, s)
	complete(t, cov)
	if len(found) != 1 || cov.Units != 2 {
		t.Errorf("%d units, places %v", cov.Units, files(found))
	}
}

func TestGCSEveryBucket(t *testing.T) {
	a, b := newGCSBucket(t, false), newGCSBucket(t, false)
	a.put("only-in-a", leak())
	b.put("only-in-b", leak())
	found, _ := scan(t, newSource(t, "gs://*?anonymous=true&project=desk&endpoint="+a.server.Endpoint))
	if got := strings.Join(files(found), " "); !strings.Contains(got, "only-in-a") || !strings.Contains(got, "only-in-b") {
		t.Errorf("found only %s", got)
	}
	_, cov := scan(t, newSource(t, "gs://*?anonymous=true&endpoint="+a.server.Endpoint))
	if cov.Complete {
		t.Error("without a project the list of buckets counts as read")
	}
}

func TestGCSFaults(t *testing.T) {
	b := newGCSBucket(t, false)
	b.put("good.env", leak())
	b.put("bad.env", leak())
	say := func(status int, reason string) func(int, http.ResponseWriter) bool {
		return func(_ int, w http.ResponseWriter) bool { return gcsAnswer(w, status, reason) }
	}
	for name, c := range map[string]struct {
		answer func(n int, w http.ResponseWriter) bool
		reason string
	}{
		"rate limit, twice":    {func(n int, w http.ResponseWriter) bool { return n <= 2 && gcsAnswer(w, 429, "rateLimitExceeded") }, ""},
		"rate limit, always":   {say(403, "rateLimitExceeded"), SkipThrottled},
		"backend error, once":  {func(n int, w http.ResponseWriter) bool { return n == 1 && gcsAnswer(w, 503, "backendError") }, ""},
		"forbidden":            {say(403, "forbidden"), SkipDenied},
		"gone":                 {say(404, "notFound"), "vanished"},
		"a key of the owner":   {say(400, "customerEncryptionKeyIsIncorrect"), SkipCustomerKey},
		"an early end, once":   {func(n int, w http.ResponseWriter) bool { return n == 1 && cutShort(w) }, ""},
		"an early end, always": {func(_ int, w http.ResponseWriter) bool { return cutShort(w) }, SkipConnection},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			found, cov := scan(t, newSource(t, b.through(proxyTo(t, b.server.Endpoint, func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/bad.env") || r.URL.Query().Get("alt") != "media" {
					return false
				}
				n++
				return c.answer(n, w)
			}))))
			want, reasons := []string{"bad.env", "good.env"}, map[string]string{}
			if c.reason != "" {
				want, reasons = []string{"good.env"}, map[string]string{"bad.env": c.reason}
			}
			if diff := cmp.Diff(want, files(found)) + cmp.Diff(reasons, skips(cov)); diff != "" || cov.Complete != (c.reason == "") {
				t.Errorf("complete %v (-want +got):\n%s", cov.Complete, diff)
			}
		})
	}
	for name, c := range map[string]struct {
		status         int
		reason, expect string
	}{"no right to list": {403, "forbidden", SkipDenied}, "expired": {401, "authError", SkipCredentials}, "no bucket": {404, "notFound", "not found"}} {
		t.Run(name, func(t *testing.T) {
			_, cov := scan(t, newSource(t, b.through(proxyTo(t, b.server.Endpoint, func(w http.ResponseWriter, _ *http.Request) bool { return gcsAnswer(w, c.status, c.reason) }))))
			if diff := cmp.Diff(map[string]string{"bucket": c.expect}, skips(cov)); diff != "" || cov.Complete {
				t.Error(diff)
			}
		})
	}
}

func gcsAnswer(w http.ResponseWriter, status int, reason string) bool {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%d,"message":"so it is","errors":[{"reason":%q}]}}`, status, reason)
	return true
}

func TestGCSWrittenSinceTheListing(t *testing.T) {
	b := newGCSBucket(t, false)
	b.put("a.env", "nothing yet\n")
	late, done := leak(), false
	found, cov := scan(t, newSource(t, b.through(proxyTo(t, b.server.Endpoint, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("alt") == "media" && !done {
			done = true
			b.put("a.env", late)
		}
		return false
	}))))
	complete(t, cov)
	if len(found) != 1 {
		t.Errorf("got %v", files(found))
	}
}

// TestGCSAccess answers as the API does, because the test server keeps no policies.
func TestGCSAccess(t *testing.T) {
	policy := func(members string) string {
		return `{"bindings":[{"role":"roles/storage.objectAdmin","members":["user:ops@example.com"]},{"role":"roles/storage.objectViewer","members":[` + members + `]}]}`
	}
	for name, c := range map[string]struct{ about, iam, object, want string }{
		"for all":               {`{}`, policy(`"allUsers"`), `{}`, "public bucket IAM policy"},
		"for all who sign in":   {`{}`, policy(`"allAuthenticatedUsers"`), `{}`, "public bucket IAM policy, any Google account"},
		"by the object's ACL":   {`{}`, policy(""), `{"owner":{"entity":"user-ops@example.com"},"acl":[{"entity":"allUsers","role":"READER"}]}`, "public object ACL"},
		"for nobody":            {`{"iamConfiguration":{"uniformBucketLevelAccess":{"enabled":true}}}`, policy(`"user:a@example.com"`), `{}`, "private "},
		"prevented":             {`{"iamConfiguration":{"publicAccessPrevention":"enforced"}}`, policy(`"allUsers"`), `{}`, "private "},
		"neither may be looked": {"", "", "", "private "},
	} {
		t.Run(name, func(t *testing.T) {
			server := proxyTo(t, "http://127.0.0.1:1", func(w http.ResponseWriter, r *http.Request) bool {
				answer := c.about
				switch {
				case r.Header.Get("Authorization") == "":
					return gcsAnswer(w, 401, "required")
				case strings.HasSuffix(r.URL.Path, "/iam"):
					answer = c.iam
				case strings.Contains(r.URL.Path, "/o/"):
					answer = c.object
				}
				if answer == "" {
					return gcsAnswer(w, 403, "forbidden")
				}
				_, _ = io.WriteString(w, answer)
				return true
			})
			client := newClient(1)
			signed := &http.Client{Transport: withHeader{client.Transport}}
			s := &gcsStore{gcsProvider: &gcsProvider{client: signed, plain: client, base: server}, bucket: "desk"}
			s.used = new(usedSecrets)
			got, err := s.access(t.Context(), &object{key: "a", version: "1"})
			if err != nil || string(got.Access)+" "+got.granted != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

type withHeader struct{ http.RoundTripper }

func (w withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer of-nothing")
	return w.RoundTripper.RoundTrip(r)
}
