package bucket

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/internal/cloud"
)

// azureContainer is a new container on the Azure server.
type azureContainer struct {
	t       *testing.T
	name    string
	server  *cloud.Server
	client  *container.Client
	service *service.Client
}

func newAzureContainer(t *testing.T, public bool) *azureContainer {
	t.Helper()
	server, err := servers.azure()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AZURE_STORAGE_ACCOUNT", server.User)
	t.Setenv("AZURE_STORAGE_KEY", server.Secret)
	key, err := service.NewSharedKeyCredential(server.User, server.Secret)
	if err != nil {
		t.Fatal(err)
	}
	c := &azureContainer{t: t, name: "c" + randomText(5), server: server}
	if c.service, err = service.NewClientWithSharedKeyCredential(server.Endpoint, key, nil); err != nil {
		t.Fatal(err)
	}
	c.client = c.service.NewContainerClient(c.name)
	o := &container.CreateOptions{}
	if public {
		level := container.PublicAccessTypeBlob
		o.Access = &level
	}
	if _, err := c.client.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *azureContainer) put(key, text string) {
	c.t.Helper()
	if _, err := c.client.NewBlockBlobClient(key).UploadBuffer(c.t.Context(), []byte(text), nil); err != nil {
		c.t.Fatal(err)
	}
}

// url addresses the container as the Go CDK addresses an emulator.
func (c *azureContainer) url(more ...string) string {
	return "azblob://" + c.name + "?protocol=http&localemu=true&storage_account=" + c.server.User +
		"&domain=" + strings.TrimSuffix(strings.TrimPrefix(c.server.Endpoint, "http://"), "/"+c.server.User) + strings.Join(append([]string{""}, more...), "&")
}

func TestAzure(t *testing.T) {
	c := newAzureContainer(t, false)
	text, leaks := big(2*blockSize + 999)
	twin := leak()
	for key, content := range map[string]string{
		"plain.env": leak(), "with space+plus/ü%41.env": leak(), "q?a&b=c#d": leak(), "t.tgz": tarGz(t, "in/side.env", leak()),
		"large.log": string(text), "empty": "", "twin/a": twin, "twin/b": twin,
	} {
		c.put(key, content)
	}
	found, cov := scan(t, newSource(t, c.url()))
	complete(t, cov)
	want := []string{"plain.env", "q?a&b=c#d", "t.tgz!t.tar!in/side.env", "twin/a", "twin/b", "with space+plus/ü%41.env"}
	for range leaks {
		want = append(want, "large.log")
	}
	if diff := cmp.Diff(sortedCopy(want), files(found)); diff != "" || cov.Units != 8 {
		t.Errorf("%d units; places (-want +got):\n%s", cov.Units, diff)
	}
	for _, f := range found {
		if o := f.Occurrences[0].Object; o.Access != "private" || o.Bucket != "azblob://"+c.name {
			t.Errorf("%+v", o)
		}
	}
}

func TestAzureCredentials(t *testing.T) {
	c := newAzureContainer(t, true)
	c.put("a", leak())
	private := newAzureContainer(t, false)
	private.put("a", leak())
	for name, o := range map[string]struct {
		env  map[string]string
		url  string
		want string // access of the finding, or a reason
	}{
		"a key":               {nil, c.url(), "public container access level"},
		"a connection string": {map[string]string{"AZURE_STORAGE_KEY": "", "AZURE_STORAGE_CONNECTION_STRING": fmt.Sprintf("DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;", c.server.User, c.server.Secret, c.server.Endpoint)}, "azblob://" + c.name, "public container access level"},
		"a SAS":               {map[string]string{"AZURE_STORAGE_KEY": "", "AZURE_STORAGE_SAS_TOKEN": c.sas()}, c.url(), "public container access level"},
		"nobody, a blob":      {map[string]string{"AZURE_STORAGE_KEY": ""}, c.url("anonymous=true", "key=a"), "public this run reads it without credentials"},
		"nobody, private":     {map[string]string{"AZURE_STORAGE_KEY": ""}, private.url("anonymous=true"), "not found"},
		"a wrong key":         {map[string]string{"AZURE_STORAGE_KEY": "AAAA"}, c.url(), SkipDenied}, // Azurite's word; Azure says AuthenticationFailed
		"no key at all":       {map[string]string{"AZURE_STORAGE_KEY": "no base64!"}, c.url(), SkipCredentials},
		"no account":          {map[string]string{"AZURE_STORAGE_ACCOUNT": ""}, "azblob://" + c.name, SkipCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range o.env {
				t.Setenv(k, v)
			}
			found, cov := scan(t, newSource(t, o.url))
			if len(found) == 1 {
				at := found[0].Occurrences[0].Object
				if got := string(at.Access) + " " + at.Granted; got != o.want {
					t.Errorf("got %q, want %q", got, o.want)
				}
				return
			}
			if len(cov.Skips) != 1 || cov.Skips[0].Reason != o.want && o.want != "not found" || cov.Complete {
				t.Fatalf("got %+v, want %q", cov.Skips, o.want)
			}
			if text := cov.Skips[0].Err; strings.Contains(text, c.server.Secret) || strings.Contains(text, "sig=") {
				t.Errorf("the message shows too much: %s", text)
			}
		})
	}
}

