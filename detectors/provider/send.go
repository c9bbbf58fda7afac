package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/sign"
)

// maxAnswer bounds the body of an answer, in bytes.
const maxAnswer = 1 << 20

// policy says when a call may be made again.
type policy int

const (
	again  policy = iota // after faults of connection and issuer: the call only reads
	turned               // only when the issuer says that it did not look at it
	once                 // never: a nonce was spent
)

// policyOf tells calls apart by what a second one would do. A signed body with the time in it may serve as a nonce, which
// a second call within the same second would use again.
func policyOf(call *detectors.Call) policy {
	if call.Sign != nil {
		unit := sign.NonceOf(call.Sign.Scheme, call.Sign.Params)
		if unit == "ms" || unit == "s" || strings.Contains(call.Body, "{unix") || strings.Contains(call.Body, "{nonce}") {
			return once
		}
	}
	if strings.HasPrefix(call.Name, "verify") || strings.HasSuffix(call.Name, ".lookup") {
		return again
	}
	return turned
}

// send makes a call within the host's rate and the time-out, and again where the policy allows. Build makes the request
// anew for each try, since timestamps age.
func (c *Client) send(ctx context.Context, t target, p policy, build func() (*request, error)) *answer {
	budget, sent := c.opts.Timeout, false
	for try := 1; ; try++ {
		if p == again && c.governor.isDown(t.base.Host) {
			return &answer{fault: fmt.Sprintf("the host did not answer %d calls before this one", maxSilent), sent: sent}
		}
		if fault := c.governor.wait(ctx, t.base.Host); fault != "" {
			return &answer{fault: fault, sent: sent}
		}
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return &answer{fault: ended(ctx)}
		}
		began := time.Now()
		ans, pause, retry := c.try(ctx, t, budget, build)
		<-c.slots
		budget -= time.Since(began)
		if ctx.Err() == nil && (ans.silent || ans.status > 0) {
			c.governor.heard(t.base.Host, !ans.silent)
		}
		sent = sent || ans.sent
		ans.sent = sent
		c.governor.pause(t.base.Host, pause)
		if ans.fault == "" || p == once || try == c.opts.Attempts || !retry || p == turned && ans.status != http.StatusTooManyRequests {
			return ans
		}
		delay := max(pause, c.backoff(try))
		if delay >= budget || !sleep(ctx, delay) {
			return ans
		}
		budget -= delay
	}
}

// backoff doubles with each try, and is spread so that many calls do not come back together.
func (c *Client) backoff(try int) time.Duration {
	full := 400 * time.Millisecond << (try - 1)
	return full/2 + time.Duration(c.opts.Jitter()*float64(full/2))
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// try makes the call once. It returns how long the host wants to be left alone, and whether another try can help.
func (c *Client) try(ctx context.Context, t target, budget time.Duration, build func() (*request, error)) (ans *answer, pause time.Duration, retry bool) {
	r, err := build()
	if err != nil {
		return &answer{fault: "the request can not be made: " + err.Error()}, 0, false
	}
	within, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	req, err := http.NewRequestWithContext(context.WithValue(within, privateKey{}, t.private), r.method, r.url.String(), strings.NewReader(r.body))
	if err != nil {
		return &answer{fault: "the request can not be made"}, 0, false // the error would quote the URL
	}
	req.URL, req.Header = &r.url, r.header
	req.GetBody = nil
	if r.body == "" {
		req.Body, req.ContentLength = emptyBody(r.method), 0
	}
	resp, connected, err := c.do(req)
	if err != nil {
		fault, retry := c.faultOf(ctx, within, err)
		return &answer{fault: fault, sent: connected, silent: true}, 0, retry
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	ans = &answer{status: resp.StatusCode, header: resp.Header, body: string(body), sent: true}
	pause = pauseOf(resp, time.Now())
	switch {
	case err != nil:
		ans.fault, retry = c.faultOf(ctx, within, err)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			ans.fault = "an answer that was cut off"
		}
		return ans, pause, retry
	case len(body) > maxAnswer:
		ans.fault = fmt.Sprintf("an answer larger than %d MiB", maxAnswer>>20)
		return ans, pause, false
	}
	ans.understand()
	return ans, pause, ans.status == http.StatusTooManyRequests || ans.status >= 500
}

// do sends the request, and says whether it may have reached the host: without a connection it did not.
func (c *Client) do(req *http.Request) (resp *http.Response, connected bool, err error) {
	var got atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got.Store(true) }}
	resp, err = c.http.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	_, tells := c.opts.Transport.(*http.Transport)
	return resp, got.Load() || !tells, err
}

// emptyBody keeps net/http from sending a call twice: on a connection that was used before and breaks, it repeats whatever
// is a GET and has no body that it knows to be empty. No byte of this one is sent either.
func emptyBody(method string) io.ReadCloser {
	if method == http.MethodGet {
		return io.NopCloser(strings.NewReader(""))
	}
	return http.NoBody
}

func ended(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "the run's time ended before an answer came"
	}
	return "the run ended before an answer came"
}

// faultOf puts an error of the transport into words that hold nothing of the request, and says whether another try can help.
func (c *Client) faultOf(ctx, within context.Context, err error) (string, bool) {
	var (
		refused  *privateError
		unknown  x509.UnknownAuthorityError
		badName  x509.HostnameError
		invalid  x509.CertificateInvalidError
		noVerify *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		dns      *net.DNSError
	)
	switch {
	case ctx.Err() != nil:
		return ended(ctx), false
	case within.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", c.opts.Timeout), false
	case errors.As(err, &refused):
		return refused.Error(), false
	case errors.As(err, &unknown), errors.As(err, &badName), errors.As(err, &invalid), errors.As(err, &noVerify):
		return "the host's certificate is not trusted", false
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the host does not speak TLS", false
	case errors.As(err, &dns):
		return "the host was not found", dns.IsTemporary || dns.IsTimeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the host refuses connections", true
	}
	return "the connection failed", true
}
