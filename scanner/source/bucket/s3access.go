package bucket

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/keysweep/keysweep/scanner"
)

// s3Grants is what a bucket's own settings allow to anyone, asked for once.
type s3Grants struct {
	once   sync.Once
	policy *bucketPolicy // nil when it could not be read; empty when there is none
	acls   bool          // ACLs count
	wide   bool          // policies for everyone count
	listed string        // what lets anyone list the bucket
	known  bool          // the bucket's ACL could be read
}

const (
	allUsers     = "http://acs.amazonaws.com/groups/global/AllUsers"
	anyAWSUser   = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	byPolicy     = "bucket policy"
	byBucketACL  = "bucket ACL"
	byObjectACL  = "object ACL"
	byTrial      = "read without credentials"
	byAnonymous  = "this run reads it without credentials"
	forSignedIn  = ", any AWS account"
	forGoogle    = ", any Google account"
	byIAM        = "bucket IAM policy"
	byAzureLevel = "container access level"
)

// settings asks for what holds for the whole bucket.
func (s *s3Store) settings(ctx context.Context) *s3Grants {
	g := &s.granted
	g.once.Do(func() {
		c := s.client.Load()
		g.acls, g.wide = true, true
		if out, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &s.bucket}); err == nil && out.PublicAccessBlockConfiguration != nil {
			g.acls = !aws.ToBool(out.PublicAccessBlockConfiguration.IgnorePublicAcls)
			g.wide = !aws.ToBool(out.PublicAccessBlockConfiguration.RestrictPublicBuckets)
		}
		if out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &s.bucket}); err == nil {
			g.policy, _ = parsePolicy(aws.ToString(out.Policy))
		} else if code := s.fault(err).code; code == "NoSuchBucketPolicy" || code == "NoSuchPolicy" {
			g.policy = new(bucketPolicy)
		}
		if out, err := c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &s.bucket}); err == nil {
			g.known = true
			g.listed = granted(out.Grants, byBucketACL)
		}
	})
	return g
}

// granted says by what of a list of grants anyone may read, or returns "".
func granted(grants []types.Grant, by string) string {
	out := ""
	for _, g := range grants {
		if g.Grantee == nil || g.Permission != types.PermissionRead && g.Permission != types.PermissionFullControl {
			continue
		}
		switch aws.ToString(g.Grantee.URI) {
		case allUsers:
			return by
		case anyAWSUser:
			out = by + forSignedIn
		}
	}
	return out
}

// access reads policy and ACLs; where a server has none of them, it tries to read without credentials.
func (s *s3Store) access(ctx context.Context, o *object) (access, error) {
	out := access{owner: o.owner}
	if s.provider.location.yes("anonymous") {
		out.Access, out.granted = scanner.Public, byAnonymous
		return out, nil
	}
	g := s.settings(ctx)
	if g.wide && g.policy.opens(s.bucket, o.key) {
		out.Access, out.granted = scanner.Public, byPolicy
	}
	in := &s3.GetObjectAclInput{Bucket: &s.bucket, Key: &o.key, RequestPayer: s.payer()}
	if o.version != "" {
		in.VersionId = &o.version
	}
	acl, err := s.client.Load().GetObjectAcl(ctx, in)
	if err == nil {
		if owner := s3Owner(acl.Owner); owner != "" {
			out.owner = owner
		}
		if by := granted(acl.Grants, byObjectACL); by != "" && g.acls && out.Access == "" {
			out.Access, out.granted = scanner.Public, by
		}
	}
	if out.Access == "" && g.acls && g.listed != "" {
		out.Access, out.granted = scanner.Public, g.listed
	}
	switch {
	case out.Access == scanner.Public:
	case err == nil && (g.policy != nil || !g.wide):
		out.Access = scanner.Private
	default:
		out.Access, out.granted = s.try(ctx, o)
	}
	if out.owner == "" {
		out.owner = s.ownerOf(ctx, o.key)
	}
	return out, nil
}

// try asks for the first byte of the object without credentials. Only a clear refusal means that it is private.
func (s *s3Store) try(ctx context.Context, o *object) (scanner.Access, string) {
	options := s.client.Load().Options()
	options.Credentials = aws.AnonymousCredentials{}
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &o.key, Range: aws.String("bytes=0-0")}
	if o.version != "" {
		in.VersionId = &o.version
	}
	out, err := s3.New(options).GetObject(ctx, in)
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(out.Body, 1))
		_ = out.Body.Close()
		return scanner.Public, byTrial
	}
	if status := s.fault(err).status; status == http.StatusForbidden || status == http.StatusUnauthorized {
		return scanner.Private, ""
	}
	return scanner.AccessUnknown, ""
}

// ownerOf asks the listing, which says who owns an object even where ACLs are off.
func (s *s3Store) ownerOf(ctx context.Context, key string) string {
	out, err := s.client.Load().ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: &key, MaxKeys: aws.Int32(1), FetchOwner: aws.Bool(true), RequestPayer: s.payer(),
	})
	if err != nil || len(out.Contents) == 0 || aws.ToString(out.Contents[0].Key) != key {
		return ""
	}
	return s3Owner(out.Contents[0].Owner)
}

var errPolicy = errors.New("the policy is not in the form of S3")
