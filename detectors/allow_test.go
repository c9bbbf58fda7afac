package detectors

import "testing"

func TestAllowCommentsHoldForTheirLinesOnly(t *testing.T) {
	text := "key = 1 # gitleaks:allow\nkey = 2\nkey = 3 // keysweep:allow\nkeysweep:all\now"
	line := func(start, end int) Span { return Span{start, end} }
	for name, c := range map[string]struct {
		line Span
		want bool
	}{
		"on the line":                 {line(0, 24), true},
		"on the line before":          {line(25, 32), false},
		"with our own word":           {line(33, 58), true},
		"on the last of two lines":    {line(25, 58), true},
		"cut by the end of the lines": {line(0, 20), false},
		"broken over two lines":       {line(59, len(text)), false},
		"outside the text":            {line(-5, 2000), true},
		"no line at all":              {line(70, 60), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Allowed([]byte(text), c.line); got != c.want {
				t.Errorf("Allowed = %v, want %v", got, c.want)
			}
			if got := newAllowMarks([]byte(text)).on(c.line); got != c.want {
				t.Errorf("marks say %v, want %v", got, c.want)
			}
		})
	}
}
