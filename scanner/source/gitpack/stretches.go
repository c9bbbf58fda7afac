package gitpack

import "bytes"

// stretches yields the parts of an object that people wrote: all of a blob, and of a commit or tag what is left without
// the names of objects and the signature, which look like secrets and are none.
func stretches(kind Type, data []byte, yield func(from, to int)) {
	if kind != Commit && kind != Tag {
		yield(0, len(data))
		return
	}
	from, dropping := 0, false
	for at := 0; at < len(data); {
		end := len(data)
		if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := data[at:end]
		if line[0] == '\n' { // the message follows
			break
		}
		was := dropping
		if line[0] != ' ' {
			dropping = Mechanical(line)
		}
		if dropping && !was && from < at {
			yield(from, at)
		}
		if at = end; dropping {
			from = at
		}
	}
	if from < len(data) {
		yield(from, len(data))
	}
}

// Mechanical says of the first line of a header of a commit or tag that git filled it in: with the name of an object, its
// type, or the beginning of a signature, which goes on in lines that begin with a space.
func Mechanical(line []byte) bool {
	word, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
	switch string(word) {
	case "tree", "parent", "object":
		_, err := ParseID(string(value))
		return err == nil
	case "type":
		return len(value) <= len("commit")
	case "gpgsig", "gpgsig-sha256":
		return bytes.HasPrefix(value, []byte("-----BEGIN ")) && bytes.Contains(value, []byte(" SIGNATURE"))
	}
	return false
}
