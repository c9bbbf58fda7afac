package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/keysweep/keysweep/scanner"
)

func regularReader(text string) io.Reader { return strings.NewReader(text) }

func wide(order binary.AppendByteOrder, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// long is text of more than n bytes with a marker near every window's end and characters of one to four bytes.
func long(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString("line of text 鍵 🔑 Жук\n")
		if b.Len()%windowSize > windowSize-100 {
			b.WriteString("PLANT-border-END\n")
		}
	}
	return b.String()
}

func TestStdinYieldsWindows(t *testing.T) {
	text := long(3*windowSize + 12345)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, ""},
		{"one byte", []byte("k"), "k"},
		{"exactly one window", []byte(text[:windowSize]), text[:windowSize]},
		{"one byte more than a window", []byte(text[:windowSize+1]), text[:windowSize+1]},
		{"several windows", []byte(text), text},
		{"several windows with a byte order mark", append([]byte("\xef\xbb\xbf"), text...), text},
		{"UTF-16LE", append([]byte("\xff\xfe"), wide(binary.LittleEndian, text)...), text},
		{"UTF-16BE without a mark", wide(binary.BigEndian, text), text},
		{"one line of 50 MB", bytes.Repeat([]byte("x"), 50_000_000), strings.Repeat("x", 50_000_000)},
		{"NUL bytes", make([]byte, 2*windowSize), string(make([]byte, 2*windowSize))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := collect(t, &Stdin{Reader: bytes.NewReader(test.data)})
			if got.units["stdin"] != test.want {
				t.Errorf("text differs: got %d bytes, want %d", len(got.units["stdin"]), len(test.want))
			}
		})
	}
}

func TestCutterShiftsEveryCharacterOverTheBorder(t *testing.T) {
	const text = "a🔑é鍵\n"
	for shift := range 12 {
		want := strings.Repeat("x", shift) + strings.Repeat(text, 400_000)
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			got := collect(t, &Stdin{Reader: bytes.NewReader(wide(order, want))})
			if got.units["stdin"] != want {
				t.Fatalf("%v shifted by %d: text differs", order, shift)
			}
		}
	}
}

func TestStdinReadErrorEndsAsSkipOfTheRest(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("PLANT-before-END"), iotestErr{})
	got := collect(t, &Stdin{Reader: broken, Name: "pipe"})
	want := []skipRow{{"pipe", SkipUnreadable, false}}
	if diff := cmp.Diff(want, got.skips); diff != "" || len(got.found["PLANT-before-END"]) != 1 {
		t.Errorf("found %v, skips: %s", got.found, diff)
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestStdinEndsWithContextWhileReadHangs(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- (&Stdin{Reader: r}).Chunks(ctx, func(scanner.Chunk) error { return nil })
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}
