package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// endless yields head, then filler without end, and tells when much of the filler was taken.
type endless struct {
	head  io.Reader
	taken int
	much  func()
}

func (e *endless) Read(dst []byte) (int, error) {
	if n, _ := e.head.Read(dst); n > 0 {
		return n, nil
	}
	n := copy(dst, bytes.Repeat([]byte("nothing to see on this line\n"), 1+len(dst)/28))
	if e.taken < 128<<20 && e.taken+n >= 128<<20 {
		e.much()
	}
	e.taken += n
	return n, nil
}

func TestInterruptReportsWhatWasFound(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 128 MB")
	}
	text, _ := binancePair()
	cases := map[string]struct {
		head string
		code int
	}{
		"with a finding":    {text, exitFindings},
		"without a finding": {"nothing yet\n", exitIncomplete},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var out, messages bytes.Buffer
			cmd := exec.CommandContext(t.Context(), "keysweep", "stdin")
			cmd.Stdout, cmd.Stderr = &out, &messages
			pipe, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// The pipe and the pipeline hold far less than this, so the head was scanned when it is gone.
			_, _ = io.Copy(pipe, &endless{head: strings.NewReader(c.head), much: func() { _ = cmd.Process.Signal(os.Interrupt) }})
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != c.code {
				t.Fatalf("ended with %v, want code %d\n%s", err, c.code, messages.String())
			}
			if got := strings.Contains(out.String(), "Binance"); got != (c.code == exitFindings) {
				t.Errorf("finding in the report: %v\n%s", got, out.String())
			}
			if !strings.Contains(messages.String(), "interrupted") {
				t.Errorf("messages do not say interrupted:\n%s", messages.String())
			}
		})
	}
}

func TestCrashTellsNoContent(t *testing.T) {
	secret := randomText(40)
	var out bytes.Buffer
	code := func() (code int) {
		defer func() { code = crashed(&out, recover()) }()
		panic(errors.New("while reading " + secret))
	}()
	if code != exitIncomplete || strings.Contains(out.String(), secret) || !strings.Contains(out.String(), "*errors.errorString") {
		t.Errorf("code %d, text:\n%s", code, out.String())
	}
	if !strings.Contains(out.String(), "TestCrashTellsNoContent") {
		t.Errorf("no function is named:\n%s", out.String())
	}
}

func TestRunInProcess(t *testing.T) {
	dir := t.TempDir()
	text, secret := binancePair()
	for name, content := range map[string]string{"bot/.env": text, "bot/main.py": "print(1)\n"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	var out, messages bytes.Buffer
	c := console{in: strings.NewReader(""), out: &out, err: &messages, env: func(string) string { return "" }}
	report := filepath.Join(dir, "out.json")
	code := run(t.Context(), c, []string{"dir", filepath.Join(dir, "bot"), "--progress", "always", "--workers", "4", "-f", "json", "-r", report})
	if code != exitFindings || out.Len() > 0 || !strings.Contains(messages.String(), "1 finding in 2 units") {
		t.Errorf("code %d, output %q, messages:\n%s", code, out.String(), messages.String())
	}
	written, err := os.ReadFile(report)
	if err != nil || !bytes.Contains(written, []byte("binance-api-key")) || bytes.Contains(written, []byte(secret)) {
		t.Errorf("report, %v:\n%s", err, written)
	}
}
