// Package cloud starts storage servers on loopback, for tests and measurements: versitygw for S3, fake-gcs-server for
// Google Cloud Storage, Azurite for Azure Blob Storage. They are installed into a cache folder of the user on first use,
// from the Go module proxy and the npm registry.
package cloud

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// azurite is the version that is installed.
const azurite = "3.35.0"

// Server is a running server.
type Server struct {
	Endpoint string // its URL, with the account's name for Azure
	User     string // access key or account
	Secret   string
	Dir      string // where it keeps its data

	cmd  *exec.Cmd
	life io.Closer // the server ends when this closes, as it does when this process ends in whatever way
	done chan struct{}
}

// Close ends the server and waits for that.
func (s *Server) Close() {
	_ = s.life.Close()
	<-s.done
}

// watch runs a command until its standard input ends.
const watch = `exec 3<&0; "$@" </dev/null 3<&- & server=$!; { cat <&3 >/dev/null; kill -9 $server 2>/dev/null; } & wait $server`

// Install makes sure that all servers are installed.
func Install(ctx context.Context) error {
	_, gateway := built(ctx, "github.com/versity/versitygw/cmd/versitygw")
	_, gcs := built(ctx, "github.com/fsouza/fake-gcs-server")
	_, azure := fromNPM(ctx)
	return errors.Join(gateway, gcs, azure)
}

// S3 starts versitygw with its data in dir, which gets one folder for each bucket.
func S3(ctx context.Context, dir string) (*Server, error) {
	binary, err := built(ctx, "github.com/versity/versitygw/cmd/versitygw")
	if err != nil {
		return nil, err
	}
	data, versions := filepath.Join(dir, "data"), filepath.Join(dir, "versions")
	if err := errors.Join(os.MkdirAll(data, 0o700), os.MkdirAll(versions, 0o700)); err != nil {
		return nil, err
	}
	s := &Server{User: "K" + random(9), Secret: random(30), Dir: data}
	return s, s.start(ctx, func(port string) *exec.Cmd {
		cmd := exec.Command(binary, "--port", "127.0.0.1:"+port, "--keep-alive", "--quiet", "posix", "--versioning-dir", versions, data)
		cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.User, "ROOT_SECRET_KEY="+s.Secret)
		return cmd
	}, "")
}

// GCS starts fake-gcs-server, which keeps its data in memory.
func GCS(ctx context.Context) (*Server, error) {
	binary, err := built(ctx, "github.com/fsouza/fake-gcs-server")
	if err != nil {
		return nil, err
	}
	s := new(Server)
	return s, s.start(ctx, func(port string) *exec.Cmd {
		return exec.Command(binary, "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", port, "-public-host", "127.0.0.1:"+port, "-log-level", "error")
	}, "")
}

// Azure starts Azurite, which keeps its data in memory.
func Azure(ctx context.Context) (*Server, error) {
	script, err := fromNPM(ctx)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 64)
	_, _ = rand.Read(secret)
	s := &Server{User: "desk", Secret: base64.StdEncoding.EncodeToString(secret)}
	return s, s.start(ctx, func(port string) *exec.Cmd {
		cmd := exec.Command("node", script, "--blobHost", "127.0.0.1", "--blobPort", port, "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry")
		cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+s.User+":"+s.Secret)
		return cmd
	}, "/"+s.User)
}

func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}

// start runs the server on a free port and waits until it answers. The port may be taken in between, hence the tries.
func (s *Server) start(ctx context.Context, command func(port string) *exec.Cmd, path string) error {
	var err error
	for range 3 {
		if err = s.launch(ctx, command, path); err == nil {
			return nil
		}
	}
	return err
}

func (s *Server) launch(ctx context.Context, command func(port string) *exec.Cmd, path string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Endpoint = "http://127.0.0.1:" + port + path
	server := command(port)
	s.cmd, s.done = exec.Command("sh", append([]string{"-c", watch, "sh"}, server.Args...)...), make(chan struct{})
	s.cmd.Env = server.Env
	if s.life, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.done)
	}()
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(20 * time.Millisecond) {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.done:
			return fmt.Errorf("%s ended: %s", server.Path, s.cmd.ProcessState)
		case <-ctx.Done():
			s.Close()
			return ctx.Err()
		default:
		}
	}
	s.Close()
	return fmt.Errorf("%s does not answer", server.Path)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// cache is the folder of what was installed.
func cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(base, "keysweep-servers")
	return dir, os.MkdirAll(dir, 0o700)
}

// built returns the binary of a command of the module in servers, which it builds unless that was done.
func built(ctx context.Context, command string) (string, error) {
	dir, err := cache()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/keysweep/keysweep").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	servers := filepath.Join(strings.TrimSpace(string(out)), "internal", "cloud", "servers")
	pinned, err := os.ReadFile(filepath.Join(servers, "go.sum"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(pinned, runtime.Version()...))
	binary := filepath.Join(dir, filepath.Base(command)+"-"+hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	temp := fmt.Sprintf("%s.%d", binary, os.Getpid())
	defer os.Remove(temp)
	build := exec.CommandContext(ctx, "go", "build", "-o", temp, command)
	build.Dir = servers
	build.Env = append(os.Environ(), "GOFLAGS=-mod=readonly")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", command, err, text)
	}
	return binary, os.Rename(temp, binary)
}

// fromNPM returns the script that starts Azurite, which it installs unless that was done.
func fromNPM(ctx context.Context) (string, error) {
	dir, err := cache()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(dir, "azurite-"+azurite)
	script := filepath.Join(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js")
	if _, err := os.Stat(script); err == nil {
		return script, nil
	}
	temp, err := os.MkdirTemp(dir, "azurite-*.tmp")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", temp, "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", "azurite@"+azurite)
	if text, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install azurite: %w: %s", err, text)
	}
	if err := os.Rename(temp, folder); err != nil {
		if _, there := os.Stat(script); there != nil { // else another process was first
			return "", err
		}
	}
	return script, nil
}
