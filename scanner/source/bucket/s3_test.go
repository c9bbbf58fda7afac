package bucket

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func tarGz(t *testing.T, name, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600})
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	_ = z.Close()
	return out.String()
}

func TestS3(t *testing.T) {
	b := newS3Bucket(t)
	text, leaks := big(3*blockSize + 12345)
	twin := leak()
	for key, content := range map[string]string{
		"plain.env": leak(), "with space+plus/ü%41.env": leak(), "q?a&b=c#d;e": leak(), "deep/er/t.tgz": tarGz(t, "in/side.env", leak()),
		"large.log": string(text), "empty": "", "nothing.txt": "no secret here\n", "twin/a": twin, "twin/b": twin, "none/a": "the same", "none/b": "the same",
	} {
		b.put(key, content)
	}
	found, cov := scan(t, newSource(t, b.url()))
	complete(t, cov)
	want := []string{"deep/er/t.tgz!t.tar!in/side.env", "plain.env", "q?a&b=c#d;e", "twin/a", "twin/b", "with space+plus/ü%41.env"}
	for range leaks {
		want = append(want, "large.log")
	}
	got := files(found)
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if cov.Units != 11 {
		t.Errorf("%d units, want 11", cov.Units)
	}
	for _, f := range found {
		for _, o := range f.Occurrences {
			if o.Place != scanner.InObject || o.Object == nil || o.Object.Bucket != "s3://"+b.name || time.Since(o.Date) > time.Hour || o.Object.Access != scanner.Private || o.Author == "" {
				t.Errorf("%s: %+v %+v", o.File, o, o.Object)
			}
		}
	}
}

func TestS3IdenticalContentIsReadOnce(t *testing.T) {
	b := newS3Bucket(t)
	same := leak()
	for i := range 20 {
		b.put(fmt.Sprintf("copy/%02d", i), same)
		b.put(fmt.Sprintf("clean/%02d", i), "the same everywhere")
	}
	reads := newCounter()
	found, cov := scan(t, newSource(t, b.through(between(t, b.server, func(_ http.ResponseWriter, r *http.Request) bool {
		reads.add(r)
		return false
	}))))
	complete(t, cov)
	if n := reads.count(); n != 2 {
		t.Errorf("%d objects were read, want 2", n)
	}
	if len(found) != 1 || len(found[0].Occurrences) != 20 || cov.Units != 40 {
		t.Errorf("%d findings in %d units: %v", len(found), cov.Units, files(found))
	}
}

func TestS3PrefixKeyGlobsSinceSizeSample(t *testing.T) {
	b := newS3Bucket(t)
	for i := range 30 {
		b.put(fmt.Sprintf("logs/%02d.txt", i), leak())
	}
	b.put("logs/big.txt", strings.Repeat("x", 2<<20))
	b.put("other/a.txt", leak())
	prefix := strings.Replace(b.url(), "?", "/logs/0?", 1)
	for name, c := range map[string]struct {
		url   string
		set   func(*Source)
		found int
		skips map[string]int
	}{
		"a prefix in the path":       {prefix, nil, 10, map[string]int{}},
		"a prefix in the parameters": {b.url("prefix=other/"), nil, 1, map[string]int{}},
		"a key that is there":        {b.url("key=logs/01.txt"), nil, 1, map[string]int{}},
		"a filter": {b.url(), func(s *Source) { s.Keep = func(key string) bool { return strings.HasSuffix(key, "5.txt") } }, 3,
			map[string]int{"excluded": 29}},
		"a size":   {b.url(), func(s *Source) { s.MaxBytes = 1 << 20 }, 31, map[string]int{"size": 1}},
		"a time":   {b.url(), func(s *Source) { s.Since = time.Now().Add(time.Hour) }, 0, map[string]int{"older": 32}},
		"a sample": {b.url("prefix=logs/"), func(s *Source) { s.Sample, s.MaxBytes = 7, 1<<20 }, 7, map[string]int{"not in sample": 23, "size": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, c.url)
			if c.set != nil {
				c.set(s)
			}
			found, cov := scan(t, s)
			complete(t, cov)
			if diff := cmp.Diff(c.skips, cov.Skipped); diff != "" || len(found) != c.found {
				t.Errorf("%d findings, want %d; left out: %s", len(found), c.found, diff)
			}
		})
	}
}

