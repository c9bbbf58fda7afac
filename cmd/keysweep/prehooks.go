package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keysweep/keysweep/scanner/source"
	"github.com/spf13/cobra"
)

// toMessages is the console of a hook: git shows what a hook writes to standard error, wherever it runs.
func (c console) toMessages() console {
	c.out = c.err
	return c
}

func newPreCommit(c console) *cobra.Command {
	f := gitFlags{hook: true}
	cmd := &cobra.Command{
		Use:     "pre-commit",
		Short:   "Refuse a commit that adds a credential (git calls this)",
		Example: `  keysweep hook pre-commit`,
		Args:    cobra.ArbitraryArgs, // some callers hand over file names
		RunE: func(cmd *cobra.Command, _ []string) error {
			return refused(c, "commit", f.scanStaged(cmd, c.toMessages(), ""))
		},
	}
	f.bind(cmd)
	return cmd
}

// refused says what a hook's failure means and what to do next.
func refused(c console, deed string, err error) error {
	var code exitCode
	if errors.As(err, &code) {
		switch int(code) {
		case exitIncomplete:
			fmt.Fprintf(c.err, "%s refused: not everything could be read, so it is not known to be clean.\n", deed)
		default:
			fmt.Fprintf(c.err, "%s refused: take the credential out, and replace it at its issuer if it has left this machine.\n"+
				"A value that is no secret: put the comment keysweep:allow on its line, or its fingerprint in .keysweepignore.\n", deed)
		}
	}
	return err
}

func newPrePush(c console) *cobra.Command {
	f := gitFlags{hook: true}
	cmd := &cobra.Command{
		Use:     "pre-push [REMOTE [URL]]",
		Short:   "Refuse a push that would publish a credential (git calls this)",
		Example: `  keysweep hook pre-push origin git@host:team/bot.git <updates`,
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			updates, err := readUpdates(c.in, prePushColumns)
			if err != nil || len(updates) == 0 {
				return err
			}
			known := []string{}
			if len(args) > 0 {
				if known, err = commitsOf(cmd.Context(), "refs/remotes/"+args[0]+"/"); err != nil {
					return err
				}
			}
			for _, u := range updates {
				if _, err := gitSays(cmd.Context(), ".", "cat-file", "-e", u.old+"^{commit}"); u.old != "" && err == nil {
					known = append(known, u.old)
				}
			}
			src := &source.Git{Repository: ".", Range: between(updates, known)}
			return refused(c, "push", f.scanHistory(cmd, c.toMessages(), src, worktree(".")))
		},
	}
	f.bind(cmd)
	return cmd
}

func newPreReceive(c console) *cobra.Command {
	f := gitFlags{hook: true}
	cmd := &cobra.Command{
		Use:   "pre-receive",
		Short: "Refuse a push on the server (git calls this)",
		Long: `Refuse a push that brings a credential, on the server. The objects of the push are read where git keeps them in
quarantine. Configuration and ignore files are looked for in the bare repository, or named with --config.`,
		Example: `  keysweep hook pre-receive --timeout 30s <updates`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			updates, err := readUpdates(c.in, preReceiveColumns)
			if err != nil || len(updates) == 0 {
				return err
			}
			known, err := commitsOf(cmd.Context(), "refs/")
			if err != nil {
				return err
			}
			dir, err := gitSays(cmd.Context(), ".", "rev-parse", "--absolute-git-dir")
			if err != nil {
				return err
			}
			view, err := newView(dir, c.env)
			if err != nil {
				return fmt.Errorf("quarantine: %w", err)
			}
			defer view.remove()
			src := &source.Git{Repository: view.dir, Range: between(updates, known)}
			return refused(c, "push", f.scanHistory(cmd, c.toMessages(), src, dir))
		},
	}
	f.bind(cmd)
	return cmd
}

// between is the range of what the updates bring beyond the commits that are known.
func between(updates []refUpdate, known []string) string {
	words := make([]string, 0, len(updates)+len(known))
	for _, u := range updates {
		words = append(words, u.new)
	}
	for _, id := range known {
		words = append(words, "^"+id)
	}
	return strings.Join(words, " ")
}

// commitsOf lists the commits that refs below prefix lead to.
func commitsOf(ctx context.Context, prefix string) ([]string, error) {
	text, err := gitSays(ctx, ".", "for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname)", prefix)
	if err != nil {
		return nil, err
	}
	var ids []string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		for i := 0; i+1 < len(words); i += 2 {
			if words[i] == "commit" && isObjectID(words[i+1]) {
				ids = append(ids, words[i+1])
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// view is a repository without refs, whose objects are those of another one and those in its quarantine.
type view struct{ dir string }

// newView makes a view of the repository at gitDir. Git names the quarantine in GIT_OBJECT_DIRECTORY, and the
// repository's own objects among GIT_ALTERNATE_OBJECT_DIRECTORIES.
func newView(gitDir string, env func(string) string) (view, error) {
	dir, err := os.MkdirTemp("", "keysweep-quarantine-")
	if err != nil {
		return view{}, err
	}
	v := view{dir}
	stores := []string{filepath.Join(gitDir, "objects")}
	for _, list := range []string{env("GIT_OBJECT_DIRECTORY"), env("GIT_QUARANTINE_PATH"), env("GIT_ALTERNATE_OBJECT_DIRECTORIES")} {
		for _, path := range filepath.SplitList(list) {
			if path, err = filepath.Abs(path); err == nil && !slices.Contains(stores, path) {
				stores = append(stores, path)
			}
		}
	}
	if err = errors.Join(v.fill(gitDir, stores), err); err != nil {
		v.remove()
	}
	return v, err
}

func (v view) fill(gitDir string, stores []string) error {
	for _, folder := range []string{"refs", "objects/info"} {
		if err := os.MkdirAll(filepath.Join(v.dir, folder), 0o700); err != nil {
			return err
		}
	}
	for _, name := range []string{"HEAD", "config", "shallow"} {
		text, err := os.ReadFile(filepath.Join(gitDir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(v.dir, name), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(v.dir, "objects/info/alternates"), []byte(strings.Join(stores, "\n")+"\n"), 0o600)
}

func (v view) remove() { os.RemoveAll(v.dir) }
