package bucket

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestS3Faults holds every failure to one of two ends: read after all, or skipped with the reason.
func TestS3Faults(t *testing.T) {
	b := newS3Bucket(t)
	b.put("good.env", leak())
	b.put("bad.env", leak())
	for name, c := range map[string]struct {
		answer func(n int, w http.ResponseWriter, r *http.Request) bool // of the n-th request for bad.env
		reason string                                                   // empty: it is read after all
	}{
		"slow down, twice":  {func(n int, w http.ResponseWriter, _ *http.Request) bool { return n <= 2 && s3Error(w, 503, "SlowDown") }, ""},
		"slow down, always": {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, 503, "SlowDown") }, SkipThrottled},
		"429, once":         {func(n int, w http.ResponseWriter, _ *http.Request) bool { return n == 1 && s3Error(w, 429, "") }, ""},
		"internal error, once": {func(n int, w http.ResponseWriter, _ *http.Request) bool {
			return n == 1 && s3Error(w, 500, "InternalError")
		}, ""},
		"internal error, always": {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, 500, "InternalError") }, SkipServer},
		"access denied":          {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, 403, "AccessDenied") }, SkipDenied},
		"Glacier":                {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, 403, "InvalidObjectState") }, SkipArchived},
		"a key of the owner": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			return s3ErrorText(w, 400, "InvalidRequest", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided for encryption")
		}, SkipCustomerKey},
		"gone since the listing":      {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, 404, "NoSuchKey") }, "vanished"},
		"a body that ends early":      {func(n int, w http.ResponseWriter, _ *http.Request) bool { return n == 1 && cutShort(w) }, ""},
		"bodies that all end early":   {func(_ int, w http.ResponseWriter, _ *http.Request) bool { return cutShort(w) }, SkipConnection},
		"a server that says nothing":  {func(n int, w http.ResponseWriter, r *http.Request) bool { return n == 1 && hang(r) }, ""},
		"an answer that is no answer": {func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(418); return true }, "unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			reads := newCounter()
			s := newSource(t, b.through(between(t, b.server, func(w http.ResponseWriter, r *http.Request) bool {
				n := reads.add(r)
				return n > 0 && strings.HasSuffix(r.URL.Path, "/bad.env") && c.answer(reads.of("bad.env"), w, r)
			})))
			if strings.Contains(name, "says nothing") {
				s.patience.silent = 500 * time.Millisecond
			}
			found, cov := scan(t, s)
			want, reasons := []string{"bad.env", "good.env"}, map[string]string{}
			if c.reason != "" {
				want, reasons = []string{"good.env"}, map[string]string{"bad.env": c.reason}
			}
			if diff := cmp.Diff(want, files(found)); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(reasons, skips(cov)); diff != "" || cov.Complete != (c.reason == "") || cov.Units != len(want) {
				t.Errorf("%d units, complete %v; skips (-want +got):\n%s", cov.Units, cov.Complete, diff)
			}
		})
	}
}

