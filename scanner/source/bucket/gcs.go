package bucket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"github.com/keysweep/keysweep/scanner/source"
)

// gcsProvider opens buckets of Google Cloud Storage. It speaks the JSON API itself: Google's library links a gRPC stack
// whose start-up every command would pay for, and tries again without an end.
type gcsProvider struct {
	location Location
	client   *http.Client // adds the credentials
	plain    *http.Client // does not
	base     string
	project  string
	used     *usedSecrets
}

const gcsScope = "https://www.googleapis.com/auth/devstorage.read_only"

// gcsPolicyScope lets a policy be read, which tells whether a bucket is public.
const gcsPolicyScope = "https://www.googleapis.com/auth/cloud-platform.read-only"

// newGCS finds credentials as Google's tools do: the variable GOOGLE_APPLICATION_CREDENTIALS, gcloud's, federation, and
// the metadata server. STORAGE_EMULATOR_HOST leads to an emulator.
func newGCS(ctx context.Context, l Location, client *http.Client) (*gcsProvider, error) {
	p := &gcsProvider{location: l, plain: client, client: client, base: "https://storage.googleapis.com", used: new(usedSecrets)}
	p.project = cmp.Or(l.param("project"), os.Getenv("GOOGLE_CLOUD_PROJECT"))
	emulator := os.Getenv("STORAGE_EMULATOR_HOST")
	if emulator != "" {
		p.base = emulator
	}
	if e := l.param("endpoint"); e != "" {
		p.base = e
	}
	if !strings.Contains(p.base, "://") {
		p.base = "http://" + p.base
	}
	p.base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(p.base, "/"), "/storage/v1"), "/")
	if emulator != "" || l.yes("anonymous") || l.param("access_id") == "-" {
		return p, nil
	}
	creds, err := google.FindDefaultCredentialsWithParams(context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, client),
		google.CredentialsParams{Scopes: []string{gcsScope, gcsPolicyScope}})
	if err != nil {
		return nil, &failure{reason: SkipCredentials, text: "no usable Google credentials", ends: true, cause: err}
	}
	p.project = cmp.Or(p.project, creds.ProjectID)
	p.client = &http.Client{Transport: &oauth2.Transport{Source: watched{creds.TokenSource, p.used}, Base: client.Transport}, CheckRedirect: client.CheckRedirect}
	return p, nil
}

// watched remembers the tokens that were handed out.
type watched struct {
	oauth2.TokenSource
	used *usedSecrets
}

// Token returns a token.
func (w watched) Token() (*oauth2.Token, error) {
	t, err := w.TokenSource.Token()
	if err == nil {
		w.used.add(t.AccessToken)
	}
	return t, err
}

func (p *gcsProvider) anonymous() bool {
	return p.location.yes("anonymous") || p.location.param("access_id") == "-"
}

// gcsError is an answer that is no success.
type gcsError struct {
	status int
	header http.Header
	code   string
	text   string
}

func (e *gcsError) Error() string { return fmt.Sprintf("%d %s", e.status, e.code) }

