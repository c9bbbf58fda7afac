package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// s3Store is a bucket of S3, or of what speaks its protocol.
type s3Store struct {
	provider *s3Provider
	bucket   string
	client   atomic.Pointer[s3.Client] // for the region that the bucket is in, as far as it is known
	granted  s3Grants
	direct   struct {
		once sync.Once
		*s3Direct
		skewed atomic.Bool
	}
}

func (s *s3Store) payer() types.RequestPayer {
	if s.provider.payer {
		return types.RequestPayerRequester
	}
	return ""
}

// inRegion calls f, and once more when the bucket turns out to be in another region.
func (s *s3Store) inRegion(f func(*s3.Client) error) error {
	client := s.client.Load()
	err := f(client)
	if err == nil {
		return nil
	}
	region := s.fault(err).region
	if region == "" || region == client.Options().Region {
		return err
	}
	moved := s.provider.client(region)
	if err := f(moved); err != nil {
		return err
	}
	s.client.Store(moved)
	return nil
}

func (s *s3Store) list(ctx context.Context, prefix, token string, versions bool) (page []object, next string, err error) {
	err = s.inRegion(func(c *s3.Client) error {
		if versions {
			page, next, err = s.listVersions(ctx, c, prefix, token)
		} else {
			page, next, err = s.listLatest(ctx, c, prefix, token)
		}
		return err
	})
	return page, next, err
}

func (s *s3Store) listLatest(ctx context.Context, c *s3.Client, prefix, token string) ([]object, string, error) {
	in := &s3.ListObjectsV2Input{Bucket: &s.bucket, MaxKeys: aws.Int32(pageSize), RequestPayer: s.payer(), EncodingType: types.EncodingTypeUrl}
	if prefix != "" {
		in.Prefix = &prefix
	}
	if token != "" {
		in.ContinuationToken = &token
	}
	out, err := c.ListObjectsV2(ctx, in)
	if err != nil {
		return nil, "", err
	}
	page := make([]object, 0, len(out.Contents))
	for _, o := range out.Contents {
		key, err := s3Key(o.Key, out.EncodingType)
		if err != nil {
			return nil, "", err
		}
		one := object{key: key, size: aws.ToInt64(o.Size), modified: aws.ToTime(o.LastModified), etag: aws.ToString(o.ETag), owner: s3Owner(o.Owner)}
		one.sum = s3Sum(one.etag, one.size)
		page = append(page, one)
	}
	if !aws.ToBool(out.IsTruncated) {
		return page, "", nil
	}
	return page, aws.ToString(out.NextContinuationToken), nil
}

func (s *s3Store) listVersions(ctx context.Context, c *s3.Client, prefix, token string) ([]object, string, error) {
	in := &s3.ListObjectVersionsInput{Bucket: &s.bucket, MaxKeys: aws.Int32(pageSize), RequestPayer: s.payer(), EncodingType: types.EncodingTypeUrl}
	if prefix != "" {
		in.Prefix = &prefix
	}
	if key, version, ok := strings.Cut(token, "\x00"); ok {
		in.KeyMarker = &key
		if version != "" {
			in.VersionIdMarker = &version
		}
	}
	out, err := c.ListObjectVersions(ctx, in)
	if err != nil {
		return nil, "", err
	}
	var page []object
	for _, o := range out.Versions {
		key, err := s3Key(o.Key, out.EncodingType)
		if err != nil {
			return nil, "", err
		}
		one := object{key: key, version: aws.ToString(o.VersionId), size: aws.ToInt64(o.Size), modified: aws.ToTime(o.LastModified), etag: aws.ToString(o.ETag), owner: s3Owner(o.Owner)}
		one.sum = s3Sum(one.etag, one.size)
		page = append(page, one)
	}
	for _, o := range out.DeleteMarkers {
		key, err := s3Key(o.Key, out.EncodingType)
		if err != nil {
			return nil, "", err
		}
		page = append(page, object{key: key, version: aws.ToString(o.VersionId), modified: aws.ToTime(o.LastModified), owner: s3Owner(o.Owner), marker: true})
	}
	if !aws.ToBool(out.IsTruncated) {
		return page, "", nil
	}
	key, err := s3Key(out.NextKeyMarker, out.EncodingType)
	return page, key + "\x00" + aws.ToString(out.NextVersionIdMarker), err
}

// s3Key takes off the encoding that was asked for because XML cannot hold every key; a server that knows no such
// encoding does not name it in its answer.
func s3Key(key *string, encoding types.EncodingType) (string, error) {
	if encoding != types.EncodingTypeUrl {
		return aws.ToString(key), nil
	}
	out, err := url.QueryUnescape(aws.ToString(key))
	if err != nil {
		return "", errors.New("a key of the listing cannot be decoded")
	}
	return out, nil
}