func s3ErrorText(w http.ResponseWriter, status int, code, text string) bool {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<Error><Code>%s</Code><Message>%s</Message></Error>`, code, text)
	return true
}

// cutShort promises more than it sends.
func cutShort(w http.ResponseWriter) bool {
	w.Header().Set("Content-Length", "56")
	_, _ = w.Write([]byte("half"))
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
	return true
}

func hang(r *http.Request) bool {
	select {
	case <-r.Context().Done():
	case <-time.After(2 * time.Second):
	}
	return true
}

func TestS3UnlistableBuckets(t *testing.T) {
	b := newS3Bucket(t)
	b.put("a", leak())
	for name, c := range map[string]struct {
		url    func(t *testing.T) string
		reason string
	}{
		"no such bucket": {func(*testing.T) string { return "s3://nosuchbucket?endpoint=" + b.server.Endpoint }, "not found"},
		"wrong secret":   {func(t *testing.T) string { t.Setenv("AWS_SECRET_ACCESS_KEY", randomText(20)); return b.url() }, SkipCredentials},
		"no credentials": {func(t *testing.T) string {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
			return b.url()
		}, SkipCredentials},
		"anonymous":         {func(*testing.T) string { return b.url("anonymous=true") }, SkipDenied},
		"no such profile":   {func(*testing.T) string { return b.url("profile=nobody") }, SkipCredentials},
		"expired token":     {b.always(400, "ExpiredToken"), SkipCredentials},
		"another region":    {b.always(301, "PermanentRedirect"), SkipRegion},
		"slow down for all": {b.always(503, "SlowDown"), SkipThrottled},
		"nobody listens":    {func(*testing.T) string { return b.through("http://127.0.0.1:1") }, SkipConnection},
	} {
		t.Run(name, func(t *testing.T) {
			found, cov := scan(t, newSource(t, c.url(t)))
			if len(found) > 0 || cov.Complete || cov.Units > 0 || len(cov.Skips) != 1 || cov.Skips[0].Reason != c.reason {
				t.Errorf("want %q, got %+v", c.reason, cov)
			}
			for _, s := range cov.Skips {
				if strings.Contains(s.Err, b.server.Secret) || strings.Contains(s.Err, "Signature=") || strings.Contains(s.Err, "endpoint=") {
					t.Errorf("the message shows too much: %s", s.Err)
				}
			}
		})
	}
}

func (b *s3Bucket) always(status int, code string) func(t *testing.T) string {
	return func(t *testing.T) string {
		return b.through(between(t, b.server, func(w http.ResponseWriter, _ *http.Request) bool { return s3Error(w, status, code) }))
	}
}

func TestListingThatBreaksIsNotComplete(t *testing.T) {
	b := newS3Bucket(t)
	for i := range pageSize + 5 {
		b.put(fmt.Sprintf("%04d", i), fmt.Sprint("nothing ", i))
	}
	_, cov := scan(t, newSource(t, b.through(between(t, b.server, func(w http.ResponseWriter, r *http.Request) bool {
		return r.URL.Query().Has("continuation-token") && s3Error(w, 403, "AccessDenied")
	}))))
	if cov.Complete || cov.Units != pageSize || skips(cov)["bucket"] != SkipDenied {
		t.Errorf("got %d units, %v", cov.Units, skips(cov))
	}
}

func TestExpiredTokenEndsTheBucketOnly(t *testing.T) {
	a, b := newS3Bucket(t), newS3Bucket(t)
	for i := range 50 {
		a.put(fmt.Sprintf("%02d", i), leak())
	}
	b.put("x", leak())
	var n atomic.Int32
	reads := newCounter()
	expired := a.through(between(t, a.server, func(w http.ResponseWriter, r *http.Request) bool {
		return reads.add(r) > 0 && n.Add(1) > 10 && s3Error(w, 400, "ExpiredToken")
	}))
	found, cov := scan(t, newSource(t, expired, b.url()))
	if cov.Complete || cov.Units != 11 || len(found) != 11 || cov.Skipped[SkipCredentials] != 40 {
		t.Errorf("%d units, %d findings, skipped %v", cov.Units, len(found), cov.Skipped)
	}
	if n.Load() > 20 {
		t.Errorf("%d requests with expired credentials", n.Load()-10)
	}
}

func TestObjectWrittenSinceTheListingIsReadAnew(t *testing.T) {
	b := newS3Bucket(t)
	b.put("a.env", "nothing yet\n")
	late := leak()
	var once sync.Once
	found, cov := scan(t, newSource(t, b.through(between(t, b.server, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/a.env") {
			once.Do(func() { b.put("a.env", late) })
		}
		return false
	}))))
	complete(t, cov)
	if len(found) != 1 || cov.Units != 1 {
		t.Errorf("%d findings in %d units", len(found), cov.Units)
	}
}

func TestObjectWrittenWhileItIsRead(t *testing.T) {
	b := newS3Bucket(t)
	text, _ := big(4 * blockSize)
	b.put("a.log", string(text))
	other, _ := big(4 * blockSize)
	var n atomic.Int32
	_, cov := scan(t, newSource(t, b.through(between(t, b.server, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/a.log") && r.Method == http.MethodGet && n.Add(1) == 2 {
			b.put("a.log", string(other))
		}
		return false
	}))))
	if diff := cmp.Diff(map[string]string{"a.log": SkipChanged}, skips(cov)); diff != "" || cov.Complete || cov.Units != 0 {
		t.Errorf("%d units; skips (-want +got):\n%s", cov.Units, diff)
	}
}

// TestBrokenConnections cuts every connection after some bytes, in the midst of objects.
func TestBrokenConnections(t *testing.T) {
	b := newS3Bucket(t)
	text, leaks := big(2*blockSize + 77)
	b.put("large.log", string(text))
	for i := range 20 {
		b.put(fmt.Sprintf("small/%d", i), leak())
	}
	for name, toxics := range map[string][]string{
		"cut":       {`{"type":"limit_data","attributes":{"bytes":1500000}}`},
		"latency":   {`{"type":"latency","attributes":{"latency":30,"jitter":20}}`},
		"bandwidth": {`{"type":"bandwidth","attributes":{"rate":20000}}`},
		"slices":    {`{"type":"slicer","attributes":{"average_size":3000,"size_variation":1000,"delay":10}}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, b.through(toxic(t, b.server.Endpoint, toxics...)))
			s.patience.tries = 10
			found, cov := scan(t, s)
			complete(t, cov)
			if len(found) != leaks+20 || cov.Units != 21 {
				t.Errorf("%d findings of %d in %d units", len(found), leaks+20, cov.Units)
			}
		})
	}
	t.Run("reset always", func(t *testing.T) {
		s := newSource(t, b.through(toxic(t, b.server.Endpoint, `{"type":"limit_data","attributes":{"bytes":100}}`)))
		found, cov := scan(t, s)
		if diff := cmp.Diff(map[string]string{"bucket": SkipConnection}, skips(cov)); diff != "" || cov.Units+len(found) != 0 || cov.Complete {
			t.Errorf("%d findings in %d units; skips (-want +got):\n%s", len(found), cov.Units, diff)
		}
	})
}

