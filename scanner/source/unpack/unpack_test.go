package unpack

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	dsnet "github.com/dsnet/compress/bzip2"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/sorairolake/lzip-go"
	"github.com/ulikunitz/xz"

	"github.com/keysweep/keysweep/scanner"
)

// seen is what came of an archive: texts by unit, and reasons by unit.
type seen struct{ Texts, Skips map[string]string }

func unpacked(t testing.TB, u Unpacker, name, data string) (seen, bool) {
	got := seen{map[string]string{}, map[string]string{}}
	done, err := u.File(context.Background(), name, scanner.Occurrence{File: name}, strings.NewReader(data), int64(len(data)), func(c scanner.Chunk) error {
		if c.At.File != c.Unit {
			t.Errorf("unit %q lies at %q", c.Unit, c.At.File)
		}
		if c.Skip != nil {
			got.Skips[c.Unit] = c.Skip.Reason
			return nil
		}
		got.Texts[c.Unit] += string(c.Data[c.Overlap:])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, done
}

// opening is a file that is opened, and what is in it by unit.
type opening struct {
	data string
	want map[string]string
}

// archiveFiles holds an archive of every kind.
func archiveFiles(t testing.TB) map[string]opening {
	one := []member{{"dir/a.env", "KEY=1\n"}, {"b", "x"}}
	both := func(in string) map[string]string {
		return map[string]string{in + "!dir/a.env": "KEY=1\n", in + "!b": "x"}
	}
	return map[string]opening{
		"a.zip":     {zipped(t, one...), both("a.zip")},
		"a.docx":    {zipped(t, one...), both("a.docx")},
		"a.crx":     {"Cr24\x03\x00\x00\x00\x02\x00\x00\x00ab" + zipped(t, one...), both("a.crx")},
		"a.tar":     {tarred(t, one...), both("a.tar")},
		"a.tar.gz":  {gzipped(t, tarred(t, one...)), both("a.tar.gz!a.tar")},
		"x/a.tgz":   {gzipped(t, tarred(t, one...)), both("x/a.tgz!a.tar")},
		"a.env.bz2": {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return dsnet.NewWriter(w, nil) }), map[string]string{"a.env.bz2!a.env": "K"}},
		"a.xz":      {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }), map[string]string{"a.xz!a": "K"}},
		"a.zst":     {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), map[string]string{"a.zst!a": "K"}},
		"a.lz4":     {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }), map[string]string{"a.lz4!a": "K"}},
		"a.br":      {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriter(w), nil }), map[string]string{"a.br!a": "K"}},
		"a.sz":      {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return s2.NewWriter(w, s2.WriterSnappyCompat()), nil }), map[string]string{"a.sz!a": "K"}},
		"a.s2":      {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return s2.NewWriter(w), nil }), map[string]string{"a.s2!a": "K"}},
		"a.lz":      {through(t, "K", func(w io.Writer) (io.WriteCloser, error) { return lzip.NewWriter(w), nil }), map[string]string{"a.lz!a": "K"}},
		"a.deb": {arred(member{"debian-binary", "2.0\n"}, member{"data.tar.gz", gzipped(t, tarred(t, one...))}), map[string]string{
			"a.deb!debian-binary": "2.0\n", "a.deb!data.tar.gz!data.tar!dir/a.env": "KEY=1\n", "a.deb!data.tar.gz!data.tar!b": "x",
		}},
		"a.rpm": {rpm(gzipped(t, cpioed(one...))), map[string]string{
			"a.rpm!signature": "signed\x00\x00", "a.rpm!header": "script", "a.rpm!payload!content!dir/a.env": "KEY=1\n", "a.rpm!payload!content!b": "x",
		}},
		"old.tar":    {unmarked(tarred(t, one...)), both("old.tar")},
		"odc.cpio":   {cpioOdc(one...), both("odc.cpio")},
		"bin.cpio":   {cpioBin(one...), both("bin.cpio")},
		"stored.rar": {rar4(one...), both("stored.rar")},
		"five.rar":   {rar5(one...), both("five.rar")},
		"image.tar": {tarred(t, member{"manifest.json", "[]"}, member{"1f/layer.tar", tarred(t, one...)}, member{"2e/layer.tar", tarred(t, member{"dir/.wh.a.env", ""})}), map[string]string{
			"image.tar!manifest.json": "[]", "image.tar!1f/layer.tar!dir/a.env": "KEY=1\n", "image.tar!1f/layer.tar!b": "x",
		}},
	}
}

func TestFormats(t *testing.T) {
	for name, c := range archiveFiles(t) {
		t.Run(name, func(t *testing.T) {
			got, done := unpacked(t, Unpacker{Depth: 8}, name, c.data)
			if diff := cmp.Diff(seen{c.want, map[string]string{}}, got); diff != "" || !done {
				t.Errorf("opened %v (-want +got):\n%s", done, diff)
			}
		})
	}
}

