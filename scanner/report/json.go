package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/keysweep/keysweep/scanner"
)

// drawJSON writes an array, one entry after the other.
func drawJSON(w io.Writer, r run, _ Options) error {
	if len(r.Entries) == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	sep := "[\n "
	for _, e := range r.Entries {
		text, err := json.MarshalIndent(e, " ", " ")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", sep, text); err != nil {
			return err
		}
		sep = ",\n "
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// drawLines writes an object per line.
func drawLines(w io.Writer, r run, _ Options) error {
	for _, e := range r.Entries {
		if err := writeLine(w, e); err != nil {
			return err
		}
	}
	return nil
}

func writeLine(w io.Writer, e *entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.Write(append(bytes.TrimSpace(text), '\n'))
	return err
}

// stream is the jsonl writer. It scrubs a finding with its own values and those of the findings before it.
type stream struct {
	w    io.Writer
	o    Options
	seen *masks
}

func (s *stream) Write(f scanner.Finding) error {
	if s.seen == nil {
		s.seen = newMasks(s.o.Reveal)
	}
	s.seen.addFinding(f)
	if err := writeLine(s.w, newEntry(f, s.seen, s.o.Reveal)); err != nil {
		return fmt.Errorf("write jsonl report: %w", err)
	}
	return nil
}

func (s *stream) Close() error { return nil }

func (s *stream) Finish(scanner.Coverage) error { return nil }
