package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// chain walks the lines of a log.
type chain struct {
	lines int64  // seen
	seq   int64  // of the last record
	hash  string // that the last record states
	piece *Torn  // a line before that is not whole, and waits for the record that accounts for it
}

func (c *chain) follow(seq int64, hash string) {
	c.lines++
	c.seq, c.hash, c.piece = seq, hash, nil
}

func (c *chain) torn(piece []byte) {
	c.lines++
	c.piece = &Torn{Line: c.lines, SHA256: digest(piece)}
}

// Problem is a line that is not as it was written.
type Problem struct {
	Line int64
	What string
}

// Error names the line.
func (p Problem) Error() string { return fmt.Sprintf("line %d %s", p.Line, p.What) }

// next takes a line without its line feed. After a problem the chain goes on from the line as it is.
func (c *chain) next(line []byte) (Record, error) {
	before := *c
	r, hash, err := open(line)
	if errors.Is(err, errNoRecord) {
		c.torn(line)
		if before.piece != nil {
			return r, Problem{c.lines, errNoRecord.Error()}
		}
		return r, nil // unless the next one accounts for it, that one is a problem
	}
	if err != nil {
		r.Seq = before.seq + 1 // what a changed line says counts for nothing
	}
	c.follow(r.Seq, hash)
	switch {
	case before.piece != nil && (r.Torn == nil || *r.Torn != *before.piece):
		return r, Problem{before.piece.Line, errNoRecord.Error()}
	case err != nil:
		return r, Problem{c.lines, err.Error()}
	case r.Prev == before.hash && r.Seq == before.seq+1:
		return r, nil
	case r.Seq > before.seq+1:
		return r, Problem{c.lines, fmt.Sprintf("follows a gap: %s missing before it", numbers(before.seq+1, r.Seq-1))}
	case r.Seq <= before.seq:
		return r, Problem{c.lines, fmt.Sprintf("is out of order: record %d stands after record %d", r.Seq, before.seq)}
	}
	return r, Problem{c.lines, "does not follow the line before it: one of the two was replaced"}
}

func numbers(from, to int64) string {
	if from == to {
		return fmt.Sprintf("record %d is", from)
	}
	return fmt.Sprintf("records %d to %d are", from, to)
}

const maxLine = 1 << 20

// readLine returns a line with its line feed, or what is left of the file with io.EOF.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		if len(line) > maxLine {
			return nil, fmt.Errorf("a line longer than %d bytes", maxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// Summary is what a log holds.
type Summary struct {
	Records     int64
	First, Last time.Time
	Seq         int64  // of the last record
	Hash        string // of the last record; who keeps it elsewhere can prove later that nothing was cut off
	Torn        []int64
	Problems    []Problem
}

// maxProblems bounds Summary.Problems.
const maxProblems = 100

// Verify reads a log and checks every line. The error is one of reading; what is wrong with the log is in the Summary.
func Verify(r io.Reader) (Summary, error) {
	var s Summary
	err := walk(r, &s, func(Record, string) {})
	return s, err
}

// Walk calls yield with every record that can be read and the hash that it states, in order, and returns what Verify does.
func Walk(r io.Reader, yield func(r Record, hash string)) (Summary, error) {
	var s Summary
	err := walk(r, &s, yield)
	return s, err
}

func walk(r io.Reader, s *Summary, yield func(Record, string)) error {
	var c chain
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) {
			s.end(&c, line)
			return nil
		}
		if err != nil {
			return err
		}
		rec, problem := c.next(line[:len(line)-1])
		s.note(problem)
		if c.piece == nil {
			s.count(rec)
			yield(rec, c.hash)
		}
	}
}

func (s *Summary) count(r Record) {
	s.Records++
	if r.Torn != nil {
		s.Torn = append(s.Torn, r.Torn.Line)
	}
	if s.First.IsZero() {
		s.First = r.Time
	}
	s.Last = r.Time
}

func (s *Summary) note(err error) {
	var p Problem
	if errors.As(err, &p) && len(s.Problems) < maxProblems {
		s.Problems = append(s.Problems, p)
	}
}

// end looks at what follows the last line feed.
func (s *Summary) end(c *chain, rest []byte) {
	if c.piece != nil {
		s.note(Problem{c.piece.Line, errNoRecord.Error()})
	}
	s.Seq, s.Hash = c.seq, c.hash
	if len(rest) > 0 {
		s.note(Problem{c.lines + 1, "is cut off: the last line is not whole"})
	}
}

// headPath is the file beside a log that says how far it goes, since a chain alone can not show that its end is gone.
func headPath(log string) string { return log + ".head" }

// writeHead says how far the log goes. It is not synced: a head that lags behind is no problem.
func (s *Session) writeHead() error {
	if _, err := s.head.WriteAt(fmt.Appendf(nil, "%020d %s\n", s.log.chain.seq, s.log.chain.hash), 0); err != nil {
		return fmt.Errorf("write head of audit log: %w", plainErr(err))
	}
	return nil
}

func (s *Session) checkHead() error {
	text, err := io.ReadAll(io.NewSectionReader(s.head, 0, 1<<10))
	if err != nil {
		return plainErr(err)
	}
	seq, hash, err := parseHead(string(text))
	c := s.log.chain
	switch {
	case err != nil:
		return err
	case seq > c.seq:
		return fmt.Errorf("its end is gone: %s missing", numbers(c.seq+1, seq))
	case seq == c.seq && hash != c.hash:
		return fmt.Errorf("record %d is not the one that was written", seq)
	}
	return nil
}

// ReadHead returns number and hash of the last record as the file beside the log states them; ok is false when there is
// no such file.
func ReadHead(log string) (seq int64, hash string, ok bool, err error) {
	text, err := os.ReadFile(headPath(log))
	if errors.Is(err, os.ErrNotExist) {
		return 0, "", false, nil
	}
	if err != nil {
		return 0, "", false, err
	}
	seq, hash, err = parseHead(string(text))
	return seq, hash, err == nil, err
}

// parseHead reads "number hash"; an empty text is the head of an empty log.
func parseHead(text string) (int64, string, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return 0, "", nil
	}
	seq, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || len(fields) > 2 {
		return 0, "", errors.New("its head file is damaged")
	}
	if len(fields) < 2 {
		return seq, "", nil
	}
	return seq, fields[1], nil
}

// Holds says what is wrong at the end of a log whose last record once was that of number seq and hash, or "". An empty
// hash is not compared.
func (s Summary) Holds(seq int64, hash string) string {
	switch {
	case seq > s.Seq:
		return numbers(s.Seq+1, seq) + " missing at the end"
	case seq == s.Seq && hash != "" && hash != s.Hash:
		return fmt.Sprintf("record %d is not the one that was written", seq)
	}
	return ""
}
