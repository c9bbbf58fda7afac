package detectors

import "bytes"

// Many providers are called by a common word: gate, magic, copper, ramp. Such a word names the provider only where it
// stands as a name does: quoted, as a key or a section, in a cell or on a line of its own, after a word such as
// exchange:, or within a name that goes on with a word of credentials, as GATE_API_KEY and GateClient do.

// namesProvider reports whether the common word at a place of text is a name there. A path is text of its own.
func namesProvider(text []byte, at Span) bool {
	before, after := byteAt(text, at.Start-1), byteAt(text, at.End)
	if tokenClass[before] >= classUpper && !seam(before, text[at.Start]) {
		return false
	}
	if after == '\\' && isQuote(before) && byteAt(text, at.End+1) == before { // a string within a string
		return true
	}
	return framed(before, after) || inHost(text, at) || before == ' ' && after == ' ' && celled(text, at) || compound(text, at) || seam(text[at.End-1], after) && (keyed(text, at) || valued(text, at) || imported(text, at) || ownLine(text, at))
}

func byteAt(text []byte, i int) byte {
	if i < 0 || i >= len(text) {
		return '\n'
	}
	return text[i]
}

// framed reports whether the bytes around a word enclose it: quotes, brackets, the marks between cells.
func framed(before, after byte) bool {
	switch before {
	case '"', '\'', '`', '|', '\t':
		return after == before
	case ',':
		return after == ',' || after == '\n' || after == '\r'
	case '\n':
		return after == ',' || after == '\t'
	case '[', '.':
		return after == ']'
	case '<', '\\':
		return after == '>' || before == '\\' && after == '('
	case '>':
		return after == '<'
	}
	return false
}

// inHost reports whether a word is the name in a host: api.gate.io, https://gate.io.
func inHost(text []byte, at Span) bool {
	return byteAt(text, at.End) == '.' && hostAfter.Match(text[at.End:min(len(text), at.End+maxFollower)]) && hostBefore.Match(text[max(0, at.Start-maxFollower):at.Start])
}

var (
	hostBefore = late(`(?:://|(?:api|apis|rest|www|ws|stream|trade|app|pro|open|openapi|public|private|gateway|futures|sandbox|testnet)[0-9]?\.)$`)
	hostAfter  = late(`^\.(?:com|io|org|net|co|exchange|xyz|app|finance|trade|markets|info|jp|kr|pro|tech|dev|network|cc|me|us|eu|uk|au|br|mx|ai)\b`)
)

// celled reports whether a word is all of a cell of a table that is drawn with bars.
func celled(text []byte, at Span) bool {
	before, after := bytes.TrimRight(text[max(0, at.Start-maxHeading):at.Start], " "), bytes.TrimLeft(text[at.End:min(len(text), at.End+maxHeading)], " ")
	return bytes.HasSuffix(before, []byte{'|'}) && bytes.HasPrefix(after, []byte{'|'})
}

// compound reports whether a word of credentials follows, joined by what joins words.
func compound(text []byte, at Span) bool {
	p := at.End
	for p < len(text) && p < at.End+2 && bytes.IndexByte([]byte("_-. :/"), text[p]) >= 0 {
		p++
	}
	rest := text[p:min(len(text), p+maxFollower)]
	if p == at.End {
		return unseparated.Match(rest) || byteAt(text, p) >= 'A' && byteAt(text, p) <= 'Z' && follower.Match(rest)
	}
	return follower.Match(rest)
}

const maxFollower = 16

var (
	unseparated = late(`(?i)^(?:api|key|secret|token|client|rest|sdk|apikey)`)
	follower    = late(`(?i)^(?:api|key|secret|access|token|client|private|priv|exchange|rest|sdk|auth|pass|cred|config|cfg|account|acct|webhook|setting|option|connector|trader|` +
		`project|app_?id|user_?id|spot|futures|perp|main|prod|live|test|demo|sandbox|v\d|bot\b|cli\b)`)
)

// keyed reports whether the word is what a colon, an equals sign or a brace gives a value.
func keyed(text []byte, at Span) bool {
	p := at.End
	for p < len(text) && p < at.End+8 && text[p] == ' ' {
		p++
	}
	switch byteAt(text, p) {
	case ':', '{':
	case '=':
		if byteAt(text, p+1) == '=' {
			return false
		}
	default:
		return false
	}
	return startsName(text, at.Start)
}

// startsName reports whether a name may begin at p: a line does, or what stands before is no part of a sentence.
func startsName(text []byte, p int) bool {
	c := byteAt(text, p-1)
	if c != ' ' {
		return tokenClass[c] < classUpper && c != '_'
	}
	line := text[max(bytes.LastIndexByte(text[:p], '\n')+1, p-64):p]
	return nameBefore.Match(line)
}

var nameBefore = late(`(?:^[\s#/*>-]*|[{,(&\[]\s*|\b(?:const|let|var|val|static|final|def|public|private|my|our|local|type|class|struct|module?|config|export|new) +)$`)

// valued reports whether the word is the whole value of a field that says which exchange or service something is for.
func valued(text []byte, at Span) bool {
	switch byteAt(text, at.End) {
	case '\n', '\r', ',', '}', ')', ';', ' ', '"', '\'':
	default:
		return false
	}
	line := text[max(bytes.LastIndexByte(text[:at.Start], '\n')+1, at.Start-64):at.Start]
	return bytes.ContainsAny(line, ":= ") && venueBefore.Match(line)
}

var venueBefore = late(`(?i)(?:(?:^|[^a-z])(?:exchange(?:_?(?:id|name))?|provider|platform|venue|broker|connector|service|vendor|selector)\\?["']?\s*[:=]>?\s*\\?["'\x60]?|` +
	`(?:^|[\s{,])-{0,2}\\?["']?name\\?["']?\s*[:=]\s*\\?["'\x60]?|--exchange[ =]|(?:^|\s)exchange )$`)

// imported reports whether the word is a package that the line brings in.
func imported(text []byte, at Span) bool {
	line := text[max(bytes.LastIndexByte(text[:at.Start], '\n')+1, at.Start-48):at.Start]
	return len(line) > 0 && importBefore.Match(line)
}

var importBefore = late(`(?:^|[\s(])(?:class|struct|interface|object|enum|module|impl) +[A-Za-z]*$|(?:secrets?|kv|creds|credentials|keys|vault|exchanges?)/$|(?:^|;)\s*(?:(?:pub )?use|from|import|using)\s+$|ccxt(?:\.pro)?[.\\]$`)

// ownLine reports whether the line has nothing else than the word, marks, and words that headings of credentials have.
func ownLine(text []byte, at Span) bool {
	start := bytes.LastIndexByte(text[:at.Start], '\n') + 1
	end := len(text)
	if i := bytes.IndexByte(text[at.End:], '\n'); i >= 0 {
		end = at.End + i
	}
	if at.Start-start > maxHeading || end-at.End > maxHeading {
		return false
	}
	return headingWords.Match(text[start:at.Start]) && headingWords.Match(text[at.End:end])
}

const maxHeading = 40 // bytes of a heading on either side of the word

var headingWords = late(`(?i)^(?:[^a-z0-9_$(){}<>"';=]|\b(?:api|keys?|credentials?|creds|exchange|config(?:uration)?|settings?|account|secrets?|prod(?:uction)?|live|main|test(?:net)?|my|the|for|login|access|new|old|personal)\b)*$`)
