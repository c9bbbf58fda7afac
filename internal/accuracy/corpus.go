// Package accuracy measures how well a detector finds, names and pairs credentials, and how quiet it stays on
// look-alikes. It writes random credentials of every kind into the syntaxes developers use (testdata/corpus holds the
// kinds and the syntaxes, as data), scans them with a function it is handed, and scores what came back. It knows
// nothing of the detection engine, and nothing but tests uses it.
package accuracy

// Document is one file of the corpus.
type Document struct {
	Path    string
	Text    string
	Context string // the syntax it was written in
	Group   string // documents of one folder share a group; empty stands alone
	Encoded bool   // a secret lies under an encoding such as base64
	Truth   []Truth
	Decoys  []Decoy
}

// Truth is one credential that a document holds.
type Truth struct {
	ID          string   // the kind's name in credentials.txt
	Kind        string   // exchange, provider, wallet or general
	Names       []string // lower-case words; a finding is well named when its rule or provider holds one
	Parts       map[string]string
	Forms       map[string][]string // other writings of a part that count as the part
	Secret      string              // name of the most secret part
	Beside      []string            // values that may stand in the finding without being credentials: users, hosts
	Environment string              // testnet, sandbox or demo; empty for production
	Optional    bool                // neither a miss when quiet nor false when found
}

// Decoy is a value that looks like a credential and is none.
type Decoy struct{ Kind, Value string }

// Found is one finding as a detector reports it.
type Found struct {
	Rule, Provider string
	Parts          map[string]string
	Environment    string
	Start, End     int  // bytes of the document that the finding covers
	Info           bool // reported as published test material: counts as silence
}

// Scan finds the credentials of one document.
type Scan func(path string, data []byte) []Found

// ScanGroup finds the credentials of documents that lie in one folder.
type ScanGroup func(docs []Document) []Found
