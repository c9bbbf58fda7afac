package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hookMark stands in every hook that install wrote.
const hookMark = "Installed by keysweep hook install."

// hookScript calls the former hook, then keysweep, each with what git sent to the hook.
const hookScript = `#!/bin/sh
# %[1]s To turn it off, delete this file; to pass it once, git's --no-verify.
input=
%[2]sformer="$(dirname -- "$0")/%[3]s.before-keysweep"
if [ -f "$former" ] && [ -x "$former" ]; then
	printf '%%s' "$input" | "$former" "$@" || exit $?
fi
keysweep=%[4]s
[ -x "$keysweep" ] || keysweep=$(command -v keysweep) || {
	echo "keysweep is not installed any more, so nothing was checked; install it or delete $0" >&2
	exit 1
}
printf '%%s' "$input" | "$keysweep" hook %[3]s "$@"
`

// readInput keeps standard input for both hooks; the dot keeps the last line break, which $(...) would drop.
const readInput = "input=$(cat; echo .)\ninput=${input%.}\n"

// hooksFolder is the folder that git runs hooks from.
type hooksFolder struct {
	path   string
	shared bool // core.hooksPath leads out of the repository
}

// hooksDir asks git for the hooks folder of the repository at dir.
func hooksDir(ctx context.Context, dir string) (hooksFolder, error) {
	top, err := gitSays(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil || top == "" {
		if top, err = gitSays(ctx, dir, "rev-parse", "--absolute-git-dir"); err != nil {
			return hooksFolder{}, err
		}
	}
	common, err := gitSays(ctx, top, "rev-parse", "--git-common-dir")
	if err != nil {
		return hooksFolder{}, err
	}
	hooks, err := gitSays(ctx, top, "rev-parse", "--git-path", "hooks")
	if err != nil {
		return hooksFolder{}, err
	}
	common, hooks = under(top, common), under(top, hooks)
	return hooksFolder{hooks, !inside(hooks, common) && !inside(hooks, top)}, nil
}

func gitSays(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("git is not installed; install it to have hooks")
	}
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return "", fmt.Errorf("git: %s", firstLine(exit.Stderr))
	}
	return strings.TrimRight(string(out), "\r\n"), err
}

func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	return string(line)
}

func under(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}

func inside(path, base string) bool {
	rel, err := filepath.Rel(base, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// hookFile is a hook to be written.
type hookFile struct {
	dir   string
	name  string
	exe   string // the binary that the hook calls
	force bool
}

func (h hookFile) install(say io.Writer, at hooksFolder) error {
	if err := os.MkdirAll(h.dir, 0o755); err != nil {
		return fmt.Errorf("hooks folder: %w", err)
	}
	path := filepath.Join(h.dir, h.name)
	former, err := h.setAside(path)
	if err != nil {
		return err
	}
	if err := h.write(path); err != nil {
		return fmt.Errorf("write hook: %w", err)
	}
	fmt.Fprintf(say, "installed %s\n", path)
	if former != "" {
		fmt.Fprintf(say, "%s\n", former)
	}
	if at.shared {
		fmt.Fprintf(say, "note: core.hooksPath leads out of this repository; every repository that uses it gets the hook\n")
	}
	if strings.Contains(h.exe, string(filepath.Separator)+"go-build") {
		fmt.Fprintf(say, "note: this binary is a temporary one of go run; the hook needs keysweep on the PATH: go install ./cmd/keysweep\n")
	}
	return nil
}

// setAside moves a hook of someone else to its other name, and says so.
func (h hookFile) setAside(path string) (said string, err error) {
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && bytes.Contains(old, []byte(hookMark)) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("hook that is there: %w", err)
	}
	to, said := path+".before-keysweep", "the hook that was there runs first, as "
	if h.force {
		to, said = path+".replaced-by-keysweep", "the hook that was there does not run any more; it is kept as "
	} else if _, err := os.Lstat(to); err == nil {
		return "", fmt.Errorf("%s exists already, so the hook that is there can not be kept under that name; merge the two, or use --force", to)
	}
	if err := os.Rename(path, to); err != nil {
		return "", fmt.Errorf("keep the hook that is there: %w", err)
	}
	return said + to, nil
}

func (h hookFile) write(path string) error {
	read := ""
	if h.name != "pre-commit" {
		read = readInput
	}
	script := fmt.Sprintf(hookScript, hookMark, read, h.name, shellQuote(filepath.ToSlash(h.exe)))
	tmp := path + ".new"
	if err := os.WriteFile(tmp, []byte(script), 0o755); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o755); err != nil { // the umask may have taken bits away
		return err
	}
	return os.Rename(tmp, path)
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
