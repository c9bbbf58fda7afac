package bucket

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/keysweep/keysweep/scanner"
)

// azureProvider opens containers of an Azure storage account.
type azureProvider struct {
	location Location
	service  *service.Client
	used     *usedSecrets
}

// newAzure finds the account and its credentials in the variables that the Go CDK reads: AZURE_STORAGE_ACCOUNT with
// AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING. Without one of these it asks for an
// identity: a workload's, a machine's, or that of the Azure CLI.
func newAzure(l Location, client *http.Client) (*azureProvider, error) {
	p := &azureProvider{location: l, used: new(usedSecrets)}
	o := &service.ClientOptions{ClientOptions: azcore.ClientOptions{
		Transport: client,
		Retry:     policy.RetryOptions{MaxRetries: -1}, // guard tries again
	}}
	env := azureEnv{account: os.Getenv("AZURE_STORAGE_ACCOUNT"), key: os.Getenv("AZURE_STORAGE_KEY"), sas: strings.TrimPrefix(os.Getenv("AZURE_STORAGE_SAS_TOKEN"), "?")}
	env.connection = os.Getenv("AZURE_STORAGE_CONNECTION_STRING")
	if env.connection == "" {
		env.connection = os.Getenv("AZURE_STORAGEBLOB_CONNECTIONSTRING")
	}
	if a := l.param("storage_account"); a != "" {
		env.account = a
	}
	p.used.add(env.key, env.sas, env.connection)
	var err error
	p.service, err = p.connect(env, o)
	return p, err
}

type azureEnv struct{ account, key, sas, connection string }

func (p *azureProvider) connect(env azureEnv, o *service.ClientOptions) (*service.Client, error) {
	bad := func(text string) (*service.Client, error) {
		return nil, &failure{reason: SkipCredentials, text: text, ends: true}
	}
	anonymous := p.location.yes("anonymous")
	if env.connection != "" && env.key == "" && env.sas == "" && !anonymous {
		c, err := service.NewClientFromConnectionString(env.connection, o)
		if err != nil {
			return bad("the connection string cannot be used")
		}
		return c, nil
	}
	base, err := p.base(env.account)
	if err != nil {
		return bad(err.Error())
	}
	switch {
	case anonymous:
		return service.NewClientWithNoCredential(base, o)
	case env.key != "":
		c, err := service.NewSharedKeyCredential(env.account, env.key)
		if err != nil {
			return bad("AZURE_STORAGE_KEY is no key")
		}
		return service.NewClientWithSharedKeyCredential(base, c, o)
	case env.sas != "":
		return service.NewClientWithNoCredential(base+"?"+env.sas, o)
	}
	identity, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: azcore.ClientOptions{Transport: o.Transport}})
	if err != nil {
		return bad("no usable Azure credentials")
	}
	return service.NewClient(base, identity, o)
}

// base is the address of the account.
func (p *azureProvider) base(account string) (string, error) {
	l := p.location
	if e := l.param("endpoint"); e != "" {
		return strings.TrimRight(e, "/") + "/", nil
	}
	if account == "" {
		return "", errors.New("no account is known: say storage_account= in the URL, or set AZURE_STORAGE_ACCOUNT")
	}
	domain, protocol := l.param("domain"), l.param("protocol")
	if domain == "" {
		domain = os.Getenv("AZURE_STORAGE_DOMAIN")
	}
	if domain == "" {
		domain = "blob.core.windows.net"
	}
	if protocol == "" {
		protocol = os.Getenv("AZURE_STORAGE_PROTOCOL")
	}
	if protocol == "" {
		protocol = "https"
	}
	switch {
	case protocol != "http" && protocol != "https":
		return "", errors.New("protocol is neither http nor https")
	case l.yes("localemu"):
		return protocol + "://" + domain + "/" + account + "/", nil
	case protocol == "http":
		return "", errors.New("protocol http goes with localemu=true only: it would show the credentials on the way")
	case l.yes("cdn"):
		return protocol + "://" + domain + "/", nil
	}
	return protocol + "://" + account + "." + domain + "/", nil
}

func (p *azureProvider) fault(err error) fault {
	e := new(azcore.ResponseError)
	if !errors.As(err, &e) {
		return fault{}
	}
	f := fault{code: e.ErrorCode, status: e.StatusCode}
	if e.RawResponse != nil {
		f.after = retryAfter(e.RawResponse.Header)
	}
	return f
}

func (p *azureProvider) buckets(ctx context.Context) ([]string, error) {
	var names []string
	for pager := p.service.NewListContainersPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.ContainerItems {
			names = append(names, value(c.Name))
		}
	}
	return names, nil
}

func (p *azureProvider) open(_ context.Context, bucket string) (store, error) {
	return &azureStore{azureProvider: p, client: p.service.NewContainerClient(bucket)}, nil
}

