package bucket

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The schemes of locations.
const (
	schemeS3    = "s3"
	schemeGCS   = "gs"
	schemeAzure = "azblob"
	schemeFile  = "file"
)

// Location is where to look: a provider, a bucket, the begin of its keys, and how the provider is reached.
type Location struct {
	Scheme string
	Bucket string // "*" is every bucket that the credentials see; for file the folder
	Prefix string
	Exact  bool // only the object whose key is Prefix
	params url.Values
}

// Parse reads a URL as the Go CDK writes them: s3://bucket?region=..., gs://bucket, azblob://container, file:///folder,
// with the begin of the keys as path or in the parameter prefix, or a whole key in the parameter key. An unknown
// parameter is an error.
func Parse(text string) (Location, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Location{}, fmt.Errorf("not a URL") // the parser's error quotes all of it
	}
	shown := u.Scheme + "://" + u.Host + u.Path
	switch {
	case u.User != nil:
		return Location{}, fmt.Errorf("%s://%s%s: credentials do not belong into a URL", u.Scheme, u.Host, u.Path)
	case u.Fragment != "" || strings.Contains(text, "#"):
		return Location{}, fmt.Errorf("%s: write # as %%23", shown)
	case knownParams(u.Scheme) == nil:
		return Location{}, fmt.Errorf("%s: the scheme is none of s3, gs, azblob, file", shown)
	}
	l := Location{Scheme: u.Scheme, Bucket: u.Host, Prefix: strings.TrimPrefix(u.Path, "/")}
	if l.params, err = url.ParseQuery(u.RawQuery); err != nil {
		return Location{}, fmt.Errorf("%s: its parameters cannot be read", shown)
	}
	if u.Scheme == schemeFile {
		if err := l.folder(u); err != nil {
			return Location{}, err
		}
	}
	if l.Bucket == "" {
		return Location{}, fmt.Errorf("%s: names no bucket; %s://* is every bucket", shown, u.Scheme)
	}
	if err := l.check(); err != nil {
		return Location{}, fmt.Errorf("%s: %w", shown, err)
	}
	return l, nil
}

// folder takes the path of a file URL as the bucket.
func (l *Location) folder(u *url.URL) error {
	if u.Host != "" && u.Host != "localhost" && u.Host != "." {
		return fmt.Errorf("file://%s: write file:///path, or file://./path", u.Host)
	}
	l.Bucket, l.Prefix = path.Clean(u.Path), ""
	if u.Host == "." {
		l.Bucket = path.Clean("." + u.Path)
	}
	if u.Path == "" && u.Host != "." {
		l.Bucket = ""
	}
	return nil
}

func (l *Location) check() error {
	for name, values := range l.params {
		kind, ok := knownParams(l.Scheme)[name]
		switch {
		case !ok:
			return fmt.Errorf("unknown parameter %s", strconv.Quote(name))
		case len(values) > 1:
			return fmt.Errorf("parameter %s is given twice", name)
		case name == "awssdk" && values[0] != "v2":
			return fmt.Errorf("parameter awssdk knows v2 only")
		case kind == yesNo:
			if _, err := strconv.ParseBool(values[0]); err != nil {
				return fmt.Errorf("parameter %s is neither true nor false", name)
			}
		}
	}
	if p := l.param("prefix"); p != "" {
		l.Prefix += p
	}
	if k := l.param("key"); k != "" {
		l.Prefix, l.Exact = k, true
	}
	return nil
}

type paramKind int

const (
	text paramKind = iota
	yesNo
)

// knownParams returns the parameters of a scheme, or nil for an unknown one.
func knownParams(scheme string) map[string]paramKind {
	known := map[string]paramKind{"prefix": text, "key": text}
	add := func(kind paramKind, names ...string) {
		for _, n := range names {
			known[n] = kind
		}
	}
	switch scheme {
	case schemeS3:
		add(text, "region", "endpoint", "profile", "role", "role_session_name", "role_external_id", "role_duration", "web_identity_token_file", "awssdk")
		add(yesNo, "anonymous", "use_path_style", "s3ForcePathStyle", "disable_https", "accelerate", "dualstack", "fips", "hostname_immutable", "request_payer")
	case schemeGCS:
		add(text, "endpoint", "project", "user_project", "access_id")
		add(yesNo, "anonymous")
	case schemeAzure:
		add(text, "storage_account", "domain", "protocol", "endpoint")
		add(yesNo, "anonymous", "localemu", "cdn")
	case schemeFile:
	default:
		return nil
	}
	return known
}

func (l *Location) param(name string) string { return l.params.Get(name) }

func (l *Location) yes(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		yes, _ := strconv.ParseBool(l.params.Get(n)) // checked by Parse
		return yes
	})
}

// every reports whether the location is all buckets.
func (l *Location) every() bool { return l.Bucket == "*" }

// String returns the URL without parameters.
func (l *Location) String() string {
	if l.Prefix == "" {
		return l.bucketURL()
	}
	return l.bucketURL() + "/" + l.Prefix
}

func (l *Location) bucketURL() string { return l.Scheme + "://" + l.Bucket }
