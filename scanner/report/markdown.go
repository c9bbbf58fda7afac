package report

import (
	"fmt"
	"net/url"
	"strings"
)

// markdown makes text safe within a line or a table cell of Markdown: punctuation becomes character references, so
// nothing is a link, an image, a mention, HTML or emphasis.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range plain(s) {
		if r < 0x80 && between(r) && !strings.ContainsRune(" ,;/=\"'%", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// markdownURL returns a URL that cannot end an autolink early; anything but http and https is dropped.
func markdownURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "|", "%7C", "`", "%60").Replace(u.String())
}
