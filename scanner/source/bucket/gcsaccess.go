package bucket

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/keysweep/keysweep/scanner"
)

// gcsGrants is what a bucket's own settings allow to anyone, asked for once.
type gcsGrants struct {
	once    sync.Once
	open    string // by what anyone may read all objects
	known   bool   // the policy could be read
	closed  bool   // public access is prevented
	uniform bool   // objects have no ACLs
}

const (
	gcsEveryone = "allUsers"
	gcsSignedIn = "allAuthenticatedUsers"
)

// gcsReads reports whether a role lets objects be read.
func gcsReads(role string) bool {
	return slices.Contains([]string{
		"roles/storage.objectViewer", "roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.admin", "roles/viewer", "roles/editor", "roles/owner",
		"roles/storage.legacyObjectReader", "roles/storage.legacyObjectOwner", "roles/storage.legacyBucketReader", "roles/storage.legacyBucketWriter", "roles/storage.legacyBucketOwner",
	}, role) || strings.Contains(role, "/roles/") // a role of one's own
}

func (s *gcsStore) settings(ctx context.Context) *gcsGrants {
	g := &s.granted
	g.once.Do(func() {
		path := "/storage/v1/b/" + url.PathEscape(s.bucket)
		var about struct {
			IAMConfiguration struct {
				PublicAccessPrevention   string
				UniformBucketLevelAccess struct{ Enabled bool }
			}
		}
		if s.decode(ctx, path, url.Values{"fields": {"iamConfiguration"}}, &about) == nil {
			g.closed = about.IAMConfiguration.PublicAccessPrevention == "enforced"
			g.uniform = about.IAMConfiguration.UniformBucketLevelAccess.Enabled
		}
		var policy struct {
			Bindings []struct {
				Role      string
				Members   []string
				Condition *struct{}
			}
		}
		if s.decode(ctx, path+"/iam", url.Values{}, &policy) != nil {
			return
		}
		g.known = true
		for _, b := range policy.Bindings {
			if b.Condition != nil || !gcsReads(b.Role) {
				continue
			}
			if slices.Contains(b.Members, gcsEveryone) {
				g.open = byIAM
			} else if slices.Contains(b.Members, gcsSignedIn) && g.open == "" {
				g.open = byIAM + forGoogle
			}
		}
	})
	return g
}

// access reads the bucket's policy and the object's ACL; where it may not, it tries to read without credentials.
func (s *gcsStore) access(ctx context.Context, o *object) (access, error) {
	out := access{owner: o.owner}
	if s.anonymous() {
		out.Access, out.granted = scanner.Public, byAnonymous
		return out, nil
	}
	g := s.settings(ctx)
	query := url.Values{"projection": {"full"}, "fields": {"owner,acl"}}
	if o.version != "" {
		query.Set("generation", o.version)
	}
	var about gcsObject
	err := s.decode(ctx, s.path(o.key), query, &about)
	if err == nil && about.Owner.Entity != "" {
		out.owner = strings.TrimPrefix(about.Owner.Entity, "user-")
	}
	switch by := about.opened(); {
	case g.closed:
		out.Access = scanner.Private
	case g.open != "":
		out.Access, out.granted = scanner.Public, g.open
	case by != "":
		out.Access, out.granted = scanner.Public, by
	case g.known && (g.uniform || err == nil && len(about.ACL) > 0):
		out.Access = scanner.Private
	default:
		out.Access, out.granted = s.try(ctx, o)
	}
	return out, nil
}

// opened says by what of the object's ACL anyone may read it, or returns "".
func (o gcsObject) opened() string {
	out := ""
	for _, entry := range o.ACL {
		switch entry.Entity {
		case gcsEveryone:
			return byObjectACL
		case gcsSignedIn:
			out = byObjectACL + forGoogle
		}
	}
	return out
}

// try asks for the object without credentials. Only a clear refusal means that it is private.
func (s *gcsStore) try(ctx context.Context, o *object) (scanner.Access, string) {
	if s.client == s.plain { // an emulator, which asks nobody for credentials
		return scanner.AccessUnknown, ""
	}
	query := url.Values{"alt": {"media"}}
	if o.version != "" {
		query.Set("generation", o.version)
	}
	res, err := s.get(ctx, s.plain, "/download"+s.path(o.key), query, http.Header{"Range": {"bytes=0-0"}})
	if err == nil {
		_ = res.Body.Close()
		return scanner.Public, byTrial
	}
	if status := s.fault(err).status; status == http.StatusForbidden || status == http.StatusUnauthorized {
		return scanner.Private, ""
	}
	return scanner.AccessUnknown, ""
}
