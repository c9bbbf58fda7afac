package detectors_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
)

const (
	encodedKey    = "q7Zt1xW9bR4mK2vY8sLd5fHc3jPn6gTaE0uXoQiVwCzBrMyNkSeDpFhGJ1l4A2U9"
	encodedSecret = "G3nV8yTq2LmZ6wRb1KxD9pFs4HcJ7dQa5uEoYiXtWzCvBkNjMrSgPeUh0f3A1l2I"
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// seenMatch is a match as these tests look at it.
type seenMatch struct {
	Key, Secret string
	Encodings   []string
	At          string // the text that the secret's span has in what was scanned
}

func scanEncoded(set *detectors.Set, text string) []seenMatch {
	var out []seenMatch
	for m := range set.Scan([]byte(text), detectors.Hint{}) {
		s := m.Spans["secret"]
		out = append(out, seenMatch{m.Credential.Parts["key"].Reveal(), m.Credential.Parts["secret"].Reveal(), m.Encodings, text[s.Start:s.End]})
	}
	return out
}

func TestScanTakesEncodingsOff(t *testing.T) {
	set := compileBuiltin(t, detectors.Options{})
	env := fmt.Sprintf("BINANCE_API_KEY=%s\nBINANCE_API_SECRET=%s\n", encodedKey, encodedSecret)
	escaped := func(text string) string {
		var out strings.Builder
		for _, c := range text {
			fmt.Fprintf(&out, `\u%04x`, c)
		}
		return out.String()
	}
	cases := map[string]struct {
		text, at  string
		encodings []string
	}{
		"names outside":  {"kind: Secret\ndata:\n  binance-api-key: " + base64Of(encodedKey) + "\n  binance-api-secret: " + base64Of(encodedSecret) + "\n", base64Of(encodedSecret), []string{"base64"}},
		"a whole file":   {"echo " + base64Of(env) + " | base64 -d > .env", base64Of(env), []string{"base64"}},
		"base64 twice":   {"bundle: " + base64Of(base64Of(env)), base64Of(base64Of(env)), []string{"base64"}},
		"escapes":        {`{"binance": {"apiKey": "` + escaped(encodedKey) + `", "secret": "` + escaped(encodedSecret) + `"}}`, escaped(encodedSecret), []string{"escape"}},
		"only the names": {strings.ReplaceAll(`{"binance":{"apiKey":"`+encodedKey+`","secret":"`+encodedSecret+`"}}`, `"`, "&quot;"), encodedSecret, []string{"entity"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff([]seenMatch{{encodedKey, encodedSecret, c.encodings, c.at}}, scanEncoded(set, c.text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(set.Spots(nil, []byte(c.text), 0, len(c.text))) == 0 {
				t.Error("the text has no spot, so git would leave it out")
			}
		})
	}
}

func TestScanSaysWhatStandsThereOnce(t *testing.T) {
	set := compileBuiltin(t, detectors.Options{})
	text := fmt.Sprintf("note: %s\nBINANCE_API_KEY=%s\nBINANCE_API_SECRET=%s\n", base64Of("nothing of interest here, but text"), encodedKey, encodedSecret)
	want := []seenMatch{{encodedKey, encodedSecret, nil, encodedSecret}}
	if diff := cmp.Diff(want, scanEncoded(set, text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestScanHeedsItsDepthAndAllowComments(t *testing.T) {
	env := fmt.Sprintf("BINANCE_API_KEY=%s\nBINANCE_API_SECRET=%s\n", encodedKey, encodedSecret)
	for name, c := range map[string]struct {
		depth int
		text  string
		want  int
	}{
		"two of two":    {2, base64Of(base64Of(env)), 1},
		"two of one":    {1, base64Of(base64Of(env)), 0},
		"none":          {-1, base64Of(env), 0},
		"allowed there": {5, "x: " + base64Of(env) + " # keysweep:allow", 0},
	} {
		t.Run(name, func(t *testing.T) {
			set := compileBuiltin(t, detectors.Options{MaxDecodeDepth: c.depth})
			if got := scanEncoded(set, c.text); len(got) != c.want {
				t.Errorf("%d matches, want %d", len(got), c.want)
			}
		})
	}
}
