package sign

import (
	"net/textproto"
	"slices"
	"strings"
)

// sigV4 is AWS Signature Version 4 in the Authorization header, for sts unless service says otherwise, in the region
// that the host names unless region says otherwise. It signs host, content type and every X-Amz header. A part session_token is sent along.
func sigV4(r *Request, in Inputs) error {
	key, secret, err := in.pair("raw")
	if err != nil {
		return err
	}
	stamp := in.Now.UTC().Format("20060102T150405Z")
	if err := r.set("X-Amz-Date", stamp); err != nil {
		return err
	}
	if t := in.Parts["session_token"]; t != "" {
		if err := r.set("X-Amz-Security-Token", t); err != nil {
			return err
		}
	}
	service := in.param("service", "sts")
	if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", digestHex("sha256", r.Body))
	}
	r.mime(formType)
	scope := []string{stamp[:8], in.param("region", regionOf(r.Host)), service, "aws4_request"}
	canonical, names := canonicalRequest(r, service)
	text := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, strings.Join(scope, "/"), digestHex("sha256", canonical)}, "\n")
	derived := append([]byte("AWS4"), secret...)
	for _, part := range scope {
		derived = mac("sha256", derived, part)
	}
	return r.set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/"+strings.Join(scope, "/")+
		", SignedHeaders="+names+", Signature="+encode("hex", mac("sha256", derived, text)))
}

// regionOf returns the region that an AWS host names: sts.cn-north-1.amazonaws.com.cn. Hosts without one sign for us-east-1.
func regionOf(host string) string {
	for _, label := range strings.Split(host, ".") {
		if strings.Count(label, "-") >= 2 && label[len(label)-1] >= '0' && label[len(label)-1] <= '9' {
			return label
		}
	}
	return "us-east-1"
}

func canonicalRequest(r *Request, service string) (text, names string) {
	lines := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		low := strings.ToLower(textproto.CanonicalMIMEHeaderKey(name))
		if low == "content-type" || strings.HasPrefix(low, "x-amz-") {
			lines[low] = strings.Join(strings.Fields(strings.Join(values, ",")), " ")
		}
	}
	var sorted []string
	for name := range lines {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	names = strings.Join(sorted, ";")
	var b strings.Builder
	b.WriteString(r.Method + "\n" + canonicalPath(r.Path, service) + "\n" + canonicalQuery(r.Query) + "\n")
	for _, name := range sorted {
		b.WriteString(name + ":" + lines[name] + "\n")
	}
	b.WriteString("\n" + names + "\n" + digestHex("sha256", r.Body))
	return b.String(), names
}

// canonicalPath escapes what is already escaped once more, except for S3.
func canonicalPath(path, service string) string {
	if path == "" {
		path = "/"
	}
	if service == "s3" {
		return path
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = escape(s)
	}
	return strings.Join(segments, "/")
}

// canonicalQuery sorts by name, then by value, and gives a bare name its equals sign.
func canonicalQuery(query string) string {
	pairs := queryPairs(query)
	for i, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		pairs[i] = name + "\x00" + value
	}
	slices.Sort(pairs)
	return strings.ReplaceAll(strings.Join(pairs, "&"), "\x00", "=")
}
