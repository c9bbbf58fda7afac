package accuracy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	placeholder = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9:_-]*)\}`)
	counted     = regexp.MustCompile(`^([A-Za-z]+?)(\d+)(?:-(\d+))?$`)
)

// alphabets of the shapes that are a run of characters: {an64} is 64 letters and digits, {hex40-64} a length between.
var alphabets = map[string]string{
	"an": alnum, "lower": lower, "upper": upper, "num": digits, "ln": lower + digits, "un": upper + digits,
	"safe": urlSafe, "b": alnum + "+/", "hex": digits + "abcdef", "HEX": digits + "ABCDEF", "word": alnum + "_",
	"bb": base58Alphabet, "bt": upper + "234567",
}

// maker writes values of one named shape.
type maker func(r random) string

// Shapes writes values: a pattern such as "bg_{hex32}" holds literal text and shapes in braces.
type shapes struct{ named map[string]maker }

func (s shapes) write(r random, pattern string) (string, error) {
	var bad error
	text := placeholder.ReplaceAllStringFunc(pattern, func(m string) string {
		v, err := s.one(r, m[1:len(m)-1])
		if err != nil {
			bad = err
		}
		return v
	})
	return text, bad
}

func (s shapes) one(r random, name string) (string, error) {
	if make, ok := s.named[name]; ok {
		return make(r), nil
	}
	m := counted.FindStringSubmatch(name)
	if m == nil {
		return "", fmt.Errorf("shape %q is unknown", name)
	}
	n, _ := strconv.Atoi(m[2])
	if last, err := strconv.Atoi(m[3]); err == nil && last > n {
		n += r.IntN(last - n + 1)
	}
	if m[1] == "bytes" {
		return r.base64(n), nil
	}
	alphabet, ok := alphabets[m[1]]
	if !ok {
		return "", fmt.Errorf("shape %q is unknown", name)
	}
	return mixed(r, alphabet, n), nil
}

// mixed writes a run that holds a digit and a letter when the alphabet has both, as issued keys do.
func mixed(r random, alphabet string, n int) string {
	for range 100 {
		v := r.of(alphabet, n)
		letters := strings.Trim(v, digits) != ""
		if n < 8 || !strings.Contains(alphabet, "0") || strings.ContainsAny(v, digits) && letters {
			return v
		}
	}
	return r.of(alphabet, n)
}
