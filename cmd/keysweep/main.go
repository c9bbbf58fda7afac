// Command keysweep finds leaked exchange and crypto credentials in git history, files and standard input.
//
// This package holds the commands: flags, wiring, and the messages to the person. What they do lives in the packages
// detectors and scanner.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	_ "time/tzdata" // quiet hours name time zones, and a container has no list of them
)

func main() { os.Exit(mainExit()) }

// mainExit runs the command line of this process and returns its exit code.
func mainExit() (code int) {
	debug.SetTraceback("none") // a trace prints arguments, and those may point at secrets
	defer func() {
		if r := recover(); r != nil {
			code = crashed(os.Stderr, r)
		}
	}()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startGC)
	}
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away is quiet; see tolerant
	ctx, stop := interruptible(context.Background())
	defer stop()
	c := console{in: os.Stdin, out: &tolerant{w: os.Stdout}, err: &tolerant{w: os.Stderr}, env: os.Getenv}
	return run(ctx, c, os.Args[1:])
}

// startGC is the garbage collector's percentage until its first cycle in a scan, or for good in another command: the
// rules, almost all of which stays, are loaded without one.
const startGC = 400

// run executes one command line and returns the exit code.
func run(ctx context.Context, c console, args []string) int {
	root := newRoot(c)
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	var exit exitCode
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintf(c.err, "keysweep: %v\n", err)
	return exitUsage
}

// The exit codes of every command.
const (
	exitClean      = 0
	exitFindings   = 1
	exitUsage      = 2
	exitIncomplete = 3
)

// exitCode is the error of a command that has said everything and only needs its exit code.
type exitCode int

// Error names the code; nobody prints it.
func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// console is where a command reads and writes, and its environment.
type console struct {
	in  io.Reader
	out io.Writer // reports and answers
	err io.Writer // messages and progress
	env func(string) string
}

// tolerant swallows writes once nobody reads the other end any more, as after "| head": the run goes on, because its
// exit code still matters. It remembers any other error, which the report that was written returns.
type tolerant struct {
	w    *os.File
	gone atomic.Bool
}

// Write writes p, or drops it when the reader is gone.
func (t *tolerant) Write(p []byte) (int, error) {
	if t.gone.Load() {
		return len(p), nil
	}
	n, err := t.w.Write(p)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) || errors.Is(err, syscall.EBADF) {
		t.gone.Store(true)
		return len(p), nil
	}
	return n, err
}

// Fd returns the descriptor, to ask whether it is a terminal.
func (t *tolerant) Fd() uintptr { return t.w.Fd() }

var errInterrupted = errors.New("interrupted")

// interruptible returns a context that ends at the first Ctrl-C or SIGTERM. The second one ends the process.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// crashed tells of a panic without its value, which may hold content: its type, and the functions on the stack.
func crashed(w io.Writer, r any) int {
	fmt.Fprintf(w, "keysweep: internal error (%T); please report it with these lines:\n", r)
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			fmt.Fprintf(w, "  %s:%d\n", f.Function, f.Line)
		}
		if !more {
			return exitIncomplete
		}
	}
}
