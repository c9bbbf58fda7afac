package issuer

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"
	"time"
)

// aws checks Signature Version 4 in the Authorization header. The host says which service and region it must be for.
func aws(region, service string) auth {
	return func(q *inquiry) *Key {
		rest, ok := strings.CutPrefix(q.head("Authorization"), "AWS4-HMAC-SHA256 ")
		q.form("AWS4-HMAC-SHA256", ok)
		given := map[string]string{}
		for piece := range strings.SplitSeq(rest, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(piece), "=")
			given[name] = value
		}
		id, scope, _ := strings.Cut(given["Credential"], "/")
		k := q.key(id)
		stamp := q.head("X-Amz-Date")
		q.layout(stamp, "20060102T150405Z", 5*time.Minute)
		q.form("scope", len(stamp) > 8 && scope == strings.Join([]string{stamp[:min(8, len(stamp))], region, service, "aws4_request"}, "/"))
		q.want(FaultKey, "security token", q.Header.Get("X-Amz-Security-Token")+".", k.part("session_token")+".")
		names := strings.Split(given["SignedHeaders"], ";")
		q.amzSigned(names)
		if service == "s3" {
			q.want(FaultSignature, "X-Amz-Content-Sha256", q.head("X-Amz-Content-Sha256"), inHex(plainSum(sha256.New, q.Body)))
		}
		text := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, inHex(plainSum(sha256.New, q.amzRequest(names, service)))}, "\n")
		key := "AWS4" + k.secret()
		for piece := range strings.SplitSeq(scope, "/") {
			key = string(sum(sha256.New, key, piece))
		}
		q.signature(given["Signature"], inHex(sum(sha256.New, key, text)))
		return k
	}
}

// amzSigned demands that host, content type and every X-Amz header are signed.
func (q *inquiry) amzSigned(names []string) {
	q.form("sorted signed headers", slices.IsSorted(names))
	q.form("host is signed", slices.Contains(names, "host"))
	for name := range q.Header {
		low := strings.ToLower(name)
		if strings.HasPrefix(low, "x-amz-") || low == "content-type" {
			q.form(low+" is signed", slices.Contains(names, low))
		}
	}
}

func (q *inquiry) amzRequest(names []string, service string) string {
	path := q.Path
	if path == "" {
		path = "/"
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if service != "s3" { // only S3 takes the path as it was escaped for the request line
			segments[i] = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
		}
	}
	lines := []string{q.Method, strings.Join(segments, "/"), amzQuery(q.Query)}
	for _, n := range names {
		value := strings.Join(strings.Fields(strings.Join(q.Header.Values(n), ",")), " ")
		if n == "host" {
			value = q.Host
		}
		lines = append(lines, n+":"+value)
	}
	return strings.Join(append(lines, "", strings.Join(names, ";"), inHex(plainSum(sha256.New, q.Body))), "\n")
}

// amzQuery sorts the pairs by name and value and encodes them anew.
func amzQuery(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return "\x00"
	}
	for _, vs := range values {
		slices.Sort(vs)
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}
