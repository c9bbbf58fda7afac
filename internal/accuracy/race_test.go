//go:build race

package accuracy

// raceDetector says that the tests run under the race detector, which makes the long scan several times slower.
const raceDetector = true
