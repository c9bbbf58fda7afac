package detectors

import "strings"

// Names of values whose own name says nothing, or that have none: what stands beside, behind or around them.

var namesKey = late(`(?i)["']?\b(?:name|key|id|label|variable|header|field|param|k)["']?\s*[:=]\s*["']?([A-Za-z0-9_.\- ]{2,60})`)

var genericNames = map[string]bool{
	"value": true, "val": true, "default": true, "data": true, "content": true, "text": true, "string": true, "v": true,
	"current": true, "initial": true, "defaultvalue": true, "default_value": true, "current_value": true, "stringvalue": true, "currentvalue": true,
}

// generic adds the sibling name of a value whose own name says nothing: {"name": "API_KEY", "value": "..."}.
func (w *namer) generic(v Span) {
	if len(w.n.names) == 0 || len(w.n.names) > 1 && w.n.call != "" {
		return
	}
	if !genericNames[normalize(w.n.names[0])] {
		w.twin(v)
		return
	}
	from, to := max(0, v.Start-240), min(len(w.d.data), v.End+160)
	if s := w.d.scopeAt(v.Start); s >= 0 {
		from, to = max(from, w.d.scopes[s].Start), min(to, w.d.scopes[s].End)
	}
	before := namesKey.FindAllSubmatchIndex(w.d.data[from:v.Start], -1)
	if len(before) > 0 {
		m := before[len(before)-1]
		w.n.names = append([]string{string(w.d.data[from+m[2] : from+m[3]])}, w.n.names...)
		w.n.reach = min(w.n.reach, from+m[0])
		return
	}
	if m := namesKey.FindSubmatch(w.d.data[min(v.End, to):to]); m != nil {
		w.n.names = append([]string{string(m[1])}, w.n.names...)
		return
	}
	w.blockLabel(v)
}

// twin adds the sibling name of a value that is called as its name is: {"ParameterKey": "ApiKey", "ParameterValue": "..."}.
func (w *namer) twin(v Span) {
	own := w.n.names[0]
	stem := len(own) - len("value")
	if stem < 2 || stem > 24 || !strings.EqualFold(own[stem:], "value") {
		return
	}
	from := max(0, v.Start-240)
	before := w.d.data[from:v.Start]
	for _, what := range []string{"key", "name"} {
		i := lastFold(before, own[:stem]+what)
		if i < 0 {
			continue
		}
		if m := twinValue.FindSubmatchIndex(before[i+stem+len(what):]); m != nil {
			at := from + i + stem + len(what)
			w.n.names = append([]string{string(w.d.data[at+m[2] : at+m[3]])}, w.n.names...)
			w.n.reach = min(w.n.reach, at+m[2])
			return
		}
	}
}

var twinValue = late(`^["']?\s*[:=]>?\s*["']?([A-Za-z0-9_.\-]{2,60})`)

// lastFold returns where a word stands last in a text, in any case, and -1 when it does not.
func lastFold(text []byte, word string) int {
	for i := len(text) - len(word); i >= 0; i-- {
		if strings.EqualFold(string(text[i:i+len(word)]), word) {
			return i
		}
	}
	return -1
}

// blockLabel adds what names the block around a value: variable "api_key" { default = "..." }.
func (w *namer) blockLabel(v Span) {
	s := w.d.scopeAt(v.Start)
	if s < 0 || v.Start-w.d.scopes[s].Start > maxReach {
		return
	}
	words := proseWords(w.d.text(w.d.labelOf(s)))
	if len(words) > 0 {
		w.n.names = append([]string{words[len(words)-1]}, w.n.names...)
		w.n.reach = min(w.n.reach, w.d.labelOf(s).Start)
	}
}

var comment = late(`^["'` + "`" + `]?[,;)]*\s*(?:#|//|--|<!--|/\*|\()\s*(.{2,60})`)

// trailing adds the comment after a value that has no name of its own.
func (w *namer) trailing(v Span) {
	if w.n.direct {
		return
	}
	line := w.d.lineSpan(w.d.line(v.Start))
	if v.End > line.End {
		return
	}
	if m := comment.FindSubmatch(w.d.data[v.End:min(line.End, v.End+90)]); m != nil {
		words := proseWords(string(m[1]))
		w.add(strings.Join(words[:min(5, len(words))], " "))
	}
}
