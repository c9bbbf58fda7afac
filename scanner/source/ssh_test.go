package source

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// sshServer serves repositories of this machine over ssh to one key, with git's own upload-pack.
type sshServer struct {
	t      *testing.T
	config *ssh.ServerConfig
	socket net.Listener
	wg     sync.WaitGroup
}

func newSigner(t *testing.T) (ed25519.PrivateKey, ssh.Signer) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	must(t, err)
	return key, signer
}

// serveSSH starts a server that knows one key, held by an agent that the environment names, and a file of known hosts
// that has the server's when known is set. It returns the address.
func serveSSH(t *testing.T, known bool) string {
	t.Helper()
	key, signer := newSigner(t)
	_, host := newSigner(t)
	s := &sshServer{t: t, config: &ssh.ServerConfig{PublicKeyCallback: func(c ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if c.User() != "git" || string(k.Marshal()) != string(signer.PublicKey().Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}}
	s.config.AddHostKey(host)
	var err error
	s.socket, err = net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s.wg.Go(s.accept)
	t.Cleanup(func() { s.socket.Close(); s.wg.Wait() })

	address := s.socket.Addr().String()
	hosts := ""
	if known {
		hosts = knownhosts.Line([]string{address}, host.PublicKey()) + "\n"
	}
	file := filepath.Join(tempDir(t), "known_hosts")
	must(t, os.WriteFile(file, []byte(hosts), 0o600))
	t.Setenv("SSH_KNOWN_HOSTS", file)
	t.Setenv("SSH_AUTH_SOCK", s.agent(key))
	return address
}

// agent offers the key on a socket, as ssh-agent does.
func (s *sshServer) agent(key ed25519.PrivateKey) string {
	ring := agent.NewKeyring()
	must(s.t, ring.Add(agent.AddedKey{PrivateKey: key}))
	dir, err := os.MkdirTemp("", "ks") // a test's own folder has too long a name for a socket
	must(s.t, err)
	socket, err := net.Listen("unix", filepath.Join(dir, "agent"))
	must(s.t, err)
	var open sync.Map
	s.t.Cleanup(func() {
		socket.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true }) // go-git leaves its own end open
		os.RemoveAll(dir)
	})
	s.wg.Go(func() {
		for {
			c, err := socket.Accept()
			if err != nil {
				return
			}
			open.Store(c, true)
			s.wg.Go(func() { _ = agent.ServeAgent(ring, c); c.Close() })
		}
	})
	return socket.Addr().String()
}

func (s *sshServer) accept() {
	for {
		c, err := s.socket.Accept()
		if err != nil {
			return
		}
		s.wg.Go(func() { s.serve(c) })
	}
}

func (s *sshServer) serve(c net.Conn) {
	defer c.Close()
	conn, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		return
	}
	defer conn.Close()
	s.wg.Go(func() { ssh.DiscardRequests(requests) })
	for offered := range channels {
		ch, requests, err := offered.Accept()
		if err != nil {
			return
		}
		s.wg.Go(func() { s.session(ch, requests) })
	}
}

// session runs the one command that is allowed.
func (s *sshServer) session(ch ssh.Channel, requests <-chan *ssh.Request) {
	defer ch.Close()
	for r := range requests {
		if r.Type != "exec" {
			_ = r.Reply(false, nil)
			continue
		}
		var command struct{ Text string }
		_ = ssh.Unmarshal(r.Payload, &command)
		path, ok := strings.CutPrefix(command.Text, "git-upload-pack ")
		_ = r.Reply(ok, nil)
		if !ok {
			return
		}
		cmd := exec.Command("git", "-c", "safe.directory=*", "upload-pack", strings.Trim(path, "'"))
		cmd.Stdout, cmd.Stderr = ch, ch.Stderr()
		in, err := cmd.StdinPipe()
		if err != nil || cmd.Start() != nil {
			return
		}
		s.wg.Go(func() { _, _ = io.Copy(in, ch); in.Close() })
		status := byte(0)
		if cmd.Wait() != nil {
			status = 1
		}
		_, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, status})
		return
	}
}

func TestGitClonesOverSSH(t *testing.T) {
	r := newRepo(t)
	r.line("a", "b")
	address := serveSSH(t, true)
	temp := t.TempDir()
	g := &Git{Repository: fmt.Sprintf("ssh://git@%s%s", address, filepath.ToSlash(r.dir)), TempDir: temp}
	h := collect(t, g)
	if diff := cmp.Diff([]string{"a", "b"}, foundIn(h)); diff != "" || len(h.skips) > 0 {
		t.Errorf("skips %v, %s", h.skips, diff)
	}
	must(t, g.Close())
	if left := leftIn(t, temp); len(left) > 0 {
		t.Errorf("after Close: %q", left)
	}
}

func TestGitRefusesUnknownHostsOverSSH(t *testing.T) {
	r := newRepo(t)
	r.line("a")
	address := serveSSH(t, false)
	temp := t.TempDir()
	g := &Git{Repository: fmt.Sprintf("ssh://git@%s%s", address, filepath.ToSlash(r.dir)), TempDir: temp}
	_, err := gather(t.Context(), g)
	if !errors.Is(err, ErrClone) || !strings.Contains(err.Error(), "key is unknown") {
		t.Errorf("got error %v", err)
	}
	must(t, g.Close())
	if left := leftIn(t, temp); len(left) > 0 {
		t.Errorf("after the failure: %q", left)
	}
}
