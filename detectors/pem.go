package detectors

import "bytes"

var (
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END ")
	pemDash  = []byte("-----")
)

// maxPEM bounds a PEM block; an 8192-bit RSA key has 6.5 KB.
const maxPEM = 32 << 10

// pems calls yield with every PEM block that begins in data[from:to]. A block may have real line breaks or escaped ones.
func pems(data []byte, from, to int, yield func(Span)) {
	for p := from; p < to; {
		i := bytes.Index(data[p:to], pemBegin)
		if i < 0 {
			return
		}
		start := p + i
		p = start + len(pemBegin)
		rest := data[start:min(len(data), start+maxPEM)]
		j := bytes.Index(rest, pemEnd)
		if j < 0 {
			continue
		}
		k := bytes.Index(rest[j+len(pemEnd):], pemDash)
		if k < 0 || k > 64 {
			continue
		}
		end := start + j + len(pemEnd) + k + len(pemDash)
		yield(Span{start, end})
		p = end
	}
}
