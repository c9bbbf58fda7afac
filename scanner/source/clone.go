package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

// localPath returns the path of a repository that needs no clone: a path, or a file URL. A path that exists wins over a
// reading as user@host:path.
func localPath(text string) (string, bool) {
	if u, err := url.Parse(text); err == nil && strings.EqualFold(u.Scheme, "file") {
		path := u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/")
		}
		return filepath.FromSlash(path), true
	}
	if strings.Contains(text, "://") {
		return "", false
	}
	if _, err := os.Lstat(text); err == nil {
		return text, true
	}
	_, _, remote := scpLike(text)
	return text, !remote
}

// clone fetches all refs of a remote repository into a new bare one, and returns its folder. Only transports that run
// no program of this machine are used.
func (g *Git) clone(ctx context.Context, address string) (dir string, err error) {
	shown := withoutUser(address)
	if err := transportable(address); err != nil {
		return "", fmt.Errorf("%w %s: %w", ErrClone, shown, err)
	}
	dir, err = os.MkdirTemp(g.TempDir, "keysweep-clone-")
	if err != nil {
		return "", fmt.Errorf("%w %s: %w", ErrClone, shown, err)
	}
	_, err = git.PlainCloneContext(ctx, dir, true, &git.CloneOptions{
		URL: address, Auth: g.auth(address), Mirror: true, Tags: git.AllTags,
	})
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		_, err = git.PlainInit(dir, true)
		if errors.Is(err, git.ErrRepositoryAlreadyExists) {
			err = nil
		}
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("%w %s: %w", ErrClone, shown, discreet(ctx, err, address)), os.RemoveAll(dir))
	}
	return dir, nil
}

// transportable refuses schemes that go-git would serve by starting a program.
func transportable(address string) error {
	if _, _, ok := scpLike(address); ok {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("not a URL")
	}
	switch strings.ToLower(u.Scheme) {
	case "https", "http", "ssh", "git":
		return nil
	}
	return fmt.Errorf("scheme %q is none of https, http, ssh, git and file", u.Scheme)
}

// auth takes credentials for https from the environment: KEYSWEEP_GIT_TOKEN for any host, which the user then chose,
// GITHUB_TOKEN, GH_TOKEN and GITLAB_TOKEN for the host they belong to. Nil leaves ssh to the agent.
func (g *Git) auth(address string) transport.AuthMethod {
	u, err := url.Parse(address)
	if err != nil || g.Env == nil || u.Scheme != "https" || u.User != nil {
		return nil
	}
	names := []string{"KEYSWEEP_GIT_TOKEN"}
	switch host := strings.ToLower(u.Hostname()); {
	case host == "github.com" || g.Env("GITHUB_SERVER_URL") == "https://"+u.Host:
		names = append(names, "GITHUB_TOKEN", "GH_TOKEN")
	case host == "gitlab.com" || g.Env("CI_SERVER_URL") == "https://"+u.Host:
		names = append(names, "GITLAB_TOKEN")
	}
	for _, name := range names {
		if token := g.Env(name); token != "" {
			// Any user name goes with a token, on these hosts and others.
			return &http.BasicAuth{Username: "x-access-token", Password: token}
		}
	}
	return nil
}

// withoutUser drops the credentials of a URL.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		if before, after, ok := strings.Cut(address, "@"); ok && strings.Contains(before, "://") {
			return before[:strings.Index(before, "://")+3] + after
		}
		return address
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}

// discreet takes the URL out of an error, because it may hold a password.
func discreet(ctx context.Context, err error, address string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	if u, parseErr := url.Parse(address); parseErr == nil && u.User != nil {
		return errors.New(strings.ReplaceAll(err.Error(), u.User.String()+"@", ""))
	}
	return err
}
