package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/keysweep/keysweep/rules"
	"github.com/keysweep/keysweep/scanner/source/bucket"
)

// bucketFlags are the flags of keysweep bucket beside those of every scan.
type bucketFlags struct {
	include  []string
	since    moment
	versions bool
	sample   int
	state    string
}

func newBucket(c console) *cobra.Command {
	var f scanFlags
	var b bucketFlags
	cmd := &cobra.Command{
		Use:   "bucket URL...",
		Short: "Scan cloud buckets",
		Long: `Scan the objects of buckets: Amazon S3 and what speaks its protocol (R2, MinIO, B2, Wasabi, ...), Google Cloud Storage and
Azure Blob Storage. Archives, compressed files and documents among them are opened.

  s3://BUCKET/PREFIX      region= endpoint= use_path_style= profile= anonymous= role= role_session_name= role_external_id=
                          role_duration= web_identity_token_file= request_payer= accelerate= dualstack= fips= disable_https=
  gs://BUCKET/PREFIX      anonymous= project= user_project= endpoint=
  azblob://CONTAINER/PREFIX  storage_account= domain= protocol= localemu= cdn= endpoint= anonymous=
  file:///FOLDER          a folder, as if it were a bucket

Parameters follow a question mark: 's3://backups/2024?region=eu-west-1&profile=audit'. s3://*, gs://* and azblob://* are
every bucket that the credentials see. prefix= is another way to say the prefix, and key= names one object.

Credentials come from where the providers' own tools take them, never from the command line: for S3 the environment, profiles,
containers and instances (IAM), with role= a role to assume from there; for gs the application default credentials; for azblob
AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or else an identity.

What cannot be listed or read makes the run incomplete (exit code 3). Findings in objects that anyone may read are one step more
severe.

With --state, a second run reads only what changed and reports only what is new; a run that was interrupted, or killed,
goes on where it was. Write reports to files then: what went to standard output of a killed run counts as not reported.`,
		Example: `  keysweep bucket s3://backups -f json -r findings.json --state backups.state
  keysweep bucket 's3://logs/prod?region=eu-central-1&profile=audit' --since 720h --exclude '*.parquet'
  keysweep bucket 's3://media?endpoint=https://ACCOUNT.r2.cloudflarestorage.com&region=auto' --sample 1000
  keysweep bucket 'gs://*' 'azblob://*?storage_account=desk'
  keysweep bucket 's3://public-data?anonymous=true&region=us-east-1' --include '**/*.env'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return scanBuckets(cmd, c, &f, &b, args) },
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&b.include, "include", nil, "read only objects whose keys match this `GLOB` (** crosses folders); may be repeated")
	flags.Var(&b.since, "since", "leave out objects last modified before `TIME`: a date, or a duration back from now (720h)")
	flags.BoolVar(&b.versions, "versions", false, "read every version of an object (S3), generation (gs), version and snapshot (azblob)")
	flags.IntVar(&b.sample, "sample", 0, "read only `N` objects of each bucket (0: all)")
	flags.StringVar(&b.state, "state", "", "keep what was covered in `FILE`; it holds no secrets and no names")
	f.bind(cmd)
	cmd.Flags().Lookup("workers").Usage = "read and scan with `N` workers (default: 32 readers, and a scanner for each processor)"
	return cmd
}

func scanBuckets(cmd *cobra.Command, c console, f *scanFlags, b *bucketFlags, urls []string) error {
	if b.sample < 0 {
		return usagef("--sample %d is negative", b.sample)
	}
	var all []bucket.Location
	for _, text := range urls {
		l, err := bucket.Parse(text)
		if err != nil {
			return usagef("%v; see keysweep bucket --help", err)
		}
		all = append(all, l)
	}
	keep, err := keeper(b.include, f.exclude)
	if err != nil {
		return err
	}
	src := &bucket.Source{
		Locations: all, Keep: keep, Since: b.since.at(time.Now()), MaxBytes: int64(f.maxMegabytes) << 20, Versions: b.versions,
		Sample: b.sample, Workers: f.workers, Unpack: f.unpacker().File,
	}
	s := scan{console: c, flags: f, partial: true, source: src, state: b.state, garbage: bucketGC}
	s.keep = func(state *bucket.State) { src.State = state }
	s.prepare = func(set settings) {
		src.Telling = func(name string) bool { return len(set.detector.Spots(nil, []byte(name), 0, len(name))) > 0 }
	}
	return s.run(cmd.Context())
}

// keeper returns the function that says which keys are wanted, or nil when all are.
func keeper(include, exclude []string) (func(string) bool, error) {
	wanted, err := pathsOf("--include", include)
	if err != nil {
		return nil, err
	}
	unwanted, err := excluder(exclude)
	if err != nil || wanted == nil && unwanted == nil {
		return nil, err
	}
	return func(key string) bool {
		return (wanted == nil || wanted(key, false)) && (unwanted == nil || !unwanted(key, false))
	}, nil
}

// openState opens the file of what was covered, and hands it to the source.
func (s scan) openState(set settings) (*bucket.State, error) {
	if s.state == "" {
		return nil, nil
	}
	sum, err := s.lookingFor(set)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	state, err := bucket.OpenState(s.state, sum)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s.keep(state)
	return state, nil
}

// lookingFor is a hash of all that decides what is found: this program, its rules, the configuration and the flags.
func (s scan) lookingFor(set settings) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(rules.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(rules.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		return "", err
	}
	config, err := json.Marshal(set.config)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%s %q %q %q %d %d", config, version(), s.flags.enable, s.flags.disable, s.flags.maxDecode, s.flags.maxArchive)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// moment is a flag that takes a date, a time, or a duration back from now.
type moment struct {
	text string
	date time.Time
	back time.Duration
}

// String returns what was given.
func (m *moment) String() string { return m.text }

// Type names the value in help texts.
func (m *moment) Type() string { return "TIME" }

// Set reads the value.
func (m *moment) Set(text string) error {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			*m = moment{text: text, date: t}
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return errors.New("neither a date such as 2025-01-31 nor a duration such as 720h")
	}
	*m = moment{text: text, back: d}
	return nil
}

// at returns the moment, seen from now; the zero time when none was given.
func (m *moment) at(now time.Time) time.Time {
	if m.back > 0 {
		return now.Add(-m.back)
	}
	return m.date
}