// TestSevenZip reads archives that 7-Zip made of a.env and d/b.txt.
func TestSevenZip(t *testing.T) {
	both := func(in string) map[string]string {
		return map[string]string{in + "!a.env": "API=1\n", in + "!d/b.txt": "TOKEN=x\n"}
	}
	none := map[string]string{}
	cases := map[string]seen{
		"LZMA.7z": {both("LZMA.7z"), none}, "PPMd.7z": {both("PPMd.7z"), none}, "BZip2.7z": {both("BZip2.7z"), none}, "Deflate.7z": {both("Deflate.7z"), none},
		"solid.7z": {both("solid.7z"), none}, "plainhead.7z": {both("plainhead.7z"), none},
		"encrypted.7z": {none, map[string]string{"encrypted.7z!a.env": SkipEncrypted}}, "headers.7z": {none, map[string]string{"headers.7z": SkipEncrypted}},
		"deflate64.7z": {none, map[string]string{"deflate64.7z!a.env": SkipMethod}},
	}
	for name, want := range cases {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		got, done := unpacked(t, Unpacker{Depth: 8}, name, string(data))
		if diff := cmp.Diff(want, got); diff != "" || !done {
			t.Errorf("%s: opened %v (-want +got):\n%s", name, done, diff)
		}
	}
}

