package gitpack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/rules"
)

// realSpotter is the detector with the built-in rules.
type realSpotter struct{ *detectors.Set }

func newRealSpotter(t testing.TB) realSpotter {
	t.Helper()
	list, err := detectors.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, err := detectors.Compile(list, detectors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return realSpotter{set}
}

func (r realSpotter) Spots(dst []Span, data []byte, from, to int) []Span {
	for _, s := range r.Set.Spots(nil, data, from, to) {
		dst = append(dst, Span{s.Start, s.End, uint16(s.Kind)})
	}
	return dst
}

// secretText is lines of a config file, some of which hold what looks like a credential.
func secretText(rnd *rand.Rand, lines int) []byte {
	var b []byte
	random := func(n int) string {
		const class = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		s := make([]byte, n)
		for i := range s {
			s[i] = class[rnd.IntN(len(class))]
		}
		return string(s)
	}
	for range lines {
		switch rnd.IntN(30) {
		case 0:
			b = fmt.Appendf(b, "BINANCE_API_KEY = %q\n", random(64))
		case 1:
			b = fmt.Appendf(b, "binance.secret: '%s'\n", random(64))
		case 2:
			b = fmt.Appendf(b, "-----BEGIN EC PRIVATE KEY-----\n%s\n", random(64))
		case 3:
			b = fmt.Appendf(b, "token ghp_%s\n", random(36))
		default:
			b = append(b, randomText(rnd, 1+rnd.IntN(9))...)
			b = append(b, '\n')
		}
	}
	return b
}

// TestDetectorSeesDeltasAsWhole checks the property that delta-aware scanning needs of the detector in use.
func TestDetectorSeesDeltasAsWhole(t *testing.T) {
	sp := newRealSpotter(t)
	rnd := rand.New(rand.NewPCG(11, 11))
	for range 60 {
		base := secretText(rnd, 300)
		ops, want := secretDelta(rnd, base)
		data, runs := make([]byte, len(want)), []run{}
		if err := patch(data, base, ops, &runs); err != nil {
			t.Fatal(err)
		}
		all := sortSpots(sp.Spots(nil, data, 0, len(data)))
		got, _ := respot(sp, data, runs, sortSpots(sp.Spots(nil, base, 0, len(base))), len(base))
		if !slices.Equal(all, got) {
			t.Fatalf("(-whole +delta):\n%s", cmp.Diff(all, got))
		}
	}
}

// secretDelta copies most of a base and puts lines in between.
func secretDelta(rnd *rand.Rand, base []byte) (ops, result []byte) {
	for at := 0; at < len(base); {
		n := min(len(base)-at, 1+rnd.IntN(9000))
		ops = append(ops, copyOps(at, n)...)
		result = append(result, base[at:at+n]...)
		at += n
		text := secretText(rnd, 1)
		text = text[:min(len(text), 127)]
		ops = append(append(ops, byte(len(text))), text...)
		result = append(result, text...)
		at += rnd.IntN(3) * rnd.IntN(200)
	}
	return ops, result
}

// TestDetectorScansDeltasAsWhole compares designs D and E with the detector in use.
func TestDetectorScansDeltasAsWhole(t *testing.T) {
	sp := newRealSpotter(t)
	r := newRepo(t)
	generate(r, rand.New(rand.NewPCG(12, 12)), 100)
	r.git("repack", "-adfq", "--depth=4095", "--window=250")
	s, tips := r.open(Options{}), Tips{Include: r.refs()}
	if diff := cmp.Diff(r.scan(s, tips, sp, true), r.scan(s, tips, sp, false), cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("(-whole +delta):\n%.2000s", diff)
	}
}
