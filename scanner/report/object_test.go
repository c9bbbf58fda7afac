package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
)

// bucketFinding stands in an object that anyone may read, and in one of which that is not known.
func bucketFinding() scanner.Finding {
	c := detectors.Credential{Rule: binance(), Provider: "binance", Parts: map[string]detectors.Secret{"key": detectors.NewSecret(keyValue)}}
	date := time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)
	at := scanner.Occurrence{
		Region: region(2, 5, 68), File: "s3://desk/bots/prod #1.env", Place: scanner.InObject, Date: date, Match: "KEY=" + keyValue,
		Object: &scanner.Object{Bucket: "s3://desk", Key: "bots/prod #1.env", Version: "v7", Owner: "ops", Access: scanner.Public, Granted: "bucket policy"},
	}
	other := scanner.Occurrence{
		Region: region(1, 1, 64), File: "s3://desk/copy.tar!a.env", Place: scanner.InObject, Date: date,
		Object: &scanner.Object{Bucket: "s3://desk", Key: "copy.tar"},
	}
	return scanner.Finding{
		Credential: c, Fingerprint: c.Fingerprint(), Severity: detectors.Critical, Confidence: detectors.Sure, Secret: "key",
		Parts:       []scanner.PartAt{{Region: at.Region, Name: "key", Value: c.Parts["key"], File: at.File}},
		Occurrences: []scanner.Occurrence{at, other}, Verdict: scanner.Verdict{Status: scanner.Unasked},
	}
}

func TestEveryReportSaysThatAnObjectIsPublic(t *testing.T) {
	for _, format := range Formats() {
		var out bytes.Buffer
		w, err := New(format, &out, Options{Template: "{{range .}}{{range .Occurrences}}{{where .}}\n{{end}}{{end}}"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(bucketFinding()); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Finish(scanner.Coverage{Complete: true}), w.Close()); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, "public") || !strings.Contains(text, "v7") {
			t.Errorf("%s does not say which version of the object it is, or that it is public:\n%s", format, text)
		}
	}
}

func TestObjectsAreReadBack(t *testing.T) {
	var out bytes.Buffer
	w, err := New("json", &out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := bucketFinding()
	if err := w.Write(want); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Finish(scanner.Coverage{Complete: true}), w.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&out)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %d findings, %v", len(got), err)
	}
	for i, o := range got[0].Occurrences {
		if diff := cmp.Diff(want.Occurrences[i].Object, o.Object); diff != "" {
			t.Errorf("place %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestURIsOfObjects(t *testing.T) {
	got := fileURI(occurrence{File: "s3://desk/bots/prod #1.env", Place: scanner.InObject})
	if want := "s3://desk/bots/prod%20%231.env"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
