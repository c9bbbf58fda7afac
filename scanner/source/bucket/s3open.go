package bucket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// s3Provider opens buckets of S3.
type s3Provider struct {
	config   aws.Config
	location Location
	payer    bool
	regions  map[string]string // of buckets, as far as a listing of them said
	used     *usedSecrets
}

// newS3 finds credentials as the AWS tools do: the environment, profiles, containers and instances, and the role to take
// over from there.
func newS3(ctx context.Context, l Location, connections int) (*s3Provider, error) {
	p := &s3Provider{location: l, payer: l.yes("request_payer")}
	opts := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { tune(t, connections) })),
		config.WithLogger(logging.Nop{}),
	}
	for name, use := range map[string]func(string) config.LoadOptionsFunc{"region": config.WithRegion, "profile": config.WithSharedConfigProfile} {
		if v := l.param(name); v != "" {
			opts = append(opts, use(v))
		}
	}
	if l.yes("anonymous") {
		opts = append(opts, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	if l.yes("dualstack") {
		opts = append(opts, config.WithUseDualStackEndpoint(aws.DualStackEndpointStateEnabled))
	}
	if l.yes("fips") {
		opts = append(opts, config.WithUseFIPSEndpoint(aws.FIPSEndpointStateEnabled))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	if err != nil {
		return nil, &failure{reason: SkipCredentials, text: "AWS configuration: " + bare(err), ends: true, cause: err}
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // a bucket elsewhere says where it is
	}
	p.config = cfg
	if err := p.assume(); err != nil {
		return nil, err
	}
	p.used = new(usedSecrets)
	if in := p.config.Credentials; in != nil && !l.yes("anonymous") {
		p.config.Credentials = aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			c, err := in.Retrieve(ctx)
			p.used.add(c.SecretAccessKey, c.SessionToken, c.AccessKeyID)
			return c, err
		})
	}
	return p, nil
}

// assume takes over a role, when the location names one.
func (p *s3Provider) assume() error {
	l := p.location
	arn := l.param("role")
	session, external, file, lasting := l.param("role_session_name"), l.param("role_external_id"), l.param("web_identity_token_file"), l.param("role_duration")
	if arn == "" {
		if session+external+file+lasting != "" {
			return errors.New("the parameters of a role need the parameter role")
		}
		return nil
	}
	var duration time.Duration
	if lasting != "" {
		d, err := time.ParseDuration(lasting)
		if err != nil {
			return errors.New("parameter role_duration is no duration such as 1h")
		}
		duration = d
	}
	client := sts.NewFromConfig(p.config)
	if file != "" {
		p.config.Credentials = aws.NewCredentialsCache(stscreds.NewWebIdentityRoleProvider(client, arn, stscreds.IdentityTokenFile(file), func(o *stscreds.WebIdentityRoleOptions) {
			o.RoleSessionName, o.Duration = session, duration
		}))
		return nil
	}
	p.config.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, arn, func(o *stscreds.AssumeRoleOptions) {
		o.Duration = duration
		if session != "" {
			o.RoleSessionName = session
		}
		if external != "" {
			o.ExternalID = &external
		}
	}))
	return nil
}

// client returns a client for a region. It tries once: guard tries again.
func (p *s3Provider) client(region string) *s3.Client {
	l := p.location
	return s3.NewFromConfig(p.config, func(o *s3.Options) {
		o.Region = region
		o.Retryer = aws.NopRetryer{}
		o.DisableLogOutputChecksumValidationSkipped = true
		o.UseAccelerate = l.yes("accelerate")
		o.UsePathStyle = l.yes("use_path_style", "s3ForcePathStyle", "hostname_immutable")
		o.EndpointOptions.DisableHTTPS = l.yes("disable_https")
		if endpoint := p.endpoint(); endpoint != "" {
			o.BaseEndpoint = &endpoint
			o.UsePathStyle = o.UsePathStyle || isAddress(endpoint)
		}
	})
}

func (p *s3Provider) endpoint() string {
	endpoint := p.location.param("endpoint")
	switch {
	case endpoint == "" || strings.Contains(endpoint, "://"):
		return endpoint
	case p.location.yes("disable_https"):
		return "http://" + endpoint
	}
	return "https://" + endpoint
}

// isAddress reports whether a URL's host is an address or localhost, which cannot be the end of a bucket's host name.
func isAddress(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err == nil || u.Hostname() == "localhost"
}

func (p *s3Provider) open(_ context.Context, bucket string) (store, error) {
	region := p.config.Region
	if r := p.regions[bucket]; r != "" && p.location.param("endpoint") == "" {
		region = r
	}
	s := &s3Store{provider: p, bucket: bucket}
	s.client.Store(p.client(region))
	return s, nil
}

func (p *s3Provider) buckets(ctx context.Context) ([]string, error) {
	p.regions = map[string]string{}
	var names []string
	in := &s3.ListBucketsInput{MaxBuckets: aws.Int32(pageSize)}
	for {
		out, err := p.client(p.config.Region).ListBuckets(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, b := range out.Buckets {
			names = append(names, aws.ToString(b.Name))
			p.regions[aws.ToString(b.Name)] = aws.ToString(b.BucketRegion)
		}
		next := aws.ToString(out.ContinuationToken)
		if next == "" {
			return names, nil
		}
		if next == aws.ToString(in.ContinuationToken) {
			return nil, fmt.Errorf("the listing of buckets does not go on")
		}
		in.ContinuationToken = &next
	}
}

// hide takes the credentials out of a text that came from a server. An access key's id is no secret, but no message needs
// it either.
func (p *s3Provider) hide(text string) string { return p.used.hide(text) }
