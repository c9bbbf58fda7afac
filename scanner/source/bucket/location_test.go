package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	type place struct {
		Bucket, Prefix string
		Exact          bool
	}
	for text, want := range map[string]place{
		"s3://desk":                                {"desk", "", false},
		"s3://desk/":                               {"desk", "", false},
		"s3://desk/bots/prod?region=eu-west-1":     {"desk", "bots/prod", false},
		"s3://desk?prefix=bots/&profile=audit":     {"desk", "bots/", false},
		"s3://desk/with%20space%3F":                {"desk", "with space?", false},
		"s3://*":                                   {"*", "", false},
		"gs://desk?key=a/b.env&anonymous=true":     {"desk", "a/b.env", true},
		"azblob://desk/x?storage_account=a&cdn=1":  {"desk", "x", false},
		"file:///var/data":                         {"/var/data", "", false},
		"file://./data?prefix=a/":                  {"data", "a/", false},
		"s3://desk?s3ForcePathStyle=true&role=arn": {"desk", "", false},
	} {
		l, err := Parse(text)
		if diff := cmp.Diff(want, place{l.Bucket, l.Prefix, l.Exact}); diff != "" || err != nil {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
	secret := randomText(10)
	for _, text := range []string{
		"", "desk", "s3://", "http://desk", "s3://desk?regoin=x", "s3://desk?region=a&region=b", "s3://desk?anonymous=perhaps", "gs://desk?region=x",
		"s3://user:" + secret + "@desk", "s3://desk/a#b", "file://host/x", "file://", "s3://desk?ssetype=AES256", "s3://desk?awssdk=v1", "azblob://desk?sas=" + secret, "s3://desk?secret=" + secret + "%zz",
		"s3://a b" + secret,
	} {
		_, err := Parse(text)
		if err == nil {
			t.Errorf("%s is taken", text)
		} else if strings.Contains(err.Error(), secret) && !strings.Contains(text, "a b") {
			t.Errorf("the message shows what was given: %v", err)
		}
	}
}

func TestPolicyOpens(t *testing.T) {
	statement := func(text string) string { return `{"Statement":[` + text + `]}` }
	const allow = `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::desk/*"`
	for name, c := range map[string]struct {
		policy string
		want   bool
	}{
		"everyone":                {statement(`{"Principal":"*",` + allow + `}`), true},
		"everyone, written apart": {statement(`{"Principal":{"AWS":["arn:aws:iam::1:root","*"]},` + allow + `}`), true},
		"one statement, no list":  {`{"Statement":{"Principal":"*",` + allow + `}}`, true},
		"one account":             {statement(`{"Principal":{"AWS":"arn:aws:iam::1:root"},` + allow + `}`), false},
		"a service":               {statement(`{"Principal":{"Service":"*"},` + allow + `}`), false},
		"from one network":        {statement(`{"Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}},` + allow + `}`), false},
		"another folder":          {statement(`{"Principal":"*","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::desk/site/*"}`), false},
		"a list of actions":       {statement(`{"Principal":"*","Effect":"Allow","Action":["s3:PutObject","s3:Get*"],"Resource":["arn:aws-cn:s3:::desk/*"]}`), true},
		"all actions":             {statement(`{"Principal":"*","Effect":"Allow","Action":"*","Resource":"*"}`), true},
		"only listing":            {statement(`{"Principal":"*","Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}`), false},
		"all but writing":         {statement(`{"Principal":"*","Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}`), true},
		"forbidden to all":        {statement(`{"Principal":"*",` + allow + `},{"Principal":"*","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::desk/a.env"}`), false},
		"none":                    {`{}`, false},
	} {
		p, err := parsePolicy(c.policy)
		if err != nil || p.opens("desk", "a.env") != c.want {
			t.Errorf("%s: %v, want %v, %v", name, !c.want, c.want, err)
		}
	}
	if _, err := parsePolicy("no JSON"); err == nil {
		t.Error("what is no policy is taken")
	}
	if (*bucketPolicy)(nil).opens("a", "b") {
		t.Error("no policy opens a bucket")
	}
}

func TestMessagesShowNoURL(t *testing.T) {
	secret := randomText(10)
	err := &url.Error{Op: "Get", URL: "https://desk.example/?sig=" + secret, Err: errors.New("connection reset by peer")}
	got := judge(t.Context(), fmt.Errorf("operation: %w", err), func(error) fault { return fault{} })
	if strings.Contains(got.Error(), secret) || !strings.Contains(got.Error(), "reset") {
		t.Errorf("got %v", got)
	}
	used := new(usedSecrets)
	used.add(secret)
	if text := used.hide("you said " + secret); strings.Contains(text, secret) {
		t.Error(text)
	}
}

// memory is a store with one object that fails now and then, and gives little at a time.
type memory struct {
	store
	data  []byte
	flaky bool
}

func (m *memory) open(_ context.Context, _ *object, offset, length int64) (io.ReadCloser, string, error) {
	if m.flaky && rand.N(4) == 0 {
		return nil, "", io.ErrUnexpectedEOF
	}
	part := m.data[offset : offset+length]
	if m.flaky && rand.N(3) == 0 {
		part = part[:rand.N(len(part)+1)]
	}
	return io.NopCloser(strings.NewReader(string(part))), "", nil
}

func TestBlocksReadAsOne(t *testing.T) {
	data := make([]byte, 5*blockSize+321)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	for _, flaky := range []bool{false, true} {
		g := &guard{patience: patience{tries: 50, first: 1, most: 1, silent: 1 << 40}, explain: func(error) fault { return fault{} }}
		r := &reading{store: &memory{data: data, flaky: flaky}, guard: g, at: &object{size: int64(len(data))}}
		b := newBlocks(t.Context(), r)
		if err := iotest.TestReader(io.NewSectionReader(b, 0, 3000), data[:3000]); err != nil {
			t.Error(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(b, 0, b.size))
		if err != nil || string(got) != string(data) {
			t.Errorf("in order: %d bytes of %d, %v", len(got), len(data), err)
		}
		for range 100 {
			at, n := rand.N(len(data)), rand.N(blockSize+blockSize/8)
			buf := make([]byte, n)
			m, err := b.ReadAt(buf, int64(at))
			want := data[at:min(len(data), at+n)]
			if string(buf[:m]) != string(want) || (err != nil) != (m < n) {
				t.Fatalf("at %d: %d of %d bytes, %v", at, m, len(want), err)
			}
			if len(b.held) > heldBlocks {
				t.Fatalf("%d blocks are held", len(b.held))
			}
		}
		b.wg.Wait()
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	put("a.env", leak())
	put("sub/deep/b.env", leak())
	put("sub/t.tgz", tarGz(t, "in.env", leak()))
	put("zz/c.txt", "nothing")
	outside := filepath.Join(t.TempDir(), "outside")
	_ = os.WriteFile(outside, []byte(leak()), 0o600)
	_ = os.Symlink(outside, filepath.Join(dir, "link"))
	found, cov := scan(t, newSource(t, "file://"+dir))
	complete(t, cov)
	var got []string
	for _, f := range found {
		got = append(got, f.Occurrences[0].Object.Key)
	}
	if diff := cmp.Diff([]string{"a.env", "sub/deep/b.env", "sub/t.tgz"}, sortedCopy(got)); diff != "" || cov.Units != 4 {
		t.Errorf("%d units; keys (-want +got):\n%s", cov.Units, diff)
	}
	found, _ = scan(t, newSource(t, "file://"+dir+"?prefix=sub/d"))
	if len(found) != 1 {
		t.Errorf("with a prefix: %d findings", len(found))
	}
	_, cov = scan(t, newSource(t, "file://"+dir+"/none"))
	if cov.Complete || len(cov.Skips) != 1 || cov.Skips[0].Reason != "not found" {
		t.Errorf("a folder that is not there: %+v", cov)
	}
}