// sas is a token for the account.
func (c *azureContainer) sas() string {
	signed, err := c.service.GetSASURL(sas.AccountResourceTypes{Service: true, Container: true, Object: true}, sas.AccountPermissions{Read: true, List: true}, time.Now().Add(time.Hour), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	u, err := url.Parse(signed)
	if err != nil {
		c.t.Fatal(err)
	}
	return u.RawQuery
}

func TestAzureSnapshots(t *testing.T) {
	c := newAzureContainer(t, false)
	c.put("a.env", leak())
	if _, err := c.client.NewBlobClient("a.env").CreateSnapshot(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	c.put("a.env", "clean now\n")
	s := newSource(t, c.url())
	s.Versions = true
	found, cov := scan(t, s)
	complete(t, cov)
	if len(found) != 1 || cov.Units != 2 || found[0].Occurrences[0].Object.Version == "" {
		t.Errorf("%d units, places %v", cov.Units, files(found))
	}
}

func TestAzureEveryContainer(t *testing.T) {
	a, b := newAzureContainer(t, false), newAzureContainer(t, false)
	a.put("only-in-a", leak())
	b.put("only-in-b", leak())
	found, _ := scan(t, newSource(t, strings.Replace(a.url(), a.name, "*", 1)))
	if got := strings.Join(files(found), " "); !strings.Contains(got, "only-in-a") || !strings.Contains(got, "only-in-b") {
		t.Errorf("found only %s", got)
	}
}

func TestAzureFaults(t *testing.T) {
	c := newAzureContainer(t, false)
	c.put("good.env", leak())
	c.put("bad.env", leak())
	say := func(status int, code string) func(int, http.ResponseWriter) bool {
		return func(_ int, w http.ResponseWriter) bool { return azureAnswer(w, status, code) }
	}
	for name, o := range map[string]struct {
		answer func(n int, w http.ResponseWriter) bool
		reason string
	}{
		"busy, twice":          {func(n int, w http.ResponseWriter) bool { return n <= 2 && azureAnswer(w, 503, "ServerBusy") }, ""},
		"busy, always":         {say(503, "ServerBusy"), SkipThrottled},
		"archived":             {say(409, "BlobArchived"), SkipArchived},
		"denied":               {say(403, "AuthorizationPermissionMismatch"), SkipDenied},
		"gone":                 {say(404, "BlobNotFound"), "vanished"},
		"an early end, once":   {func(n int, w http.ResponseWriter) bool { return n == 1 && cutShort(w) }, ""},
		"an early end, always": {func(_ int, w http.ResponseWriter) bool { return cutShort(w) }, SkipConnection},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			endpoint := proxyTo(t, c.server.Endpoint, func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/bad.env") || r.Method != http.MethodGet {
					return false
				}
				n++
				return o.answer(n, w)
			})
			found, cov := scan(t, newSource(t, "azblob://"+c.name+"?endpoint="+endpoint+"/"+c.server.User))
			want, reasons := []string{"bad.env", "good.env"}, map[string]string{}
			if o.reason != "" {
				want, reasons = []string{"good.env"}, map[string]string{"bad.env": o.reason}
			}
			if diff := cmp.Diff(want, files(found)) + cmp.Diff(reasons, skips(cov)); diff != "" || cov.Complete != (o.reason == "") {
				t.Errorf("complete %v (-want +got):\n%s", cov.Complete, diff)
			}
		})
	}
}

func azureAnswer(w http.ResponseWriter, status int, code string) bool {
	w.Header().Set("X-Ms-Error-Code", code)
	w.WriteHeader(status)
	return true
}
