package detectors

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// withIndex returns the files with their index.
func withIndex(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	index, err := Index(fsys)
	if err != nil {
		t.Fatal(err)
	}
	fsys[IndexName] = &fstest.MapFile{Data: index}
	return fsys
}

func TestFieldsHoldAllThatAScanNeeds(t *testing.T) {
	var want rawProvider
	fill(reflect.ValueOf(&want).Elem(), new(int))
	want.Source = ""
	for i := range want.Credential {
		c := &want.Credential[i]
		c.Verify, c.Revoke, c.Contain, c.Playbook = nil, nil, nil, rawPlaybook{}
		c.Parts, c.Pieces = nil, nil // the lists have them
	}
	checkFields(t, &rawProvider{}, &want)
	bare := &rawProvider{ID: "acme", Credential: []rawCredential{{ID: "acme-key", parts: []named[rawPart]{{name: "key"}}}}}
	used := checkFields(t, &want, &want)
	checkFields(t, used, bare)
}

// checkFields reads what was written of a file over another one.
func checkFields(t *testing.T, over, want *rawProvider) *rawProvider {
	t.Helper()
	line, ok := writeFields(want)
	if !ok {
		t.Fatal("there is no line for it")
	}
	got := *over
	got.Credential = slices.Clone(over.Credential)
	ok = readFields(line, &got)
	if diff := cmp.Diff(want, &got, cmp.AllowUnexported(rawCredential{}, named[rawPart]{}, named[rawPiece]{}), cmpopts.EquateEmpty()); diff != "" || !ok {
		t.Errorf("whole: %v (-written +read):\n%s", ok, diff)
	}
	return &got
}

// fill gives every field a value of its own, but for calls, which lie in each other.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("x", *n))
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Field(i)
			if !field.CanSet() {
				field = reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem()
			}
			fill(field, n)
		}
	case reflect.Slice:
		if v.Type().Elem() != reflect.TypeFor[rawCall]() {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), n)
			fill(v.Index(1), n)
		}
	case reflect.Map:
		one := reflect.New(v.Type().Elem()).Elem()
		fill(one, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("one"), one)
		v.SetMapIndex(reflect.ValueOf("two"), one)
	case reflect.Pointer:
		if v.Type().Elem() != reflect.TypeFor[rawCall]() {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), n)
		}
	}
}

func TestAnIndexIsBelievedWhileItsFileIsTheSame(t *testing.T) {
	fsys := withIndex(t, map[string]string{"acme.toml": sound})
	fast, err := LoadFast(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if fast[0].rest == nil {
		t.Error("the file was read although the index has it")
	}
	if line := fast[1].lineOf("parts.key.regex"); line != 47 {
		t.Errorf("the line of a key is %d, want 47", line)
	}
	fsys["acme.toml"].Data = []byte(strings.Replace(sound, "Acme token", "Acme bearer token", 1))
	if fast, err = LoadFast(fsys); err != nil {
		t.Fatal(err)
	}
	if got := fast[1].Title; got != "Acme bearer token" {
		t.Errorf("the title is %q, that of the index", got)
	}
	fsys["acme.toml"].Data = []byte(strings.Replace(sound, `context  = "none"`, `contexts = "none"`, 1))
	if _, err = LoadFast(fsys); err == nil || err.Error() != "acme.toml:44: credential.contexts: unknown key" {
		t.Errorf("error %v, want that of the file", err)
	}
}

func TestRulesOfTheIndexThatStandTwice(t *testing.T) {
	fsys := withIndex(t, map[string]string{"acme.toml": sound})
	more := withIndex(t, map[string]string{"bcme.toml": strings.Replace(sound, `"acme"`, `"bcme"`, 1)})
	fsys["bcme.toml"] = more["bcme.toml"]
	fsys[IndexName].Data = slices.Concat(fsys[IndexName].Data, more[IndexName].Data)
	want := `bcme.toml:8: credential.id: "acme-api-key" stands in acme.toml:8 too`
	if _, err := LoadFast(fsys); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestALineThatIsNotWholeIsNotRead(t *testing.T) {
	fsys := withIndex(t, map[string]string{"acme.toml": sound})
	line := strings.TrimSuffix(string(fsys[IndexName].Data), "\n")
	_, line, _ = strings.Cut(line, "\t")
	_, line, _ = strings.Cut(line, "\t")
	if !readFields(line, new(rawProvider)) {
		t.Fatal("the whole line is not read")
	}
	for n := range line {
		if readFields(line[:n], new(rawProvider)) {
			t.Errorf("the first %d bytes are read", n)
		}
	}
	for _, longer := range []string{line + "\t", line + "x", "x" + strings.ReplaceAll(line, "\t1\t", "\t-1\t")} {
		if readFields(longer, new(rawProvider)) {
			t.Errorf("%q is read", longer)
		}
	}
	fsys[IndexName].Data = fsys[IndexName].Data[:60]
	rules, err := LoadFast(fsys)
	if err != nil || len(rules) != 2 || rules[0].Verify == nil {
		t.Errorf("%d rules, error %v; want those of the file", len(rules), err)
	}
}
