package check

import (
	"iter"
	"maps"
)

// Words lists the words of the list, each as [NormalizeWord] gives it, in no order.
func (w *Wordlist) Words() iter.Seq[string] { return maps.Keys(w.table().index) }