// value is what p points to, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// azureStore is a container of Azure Blob Storage.
type azureStore struct {
	*azureProvider
	client *container.Client
	once   sync.Once
	level  access // of the container
}

func (s *azureStore) list(ctx context.Context, prefix, token string, versions bool) ([]object, string, error) {
	size := int32(pageSize)
	o := &container.ListBlobsFlatOptions{MaxResults: &size}
	if prefix != "" {
		o.Prefix = &prefix
	}
	if token != "" {
		o.Marker = &token
	}
	if versions {
		o.Include = container.ListBlobsInclude{Versions: true, Snapshots: true}
	}
	page, err := s.client.NewListBlobsFlatPager(o).NextPage(ctx)
	if err != nil {
		return nil, "", err
	}
	var out []object
	if page.Segment != nil {
		for _, b := range page.Segment.BlobItems {
			out = append(out, azureObject(b))
		}
	}
	return out, value(page.NextMarker), nil
}

func azureObject(b *container.BlobItem) object {
	o := object{key: value(b.Name), version: value(b.VersionID)}
	if shot := value(b.Snapshot); shot != "" {
		o.version, o.snapshot = shot, true
	}
	if p := b.Properties; p != nil {
		o.size, o.modified, o.etag, o.owner = value(p.ContentLength), value(p.LastModified), string(value(p.ETag)), value(p.Owner)
		o.sum = azureSum(p.ContentMD5, o.size)
	}
	return o
}

// azureSum names a content by the MD5 that was stored with it. Azure does not check it for blobs that were written in
// blocks, so it counts only with the size.
func azureSum(md5 []byte, size int64) string {
	if len(md5) != 16 {
		return ""
	}
	return fmt.Sprintf("md5 %s %d", base64.StdEncoding.EncodeToString(md5), size)
}

func (s *azureStore) blob(o *object) (*blob.Client, error) {
	c := s.client.NewBlobClient(o.key)
	switch {
	case o.version == "":
		return c, nil
	case o.snapshot:
		return c.WithSnapshot(o.version)
	}
	return c.WithVersionID(o.version)
}

func (s *azureStore) open(ctx context.Context, o *object, offset, length int64) (io.ReadCloser, string, error) {
	c, err := s.blob(o)
	if err != nil {
		return nil, "", err
	}
	in := &blob.DownloadStreamOptions{}
	if offset > 0 || length < o.size {
		in.Range = blob.HTTPRange{Offset: offset, Count: length}
	}
	if o.etag != "" {
		etag := azcore.ETag(o.etag)
		in.AccessConditions = &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: &etag}}
	}
	out, err := c.DownloadStream(ctx, in)
	if err != nil {
		return nil, "", err
	}
	version := o.version
	if v := value(out.VersionID); v != "" {
		version = v
	}
	return out.Body, version, nil
}

func (s *azureStore) head(ctx context.Context, key string) (object, error) {
	out, err := s.client.NewBlobClient(key).GetProperties(ctx, nil)
	if err != nil {
		return object{}, err
	}
	o := object{key: key, version: value(out.VersionID), size: value(out.ContentLength), modified: value(out.LastModified), etag: string(value(out.ETag))}
	o.sum = azureSum(out.ContentMD5, o.size)
	return o, nil
}

// access is that of the container: a single blob has none. Where it may not be asked for, the blob is read without
// credentials.
func (s *azureStore) access(ctx context.Context, o *object) (access, error) {
	if s.location.yes("anonymous") {
		return access{Access: scanner.Public, granted: byAnonymous, owner: o.owner}, nil
	}
	s.once.Do(func() {
		out, err := s.client.GetProperties(ctx, nil)
		switch {
		case err != nil:
		case value(out.BlobPublicAccess) != "":
			s.level = access{Access: scanner.Public, granted: byAzureLevel}
		default:
			s.level.Access = scanner.Private
		}
	})
	out := s.level
	if out.Access == scanner.AccessUnknown {
		out.Access, out.granted = s.try(ctx, o)
	}
	out.owner = o.owner
	return out, nil
}

// try asks for the blob without credentials. Only a clear refusal means that it is private.
func (s *azureStore) try(ctx context.Context, o *object) (scanner.Access, string) {
	bare, _, _ := strings.Cut(s.client.URL(), "?")
	c, err := container.NewClientWithNoCredential(bare, &container.ClientOptions{ClientOptions: azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}}})
	if err != nil {
		return scanner.AccessUnknown, ""
	}
	if _, err = c.NewBlobClient(o.key).GetProperties(ctx, nil); err == nil {
		return scanner.Public, byTrial
	}
	// A private container looks to strangers as if it were not there.
	if f := s.fault(err); f.status == http.StatusForbidden || f.status == http.StatusUnauthorized || f.status == http.StatusNotFound || f.status == http.StatusConflict {
		return scanner.Private, ""
	}
	return scanner.AccessUnknown, ""
}
