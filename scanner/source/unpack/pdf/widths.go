package pdf

import (
	"strings"
)

// standardWidths are the widths of ASCII in the fonts that every reader has (ISO 32000-1, 9.6.2.2), in thousandths, as
// Adobe's metrics of them say. Read-only.
var standardWidths = map[string]string{
	"Helvetica":        "11611616322c22c37929b0bf14d14d18524811614d11611622c22c22c22c22c22c22c22c22c22c11611624824824822c3f729b29b2d22d229b26330a2d21161f429b22c3412d230a29b30a2d229b2632d229b3b029b29b2631161161161d522c14d22c22c1f422c22c11622c22c0de0de1f40de34122c22c22c22c14d1f411622c1f42d21f41f41f414e10414e248",
	"Helvetica-Bold":   "11614d1da22c22c3792d20ee14d14d18524811614d11611622c22c22c22c22c22c22c22c22c22c14d14d2482482482633cf2d22d22d22d229b26330a2d211622c2d22633412d230a29b30a2d229b2632d229b3b029b29b26314d11614d24822c14d22c26322c26322c14d26326311611622c11637926326326326318522c14d26322c30a22c22c1f4185118185248",
	"Times-Roman":      "0fa14d1981f41f434130a0b414d14d1f42340fa14d0fa1161f41f41f41f41f41f41f41f41f41f41161162342342341bc3992d229b29b2d226322c2d22d214d1852d22633792d22d222c2d229b22c2632d22d23b02d22d226314d11614d1d51f414d1bc1f41bc1f41bc14d1f41f41161161f411630a1f41f41f41f414d1851161f41f42d21f41f41bc1e00c81e021d",
	"Times-Bold":       "0fa14d22b1f41f43e834111614d14d1f423a0fa14d0fa1161f41f41f41f41f41f41f41f41f41f414d14d23a23a23a1f43a22d229b2d22d229b26330a30a1851f430a29b3b02d230a26330a2d222c29b2d22d23e82d22d229b14d11614d2451f414d1f422c1bc22c1bc14d1f422c11614d22c11634122c1f422c22c1bc18514d22c1f42d21f41f41bc18a0dc18a208",
	"Times-Italic":     "0fa14d1a41f41f434130a0d614d14d1f42a30fa14d0fa1161f41f41f41f41f41f41f41f41f41f414d14d2a32a32a31f439826326329b2d22632632d22d214d1bc29b22c34129b2d22632d22631f422c2d226334126322c22c1851161851a61f414d1f41f41bc1f41bc1161f41f41161161bc1162d21f41f41f41f41851851161f41bc29b1bc1bc18519011319021d",
	"Times-BoldItalic": "0fa18522b1f41f434130a11614d14d1f423a0fa14d0fa1161f41f41f41f41f41f41f41f41f41f414d14d23a23a23a1f434029b29b29b2d229b29b2d230a1851f429b2633792d22d22632d229b22c2632d229b37929b26326314d11614d23a1f414d1f41f41bc1f41bc14d1f422c1161161f411630a22c1f41f41f418518511622c1bc29b1f41bc18515c0dc15c23a",
}

// standardWidth is the width of a code in the standard font that is nearest to one of that name.
func standardWidth(font string, c uint32) (float64, bool) {
	if c < ' ' || c > '~' {
		return 0, false
	}
	family := "Helvetica"
	if strings.Contains(font, "Times") {
		family = "Times-Roman"
	}
	bold, italic := strings.Contains(font, "Bold"), strings.Contains(font, "Italic") || strings.Contains(font, "Oblique")
	switch {
	case family == "Helvetica" && bold:
		family = "Helvetica-Bold"
	case family == "Times-Roman" && bold && italic:
		family = "Times-BoldItalic"
	case family == "Times-Roman" && bold:
		family = "Times-Bold"
	case family == "Times-Roman" && italic:
		family = "Times-Italic"
	}
	digits := standardWidths[family][3*(c-' '):]
	return float64(int(unhex(digits[0]))<<8 | int(unhex(digits[1]))<<4 | int(unhex(digits[2]))), strings.Contains(font, "Times") || strings.Contains(font, "Helvetica") || strings.Contains(font, "Arial")
}
