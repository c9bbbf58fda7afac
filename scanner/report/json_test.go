package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

func TestJSONFieldsStandInTheDocumentedOrder(t *testing.T) {
	f := pairFinding()
	f.Notes = nil
	var all []json.RawMessage
	if err := json.Unmarshal(render(t, "json", []scanner.Finding{f}, complete(), Options{}), &all); err != nil {
		t.Fatal(err)
	}
	var e struct {
		Parts, Verdict, Identity, Playbook json.RawMessage
		Occurrences                        []json.RawMessage
	}
	if err := json.Unmarshal(all[0], &e); err != nil {
		t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(e.Parts, &parts); err != nil {
		t.Fatal(err)
	}
	got := []string{members(t, all[0]), members(t, e.Parts), members(t, parts["key"]), members(t, e.Occurrences[0]), members(t, e.Verdict), members(t, e.Playbook)}
	want := []string{
		"RuleID Description StartLine EndLine StartColumn EndColumn Match Secret File SymlinkFile Commit Link Entropy Author Email Date Message Tags " +
			"Fingerprint Provider Severity Confidence Environment Parts Identity Occurrences Verdict Permissions Receipt Playbook",
		"key secret passphrase",
		"Value File StartLine EndLine StartColumn EndColumn Encodings",
		"File StartLine EndLine StartColumn EndColumn Commit LastCommit Author Email Date Place AtHead Link",
		"Status Reason AskedAt Account",
		"Console Steps Damage Tell",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func members(t *testing.T, object json.RawMessage) string {
	t.Helper()
	var names []string
	if err := unmarshalObject(object, func(name string, _ json.RawMessage) error {
		names = append(names, name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestRenderingAgainGivesTheSameBytes(t *testing.T) {
	for _, reveal := range []int{0, 30, 100} {
		o := Options{Reveal: reveal}
		first := render(t, "json", sample(), complete(), o)
		findings, err := Read(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := Render("json", &again, findings, o); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(first), again.String()); diff != "" {
			t.Errorf("reveal %d (-first +again):\n%s", reveal, diff)
		}
	}
}

func TestRevealedReportIsRedactedWhenRenderedAgain(t *testing.T) {
	findings, err := Read(bytes.NewReader(render(t, "json", sample(), complete(), Options{Reveal: 100})))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := Render("json", &got, findings, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets() {
		if strings.Contains(got.String(), secret) {
			t.Errorf("report holds %v", detectors.NewSecret(secret))
		}
	}
}

func TestReadRebuildsTheRule(t *testing.T) {
	findings, err := Read(bytes.NewReader(render(t, "jsonl", []scanner.Finding{pairFinding()}, complete(), Options{})))
	if err != nil {
		t.Fatal(err)
	}
	got, want := findings[0].Credential.Rule, binance()
	if diff := cmp.Diff([]any{want.ID, want.Title, want.Provider, want.Playbook, want.Tags}, []any{got.ID, got.Title, got.Provider, got.Playbook, got.Tags}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if f := findings[0]; f.Fingerprint != pairFinding().Fingerprint || f.Secret != "secret" || f.Parts[0].Masked == "" {
		t.Errorf("got %+v", f)
	}
}

const gitleaksReport = `[
 {
  "RuleID": "generic-api-key",
  "Description": "Detected a Generic API Key",
  "StartLine": 3, "EndLine": 3, "StartColumn": 5, "EndColumn": 30,
  "Match": "key = 'abcdefghij0123456789'",
  "Secret": "abcdefghij0123456789",
  "File": "a.txt",
  "SymlinkFile": "",
  "Commit": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "Entropy": 4.1,
  "Author": "J", "Email": "j@x.example", "Date": "2024-01-02T03:04:05Z", "Message": "m",
  "Tags": ["decoded:base64", "decode-depth:1"],
  "Fingerprint": "4b825dc642cb6eb9a060e54bf8d69288fbee4904:a.txt:generic-api-key:3"
 }
]`

func TestReadTakesAGitleaksReport(t *testing.T) {
	findings, err := Read(strings.NewReader(gitleaksReport))
	if err != nil {
		t.Fatal(err)
	}
	f := findings[0]
	got := []any{f.Credential.Rule.ID, f.Parts[0].Value.Reveal(), f.Parts[0].Encodings, f.Occurrences[0].Place, f.Fingerprint, f.Verdict.Status}
	want := []any{
		"generic-api-key", "abcdefghij0123456789", []string{"base64"}, scanner.InBlob, "4b825dc642cb6eb9a060e54bf8d69288fbee4904:a.txt:generic-api-key:3", scanner.Unasked,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var out bytes.Buffer
	if err := Render("json", &out, findings, Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "abcdefghij0123456789") {
		t.Errorf("raw secret of a gitleaks report:\n%s", out.String())
	}
}

func TestReadAcceptsReportsWithoutFindings(t *testing.T) {
	for _, text := range []string{"", " \n", "[]", "[]\n", "null", "\ufeff[]"} {
		if got, err := Read(strings.NewReader(text)); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestReadRefusesWhatIsNoReport(t *testing.T) {
	for name, text := range map[string]string{
		"object that is no finding": `{"a": 1}`, "number": "1", "text": "hello", "cut off": gitleaksReport[:300], "array left open": "[",
		"array of numbers": "[1]", "more after the array": "[] []", "bad severity": `[{"RuleID":"x","Severity":"awful"}]`,
		"bad date": `[{"RuleID":"x","Date":"yesterday"}]`, "parts is a list": `[{"RuleID":"x","Parts":[]}]`,
	} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(gitleaksReport))
	f.Add([]byte(`{"RuleID":"x","Parts":{"a":{"Value":"b"}},"Identity":{"c":"d"}}`))
	f.Add([]byte(`[{"RuleID":"x","Verdict":{"Status":"live","AskedAt":"9999-12-31T23:59:59-23:00"},"Identity":{"a":"1","a":"2","a 2":"3"}}]`))
	f.Add([]byte(`[{"RuleID":"x","Secret":"REDACTED","File":"abcdef","Parts":{"a":{"Value":"abcdef"}},"Verdict":{"Status":"dead"},"Fingerprint":"abcdef:abcdef"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		findings, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := Render("json", &once, findings, Options{}); err != nil {
			t.Fatal(err)
		}
		findings, err = Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("own report: %v\n%s", err, once.Bytes())
		}
		if err := Render("json", &twice, findings, Options{}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("rendering again differs:\n%s\n%s", once.Bytes(), twice.Bytes())
		}
	})
}
