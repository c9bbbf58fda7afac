package detectors

import (
	"fmt"
	"io/fs"
	"sync"
)

// LoadFast is Load without the calls and playbooks, most of the text, which a scan needs only for what it finds:
// Rule.Complete reads them. It takes the files that fsys has in its index from there, and reads the others as Load does.
func LoadFast(fsys fs.FS) ([]Rule, error) { return load(fsys, true) }

// rest is a rules file of which calls and playbooks were left out. It is safe for concurrent use.
type rest struct {
	fsys fs.FS
	file string
	once sync.Once
	all  []Rule
	err  error
}

func (r *rest) rules() ([]Rule, error) {
	r.once.Do(func() { r.all, r.err = loadFrom(r.fsys, r.file, expressions{}) })
	return r.all, r.err
}

// lines returns the lines of a rule's keys, none when the file can not be read.
func (r *rest) lines(id string) map[string]int {
	if r == nil {
		return nil
	}
	all, _ := r.rules() // only an error message asks, and it can do without
	for i := range all {
		if all[i].ID == id {
			return all[i].line
		}
	}
	return nil
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
			r.Verify, r.Revoke, r.Contain, r.Playbook = all[i].Verify, all[i].Revoke, all[i].Contain, all[i].Playbook
			r.line, r.rest = all[i].line, nil
			return nil
		}
	}
	return fmt.Errorf("%s: rule %s is gone", r.file, r.ID)
}