func TestFailedLeaderLeavesTheReadingToAnother(t *testing.T) {
	b := newS3Bucket(t)
	same := leak()
	for i := range 5 {
		b.put(fmt.Sprintf("copy/%d", i), same)
	}
	var mu sync.Mutex
	denied := map[string]bool{}
	found, cov := scan(t, newSource(t, b.through(between(t, b.server, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/copy/") {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		if len(denied) < 3 {
			denied[r.URL.Path] = true
		}
		return denied[r.URL.Path] && s3Error(w, 403, "AccessDenied")
	}))))
	if cov.Complete || cov.Units != 2 || cov.Skipped[SkipDenied] != 3 || len(found) != 1 || len(found[0].Occurrences) != 2 {
		t.Errorf("%d units, skipped %v, places %v", cov.Units, cov.Skipped, files(found))
	}
}

func TestBadContentIsBadInEveryCopy(t *testing.T) {
	b := newS3Bucket(t)
	broken := tarGz(t, "a", strings.Repeat("some text\n", 1000))
	for i := range 3 {
		b.put(fmt.Sprintf("%d.tgz", i), broken[:len(broken)-30])
	}
	_, cov := scan(t, newSource(t, b.url()))
	if cov.Complete || len(cov.Skips) < 3 {
		t.Errorf("%+v", cov)
	}
	for i := range 3 {
		prefix := fmt.Sprintf("%d.tgz", i)
		ok := false
		for unit := range skips(cov) {
			ok = ok || strings.HasPrefix(unit, prefix)
		}
		if !ok {
			t.Errorf("%s counts as covered: %v", prefix, skips(cov))
		}
	}
}
