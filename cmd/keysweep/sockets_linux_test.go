package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// runSocketless ends the process by SIGSYS at the first internet socket, and the test at anything else that goes wrong.
func runSocketless() int {
	if err := forbidSockets(); err != nil {
		fmt.Fprintf(os.Stderr, "seccomp: %v\n", err)
		return 99
	}
	return mainExit()
}

// forbidSockets makes socket(AF_INET or AF_INET6) deadly in all threads of the process.
func forbidSockets() error {
	runtime.LockOSThread()
	const number, domain = 0, 16 // offsets in struct seccomp_data
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SOCKET, Jf: 4},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: domain},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_INET, Jt: 1},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_INET6, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return errno
	}
	return nil
}

// TestNoSocketWithoutVerify lets the kernel end the process at its first internet socket: a scan must live, and one with
// --verify must not, which shows that the kernel was looking.
func TestNoSocketWithoutVerify(t *testing.T) {
	dir := t.TempDir()
	text, _ := binancePair()
	config := "[extend]\nuseDefault = true\n[providers.binance]\nbase_url = 'http://127.0.0.1:1'\n"
	if err := errors.Join(os.WriteFile(filepath.Join(dir, ".env"), []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "c.toml"), []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"dir", dir, "-c", filepath.Join(dir, "c.toml")}, "exit status 1"},
		{[]string{"rules", "providers"}, "<nil>"},
		{[]string{"dir", dir, "-c", filepath.Join(dir, "c.toml"), "--verify"}, "signal: bad system call"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], tt.args...)
		cmd.Env = append(os.Environ(), asCommand+"=socketless")
		out, err := cmd.CombinedOutput()
		got := fmt.Sprint(err)
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.CoreDump() {
				got = "signal: " + status.Signal().String()
			}
		}
		if got != tt.want {
			t.Errorf("keysweep %v: got %s, want %s\n%s", tt.args, got, tt.want, out)
		}
	}
}
