package issuer

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answer is what goes back. Play, when set, does so instead of the other fields.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
	Play   func(http.ResponseWriter, *http.Request)
}

func (a Answer) write(w http.ResponseWriter, r *http.Request) {
	if a.Play != nil {
		a.Play(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write([]byte(a.Body))
}

// refuse is how an issuer answers a request that it can not accept, in words that no rules file has.
func refuse(f Fault) Answer {
	return Answer{Status: http.StatusUnauthorized, Body: fmt.Sprintf(`{"fake_issuer":%q}`, string(f))}
}

// Always answers every request alike.
func Always(a Answer) Script { return func(*Call) Answer { return a } }

// InTurn answers the first request with the first answer and so on, and with the last one from then on.
func InTurn(answers ...Answer) Script {
	return func(c *Call) Answer { return answers[min(c.N, len(answers)-1)] }
}

// Elsewhere is the host that Redirect names. It is no issuer: a request for it is a fault.
const Elsewhere = "elsewhere.example"

// TooMany is 429 with Retry-After in seconds.
func TooMany(seconds int) Answer {
	return Answer{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": strconv.Itoa(seconds)}, Body: `{"message":"too many requests"}`}
}

// Broken is an answer of that status, 500 and more.
func Broken(status int) Answer { return Answer{Status: status, Body: `{"message":"internal error"}`} }

// Wall is the page of a firewall in front of the issuer.
func Wall() Answer {
	return Answer{Status: http.StatusForbidden, Header: map[string]string{"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare"},
		Body: "<!DOCTYPE html><html><head><title>Attention Required!</title></head><body><h1>Sorry, you have been blocked</h1></body></html>"}
}

// Page is a page for people where an API's answer was due.
func Page() Answer {
	return Answer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html><body>Scheduled maintenance</body></html>"}
}

// Empty is 200 and nothing.
func Empty() Answer { return Answer{Status: http.StatusOK} }

// Truncated is half of a body, as if all of it.
func Truncated(a Answer) Answer {
	a.Body = a.Body[:len(a.Body)/2]
	return a
}

// CutOff promises the whole body, sends half and hangs up.
func CutOff(a Answer) Answer {
	return Answer{Play: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)+1))
		w.WriteHeader(a.Status)
		_, _ = w.Write([]byte(a.Body[:len(a.Body)/2]))
		_ = http.NewResponseController(w).Flush()
		hangUp(w, false)
	}}
}

// Redirect sends to another host.
func Redirect(status int) Answer {
	return Answer{Play: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+Elsewhere+r.URL.RequestURI(), status)
	}}
}

// Drip sends white space, a byte at a time with a pause after each, without end. It never ends the answer properly: what
// the client makes of it must not depend on who hangs up first.
func Drip(status int, pause time.Duration) Answer {
	return Answer{Play: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			_, err := w.Write([]byte(" "))
			if err = errors.Join(err, http.NewResponseController(w).Flush()); err != nil {
				return
			}
			select {
			case <-r.Context().Done():
				hangUp(w, true)
				return
			case <-tick.C:
			}
		}
	}}
}

// Silent takes the request and never answers.
func Silent() Answer {
	return Answer{Play: func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		hangUp(w, true)
	}}
}

// Oversized puts a body of that many more bytes around a good one.
func Oversized(a Answer, bytes int) Answer {
	a.Body = strings.TrimSuffix(strings.TrimSpace(a.Body), "}") + `,"padding":"` + strings.Repeat("x", bytes) + `"}`
	return a
}

// Reset takes the request and resets the connection.
func Reset() Answer {
	return Answer{Play: func(w http.ResponseWriter, _ *http.Request) { hangUp(w, true) }}
}

func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if inner, ok := conn.(interface{ NetConn() net.Conn }); ok && reset {
		if tcp, ok := inner.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	}
	_ = conn.Close()
}
