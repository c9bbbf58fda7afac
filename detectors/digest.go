package detectors

import "bytes"

// Lock files and manifests are full of digests, which look like keys and say themselves that they are none.

// integrity is the length of a digest in base64 without its padding, by what stands before it; see the W3C's Subresource
// Integrity.
var integrity = []struct {
	sign string
	size int
}{{"sha1-", 27}, {"sha256-", 43}, {"sha384-", 64}, {"sha512-", 86}}

// digested reports whether the text says that a token is a digest, or a value that SOPS encrypted.
func digested(data []byte, at Span) bool {
	if isDigestHead(data[at.Start:at.End]) || isPseudoVersion(data, at) {
		return true
	}
	if at.Start == 0 {
		return false
	}
	before := data[max(0, at.Start-maxDigested):at.Start]
	switch before[len(before)-1] {
	case '#': // of a package that a lock file names: .tgz#da39...
		return at.End-at.Start == 40 && bytes.HasSuffix(before, []byte(".tgz#"))
	case ':':
		if bytes.HasSuffix(before, []byte(" h1:")) { // go.sum
			return at.End-at.Start == 43 && at.End < len(data) && data[at.End] == '='
		}
		return algorithm(before[:len(before)-1]) || sealed(before)
	case ',': // of the data of a URL
		return bytes.HasSuffix(before, []byte(";base64,"))
	case '-':
		return algorithm(before[:len(before)-1])
	}
	return false
}

const maxDigested = 400 // bytes before a value within which SOPS names itself

// isDigestHead reports whether a token is a digest with its algorithm: sha512-...
func isDigestHead(token []byte) bool {
	if token[0] != 's' {
		return false
	}
	for _, d := range integrity {
		if len(token) == len(d.sign)+d.size && bytes.HasPrefix(token, []byte(d.sign)) {
			return true
		}
	}
	return false
}

// isPseudoVersion reports whether a token is the end of a pseudo-version of a Go module, which has the time and the hash of
// a commit: 0-20191109021931-daa7c04131f5. See https://go.dev/ref/mod#pseudo-versions.
func isPseudoVersion(data []byte, at Span) bool {
	const moment, hash = len("20191109021931"), 12
	start := at.End - hash - 1 - moment
	if start < max(at.Start, 1) || data[start] != '2' || data[start+moment] != '-' || data[start-1] != '-' && data[start-1] != '.' {
		return false
	}
	for _, c := range data[start : start+moment] {
		if !isDigit(c) {
			return false
		}
	}
	for _, c := range data[start+moment+1 : at.End] {
		if byteKinds[c]&(kindDigit|kindLowerHex) == 0 {
			return false
		}
	}
	return true
}

// algorithm reports whether the text ends with the name of one, in either case.
func algorithm(before []byte) bool {
	for _, d := range integrity {
		name := d.sign[:len(d.sign)-1]
		if n := len(before) - len(name); n >= 0 && bytes.EqualFold(before[n:], []byte(name)) {
			return true
		}
	}
	return false
}

// sealed reports whether the word before a value is the begin of one that SOPS encrypted: ENC[AES256_GCM,data:
func sealed(before []byte) bool {
	word := before[bytes.LastIndexAny(before, " \t\n\"'")+1:]
	return bytes.Contains(bytes.ToUpper(word), []byte("ENC[AES256_GCM,"))
}