func s3Owner(o *types.Owner) string {
	if o == nil {
		return ""
	}
	return cmp.Or(aws.ToString(o.DisplayName), aws.ToString(o.ID))
}

var s3ETag = regexp.MustCompile(`^"?([0-9a-f]{32}(?:-\d+)?)"?$`)

// s3Sum returns what an ETag says of the content: it is the MD5 of the content, or of the MD5s of its parts. With
// encryption by other keys it is neither, but then it is unlike all others.
func s3Sum(etag string, size int64) string {
	m := s3ETag.FindStringSubmatch(etag)
	if m == nil {
		return ""
	}
	return fmt.Sprintf("etag %s %d", m[1], size)
}

func (s *s3Store) open(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, string, error) {
	s.direct.once.Do(func() { s.direct.s3Direct = newS3Direct(ctx, s.client.Load(), s.bucket) })
	d := s.direct.s3Direct
	if d == nil || s.direct.skewed.Load() {
		return s.bySDK(ctx, o, offset, length)
	}
	res, err := d.get(ctx, s, o, offset, length)
	if a := new(s3Answer); errors.As(err, &a) && a.Code == "RequestTimeTooSkewed" {
		s.direct.skewed.Store(true) // the SDK finds out how wrong this machine's clock is
		return s.bySDK(ctx, o, offset, length)
	}
	if err != nil {
		return nil, "", err
	}
	if etag := res.Header.Get("ETag"); other(o, etag) {
		return nil, "", errors.Join(errChanged, res.Body.Close())
	}
	return res.Body, res.Header.Get("X-Amz-Version-Id"), nil
}

// other reports whether an answer's ETag is that of another content.
func other(o *object, etag string) bool {
	return o.etag != "" && etag != "" && strings.Trim(etag, `"`) != strings.Trim(o.etag, `"`)
}

func (s *s3Store) bySDK(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, string, error) {
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &o.key, RequestPayer: s.payer()}
	if o.version != "" {
		in.VersionId = &o.version
	}
	if o.etag != "" {
		in.IfMatch = &o.etag
	}
	if offset > 0 || length < o.size {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	}
	out, err := s.client.Load().GetObject(ctx, in)
	if err != nil {
		return nil, "", err
	}
	if other(o, aws.ToString(out.ETag)) {
		return nil, "", errors.Join(errChanged, out.Body.Close())
	}
	return out.Body, aws.ToString(out.VersionId), nil
}

func (s *s3Store) head(ctx context.Context, key string) (object, error) {
	var out *s3.HeadObjectOutput
	err := s.inRegion(func(c *s3.Client) (err error) {
		out, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key, RequestPayer: s.payer()})
		return err
	})
	if err != nil {
		return object{}, err
	}
	o := object{key: key, version: aws.ToString(out.VersionId), size: aws.ToInt64(out.ContentLength), modified: aws.ToTime(out.LastModified), etag: aws.ToString(out.ETag)}
	o.sum = s3Sum(o.etag, o.size)
	return o, nil
}

var s3Expecting = regexp.MustCompile(`expecting ['"]?([a-z0-9-]+)`)

// fault reads an error of the SDK.
func (s *s3Store) fault(err error) fault { return s.provider.fault(err) }

func (p *s3Provider) fault(err error) fault {
	var f fault
	var api smithy.APIError
	var answer *awshttp.ResponseError
	if a := new(s3Answer); errors.As(err, &a) {
		f = fault{code: a.Code, status: a.status, text: a.Message, after: retryAfter(a.header), region: a.header.Get("X-Amz-Bucket-Region")}
	}
	if errors.As(err, &api) {
		f.code, f.text = api.ErrorCode(), api.ErrorMessage()
	}
	if errors.As(err, &answer) && answer.HTTPResponse() != nil {
		h := answer.HTTPResponse().Header
		f.status, f.after, f.region = answer.HTTPStatusCode(), retryAfter(h), h.Get("X-Amz-Bucket-Region")
	}
	if m := s3Expecting.FindStringSubmatch(f.text); m != nil && f.region == "" && f.code == "AuthorizationHeaderMalformed" {
		f.region = m[1]
	}
	if f.code == "UnknownError" {
		f.code = ""
	}
	if f.code == "InvalidRequest" && strings.Contains(f.text, "encrypt") {
		f.code, f.status = "BlobUsesCustomerSpecifiedEncryption", 0
	}
	f.text = p.hide(f.text)
	return f
}