// TestImages finds what a later layer hides, in both forms that tools save images in.
func TestImages(t *testing.T) {
	lower, upper := tarred(t, member{"app/.env", "KEY=1\n"}, member{"app/run", "x"}), tarred(t, member{"app/.wh..env", ""}, member{"app/.wh..wh..opq", ""})
	layer := gzipped(t, lower)
	saved := tarred(t, member{"manifest.json", `[{"Layers":["1/layer.tar","2/layer.tar"]}]`}, member{"1/layer.tar", lower}, member{"2/layer.tar", upper})
	layout := tarred(t, member{"oci-layout", `{"imageLayoutVersion":"1.0.0"}`}, member{"index.json", `{}`}, member{"blobs/sha256/ab", layer}, member{"blobs/sha256/cd", gzipped(t, upper)}, member{"blobs/sha256/ef", `{"config":{"Env":["TOKEN=y"]}}`})
	for name, c := range map[string]opening{
		"saved.tar": {saved, map[string]string{"saved.tar!1/layer.tar!app/.env": "KEY=1\n", "saved.tar!1/layer.tar!app/run": "x", "saved.tar!manifest.json": `[{"Layers":["1/layer.tar","2/layer.tar"]}]`}},
		"oci.tar": {layout, map[string]string{"oci.tar!blobs/sha256/ab!content!app/.env": "KEY=1\n", "oci.tar!blobs/sha256/ab!content!app/run": "x",
			"oci.tar!oci-layout": `{"imageLayoutVersion":"1.0.0"}`, "oci.tar!index.json": "{}", "oci.tar!blobs/sha256/ef": `{"config":{"Env":["TOKEN=y"]}}`}},
	} {
		got, _ := unpacked(t, Unpacker{Depth: 8}, name, c.data)
		if diff := cmp.Diff(seen{c.want, map[string]string{}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestDepth opens as many archives in one another as is said, and tells where more lie.
func TestDepth(t *testing.T) {
	data, name := "KEY=1\n", "in.env"
	for i := range 5 {
		if data, name = zipped(t, member{name, data}), fmt.Sprintf("%d.zip", i); i%2 == 1 {
			data, name = tarred(t, member{name, data}), fmt.Sprintf("%d.tar", i)
		}
	}
	for depth, want := range map[int]seen{
		7: {map[string]string{"x!3.tar!3.zip!2.zip!1.tar!1.zip!0.zip!in.env": "KEY=1\n"}, map[string]string{}},
		6: {map[string]string{}, map[string]string{"x!3.tar!3.zip!2.zip!1.tar!1.zip!0.zip": SkipDepth}},
		1: {map[string]string{}, map[string]string{"x!3.tar": SkipDepth}},
	} {
		got, _ := unpacked(t, Unpacker{Depth: depth}, "x", data)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("depth %d (-want +got):\n%s", depth, diff)
		}
	}
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	for name, text := range map[string]string{"text": "PK is not a zip", "empty": "", "digits": "070701 and more digits", "octal": "070707 and more digits", "binary": "\xc7\x71" + strings.Repeat("\x01", 100), "block": strings.Repeat("0", 600)} {
		got, done := unpacked(t, Unpacker{Depth: 8}, name, text)
		if done || len(got.Texts)+len(got.Skips) > 0 {
			t.Errorf("%s: opened %v, %v", name, done, got)
		}
	}
	if _, done := unpacked(t, Unpacker{}, "a.zip", zipped(t, member{"a", "b"})); done {
		t.Error("depth 0 opened an archive")
	}
}

func TestNamesAreLabels(t *testing.T) {
	got, _ := unpacked(t, Unpacker{Depth: 1}, "a.tar", tarred(t, member{"../../etc/passwd", "1"}, member{"/abs\x1b[31m", "2"}, member{`c:\x\..\y`, "3"}, member{"..", "4"}))
	want := map[string]string{"a.tar!etc/passwd": "1", "a.tar!abs?[31m": "2", "a.tar!c:/x/y": "3", "a.tar!content": "4"}
	if diff := cmp.Diff(want, got.Texts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func encryptedZip(t testing.TB) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "locked", Flags: 1, Method: zip.Store, CompressedSize64: 4, UncompressedSize64: 4})
	if err == nil {
		_, err = f.Write([]byte("????"))
	}
	if err == nil {
		f, err = w.Create("open")
	}
	if err == nil {
		_, err = f.Write([]byte("text"))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTroublesAreSkips(t *testing.T) {
	long := strings.Repeat("KEY=1\n", 10_000)
	whole := zipped(t, member{"a", long})
	wrong := strings.Replace(tarred(t, member{"a", "text"}, member{"b", "more"}), "ustar", "?star", 2)
	cases := map[string]struct {
		name, data string
		opened     bool
		want       map[string]string
	}{
		"an encrypted member":             {"a.zip", encryptedZip(t), true, map[string]string{"a.zip!locked": SkipEncrypted}},
		"a zip without an end":            {"a.zip", whole[:len(whole)-8], false, map[string]string{"a.zip!zip": SkipCorrupt}},
		"a gzip cut off":                  {"a.gz", gzipped(t, long)[:60], true, map[string]string{"a.gz!a": SkipCorrupt}},
		"a tar cut off":                   {"a.tar", tarred(t, member{"a", long})[:20_000], true, map[string]string{"a.tar": SkipCorrupt, "a.tar!a": SkipCorrupt}},
		"a tar broken inside":             {"a.tar", tarred(t, member{"x", "y"})[:1024] + wrong, true, map[string]string{"a.tar": SkipCorrupt}},
		"an ar that lies":                 {"a.a", strings.Replace(arred(member{"a", "text"}), "4         `", "9999      `", 1), true, map[string]string{"a.a": SkipCorrupt}},
		"a 7z of nothing":                 {"a.7z", "7z\xbc\xaf\x27\x1c\x00\x04" + strings.Repeat("\xff", 60), false, map[string]string{"a.7z!7z": SkipCorrupt}},
		"a rar of nothing":                {"a.rar", "Rar!\x1a\x07\x01\x00" + strings.Repeat("\x07", 60), false, map[string]string{"a.rar!rar": SkipCorrupt}},
		"a lzip with a window of 512 MiB": {"a.lz", "LZIP\x01\x1d" + strings.Repeat("\x00", 60), true, map[string]string{"a.lz": SkipLimit}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, done := unpacked(t, Unpacker{Depth: 8}, c.name, c.data)
			if diff := cmp.Diff(c.want, got.Skips); diff != "" || done != c.opened {
				t.Errorf("opened %v (-want +got):\n%s", done, diff)
			}
		})
	}
}

// sparse is a tar with a file of 5 GiB of zeros, all of it a hole.
func sparse() string {
	h := make([]byte, 512)
	copy(h, "big")
	put := func(at int, text string) { copy(h[at:], text) }
	put(100, "0000600\x00")
	put(124, "00000000000\x00")
	put(136, "00000000000\x00")
	h[156] = 'S'
	put(257, "ustar  \x00")
	put(386, "50000000000\x00") // offset 5 GiB, in octal digits
	put(398, "00000000000\x00") // no bytes there
	put(483, "50000000000\x00") // the file's size
	put(148, "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	put(148, fmt.Sprintf("%06o\x00 ", sum))
	return string(h) + strings.Repeat("\x00", 1024)
}

// bomb is a zip of zips, six levels deep with sixteen in each, and gigabytes of zeros at the bottom.
func bomb(t testing.TB) string {
	data := zipped(t, member{"0.dll", strings.Repeat("\x00", 16<<20)})
	for range 5 {
		var all []member
		for i := range 16 {
			all = append(all, member{fmt.Sprintf("lib %x.zip", i), data})
		}
		data = zipped(t, all...)
	}
	return data
}

// stored is a gzip file whose content is not compressed (RFC 1951, 3.2.4).
func stored(data []byte) []byte {
	out := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	for rest := data; ; {
		n := min(len(rest), 0xffff)
		last := byte(0)
		if n == len(rest) {
			last = 1
		}
		out = append(out, last)
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(n))
		out = append(out, rest[:n]...)
		if rest = rest[n:]; last == 1 {
			break
		}
	}
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(data))
	return binary.LittleEndian.AppendUint32(out, uint32(len(data)))
}

func TestBombsEndWithAReason(t *testing.T) {
	nested := []byte("text")
	for range 10_000 {
		nested = stored(nested)
	}
	many := make([]member, 500)
	for i := range many {
		many[i].name = fmt.Sprint(i)
	}
	cases := map[string]struct {
		name, data string
		limits     Limits
		want       string
	}{
		"a zip bomb":           {"42.zip", bomb(t), Limits{}, SkipLimit},
		"ten thousand gzips":   {"a.gz", string(nested), Limits{}, SkipDepth},
		"a sparse tar":         {"s.tar", sparse(), Limits{}, SkipLimit},
		"too many files":       {"a.tar", tarred(t, many...), Limits{Entries: 100}, SkipLimit},
		"a long file":          {"a.tar", tarred(t, member{"a", strings.Repeat("x", 5000)}, member{"b", "y"}), Limits{Entry: 1000}, SkipLimit},
		"an archive too large": {"a.tar", tarred(t, member{"a.zip", zipped(t, member{"a", strings.Repeat("x", 9<<20)}) + strings.Repeat("\x00", 9<<20)}), Limits{Spool: 5 << 20}, SkipLimit},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			got := map[string]int{}
			_, err := Unpacker{Depth: 8, Limits: c.limits, TempDir: t.TempDir()}.File(t.Context(), c.name, scanner.Occurrence{File: c.name}, strings.NewReader(c.data), int64(len(c.data)), func(c scanner.Chunk) error {
				if c.Skip != nil {
					got[c.Skip.Reason]++
				}
				return nil
			})
			if err != nil || got[c.want] == 0 {
				t.Errorf("error %v, skips %v, want %s", err, got, c.want)
			}
			if spent := time.Since(start); spent > 5*time.Second {
				t.Errorf("it took %v", spent)
			}
		})
	}
}

