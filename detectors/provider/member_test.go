package provider

import (
	"testing"

	"github.com/keysweep/keysweep/detectors"
)

// A list's element may be named by a member of a member, as Turnkey holds public keys; two that fit are none.
func TestFindByMemberOfMember(t *testing.T) {
	doc, err := decodeJSON(`{"keys":[{"owner":{"key":"a"},"id":1},{"owner":{"key":"b"},"id":2},{"owner":"b","id":3},{"owner":{"key":"c"},"id":4},{"owner":{"key":"c"},"id":5},null]}`)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "1", "b": "2", "c": "", "d": ""} {
		path, err := detectors.ParsePath("keys[owner.key={key}].id")
		if err != nil {
			t.Fatal(err)
		}
		got, _ := scalarText(find(doc, path, &values{parts: map[string]string{"key": key}}))
		if got != want {
			t.Errorf("the id of %s is %q, want %q", key, got, want)
		}
	}
}
