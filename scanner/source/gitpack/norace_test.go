//go:build !race

package gitpack

// raceDetector says that the tests run under the race detector, which takes memory of its own.
const raceDetector = false
