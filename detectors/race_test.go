//go:build race

package detectors

// raceDetector says that the race detector slows this run down some ten times.
const raceDetector = true
