package gitpack

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestScanWhileGitCollects scans again and again while git packs, unpacks and packs anew. Nothing is missed, whatever
// vanishes under the reader.
func TestScanWhileGitCollects(t *testing.T) {
	r := newRepo(t)
	generate(r, rand.New(rand.NewPCG(21, 21)), 80)
	want, tips := trimmed(r.everything("--all")), Tips{Include: r.refs()}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var rounds atomic.Int64
	wg.Go(func() { r.churn(ctx, &rounds) })
	scans := 0
	for ; rounds.Load() < 8 && !t.Failed(); scans++ {
		s, err := Open(r.dir, Options{Workers: 1 + scans%3})
		if err != nil {
			t.Error(err)
			break
		}
		got := r.scan(s, tips, nil, false)
		if diff := cmp.Diff(want, trimmed(got.visited)); diff != "" || len(got.skipped) > 0 {
			t.Errorf("scan %d: skipped %v, (-git +gitpack):\n%.1000s", scans, got.skipped, diff)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	cancel()
	wg.Wait()
	t.Logf("%d scans", scans)
}

// churn keeps git busy in a repository until ctx ends.
func (r *repo) churn(ctx context.Context, rounds *atomic.Int64) {
	run := func(input string, args ...string) string {
		cmd := exec.Command("git", args...) // none is cut short: that would leave locks and half a pack
		cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(input)
		out, err := cmd.CombinedOutput()
		if err != nil {
			r.t.Errorf("git %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	for i := 0; ctx.Err() == nil; i++ {
		rounds.Store(int64(i))
		switch i % 4 {
		case 0:
			run("", "repack", "-adfq", "--window=5")
		case 1:
			run("", "gc", "-q", "--prune=now")
		case 2:
			run("", "repack", "-adfq", "--depth=0")
			run("", "multi-pack-index", "write")
		case 3: // loose objects in place of packs, then packs in place of those
			run("", "-c", "gc.auto=0", "repack", "-aq")
			r.loosen(run)
			run("", "repack", "-adq")
		}
	}
}

// loosen writes every object loose before the packs go, as git does when it unpacks what nothing reaches.
func (r *repo) loosen(run func(input string, args ...string) string) {
	packs, _ := filepath.Glob(filepath.Join(r.dir, "objects/pack/*.pack"))
	spare := filepath.Join(r.dir, "spare.git")
	run("", "init", "-q", "--bare", spare)
	defer os.RemoveAll(spare)
	for _, p := range packs {
		data, err := os.ReadFile(p)
		if err != nil {
			r.t.Error(err)
			return
		}
		run(string(data), "--git-dir", spare, "unpack-objects", "-q")
	}
	loose, _ := filepath.Glob(filepath.Join(spare, "objects/??/*"))
	for _, from := range loose {
		to := filepath.Join(r.dir, "objects", filepath.Base(filepath.Dir(from)), filepath.Base(from))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.Rename(from, to)); err != nil {
			r.t.Error(err)
		}
	}
	for _, p := range packs {
		for _, suffix := range []string{"idx", "pack", "rev", "bitmap"} {
			os.Remove(strings.TrimSuffix(p, "pack") + suffix)
		}
	}
	os.Remove(filepath.Join(r.dir, "objects/pack/multi-pack-index"))
}
