package issuer

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/keysweep/keysweep/detectors"
)

// route is where a call of a rules file goes.
type route struct {
	ref      Ref
	method   string
	hosts    []string
	template string // path as the rules file has it
	path     *regexp.Regexp
	query    map[string]*regexp.Regexp
	body     *regexp.Regexp // nil where the signing scheme writes the body
}

func routesOf(rules []detectors.Rule) []route {
	var out []route
	for i := range rules {
		for c := range rules[i].Calls() {
			out = append(out, routeOf(Ref{rules[i].ID, c.Name}, c))
		}
	}
	return out
}

func routeOf(ref Ref, c *detectors.Call) route {
	rest := strings.TrimPrefix(c.URL, "https://")
	target, query, _ := strings.Cut(rest, "?")
	host, path, _ := strings.Cut(target, "/")
	rt := route{ref: ref, method: c.Method, hosts: append([]string{host}, c.Hosts...), template: "/" + path, path: pattern("/" + path), query: map[string]*regexp.Regexp{}}
	if c.Sign == nil || c.Sign.Scheme == "aws-sigv4" || c.Sign.Scheme == "basic" {
		rt.body = filled("^"+regexp.QuoteMeta(c.Body)+"$", ".+")
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			rt.query[name] = filled("^"+regexp.QuoteMeta(unescaped(value))+"$", ".+")
		}
	}
	return rt
}

var braces = regexp.MustCompile(`\\\{[a-z0-9_.\\]+\\\}`) // a dot is quoted by then

// pattern fits what a template becomes when each {name} is filled with an escaped value.
func pattern(template string) *regexp.Regexp {
	return filled("^"+regexp.QuoteMeta(template)+"$", "[^/?&]+")
}

func filled(quoted, with string) *regexp.Regexp {
	return regexp.MustCompile("(?s)" + braces.ReplaceAllString(quoted, with))
}

func (rt route) fits(r *Request) bool {
	if rt.method != r.Method || !rt.serves(r.Host) || !rt.path.MatchString(r.Path) || rt.body != nil && !rt.body.MatchString(r.Body) {
		return false
	}
	got, err := url.ParseQuery(r.Query)
	if err != nil {
		return false
	}
	for name, want := range rt.query {
		if !want.MatchString(got.Get(name)) {
			return false
		}
	}
	return true
}

func (rt route) serves(host string) bool {
	for _, h := range rt.hosts {
		if h == host || h == detectors.Configured && host == Configured {
			return true
		}
	}
	return false
}

// Configured stands for the host of calls that only a person's configuration knows; tests give it this name.
const Configured = "configured.example"
