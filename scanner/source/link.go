package source

import (
	"net/url"
	"strings"
)

// forge says how a site writes the addresses of files and commits.
type forge struct{ host, file, commit string }

// forgeOf knows a site by its host. Where a host runs its own, its name usually says what.
func forgeOf(site string) forge {
	u, err := url.Parse(site)
	if err != nil {
		return forge{}
	}
	for _, f := range []forge{
		{"github", "/blob/", "/commit/"},
		{"gitlab", "/-/blob/", "/-/commit/"},
		{"bitbucket", "/src/", "/commits/"},
		{"codeberg", "/src/commit/", "/commit/"},
		{"gitea", "/src/commit/", "/commit/"},
		{"forgejo", "/src/commit/", "/commit/"},
	} {
		if strings.Contains(u.Host, f.host) {
			return f
		}
	}
	return forge{}
}

// webSite turns the URL of a remote into that of its page, without credentials. A local remote has none.
func webSite(remote string) string {
	if host, path, ok := scpLike(remote); ok {
		return "https://" + host + "/" + strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	}
	u, err := url.Parse(remote)
	if err != nil || u.Host == "" {
		return ""
	}
	site := url.URL{Scheme: "https", Host: u.Host, Path: strings.TrimSuffix(strings.TrimRight(u.Path, "/"), ".git")}
	switch u.Scheme {
	case "http", "https":
		site.Scheme = u.Scheme
	case "ssh", "git", "git+ssh":
		site.Host = u.Hostname()
	default:
		return ""
	}
	return site.String()
}

func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// scpLike splits user@host:path, the other way to write an ssh URL.
func scpLike(text string) (host, path string, ok bool) {
	before, path, ok := strings.Cut(text, ":")
	if !ok || strings.Contains(before, "/") || strings.HasPrefix(path, "//") || len(before) < 2 {
		return "", "", false
	}
	return before[strings.LastIndex(before, "@")+1:], path, true
}
