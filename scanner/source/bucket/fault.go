package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/keysweep/keysweep/scanner/source"
)

// The reasons of skips that this package makes, besides those of package source.
const (
	SkipDenied      = "access denied"
	SkipCredentials = "credentials"   // none, wrong or expired
	SkipRegion      = "wrong region"  // the bucket is elsewhere, and the provider does not say where
	SkipThrottled   = "throttled"     // the provider asked to slow down, and again after waiting
	SkipConnection  = "connection"    // broken or silent, several times
	SkipServer      = "server error"  // the provider failed, several times
	SkipChanged     = "changed"       // written while it was read
	SkipArchived    = "archived"      // in a storage class that has to be restored first
	SkipCustomerKey = "customer key"  // encrypted with a key that the provider does not keep
	SkipUnchanged   = "unchanged"     // covered by an earlier run
	SkipOlder       = "older"         // last modified before the time that the user set
	SkipSample      = "not in sample" // left out of a sample
)

var (
	errChanged = errors.New("the object has changed")
	errShort   = errors.New("the answer ended early")
	errSilent  = errors.New("no data came for a minute")
)

// fault is what an error of a provider says, without what the request held.
type fault struct {
	code   string        // the provider's word
	status int           // of HTTP; 0 when there was no answer
	text   string        // for people
	after  time.Duration // to wait, when the provider says so
	region string        // where the bucket is, when the provider says so
}

// failure is an error with the reason to skip for. Its text holds neither URLs nor headers of a request.
type failure struct {
	reason string
	text   string
	again  bool // trying again may help
	ends   bool // nothing else in the bucket can be read either
	after  time.Duration
	cause  error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.cause }

// judge decides what an error means. It is ctx's own error when ctx has ended.
func judge(ctx context.Context, err error, explain func(error) fault) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if known := new(failure); errors.As(err, &known) {
		return known
	}
	if errors.Is(err, errChanged) {
		return &failure{reason: SkipChanged, text: err.Error(), cause: err}
	}
	f := explain(err)
	if f.code == "" && f.status == 0 {
		return silent(err)
	}
	out := &failure{reason: source.SkipUnreadable, text: f.String(), after: f.after, cause: err}
	for _, row := range meanings {
		if slices.Contains(row.codes, f.code) || f.code == "" && slices.Contains(row.statuses, f.status) {
			out.reason, out.again, out.ends = row.reason, row.again, row.ends
			return out
		}
	}
	for _, row := range meanings {
		if slices.Contains(row.statuses, f.status) {
			out.reason, out.again, out.ends = row.reason, row.again, row.ends
			return out
		}
	}
	if f.status >= 500 {
		out.reason, out.again = SkipServer, true
	}
	return out
}

// String returns the words of the provider.
func (f fault) String() string {
	out := f.code
	if f.status > 0 {
		out = strings.TrimSpace(fmt.Sprintf("%s (%d %s)", out, f.status, http.StatusText(f.status)))
	}
	if f.text != "" && f.text != f.code {
		out += ": " + f.text
	}
	return out
}

// meanings are the words of S3, Google and Azure, and the statuses of HTTP for an answer without a known word. The first
// row that fits counts.
var meanings = []struct {
	codes       []string
	statuses    []int
	reason      string
	again, ends bool
}{
	{[]string{"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "BandwidthLimitExceeded", "TooManyRequests", "TooManyRequestsException",
		"ServerBusy", "ServiceUnavailable", "rateLimitExceeded", "userRateLimitExceeded", "PriorRequestNotComplete"}, []int{429, 503}, SkipThrottled, true, false},
	{[]string{"InternalError", "OperationTimedOut", "RequestTimeout", "backendError", "internalError"}, []int{408, 500, 502, 504}, SkipServer, true, false},
	{[]string{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidToken", "InvalidAccessKeyId", "InvalidClientTokenId",
		"SignatureDoesNotMatch", "AuthFailure", "InvalidSecurity", "NotSignedUp", "AuthenticationFailed", "InvalidAuthenticationInfo",
		"NoAuthenticationInformation", "authError", "UnrecognizedClientException"}, []int{401}, SkipCredentials, false, true},
	{[]string{"InvalidObjectState", "BlobArchived", "BlobBeingRehydrated", "ObjectNotInActiveTierError"}, nil, SkipArchived, false, false},
	{[]string{"NoSuchBucket", "ContainerNotFound", "ResourceNotFound", "ContainerBeingDeleted", "AccountNotFound", "InvalidBucketName", "NoSuchBucketPolicy"}, nil, source.SkipNotFound, false, true},
	{[]string{"NoSuchKey", "NoSuchVersion", "BlobNotFound", "NotFound", "notFound", "MethodNotAllowed"}, []int{404, 405, 410}, source.SkipVanished, false, false},
	{[]string{"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "IncorrectEndpoint"}, []int{301, 302, 307, 308}, SkipRegion, false, true},
	{[]string{"PreconditionFailed", "ConditionNotMet", "conditionNotMet", "InvalidRange", "BlobModifiedWhileReading", "TargetConditionNotMet"}, []int{304, 409, 412, 416}, SkipChanged, false, false},
	{[]string{"BlobUsesCustomerSpecifiedEncryption", "customerEncryptionKeyIsIncorrect", "resourceIsEncryptedWithCustomerEncryptionKey"}, nil, SkipCustomerKey, false, false},
	{[]string{"AccessDenied", "AllAccessDisabled", "AccountProblem", "AuthorizationFailure", "AuthorizationPermissionMismatch", "InsufficientAccountPermissions",
		"PublicAccessNotPermitted", "forbidden", "insufficientPermissions", "KMS.DisabledException"}, []int{403}, SkipDenied, false, false},
}

// silent judges an error without an answer of the provider.
func silent(err error) error {
	var token *oauth2.RetrieveError
	var dns *net.DNSError
	text := bare(err)
	switch {
	case errors.As(err, &token), strings.Contains(text, "credential"), strings.Contains(text, "get identity"), strings.Contains(text, "AADSTS"):
		return &failure{reason: SkipCredentials, text: "no usable credentials", ends: true, cause: err}
	case errors.As(err, &dns):
		return &failure{reason: SkipConnection, text: "look up " + dns.Name + ": " + dns.Err, again: dns.IsTemporary || dns.IsTimeout, ends: dns.IsNotFound, cause: err}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &failure{reason: SkipConnection, text: errShort.Error(), again: true, cause: err}
	}
	return &failure{reason: SkipConnection, text: text, again: true, cause: err}
}

// bare is an error's text without the URL of a request, which may be signed.
func bare(err error) string {
	var in *url.Error
	var op *net.OpError
	switch {
	case errors.As(err, &in):
		return bare(in.Err)
	case errors.As(err, &op):
		return op.Op + ": " + op.Err.Error()
	}
	return strings.SplitN(err.Error(), "\n", 2)[0]
}

// retryAfter reads the header that says how long to wait, in seconds.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, 2*time.Minute)
}

// reasonOf returns the reason to skip for, and what happened.
func reasonOf(err error) (string, error) {
	if f := new(failure); errors.As(err, &f) {
		return f.reason, errors.New(f.text)
	}
	return source.SkipUnreadable, errors.New(bare(err))
}
