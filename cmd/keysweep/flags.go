package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usagef returns an error of how the command was called; the exit code is 2.
func usagef(format string, args ...any) error { return fmt.Errorf(format, args...) }

// scanFlags are the flags that every scan has.
type scanFlags struct {
	config       string
	reports      reportList
	template     string
	baseline     string
	ignorePath   string
	redact       percent
	exitCode     int
	failOn       string
	enable       []string
	disable      []string
	exclude      []string
	maxMegabytes int
	maxDecode    int
	maxArchive   int
	memory       int
	timeout      seconds
	workers      int
	progress     string
	stats        string
	verbose      bool
	quiet        bool
	noColor      bool
	verify       bool
	issuers      issuerFlags
	revoke       bool
	revocation   revokeFlags
}

func (f *scanFlags) bind(cmd *cobra.Command) {
	f.redact = 100
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&f.config, "config", "c", "", "configuration `FILE` (default: $KEYSWEEP_CONFIG, then .keysweep.toml or .gitleaks.toml in the target, then built in)")
	flags.VarP(f.reports.formats(), "report-format", "f", "report `FORMAT`: "+strings.Join(formatNames(), ", ")+"; may be repeated, each with its -r")
	flags.VarP(f.reports.paths(), "report-path", "r", "write the report to `FILE` instead of standard output; may be repeated")
	flags.StringVar(&f.template, "report-template", "", "Go text/template `FILE` for -f template")
	flags.StringVarP(&f.baseline, "baseline-path", "b", "", "leave out what this earlier json report or ignore `FILE` lists")
	flags.StringVarP(&f.ignorePath, "ignore-path", "i", "", "ignore `FILE`, or a folder with .keysweepignore, beside the target's own")
	flags.Var(&f.redact, "redact", "hide `PERCENT` of each secret; --redact=0 shows them")
	flags.Lookup("redact").NoOptDefVal = "100"
	flags.IntVar(&f.exitCode, "exit-code", exitFindings, "exit `CODE` when there are findings")
	flags.StringVar(&f.failOn, "fail-on", "any", "which findings set the exit code: `any|live|none`; live needs --verify")
	flags.BoolVar(&f.verify, "verify", false, "ask the issuers whether what was found is live, and what it may do")
	f.issuers.bind(flags)
	flags.BoolVar(&f.revoke, "revoke", false, "end what is live, where its issuer has a call for it; only plans without --yes, --approve or a policy [revoke] that says auto")
	f.revocation.bind(flags)
	flags.StringSliceVar(&f.enable, "enable-rule", nil, "use only the rules of this `ID`; may be repeated")
	flags.StringSliceVar(&f.disable, "disable-rule", nil, "leave out the rule of this `ID`; may be repeated")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "leave out paths that match this `GLOB` (** crosses folders); may be repeated")
	flags.IntVar(&f.maxMegabytes, "max-target-megabytes", 0, "leave out files larger than `N` megabytes (0: no limit)")
	flags.IntVar(&f.maxArchive, "max-archive-depth", 8, "open archives in up to `N` levels (0: none)")
	flags.IntVar(&f.maxDecode, "max-decode-depth", 5, "take off up to `N` encodings, one below the other (0: none)")
	flags.IntVar(&f.memory, "memory", 512, "aim to stay within `N` megabytes of memory")
	flags.Var(&f.timeout, "timeout", "end the run after `DURATION` (90s, 10m; a bare number is seconds) and report what was found")
	flags.IntVar(&f.workers, "workers", 0, "scan with `N` workers (default: one for each processor)")
	flags.StringVar(&f.stats, "stats-path", "", "write what was covered and skipped to `FILE`, as json")
	addTalkFlags(flags, f)
	f.complete(cmd)
}

// complete teaches shells the values of flags.
func (f *scanFlags) complete(cmd *cobra.Command) {
	fixed := func(values ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	for name, values := range map[string]cobra.CompletionFunc{
		"report-format": fixed(formatNames()...),
		"fail-on":       fixed("any", "live", "none"),
		"progress":      fixed("auto", "always", "never"),
		"enable-rule":   completeRules,
		"disable-rule":  completeRules,
	} {
		_ = cmd.RegisterFlagCompletionFunc(name, values)
	}
}

func addTalkFlags(flags *pflag.FlagSet, f *scanFlags) {
	flags.StringVar(&f.progress, "progress", "auto", "show progress on standard error: `auto|always|never`")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "say more: every skipped unit, and the findings even if reports go to files")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but reports and errors")
	flags.BoolVar(&f.noColor, "no-color", false, "no colours (also: the variable NO_COLOR)")
}

