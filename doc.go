// Package keysweep is the root of the module. It holds no code, only the test that keeps imports running one way; the
// command is in cmd/keysweep, the library in detectors and scanner.
package keysweep
