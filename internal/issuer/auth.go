package issuer

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"math"
	"strconv"
	"strings"
	"time"
)

// Fault says what is wrong with a request, as the issuer sees it.
type Fault string

// The faults.
const (
	FaultHost       Fault = "no issuer has that host"
	FaultEndpoint   Fault = "no call of a rules file goes there"
	FaultMissing    Fault = "something that the issuer needs is missing"
	FaultKey        Fault = "the key is unknown"
	FaultSignature  Fault = "the signature is wrong"
	FaultPassphrase Fault = "the passphrase is wrong"
	FaultTime       Fault = "the time is not now"
	FaultNonce      Fault = "the nonce was used before, or does not grow"
	FaultForm       Fault = "the request has not the form that the issuer wants"
)

// auth is how an issuer finds out who asks. It reads the request with inquiry's methods, which keep the first fault.
type auth func(*inquiry) *Key

// inquiry is one request while the issuer looks at it.
type inquiry struct {
	*Request
	keys   *keyring
	now    time.Time
	fault  Fault
	detail string
	hint   *Key // the key whose id was given, also when the rest is wrong
}

// fail keeps the first fault. Detail names what is wrong, never a value.
func (q *inquiry) fail(f Fault, detail string) {
	if q.fault == "" {
		q.fault, q.detail = f, detail
	}
}

// head returns a header that must be there once.
func (q *inquiry) head(name string) string {
	v := q.Header.Values(name)
	if len(v) != 1 || v[0] == "" {
		q.fail(FaultMissing, "header "+name)
		return ""
	}
	return v[0]
}

// need returns value, which must not be empty.
func (q *inquiry) need(what, value string) string {
	if value == "" {
		q.fail(FaultMissing, what)
	}
	return value
}

// key returns the key with that id. It never returns nil: a key of no parts stands for an unknown one.
func (q *inquiry) key(id string) *Key {
	return q.keyWhere(func(k *Key) bool { return id != "" && k.id() == id })
}

func (q *inquiry) keyWhere(fits func(*Key) bool) *Key {
	k := q.keys.find(fits)
	if k == nil {
		q.fail(FaultKey, "key")
		return &Key{}
	}
	q.hint = k
	return k
}

// want compares what was sent with what the issuer has worked out.
func (q *inquiry) want(f Fault, what, got, want string) {
	if got == "" || !hmac.Equal([]byte(got), []byte(want)) {
		q.fail(f, what)
	}
}

func (q *inquiry) signature(got, want string) { q.want(FaultSignature, "signature", got, want) }

// form demands what documentation says of the request's form.
func (q *inquiry) form(what string, ok bool) {
	if !ok {
		q.fail(FaultForm, what)
	}
}

// at demands that a number of units (since 1970) lies within the window around now.
func (q *inquiry) at(text string, unit, window time.Duration) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		q.fail(FaultTime, "timestamp")
		return
	}
	q.moment(time.Unix(0, 0).Add(time.Duration(min(n, math.MaxInt64/int64(unit))*int64(unit))), window)
}

func (q *inquiry) moment(t time.Time, window time.Duration) {
	if t.Sub(q.now).Abs() > window {
		q.fail(FaultTime, "timestamp")
	}
}

// layout demands a written time within the window.
func (q *inquiry) layout(text, layout string, window time.Duration) {
	t, err := time.Parse(layout, text)
	if err != nil {
		q.fail(FaultTime, "timestamp")
		return
	}
	q.moment(t, window)
}

// once demands a nonce that the key has not used.
func (q *inquiry) once(k *Key, nonce string) {
	if q.fault == "" && (nonce == "" || !k.use(nonce, false)) {
		q.fail(FaultNonce, "nonce")
	}
}

// grows demands a number above all that the key has used.
func (q *inquiry) grows(k *Key, nonce string) {
	if q.fault == "" && (integer(nonce) <= 0 || !k.use(nonce, true)) {
		q.fail(FaultNonce, "nonce")
	}
}

func integer(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func sum(h func() hash.Hash, secret, message string) []byte {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(message))
	return m.Sum(nil)
}

func plainSum(h func() hash.Hash, message string) []byte {
	d := h()
	d.Write([]byte(message))
	return d.Sum(nil)
}

func inHex(b []byte) string { return hex.EncodeToString(b) }

func in64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// from64 decodes standard base64; a secret that is none can not have signed anything.
func from64(text string) string {
	b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil {
		return "\x00not base64\x00" + text
	}
	return string(b)
}