// get asks for a path below the API, and returns an answer that is a success.
func (p *gcsProvider) get(ctx context.Context, client *http.Client, path string, query url.Values, header http.Header) (*http.Response, error) {
	if user := p.location.param("user_project"); user != "" {
		query.Set("userProject", user)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, errors.New("the endpoint is no URL")
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	return nil, errors.Join(gcsFailure(res), res.Body.Close())
}

func gcsFailure(res *http.Response) error {
	var body struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	e := &gcsError{status: res.StatusCode, header: res.Header}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if json.Unmarshal(text, &body) == nil {
		e.text = body.Error.Message
		if len(body.Error.Errors) > 0 {
			e.code = body.Error.Errors[0].Reason
		}
	}
	return e
}

// decode asks for JSON.
func (p *gcsProvider) decode(ctx context.Context, path string, query url.Values, into any) error {
	res, err := p.get(ctx, p.client, path, query, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(into); err != nil {
		return fmt.Errorf("the answer is no JSON: %w", errShort)
	}
	return nil
}

func (p *gcsProvider) fault(err error) fault {
	e := new(gcsError)
	if !errors.As(err, &e) {
		return fault{}
	}
	return fault{code: e.code, status: e.status, text: p.used.hide(e.text), after: retryAfter(e.header)}
}

func (p *gcsProvider) buckets(ctx context.Context) ([]string, error) {
	if p.project == "" {
		return nil, &failure{reason: source.SkipNotFound, text: "no project is known: say project= in the URL, or set GOOGLE_CLOUD_PROJECT", ends: true}
	}
	var names []string
	query := url.Values{"project": {p.project}, "maxResults": {strconv.Itoa(pageSize)}, "fields": {"items(name),nextPageToken"}}
	for {
		var page struct {
			Items         []struct{ Name string }
			NextPageToken string
		}
		if err := p.decode(ctx, "/storage/v1/b", query, &page); err != nil {
			return nil, err
		}
		for _, b := range page.Items {
			names = append(names, b.Name)
		}
		if page.NextPageToken == "" {
			return names, nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

func (p *gcsProvider) open(_ context.Context, bucket string) (store, error) {
	return &gcsStore{gcsProvider: p, bucket: bucket}, nil
}

// gcsStore is a bucket of Google Cloud Storage.
type gcsStore struct {
	*gcsProvider
	bucket  string
	granted gcsGrants
}

// gcsObject is an object as the API describes it.
type gcsObject struct {
	Name, Generation, Size, MD5Hash, CRC32C string
	Updated                                 time.Time
	CustomerEncryption                      *struct{}
	Owner                                   struct{ Entity string }
	ACL                                     []struct{ Entity, Role string }
}

const gcsFields = "name,generation,size,updated,md5Hash,crc32c"

func (s *gcsStore) list(ctx context.Context, prefix, token string, versions bool) ([]object, string, error) {
	query := url.Values{"maxResults": {strconv.Itoa(pageSize)}, "fields": {"items(" + gcsFields + "),nextPageToken"}}
	for name, v := range map[string]string{"prefix": prefix, "pageToken": token} {
		if v != "" {
			query.Set(name, v)
		}
	}
	if versions {
		query.Set("versions", "true")
	}
	var page struct {
		Items         []gcsObject
		NextPageToken string
	}
	if err := s.decode(ctx, "/storage/v1/b/"+url.PathEscape(s.bucket)+"/o", query, &page); err != nil {
		return nil, "", err
	}
	out := make([]object, 0, len(page.Items))
	for _, o := range page.Items {
		out = append(out, o.object())
	}
	return out, page.NextPageToken, nil
}

// largeCRC is the size from which on a CRC32C, with the size itself, names a content: composite objects have nothing
// else. Below it, in buckets with very many objects of one size, 32 bits are too few.
const largeCRC = 1 << 20

func (o gcsObject) object() object {
	size, _ := strconv.ParseInt(o.Size, 10, 64)
	out := object{key: o.Name, version: o.Generation, size: size, modified: o.Updated, etag: o.Generation}
	switch {
	case o.MD5Hash != "":
		out.sum = "md5 " + o.MD5Hash + " " + o.Size
	case o.CRC32C != "" && size >= largeCRC:
		out.sum = "crc32c " + o.CRC32C + " " + o.Size
	}
	return out
}

func (s *gcsStore) path(key string) string {
	return "/storage/v1/b/" + url.PathEscape(s.bucket) + "/o/" + url.PathEscape(key)
}

func (s *gcsStore) open(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, string, error) {
	query := url.Values{"alt": {"media"}}
	if o.version != "" {
		query.Set("generation", o.version)
	}
	header := http.Header{"Accept-Encoding": {"gzip"}} // or else what is stored as gzip comes unpacked, and ranges do not count
	if offset > 0 || length < o.size {
		header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	}
	res, err := s.get(ctx, s.client, "/download"+s.path(o.key), query, header)
	if err != nil {
		return nil, "", err
	}
	generation := res.Header.Get("X-Goog-Generation")
	if generation != "" && o.version != "" && generation != o.version {
		return nil, "", errors.Join(errChanged, res.Body.Close())
	}
	if header.Get("Range") != "" && res.StatusCode != http.StatusPartialContent {
		return nil, "", errors.Join(errors.New("the server does not read ranges"), res.Body.Close())
	}
	return res.Body, cmp.Or(generation, o.version), nil
}

func (s *gcsStore) head(ctx context.Context, key string) (object, error) {
	var o gcsObject
	err := s.decode(ctx, s.path(key), url.Values{"fields": {gcsFields}}, &o)
	return o.object(), err
}
