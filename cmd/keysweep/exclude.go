package main

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// excluder returns the function that says which paths --exclude leaves out, or nil without any glob. A glob fits whole
// elements of a path, anywhere in it, and takes in all that a folder holds.
func excluder(globs []string) (func(string, bool) bool, error) { return pathsOf("--exclude", globs) }

// pathsOf is excluder for the globs of any flag.
func pathsOf(flag string, globs []string) (func(string, bool) bool, error) {
	if len(globs) == 0 {
		return nil, nil
	}
	var fits []*regexp.Regexp
	for _, g := range globs {
		g = strings.Trim(filepath.ToSlash(g), "/")
		_, err := path.Match(g, "")
		re, bad := regexp.Compile(`(?s)(^|/)` + globExpr(g) + `(/|$)`)
		if g == "" || err != nil || bad != nil {
			return nil, usagef("%s %q is not a glob", flag, g)
		}
		fits = append(fits, re)
	}
	return func(name string, _ bool) bool {
		name = strings.TrimPrefix(filepath.ToSlash(name), "./")
		return slices.ContainsFunc(fits, func(re *regexp.Regexp) bool { return re.MatchString(name) })
	}, nil
}

// excluding adds to what a flag leaves out the files that the configuration leaves out for their paths alone: what stands
// in them is not read, so that it makes no run incomplete either.
func (s settings) excluding(exclude func(string, bool) bool) func(string, bool) bool {
	if s.config == nil {
		return exclude
	}
	hides := s.config.LeavesOut()
	if hides == nil {
		return exclude
	}
	return func(name string, dir bool) bool {
		return exclude != nil && exclude(name, dir) || !dir && hides(filepath.ToSlash(name))
	}
}

// globExpr translates a glob that path.Match accepts; ** crosses slashes besides.
func globExpr(glob string) string {
	var out strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			out.WriteString(`(.*/)?`)
			i += 2
		case strings.HasPrefix(glob[i:], "**"):
			out.WriteString(`.*`)
			i++
		case c == '*':
			out.WriteString(`[^/]*`)
		case c == '?':
			out.WriteString(`[^/]`)
		case c == '[':
			end := i + 1 + strings.IndexByte(glob[i+1:], ']')
			out.WriteString(glob[i : end+1])
			i = end
		case c == '\\' && i+1 < len(glob):
			i++
			out.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		default:
			out.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	return out.String()
}
