package bucket

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/internal/cloud"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/unpack"
)

// servers are started once for all tests of the package, each when the first test wants it.
var servers struct {
	s3, gcs, azure func() (*cloud.Server, error)
	stop           []func()
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "keysweep-bucket-")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "GOOGLE_CLOUD_PROJECT",
		"AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY", "HTTP_PROXY", "HTTPS_PROXY"} {
		os.Unsetenv(name)
	}
	os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	os.Setenv("AWS_CONFIG_FILE", dir+"/none")
	os.Setenv("AWS_SHARED_CREDENTIALS_FILE", dir+"/none")
	var mu sync.Mutex
	once := func(start func() (*cloud.Server, error)) func() (*cloud.Server, error) {
		return sync.OnceValues(func() (*cloud.Server, error) {
			s, err := start()
			if err == nil {
				mu.Lock()
				servers.stop = append(servers.stop, s.Close)
				mu.Unlock()
			}
			return s, err
		})
	}
	ctx := context.Background()
	servers.s3 = once(func() (*cloud.Server, error) { return cloud.S3(ctx, dir) })
	servers.gcs = once(func() (*cloud.Server, error) { return cloud.GCS(ctx) })
	servers.azure = once(func() (*cloud.Server, error) { return cloud.Azure(ctx) })
	code := m.Run()
	for _, stop := range servers.stop {
		stop()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// s3Bucket is a new bucket on the S3 server.
type s3Bucket struct {
	*s3.Client
	t      *testing.T
	name   string
	server *cloud.Server
}

func newS3Bucket(t *testing.T) *s3Bucket {
	t.Helper()
	server, err := servers.s3()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", server.User)
	t.Setenv("AWS_SECRET_ACCESS_KEY", server.Secret)
	b := &s3Bucket{t: t, name: "b" + randomText(5), server: server}
	b.Client = s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.Endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(server.User, server.Secret, ""),
	})
	_, err = b.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &b.name, ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred})
	b.must(err)
	return b
}

func (b *s3Bucket) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *s3Bucket) put(key, text string) {
	b.t.Helper()
	_, err := b.PutObject(b.t.Context(), &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: strings.NewReader(text)})
	b.must(err)
}

func (b *s3Bucket) delete(key string) {
	b.t.Helper()
	_, err := b.DeleteObject(b.t.Context(), &s3.DeleteObjectInput{Bucket: &b.name, Key: &key})
	b.must(err)
}

func (b *s3Bucket) versioned() {
	b.t.Helper()
	_, err := b.PutBucketVersioning(b.t.Context(), &s3.PutBucketVersioningInput{Bucket: &b.name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	b.must(err)
}

// url is that of the bucket with its endpoint, and further parameters.
func (b *s3Bucket) url(more ...string) string { return b.through(b.server.Endpoint, more...) }

func (b *s3Bucket) through(endpoint string, more ...string) string {
	return "s3://" + b.name + "?endpoint=" + endpoint + strings.Join(append([]string{""}, more...), "&")
}

func randomText(n int) string {
	raw := make([]byte, 2*n)
	_, _ = rand.Read(raw)
	for i, c := range raw { // all letters: of hex digits one text in ten thousand counts up and down like a placeholder
		raw[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[c%36]
	}
	return string(raw)
}

// leak is a text with a credential of the rule below, which nobody issues.
func leak() string { return "desk_token = \"desk_" + randomText(16) + "\"\n" }

const deskRule = `
id = "desk"
title = "Order desk"
kind = "exchange"
keywords = ["desk"]

[[credential]]
id = "desk-token"
title = "Order desk token"
severity = "medium"
context = "none"
[credential.parts.key]
regex = '''\b(desk_[a-z0-9]{32})\b'''
`

var deskSet = sync.OnceValues(func() (*detectors.Set, error) {
	rules, err := detectors.Load(fstest.MapFS{"desk.toml": {Data: []byte(deskRule)}})
	if err != nil {
		return nil, err
	}
	return detectors.Compile(rules, detectors.Options{})
})

// collected takes findings.
type collected []scanner.Finding

func (c *collected) Write(f scanner.Finding) error { *c = append(*c, f); return nil }
func (c *collected) Close() error                  { return nil }

// newSource reads the URLs, impatiently.
func newSource(t *testing.T, urls ...string) *Source {
	t.Helper()
	s := &Source{
		Workers: 4, Unpack: unpack.Unpacker{Depth: 4, TempDir: t.TempDir()}.File,
		patience: patience{tries: 4, first: 2 * time.Millisecond, most: 10 * time.Millisecond, silent: 5 * time.Second},
	}
	for _, u := range urls {
		l, err := Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		s.Locations = append(s.Locations, l)
	}
	return s
}

// scan runs the whole pipeline.
func scan(t *testing.T, s *Source) ([]scanner.Finding, scanner.Coverage) {
	t.Helper()
	set, err := deskSet()
	if err != nil {
		t.Fatal(err)
	}
	var found collected
	cov, err := (&scanner.Scanner{Detector: set, Workers: 2}).Run(t.Context(), s, &found)
	if err != nil {
		t.Fatal(err)
	}
	return found, cov
}

// files lists the places of all findings.
func files(found []scanner.Finding) []string {
	var out []string
	for _, f := range found {
		for _, o := range f.Occurrences {
			out = append(out, o.File[strings.LastIndex(o.File[:strings.Index(o.File, "://")+3+strings.Index(o.File[strings.Index(o.File, "://")+3:], "/")+1], "/")+1:])
		}
	}
	slices.Sort(out)
	return out
}

// complete fails unless everything was read.
func complete(t *testing.T, cov scanner.Coverage) {
	t.Helper()
	if !cov.Complete {
		t.Errorf("incomplete: %s %+v", cov.Reason, cov.Skips)
	}
}

// skips are reasons by unit, without the bucket.
func skips(cov scanner.Coverage) map[string]string {
	out := map[string]string{}
	for _, s := range cov.Skips {
		unit := s.Unit
		if i := strings.Index(unit, "://"); i >= 0 {
			if _, key, ok := strings.Cut(unit[i+3:], "/"); ok {
				unit = key
			} else {
				unit = "bucket"
			}
		}
		out[unit] = s.Reason
	}
	return out
}

// between answers some requests itself and passes the others on. The host stays as the client wrote it, because it is
// signed.
func between(t *testing.T, server *cloud.Server, answer func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	return proxyTo(t, server.Endpoint, answer)
}

// s3Error is an answer as S3 gives it.
func s3Error(w http.ResponseWriter, status int, code string) bool {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>so it is</Message></Error>`, code)
	return true
}

// big is text of that size, with a credential at its begin, across every border between blocks, and at its end.
func big(size int) (text []byte, leaks int) {
	text = bytes.Repeat([]byte("nothing to see on this line of the log, nor on the next one\n"), size/60+1)[:size]
	place := func(at int) {
		copy(text[at:], "\n"+leak())
		leaks++
	}
	place(0)
	for at := blockSize; at < size-100; at += blockSize {
		place(at - 25)
	}
	place(size - 100)
	return text, leaks
}

func sortedCopy(in []string) []string { return slices.Sorted(slices.Values(in)) }
