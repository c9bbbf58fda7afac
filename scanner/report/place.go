package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keysweep/keysweep/scanner"
)

// place says in words where an occurrence stands. The text is not safe to print yet.
func place(o occurrence) string {
	at := o.File
	if n := lines(o.StartLine, o.EndLine); n != "" {
		at += ":" + n
	}
	switch o.Place {
	case scanner.InMessage:
		return "message of commit " + short(o.Commit) + ", " + lineWord(o.StartLine, o.EndLine)
	case scanner.InTag:
		return "message of tag " + at
	case scanner.InNote:
		return "git note " + at
	case scanner.InName:
		return "name of " + o.File
	case scanner.InIndex:
		return at + " (staged)"
	case scanner.InObject:
		return at + inBucket(o.Object)
	}
	if o.File == "" {
		return "input" + at
	}
	return at
}

// inBucket says which version of an object it is, and whether anyone may read it.
func inBucket(o *object) string {
	var out []string
	if o != nil && o.Version != "" {
		out = append(out, "version "+o.Version)
	}
	if o != nil && o.Access == scanner.Public {
		out = append(out, "public: "+o.Granted)
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}

// lines returns "3", "3-7" or nothing when the line is not known.
func lines(start, end int) string {
	switch {
	case start <= 0:
		return ""
	case end <= start:
		return strconv.Itoa(start)
	}
	return fmt.Sprintf("%d-%d", start, end)
}

// lineWord returns "line 3" or "lines 3-7".
func lineWord(start, end int) string {
	if end > start {
		return "lines " + lines(start, end)
	}
	return "line " + lines(start, end)
}

// origin says which commit brought an occurrence, and whether it is still there.
func origin(o occurrence) string {
	if o.Object != nil {
		return stored(o)
	}
	if o.Commit == "" {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "commit %s", short(o.Commit))
	if who := strings.TrimSpace(o.Author + mail(o.Email)); who != "" {
		fmt.Fprintf(&b, " by %s", who)
	}
	if o.Date != "" {
		fmt.Fprintf(&b, " on %s", day(o.Date))
	}
	if o.LastCommit != "" && o.LastCommit != o.Commit {
		fmt.Fprintf(&b, ", last in %s", short(o.LastCommit))
	}
	if o.AtHead {
		b.WriteString(", still in HEAD")
	}
	if o.Unreachable {
		b.WriteString(", on no branch")
	}
	return b.String()
}

// stored says whose object it is, since when it is as it is, and whether it is known who may read it.
func stored(o occurrence) string {
	var out []string
	if o.Date != "" {
		out = append(out, "last modified on "+day(o.Date))
	}
	if o.Object.Owner != "" {
		out = append(out, "owned by "+o.Object.Owner)
	}
	if o.Object.Access == scanner.AccessUnknown {
		out = append(out, "not known who may read it")
	}
	return strings.Join(out, ", ")
}

func mail(address string) string {
	if address == "" {
		return ""
	}
	return " <" + address + ">"
}

func short(commit string) string { return commit[:min(len(commit), 10)] }

func day(date string) string { return date[:min(len(date), len("2006-01-02"))] }

// further counts the occurrences after the first.
func further(all []occurrence) string {
	if len(all) < 2 {
		return ""
	}
	files, commits := map[string]bool{}, map[string]bool{}
	for _, o := range all {
		files[o.File] = true
		commits[o.Commit] = true
	}
	out := fmt.Sprintf("and %s (%s", count(len(all)-1, "more place"), count(len(files), "file"))
	delete(commits, "")
	if len(commits) > 0 {
		out += ", " + count(len(commits), "commit")
	}
	return out + " in all)"
}

// count returns "1 place" or "2 places".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
