package decode

import "bytes"

// kubernetesSecret says whether the text has a manifest whose values are base64.
func kubernetesSecret(text []byte) bool {
	for _, kind := range secretKinds() {
		if bytes.Contains(text, []byte(kind)) {
			return true
		}
	}
	return false
}

func secretKinds() []string {
	return []string{"kind: Secret", `"kind": "Secret"`, `"kind":"Secret"`}
}

// value says whether the digits are all of a value in YAML or JSON, with base64's padding.
func (f *finder) value(start, end int) bool {
	end = f.padding(end, false)
	before := bytes.TrimRight(f.text[max(0, start-4):start], ` "'`)
	if len(before) == 0 || before[len(before)-1] != ':' || (end-start)%4 != 0 {
		return false
	}
	return end == len(f.text) || bytes.IndexByte([]byte("\n\r\"', }"), f.text[end]) >= 0
}