// check rejects values that no run can honour.
func (f *scanFlags) check() error {
	switch {
	case !slices.Contains([]string{"any", "live", "none"}, f.failOn):
		return usagef("--fail-on %q is none of any, live, none", f.failOn)
	case f.failOn == "live" && !f.verify && !f.revoke:
		return usagef("--fail-on live needs --verify: without it nobody knows what is live")
	case !slices.Contains([]string{"auto", "always", "never"}, f.progress):
		return usagef("--progress %q is none of auto, always, never", f.progress)
	case f.exitCode < 0 || f.exitCode > 255:
		return usagef("--exit-code %d is not within 0 and 255", f.exitCode)
	case f.workers < 0:
		return usagef("--workers %d is negative", f.workers)
	case f.maxArchive < 0:
		return usagef("--max-archive-depth %d is negative", f.maxArchive)
	case f.maxDecode < 0:
		return usagef("--max-decode-depth %d is negative", f.maxDecode)
	case f.maxMegabytes < 0:
		return usagef("--max-target-megabytes %d is negative", f.maxMegabytes)
	case f.memory < 64:
		return usagef("--memory %d is too little; 64 megabytes are the least", f.memory)
	case !f.revoke && f.revocation.given() != "":
		return usagef("%s goes with --revoke", f.revocation.given())
	case f.quiet && f.verbose:
		return usagef("-q and -v contradict each other")
	}
	if f.template != "" && !slices.ContainsFunc(f.reports.specs(), func(s reportSpec) bool { return s.format == "template" }) {
		return usagef("--report-template goes with -f template")
	}
	if err := cmp.Or(f.issuers.check(), f.revocation.check()); err != nil {
		return err
	}
	return f.reports.check()
}

// percent is a flag of 0 to 100, with or without a percent sign.
type percent int

// String returns the number.
func (p *percent) String() string { return strconv.Itoa(int(*p)) }

// Type names the value in help texts.
func (p *percent) Type() string { return "PERCENT" }

// Set reads the number.
func (p *percent) Set(text string) error {
	n, err := strconv.Atoi(strings.TrimSuffix(text, "%"))
	if err != nil || n < 0 || n > 100 {
		return fmt.Errorf("not a number from 0 to 100")
	}
	*p = percent(n)
	return nil
}

// seconds is a flag that takes a duration, or a number of seconds as gitleaks does. 0 is no limit.
type seconds time.Duration

// String returns the duration.
func (s *seconds) String() string {
	if *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

// Type names the value in help texts.
func (s *seconds) Type() string { return "DURATION" }

// Set reads the duration.
func (s *seconds) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil {
		text = fmt.Sprintf("%ds", n)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("not a duration such as 90s or 10m")
	}
	*s = seconds(d)
	return nil
}

// reportSpec is one report: its format and where it goes, "" for standard output.
type reportSpec struct{ format, path string }

// reportList collects -f and -r in the order they were given.
type reportList struct{ given []reportArg }

type reportArg struct {
	path  bool
	value string
}

func (l *reportList) formats() pflag.Value { return reportValue{l, false} }
func (l *reportList) paths() pflag.Value   { return reportValue{l, true} }

// reportValue is one of the two flags of a reportList.
type reportValue struct {
	list *reportList
	path bool
}

// String returns nothing: there is no default to show.
func (v reportValue) String() string { return "" }

// Type names the value in help texts.
func (v reportValue) Type() string { return "string" }

// Set appends the value.
func (v reportValue) Set(text string) error {
	if text == "" {
		return fmt.Errorf("is empty")
	}
	v.list.given = append(v.list.given, reportArg{v.path, text})
	return nil
}

// specs joins formats and paths. As many formats as paths are joined in order. Otherwise a path belongs to the format
// right before it, or else right after it; what is left alone goes to standard output, or gets the format that the
// file's name says. No flag at all means text on standard output.
func (l *reportList) specs() []reportSpec {
	var formats, paths []string
	for _, a := range l.given {
		if a.path {
			paths = append(paths, a.value)
		} else {
			formats = append(formats, a.value)
		}
	}
	var specs []reportSpec
	if len(formats) == len(paths) {
		for i := range formats {
			specs = append(specs, reportSpec{formats[i], paths[i]})
		}
	} else {
		specs = l.adjacent()
	}
	for i, s := range specs {
		if s.format == "" {
			specs[i].format = formatOf(s.path)
		}
		if s.path == "-" {
			specs[i].path = ""
		}
	}
	if len(specs) == 0 {
		return []reportSpec{{format: "text"}}
	}
	return specs
}

func (l *reportList) adjacent() []reportSpec {
	var specs []reportSpec
	for i := 0; i < len(l.given); i++ {
		a := l.given[i]
		s := reportSpec{format: a.value}
		if a.path {
			s = reportSpec{path: a.value}
		}
		if i+1 < len(l.given) && l.given[i+1].path != a.path {
			i++
			if a.path {
				s.format = l.given[i].value
			} else {
				s.path = l.given[i].value
			}
		}
		specs = append(specs, s)
	}
	return specs
}

// formatOf returns the format that the file's name says, or "".
func formatOf(path string) string {
	ext := strings.TrimPrefix(filepath.Ext(path), ".")
	if ext == "txt" {
		ext = "text"
	}
	if slices.Contains(formatNames(), ext) {
		return ext
	}
	return ""
}

func (l *reportList) check() error {
	seen := map[string]bool{}
	for _, s := range l.specs() {
		switch {
		case s.format == "":
			return usagef("-r %s: the name does not say a format; add -f with one of %s", s.path, strings.Join(formatNames(), ", "))
		case !slices.Contains(formatNames(), s.format):
			return usagef("-f %s: no such format; use one of %s", s.format, strings.Join(formatNames(), ", "))
		case seen[s.path] && s.path == "":
			return usagef("two reports would go to standard output; give each -f its -r")
		case seen[s.path]:
			return usagef("-r %s is given twice", s.path)
		}
		seen[s.path] = true
	}
	return nil
}