// TestSource puts archives together from chunks, and finds their places again.
func TestSource(t *testing.T) {
	id := strings.Repeat("ab", 20)
	data := tarred(t, member{"a", strings.Repeat("x", 100)}, member{"b", "y"})
	inner := &script{chunks: []scanner.Chunk{
		{Unit: id, Data: []byte(data[:1000]), More: true},
		{Unit: "plain!text", Data: []byte("text")},
		{Unit: id, Data: []byte(data[900:]), Offset: 900, Overlap: 100},
	}}
	s := &Source{Unpacker: Unpacker{Depth: 8}, Inner: inner}
	var units []string
	if err := s.Chunks(t.Context(), func(c scanner.Chunk) error {
		units = append(units, c.Unit)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(units)
	if diff := cmp.Diff([]string{id + "!a", id + "!b", "plain!text"}, units); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
	places := map[string]string{}
	if err := s.Attribute(t.Context(), units, func(unit string, at scanner.Occurrence) error {
		places[unit] = at.File
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{id + "!a": "dir/x.tar!a", id + "!b": "dir/x.tar!b", "plain!text": "dir/x.tar"}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

type script struct{ chunks []scanner.Chunk }

func (s *script) Chunks(_ context.Context, yield func(scanner.Chunk) error) error {
	for _, c := range s.chunks {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) Attribute(_ context.Context, units []string, yield func(string, scanner.Occurrence) error) error {
	for _, u := range units {
		if err := yield(u, scanner.Occurrence{File: "dir/x.tar"}); err != nil {
			return err
		}
	}
	return nil
}

func FuzzFile(f *testing.F) {
	for _, data := range []string{
		zipped(f, member{"a", "b"}), tarred(f, member{"a", "b"}), gzipped(f, "a"), arred(member{"a", "b"}), rpm(cpioed(member{"a", "b"})), encryptedZip(f),
		"7z\xbc\xaf\x27\x1c\x00\x04", "Rar!\x1a\x07\x01\x00", "LZIP\x01\x0c", "\x04\x22\x4d\x18", "\x28\xb5\x2f\xfd", "\xfd7zXZ\x00", sparse(),
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		u := Unpacker{Depth: 3, Limits: Limits{Bytes: 1 << 20, Ratio: 1, Entries: 50, Spool: 1 << 20}, TempDir: t.TempDir()}
		_, err := u.File(t.Context(), "a", scanner.Occurrence{File: "a"}, bytes.NewReader(data), int64(len(data)), func(scanner.Chunk) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	})
}
