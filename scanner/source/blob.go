package source

import (
	"bytes"
	"errors"

	"github.com/keysweep/keysweep/detectors"
	"github.com/keysweep/keysweep/detectors/decode"
	"github.com/keysweep/keysweep/scanner"
	"github.com/keysweep/keysweep/scanner/source/gitpack"
)

// blob yields the content of a blob, or a window of it, as UTF-8.
func (h *history) blob(o gitpack.Object, unit string, at scanner.Occurrence) error {
	if o.Offset == 0 && !o.More {
		text, encoding := decode.Text(o.Data)
		c := scanner.Chunk{Unit: unit, Data: text, At: at}
		if encoding == "" && len(text) == len(o.Data) {
			c.Spots = detectorSpots(o.Spots)
		}
		return h.yield(c)
	}
	if c := h.window(o, unit, at); c != nil {
		chunk := c.push(o.Data[o.Overlap:], !o.More)
		chunk.More = o.More
		return h.yield(chunk)
	}
	return h.yield(scanner.Chunk{Unit: unit, Data: o.Data, Offset: o.Offset, Line: o.Line, Overlap: o.Overlap, At: at, More: o.More})
}

// detectorSpots are the places that a detector's spotter found, as that detector takes them; nil when it found none.
func detectorSpots(spots []gitpack.Span) []detectors.Spot {
	var out []detectors.Spot
	for _, at := range spots {
		if at.Kind != 0 {
			out = append(out, detectors.Spot{Start: at.Start, End: at.End, Kind: detectors.Kind(at.Kind)})
		}
	}
	return out
}

// window returns what turns the windows of a blob into UTF-8, or nil when nothing has to. The first window decides.
func (h *history) window(o gitpack.Object, unit string, at scanner.Occurrence) *cutter {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.windows[o.ID]
	if o.Offset == 0 {
		if encoding := decode.TextEncoding(o.Data); encoding != "" {
			c = &cutter{unit: unit, at: at, known: true, encoding: encoding}
			h.windows[o.ID] = c
		}
	}
	if !o.More {
		delete(h.windows, o.ID)
	}
	return c
}

func lfsMark() []byte { return []byte("version https://git-lfs.github.com/spec/v1\n") }

// pointer says of a Git LFS pointer that the content it stands for is not in the history.
func (h *history) pointer(o gitpack.Object, unit string, at scanner.Occurrence) error {
	const longest = 1024 // by the specification
	if o.Size >= longest || !bytes.HasPrefix(o.Data, lfsMark()) {
		return nil
	}
	return h.yield(leftOut(unit+" content", at, SkipLFS, errors.New("kept by Git LFS; the pointer was scanned")))
}
