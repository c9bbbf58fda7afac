package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/keysweep/keysweep/internal/cloud"
)

// s3Server starts a server with a bucket named desk that holds the objects, and returns the bucket's URL and the
// environment to scan it in.
func s3Server(t *testing.T, objects map[string]string) (url string, env []string) {
	t.Helper()
	server, err := cloud.S3(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	c := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.Endpoint, UsePathStyle: true, HTTPClient: new(http.Client),
		Credentials: credentials.NewStaticCredentialsProvider(server.User, server.Secret, ""),
	})
	name := "desk"
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	for key, text := range objects {
		if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
	}
	env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+server.User, "AWS_SECRET_ACCESS_KEY="+server.Secret, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+t.TempDir()+"/none", "AWS_SHARED_CREDENTIALS_FILE="+t.TempDir()+"/none", "AWS_PROFILE=", "AWS_SESSION_TOKEN=")
	return "s3://desk?endpoint=" + server.Endpoint, env
}

// found returns the fingerprints in a json report, or nothing when there is no report.
func found(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var entries []struct{ Fingerprint string }
	if err := errors.Join(err, json.Unmarshal(text, &entries)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Fingerprint)
	}
	return out
}

// TestKilledRunsAreResumed kills runs with SIGKILL at random moments, and takes the reports that there are away each time,
// until a run comes to its end: every finding was then in exactly one report.
func TestKilledRunsAreResumed(t *testing.T) {
	objects, leaks := map[string]string{}, 15
	for i := range 150 {
		text := fmt.Sprintf("line %d\nnothing here\n", i)
		if i%10 == 0 {
			text, _ = binancePair()
		}
		objects[fmt.Sprintf("%03d/object.env", i)] = text
	}
	url, env := s3Server(t, objects)
	whole := time.Now()
	if out, code := bucketRun(t, env, -1, url, "-q", "-f", "json"); code != exitFindings {
		t.Fatalf("code %d: %s", code, out)
	}
	lasts := time.Since(whole)
	for range 8 {
		dir := t.TempDir()
		report, state := filepath.Join(dir, "report.json"), filepath.Join(dir, "state")
		seen, kills := map[string]int{}, 0
		for ended := false; !ended; {
			after := rand.N(lasts + lasts/4)
			if kills > 8 {
				after = -1
			}
			out, code := bucketRun(t, env, after, url, "-q", "-f", "json", "-r", report, "--state", state, "--workers", "4")
			switch code {
			case -1:
				kills++
			case exitClean, exitFindings:
				ended = true
			default:
				t.Fatalf("code %d: %s", code, out)
			}
			for _, f := range found(t, report) {
				seen[f]++
			}
			_ = os.Remove(report)
		}
		if len(seen) != leaks {
			t.Errorf("after %d kills: %d findings of %d", kills, len(seen), leaks)
		}
		for f, n := range seen {
			if n != 1 {
				t.Errorf("after %d kills: %s was reported %d times", kills, f, n)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "state.pending")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
		if out, code := bucketRun(t, env, -1, url, "--state", state); code != exitClean || !strings.Contains(out, "150 units: unchanged") {
			t.Errorf("another run: code %d\n%s", code, out)
		}
	}
}

// bucketRun runs keysweep bucket, and kills it after a while unless that is negative. The code of a killed run is -1.
func bucketRun(t *testing.T, env []string, after time.Duration, args ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "keysweep", append([]string{"bucket"}, args...)...)
	var out bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after >= 0 {
		defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
	}
	_ = cmd.Wait()
	return out.String(), cmd.ProcessState.ExitCode()
}

func TestBucketCommand(t *testing.T) {
	text, secret := binancePair()
	other, _ := binancePair()
	url, env := s3Server(t, map[string]string{"bots/prod.env": text, "bots/copy.env": text, "old/a.env": other, "note.txt": "nothing"})
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"findings":              {[]string{url}, exitFindings, []string{"s3://desk/bots/copy.env", "last modified on", "2 findings"}},
		"as json":               {[]string{url, "-f", "json", "-q"}, exitFindings, []string{`"Bucket": "s3://desk"`, `"Key": "bots/prod.env"`, `"Access": "private"`}},
		"include and exclude":   {[]string{url, "--include", "*.env", "--exclude", "bots"}, exitFindings, []string{"1 finding", "old/a.env", "3 units: excluded"}},
		"none that is so young": {[]string{url, "--since", "2999-01-01"}, exitClean, []string{"4 units: older"}},
		"a sample":              {[]string{url, "--sample", "1", "--fail-on", "none"}, exitClean, []string{"3 units: not in sample"}},
		"no such bucket":        {[]string{strings.Replace(url, "desk", "nosuch", 1)}, exitIncomplete, []string{"not found", "INCOMPLETE"}},
		"findings win":          {[]string{url, strings.Replace(url, "desk", "nosuch", 1)}, exitFindings, []string{"2 findings", "INCOMPLETE"}},
		"an unknown parameter":  {[]string{url + "&regoin=x"}, exitUsage, []string{`unknown parameter "regoin"`}},
		"an unknown scheme":     {[]string{"ftp://desk"}, exitUsage, []string{"none of s3, gs, azblob, file"}},
		"no glob":               {[]string{url, "--include", "["}, exitUsage, []string{"--include"}},
		"no time":               {[]string{url, "--since", "yesterday"}, exitUsage, []string{"neither a date"}},
		"no state file":         {[]string{url, "--state", t.TempDir()}, exitUsage, []string{"state"}},
		"a folder":              {[]string{"file://" + t.TempDir()}, exitClean, []string{"no findings"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := bucketRun(t, env, -1, c.args...)
			if code != c.code {
				t.Errorf("code %d, want %d", code, c.code)
			}
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("%q is missing", w)
				}
			}
			if strings.Contains(out, secret) || strings.Contains(out, "AWS_SECRET") {
				t.Error("a secret is shown")
			}
			if t.Failed() {
				t.Logf("output:\n%s", out)
			}
		})
	}
}
