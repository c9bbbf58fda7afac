package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asCommand is the variable that makes this test binary the command itself.
const asCommand = "KEYSWEEP_TEST_AS_COMMAND"

// TestMain puts the command on the PATH of the scripts: this test binary itself or, because every start of one with race
// detection takes a second, a plain build. TestRunInProcess is what looks for races.
func TestMain(m *testing.M) {
	switch os.Getenv(asCommand) {
	case "plain":
		os.Exit(mainExit())
	case "socketless":
		os.Exit(runSocketless())
	}
	if !raceBuild {
		testscript.Main(m, map[string]func(){"keysweep": func() { os.Exit(mainExit()) }})
	}
	os.Exit(withPlainBuild(m))
}

func withPlainBuild(m *testing.M) int {
	dir, err := os.MkdirTemp("", "keysweep-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "keysweep"), ".").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("build: %v: %s", err, out))
	}
	os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return m.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("..", "..", "testdata", "cli"),
		Setup: plainEnvironment,
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     cmdExits,
			"plant":     cmdPlant,
			"git":       cmdGit,
			"newrepo":   cmdNewRepo,
			"fifo":      cmdFifo,
			"shell":     cmdShell,
			"issuer":    cmdIssuer,
			"asked":     cmdAsked,
			"wif":       cmdWIF,
			"acme":      cmdAcme,
			"acted":     cmdActed,
			"plantacme": cmdPlantAcme,
		},
	})
}

// plainEnvironment keeps the person's own git configuration and keysweep variables out of the scripts.
func plainEnvironment(e *testscript.Env) error {
	e.Values[acmeKey{}] = map[string]*acme{}
	e.Values[issuersKey{}] = map[string]*issuerLog{}
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	e.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(e.WorkDir, ".gitconfig"))
	e.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(e.WorkDir))
	e.Setenv("KEYSWEEP_CONFIG", "")
	scan, err := filepath.Abs(filepath.Join("..", "..", ".github", "scan"))
	if err != nil {
		return err
	}
	e.Setenv("SCAN", scan)
	config := "[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n" +
		"[protocol \"file\"]\n\tallow = always\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n"
	return os.WriteFile(filepath.Join(e.WorkDir, ".gitconfig"), []byte(config), 0o600)
}

// cmdExits is "exits CODE command args...": the command must end with exactly that code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cmdPlant is "plant FILE [VARIABLE]": it appends a random Binance key pair, and sets VARIABLE to the secret. Nothing
// that looks like a credential is committed.
func cmdPlant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: plant FILE [VARIABLE]")
	}
	text, secret := binancePair()
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o700))
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(text)
	ts.Check(errors.Join(err, f.Close()))
	if len(args) == 2 {
		ts.Setenv(args[1], secret)
	}
}

func binancePair() (text, secret string) {
	secret = randomText(64)
	return fmt.Sprintf("BINANCE_API_KEY=%s\nBINANCE_API_SECRET=%s\n", randomText(64), secret), secret
}

func randomText(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	for i, b := range raw {
		raw[i] = letters[int(b)%len(letters)]
	}
	return string(raw)
}

// cmdGit is "git args...", which must succeed, or with "!" fail.
func cmdGit(ts *testscript.TestScript, neg bool, args []string) {
	if err := ts.Exec("git", args...); (err != nil) != neg {
		ts.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
}

// cmdNewRepo is "newrepo DIR": a repository with one harmless commit.
func cmdNewRepo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newrepo DIR")
	}
	ts.Check(ts.Exec("git", "init", "-q", args[0]))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "README"), []byte("a bot\n"), 0o600))
	ts.Check(ts.Exec("git", "-C", args[0], "add", "README"))
	ts.Check(ts.Exec("git", "-C", args[0], "commit", "-q", "-m", "start"))
}

// cmdFifo is "fifo FILE".
func cmdFifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

// cmdShell is "shell CODE script": sh runs the script, which must end with exactly that code.
func cmdShell(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: shell CODE script")
	}
	cmdExits(ts, neg, []string{args[0], "sh", "-c", args[1]})
}
