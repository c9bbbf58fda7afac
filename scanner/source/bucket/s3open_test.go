package bucket

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestS3Profiles(t *testing.T) {
	b := newS3Bucket(t)
	b.put("a", leak())
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	file := filepath.Join(t.TempDir(), "credentials")
	text := fmt.Sprintf("[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n[audit]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = us-east-1\n", b.server.User, b.server.Secret)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	found, cov := scan(t, newSource(t, b.url("profile=audit")))
	if complete(t, cov); len(found) != 1 {
		t.Errorf("got %v", files(found))
	}
	if _, cov = scan(t, newSource(t, b.url())); cov.Complete {
		t.Errorf("the default profile reads the bucket: %+v", cov)
	}
}

// TestS3AssumedRole plays STS, which hands out the credentials of the S3 server; that knows no session tokens.
func TestS3AssumedRole(t *testing.T) {
	b := newS3Bucket(t)
	b.put("a", leak())
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("a token of a workload"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url  string
		want map[string]string
	}{
		"assumed": {b.url("region=us-east-1", "role=arn:aws:iam::1:role/audit", "role_external_id=ext", "role_session_name=sweep", "role_duration=30m"),
			map[string]string{"Action": "AssumeRole", "RoleArn": "arn:aws:iam::1:role/audit", "ExternalId": "ext", "RoleSessionName": "sweep", "DurationSeconds": "1800"}},
		"by a web identity": {b.url("region=us-east-1", "role=arn:aws:iam::1:role/audit", "web_identity_token_file="+token),
			map[string]string{"Action": "AssumeRoleWithWebIdentity", "RoleArn": "arn:aws:iam::1:role/audit", "WebIdentityToken": "a token of a workload"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				for k := range c.want {
					got[k] = r.PostForm.Get(k)
				}
				action := r.PostForm.Get("Action")
				fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><Credentials><AccessKeyId>%[2]s</AccessKeyId><SecretAccessKey>%[3]s</SecretAccessKey><SessionToken></SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></%[1]sResult></%[1]sResponse>`,
					action, b.server.User, b.server.Secret)
			}))
			defer sts.Close()
			t.Setenv("AWS_ENDPOINT_URL_STS", sts.URL)
			t.Setenv("AWS_ACCESS_KEY_ID", "somebody")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "else")
			found, cov := scan(t, newSource(t, c.url))
			if complete(t, cov); len(found) != 1 {
				t.Errorf("got %v", files(found))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("STS was asked (-want +got):\n%s", diff)
			}
		})
	}
	_, cov := scan(t, newSource(t, b.url("role_session_name=x")))
	if cov.Complete {
		t.Error("parameters of a role without the role are taken")
	}
}

// TestS3IsAskedDirectly looks at how objects of buckets are addressed.
func TestS3IsAskedDirectly(t *testing.T) {
	for url, want := range map[string]string{
		"s3://desk?region=eu-west-1":                                      "https://desk.s3.eu-west-1.amazonaws.com/",
		"s3://desk.with.dots?region=eu-west-1":                            "https://s3.eu-west-1.amazonaws.com/desk.with.dots/",
		"s3://desk?region=eu-west-1&dualstack=true":                       "https://desk.s3.dualstack.eu-west-1.amazonaws.com/",
		"s3://desk?region=us-east-1&accelerate=true":                      "https://desk.s3-accelerate.amazonaws.com/",
		"s3://desk?region=us-east-1&fips=true":                            "https://desk.s3-fips.us-east-1.amazonaws.com/",
		"s3://desk?endpoint=https://minio.example:9000&use_path_style=1":  "https://minio.example:9000/desk/",
		"s3://desk?endpoint=127.0.0.1:9000&disable_https=true":            "http://127.0.0.1:9000/desk/",
		"s3://desk?endpoint=https://acct.r2.example/base&region=auto":     "https://desk.acct.r2.example/base/",
		"s3://desk--usw2-az1--x-s3?region=us-west-2":                      "",
		"s3://desk?region=cn-north-1&anonymous=true":                      "https://desk.s3.cn-north-1.amazonaws.com.cn/",
		"s3://desk?s3ForcePathStyle=true&region=eu-central-1&profile=":    "https://s3.eu-central-1.amazonaws.com/desk/",
		"s3://desk?endpoint=http://localhost:1&hostname_immutable=false":  "http://localhost:1/desk/",
		"s3://desk?endpoint=https://s3.wasabi.example&region=us-central1": "https://desk.s3.wasabi.example/",
	} {
		l, err := Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		p, err := newS3(t.Context(), l, 1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.open(t.Context(), l.Bucket)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if d := newS3Direct(t.Context(), s.(*s3Store).client.Load(), l.Bucket); d != nil {
			got = d.at.String()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}