func TestS3Versions(t *testing.T) {
	b := newS3Bucket(t)
	b.versioned()
	b.put("a.env", leak())
	b.put("a.env", "clean now\n")
	b.put("gone.env", leak())
	b.delete("gone.env")
	found, cov := scan(t, newSource(t, b.url()))
	complete(t, cov)
	if len(found) != 0 {
		t.Errorf("the latest versions hold %v", files(found))
	}
	s := newSource(t, b.url())
	s.Versions = true
	found, cov = scan(t, s)
	complete(t, cov)
	if diff := cmp.Diff([]string{"a.env", "gone.env"}, files(found)); diff != "" || cov.Units != 4 {
		t.Errorf("%d units; places (-want +got):\n%s", cov.Units, diff)
	}
	for _, f := range found {
		if f.Occurrences[0].Object.Version == "" {
			t.Errorf("%s has no version", f.Occurrences[0].File)
		}
	}
}

func TestS3LatestVersionIsNamed(t *testing.T) {
	b := newS3Bucket(t)
	b.versioned()
	b.put("a.env", leak())
	found, _ := scan(t, newSource(t, b.url()))
	if len(found) != 1 || found[0].Occurrences[0].Object.Version == "" {
		t.Errorf("got %+v", found)
	}
}

func TestS3EveryBucketAndSeveralURLs(t *testing.T) {
	a, b := newS3Bucket(t), newS3Bucket(t)
	a.put("x", leak())
	b.put("y", leak())
	b.put("z", leak())
	found, cov := scan(t, newSource(t, a.url(), b.url("prefix=y")))
	complete(t, cov)
	if diff := cmp.Diff([]string{"x", "y"}, files(found)); diff != "" {
		t.Error(diff)
	}
	found, _ = scan(t, newSource(t, "s3://*?endpoint="+a.server.Endpoint))
	seen := strings.Join(files(found), " ")
	if !strings.Contains(seen, "x") || !strings.Contains(seen, "y") || !strings.Contains(seen, "z") {
		t.Errorf("found only %s", seen)
	}
}

func TestS3PublicObjects(t *testing.T) {
	b := newS3Bucket(t)
	b.put("private/a", leak())
	b.put("site/b", leak())
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::%s/site/*"}]}`, b.name)
	_, err := b.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &b.name, Policy: &policy})
	b.must(err)
	check := func(t *testing.T, url string, want map[string]string) {
		t.Helper()
		found, cov := scan(t, newSource(t, url))
		complete(t, cov)
		got := map[string]string{}
		for _, f := range found {
			o := f.Occurrences[0].Object
			got[o.Key] = f.Severity.String() + " " + string(o.Access) + " " + o.Granted
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	t.Run("by policy", func(t *testing.T) {
		check(t, b.url(), map[string]string{"private/a": "medium private ", "site/b": "high public bucket policy"})
	})
	t.Run("read without credentials", func(t *testing.T) {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		check(t, b.url("anonymous=true", "key=site/b"), map[string]string{"site/b": "high public this run reads it without credentials"})
	})
	t.Run("where neither policy nor ACL may be asked for", func(t *testing.T) {
		check(t, b.through(between(t, b.server, func(w http.ResponseWriter, r *http.Request) bool {
			q := r.URL.Query()
			return (q.Has("policy") || q.Has("acl") || q.Has("publicAccessBlock")) && s3Error(w, 403, "AccessDenied")
		})), map[string]string{"private/a": "medium private ", "site/b": "high public read without credentials"})
	})
	t.Run("by ACL", func(t *testing.T) {
		c := newS3Bucket(t)
		c.put("a", leak())
		_, err := c.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: &c.name, ACL: types.BucketCannedACLPublicRead})
		c.must(err)
		check(t, c.url(), map[string]string{"a": "high public read without credentials"})
	})
}

func TestS3AnotherRegion(t *testing.T) {
	b := newS3Bucket(t)
	b.put("a", leak())
	found, cov := scan(t, newSource(t, b.url("region=eu-west-1")))
	complete(t, cov)
	if len(found) != 1 {
		t.Errorf("got %v", files(found))
	}
}
