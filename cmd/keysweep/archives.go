package main

import (
	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
	"github.com/keysweep/keysweep/scanner/source/unpack"
)

func (f *scanFlags) unpacker() unpack.Unpacker { return unpack.Unpacker{Depth: f.maxArchive} }

// unpacked opens the archives of a source.
func (f *scanFlags) unpacked(src scanner.Source) *unpack.Source {
	return &unpack.Source{Unpacker: f.unpacker(), Inner: src}
}

// named tells the git reader which objects to hand over for the name of a file: what is opened for that alone.
func (f *scanFlags) named() func([]byte) bool {
	if f.maxArchive == 0 {
		return nil
	}
	return unpack.Named
}

// spotter tells the git reader which objects to hand over: those with a place of the detector's, and archives.
func (f *scanFlags) spotter(set *detectors.Set) gitpack.Spotter {
	if f.maxArchive == 0 {
		return spotter{set}
	}
	return unpack.Spotter{Spotter: spotter{set}}
}
