package detectors

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret holds the text of a part. Every way of printing it (fmt verbs, JSON, text encodings, slog) yields Redacted;
// Reveal is the only way to the text. The text sits behind a pointer because fmt ignores the methods of values held in
// unexported fields and would print a string held there. The zero Secret holds the empty text.
type Secret struct{ text *string }

// NewSecret returns a Secret that holds text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text itself. Only a report asked for unredacted values, a signer and a revoker may call it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Len returns the length of the text in bytes.
func (s Secret) Len() int { return len(s.Reveal()) }

// Redacted returns a form of the text that is safe to show: at most its first four characters and never more than an
// eighth of it, followed by asterisks whose number does not depend on the length.
func (s Secret) Redacted() string { return s.Mask(100) }

// Mask hides percent (0 to 100) of the text. At 100 it returns Redacted's form, at 0 the text; in between it keeps the
// leading part.
func (s Secret) Mask(percent int) string {
	text := []rune(s.Reveal())
	switch {
	case percent <= 0:
		return string(text)
	case len(text) == 0:
		return ""
	case percent >= 100:
		return string(text[:min(4, len(text)/8)]) + "****"
	}
	return string(text[:len(text)*(100-percent)/100]) + "****"
}

// String returns Redacted.
func (s Secret) String() string { return s.Redacted() }

// GoString returns Redacted.
func (s Secret) GoString() string { return s.Redacted() }

// Format writes Redacted whatever the verb and flags are.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Redacted()) }

// MarshalText returns Redacted; encoding/json uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.Redacted()), nil }

// LogValue returns Redacted.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Redacted()) }
