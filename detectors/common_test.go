package detectors

import (
	"bytes"
	"testing"
)

func TestNamesProvider(t *testing.T) {
	names := []string{
		`"gate"`, "[gate]", "[exchanges.gate]", "gate:", "  gate: {", "gate = {", "export const gate = {", "GATE_API_KEY", "gateApiKey", "new GateClient(",
		"gate::Client", "exchange: gate", "--exchange gate", `name = "gate"`, "id,gate,1", "| gate   | key |", "## Gate", "Gate API keys", "ccxt.gate(", "use gate::api",
		"<gate>", "a\tgate\tb", "-- gate",
	}
	for _, text := range names {
		if at := bytes.Index(bytes.ToLower([]byte(text)), []byte("gate")); !namesProvider([]byte(text), Span{at, at + 4}) {
			t.Errorf("%q does not name the provider", text)
		}
	}
	for _, text := range []string{
		"open the gate before noon", "aggregate: 5", "GATED_API", "the gate was: open", "if gate == nil {", "x.gate(5)", "a gate, a fence", "gateway: 10.0.0.1", "irrigate",
		"navigate = 1", "type: gate", "// the gate of the garden",
	} {
		if at := bytes.Index(bytes.ToLower([]byte(text)), []byte("gate")); namesProvider([]byte(text), Span{at, at + 4}) {
			t.Errorf("%q names the provider", text)
		}
	}
}
