//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/keysweep/keysweep/internal/cloud"
)

// readers is how many requests are under way, of keysweep and of what it is measured against.
const readers = 32

const benchBucket = "bench"

// buckets measures many small objects against a plain lister and reader, and one large object.
func (b bench) buckets(objects int, gigabytes int64) error {
	dir, err := os.MkdirTemp("", "keysweep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, err := cloud.S3(context.Background(), dir)
	if err != nil {
		return err
	}
	defer server.Close()
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": server.User, "AWS_SECRET_ACCESS_KEY": server.Secret, "AWS_EC2_METADATA_DISABLED": "true"} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	if err := fill(context.Background(), server, objects); err != nil {
		return fmt.Errorf("fill the bucket: %w", err)
	}
	if err := b.small(server, objects); err != nil {
		return err
	}
	return b.large(server, gigabytes)
}

// small compares the rates of requests. The plain reader is this program again, so that it pays for its start too.
func (b bench) small(server *cloud.Server, objects int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	url := "s3://" + benchBucket + "?endpoint=" + server.Endpoint
	var plains, scans []figure
	for range b.rounds { // in turn, so that both see the same machine
		p, err := once("", self, "-plain", server.Endpoint)
		if err == nil && p.code != 0 {
			err = fmt.Errorf("the plain reader ended with %d", p.code)
		}
		if err != nil {
			return err
		}
		f, err := once("", b.keysweep, "bucket", url, "-q", "-f", "json", "--workers", fmt.Sprint(readers))
		if err != nil {
			return err
		}
		plains, scans = append(plains, p), append(scans, f)
	}
	plain, f := typical(plains), typical(scans)
	rate := func(f figure) string {
		return fmt.Sprintf("%.0f objects a second, %s of processor time each", float64(objects)/f.wall.Seconds(), (f.cpu / time.Duration(objects)).Round(time.Microsecond))
	}
	if err := say(fmt.Sprintf("list and read %d objects", objects), plain, rate(plain)); err != nil {
		return err
	}
	return say(fmt.Sprintf("bucket, %d objects", objects), f, fmt.Sprintf("%s, %.0f %% of the plain reader, goal 80; memory goal 512 MiB", rate(f), 100*float64(plain.wall)/float64(f.wall)))
}

// large scans one object of zeros with some text in it, which takes no room on the disk.
func (b bench) large(server *cloud.Server, gigabytes int64) error {
	folder := filepath.Join(server.Dir, "large")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, "object"))
	if err != nil {
		return err
	}
	size := gigabytes << 30
	if err := f.Truncate(size); err != nil {
		return err
	}
	for i := range int64(64) {
		text := strings.Repeat(fmt.Sprintf("%d GET /api/v3/orders?symbol=BTCUSDT&limit=500 200 0.0%d\n", i, i), 1000)
		if _, err := f.WriteAt([]byte(text), i*size/64); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	got, err := once("", b.keysweep, "bucket", "s3://large?endpoint="+server.Endpoint, "-q", "-f", "json")
	if err != nil {
		return err
	}
	return say(fmt.Sprintf("bucket, one object of %d GiB", gigabytes), got, fmt.Sprintf("%.0f MB a second; memory goal 512 MiB", float64(size)/1e6/got.wall.Seconds()))
}

func s3Client(endpoint string) *s3.Client {
	return s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		HTTPClient:  awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = 2 * readers }),
		DisableLogOutputChecksumValidationSkipped: true,
	})
}

// fill makes objects of about a kilobyte, no two alike.
func fill(ctx context.Context, server *cloud.Server, objects int) error {
	c := s3Client(server.Endpoint)
	if _, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(benchBucket)}); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for i := range objects {
		group.Go(func() error {
			_, err := c.PutObject(ctx, &s3.PutObjectInput{
				Bucket: aws.String(benchBucket), Key: aws.String(fmt.Sprintf("%03d/trade-%06d.json", i%500, i)), Body: strings.NewReader(smallObject(i)),
			})
			return err
		})
	}
	return group.Wait()
}

func smallObject(i int) string {
	var b strings.Builder
	for line := range 8 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", i, line))
		fmt.Fprintf(&b, "{\"symbol\": \"BTCUSDT\", \"order\": %d, \"price\": %d.%02d, \"client\": %q, \"status\": \"filled\"}\n", i*8+line, 20000+i%5000, line, hex.EncodeToString(sum[:12]))
	}
	return b.String()
}

// plainReader lists the bucket and reads every object, and looks at nothing.
func plainReader(ctx context.Context, endpoint string) error {
	c := s3Client(endpoint)
	keys := make(chan string, 2000)
	var wg sync.WaitGroup
	errs := make(chan error, readers)
	for range readers {
		wg.Go(func() {
			for key := range keys {
				out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(benchBucket), Key: &key})
				if err == nil {
					_, err = io.Copy(io.Discard, out.Body)
					out.Body.Close()
				}
				if err != nil {
					errs <- err
					return
				}
			}
		})
	}
	pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String(benchBucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			select {
			case keys <- aws.ToString(o.Key):
			case err := <-errs:
				return err
			}
		}
	}
	close(keys)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
