package revoke

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keysweep/keysweep/detectors/provider"
	"github.com/keysweep/keysweep/scanner"
)

// TestACanaryIsLeftAlone has a policy that lets every verdict pass: still nothing of a trap may go out.
func TestACanaryIsLeftAlone(t *testing.T) {
	server := &acmeServer{keys: map[string]bool{"leakedk1": true}}
	http := httptest.NewServer(server)
	defer http.Close()
	r, f, done, err := overHTTP(t.Context(), http.URL, filepath.Join(t.TempDir(), "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	client, err := provider.New(provider.Options{Overrides: map[string]provider.Override{"acme": {BaseURL: http.URL}}, Canaries: []string{"leakedk1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r.Issuer, server.calls = Provider{client}, nil
	all := []scanner.Finding{f}
	r.Revoke(t.Context(), all)
	if got := all[0].Receipt; got.Status != scanner.Refused || !strings.Contains(got.Reason, "canary") || len(server.calls) > 0 {
		t.Errorf("%s, calls %v", sentence(*got), server.calls)
	}
}
