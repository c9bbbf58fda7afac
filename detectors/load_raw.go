package detectors

// The shapes of a rules file, as TOML decodes it.

type rawProvider struct {
	ID         string          `toml:"id"`
	Title      string          `toml:"title"`
	Kind       string          `toml:"kind"`
	Site       string          `toml:"site"`
	Source     string          `toml:"source"` // where the formats were read, and how sure they are; for people
	Keywords   []string        `toml:"keywords"`
	Common     []string        `toml:"common"`
	Loose      bool            `toml:"loose"`
	Hosts      []string        `toml:"hosts"`
	TestHosts  []string        `toml:"test_hosts"`
	Credential []rawCredential `toml:"credential"`
}

type rawCredential struct {
	ID          string              `toml:"id"`
	Title       string              `toml:"title"`
	Severity    Severity            `toml:"severity"`
	Confidence  *Confidence         `toml:"confidence"`
	Context     string              `toml:"context"`
	Fallback    bool                `toml:"fallback"`
	Near        []string            `toml:"near"`
	Paths       []string            `toml:"paths"`
	NotNear     []string            `toml:"not_near"`
	Environment string              `toml:"environment"`
	Keywords    []string            `toml:"keywords"`
	Hosts       []string            `toml:"hosts"`
	TestHosts   []string            `toml:"test_hosts"`
	Examples    []string            `toml:"examples"`
	Off         bool                `toml:"off"`
	Tags        []string            `toml:"tags"`
	Parts       map[string]rawPart  `toml:"parts"`
	Pieces      map[string]rawPiece `toml:"pieces"`
	Verify      *rawCall            `toml:"verify"`
	Revoke      []rawCall           `toml:"revoke"`
	Contain     []rawCall           `toml:"contain"`
	Playbook    rawPlaybook         `toml:"playbook"`

	parts  []named[rawPart] // those of Parts and Pieces in the order of their lines
	pieces []named[rawPiece]
}

// named is a table of a map with its name.
type named[T any] struct {
	name  string
	value T
}

type rawPart struct {
	Regex    string   `toml:"regex"`
	Names    []string `toml:"names"`
	NotNames []string `toml:"not_names"`
	Env      []string `toml:"env"`
	Calls    []string `toml:"calls"`
	Entropy  float64  `toml:"entropy"`
	Min      int      `toml:"min"`
	Check    string   `toml:"check"`
	Optional bool     `toml:"optional"`
	Anchors  []string `toml:"anchors"`
	Stated   string   `toml:"stated"`
	Form     Form     `toml:"form"`
}

type rawPiece struct {
	Of    string `toml:"of"`
	Regex string `toml:"regex"`
}

type rawPlaybook struct {
	Console string   `toml:"console"`
	Steps   []string `toml:"steps"`
	Damage  []string `toml:"damage"`
	Tell    []string `toml:"tell"`
}

type rawCall struct {
	Get          string            `toml:"get"`
	Post         string            `toml:"post"`
	Put          string            `toml:"put"`
	Patch        string            `toml:"patch"`
	Delete       string            `toml:"delete"`
	Headers      map[string]string `toml:"headers"`
	Body         string            `toml:"body"`
	Host         string            `toml:"host"`
	Hosts        []string          `toml:"hosts"`
	Environments string            `toml:"environments"`
	Sign         map[string]string `toml:"sign"`
	Lookup       *rawCall          `toml:"lookup"`
	Test         *rawCall          `toml:"test"`
	Take         string            `toml:"take"`
	Reply        []rawReply        `toml:"reply"`
	Permission   []rawReply        `toml:"permission"`
	Account      string            `toml:"account"`
	Label        string            `toml:"label"`
	IPs          string            `toml:"ips"`
	Expires      string            `toml:"expires"`
	Sub          string            `toml:"sub"`
	Way          Way               `toml:"way"`
	Credential   string            `toml:"credential"`
	Proof        Proof             `toml:"proof"`
	Effect       string            `toml:"effect"`
	Needs        string            `toml:"needs"`
	Consents     []string          `toml:"consents"`
	Undo         string            `toml:"undo"`
	Batch        int               `toml:"batch"`
	Each         string            `toml:"each"`
}

type rawReply struct {
	Status int               `toml:"status"`
	JSON   map[string]any    `toml:"json"`
	Text   string            `toml:"text"`
	Header map[string]string `toml:"header"`
	Is     Meaning           `toml:"is"`
	Reason string            `toml:"reason"`
	Known  bool              `toml:"known"`
}
