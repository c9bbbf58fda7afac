package detectors

import (
	"bytes"
	"io/fs"
	"sync"
)

// LoadFast is Load without the calls and playbooks, most of the text, which a scan needs only for what it finds:
// Rule.Complete reads them. It checks nothing that it leaves out.
func LoadFast(fsys fs.FS) ([]Rule, error) { return load(fsys, true) }

// rest is a rules file of which calls and playbooks were left out. It is safe for concurrent use.
type rest struct {
	file string
	text []byte
	once sync.Once
	all  []Rule
	err  error
}

func (r *rest) rules() ([]Rule, error) {
	r.once.Do(func() { r.all, r.err = LoadFile(r.file, r.text) })
	return r.all, r.err
}

// Complete reads the calls and the playbook that LoadFast left out. It changes the rule, so nobody may use those fields
// meanwhile. A rule that is complete stays as it is.
func (r *Rule) Complete() error {
	if r == nil || r.rest == nil {
		return nil
	}
	all, err := r.rest.rules()
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID == r.ID {
			r.Verify, r.Revoke, r.Contain, r.Playbook, r.rest = all[i].Verify, all[i].Revoke, all[i].Contain, all[i].Playbook, nil
		}
	}
	return nil
}

// leftOut are the tables of a credential that LoadFast does not read.
var leftOut = [][]byte{[]byte("verify"), []byte("revoke"), []byte("contain"), []byte("playbook")}

// shapesOnly empties the lines of tables that are left out, so that all others keep their numbers. Headers stand at the
// start of a line.
func shapesOnly(text []byte) []byte {
	out := make([]byte, 0, len(text))
	cut, open := false, false
	for line := range bytes.Lines(text) {
		if !open && len(line) > 0 && line[0] == '[' {
			cut = skippedTable(bytes.TrimLeft(line, "["))
		}
		if quotes := bytes.Count(line, []byte(`'''`)) + bytes.Count(line, []byte(`"""`)); quotes%2 == 1 {
			open = !open
		}
		if cut {
			line = line[len(bytes.TrimRight(line, "\n")):]
		}
		out = append(out, line...)
	}
	return out
}

func skippedTable(header []byte) bool {
	name, ok := bytes.CutPrefix(header, []byte("credential."))
	if !ok {
		return false
	}
	for _, table := range leftOut {
		if after, ok := bytes.CutPrefix(name, table); ok && len(after) > 0 && (after[0] == '.' || after[0] == ']') {
			return true
		}
	}
	return false
}
