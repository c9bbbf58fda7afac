package gitpack

// run is a part of a delta's result that was copied from the base in one piece.
type run struct{ dst, src, n int }

// deltaSizes reads the sizes of base and result that a delta starts with, and returns its instructions.
func deltaSizes(delta []byte) (base, result uint64, ops []byte, err error) {
	base, ops, ok := varint(delta)
	if ok {
		result, ops, ok = varint(ops)
	}
	if !ok {
		return 0, 0, nil, corrupt("delta sizes", nil)
	}
	return base, result, ops, nil
}

// varint reads a little-endian number of 7 bits per byte.
func varint(data []byte) (n uint64, rest []byte, ok bool) {
	for shift := 0; len(data) > 0 && shift < 63; shift += 7 {
		b := data[0]
		data = data[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n, data, true
		}
	}
	return 0, nil, false
}

// patch carries out the instructions of a delta (gitformat-pack, "Deltified representation"): dst, which must have the
// length of the result, is filled from base and the instructions. The copied runs are appended to runs, neighbours
// joined; a nil runs is left alone.
func patch(dst, base, ops []byte, runs *[]run) error {
	at := 0
	for len(ops) > 0 {
		op := ops[0]
		ops = ops[1:]
		if op&0x80 == 0 {
			n := int(op)
			if n == 0 || n > len(ops) || n > len(dst)-at {
				return corrupt("delta insert", nil)
			}
			copy(dst[at:], ops[:n])
			ops, at = ops[n:], at+n
			continue
		}
		from, n, rest, ok := copyOp(op, ops)
		if !ok || from > uint64(len(base)) || n > len(base)-int(from) || n > len(dst)-at {
			return corrupt("delta copy", nil)
		}
		copy(dst[at:at+n], base[from:])
		if runs != nil {
			addRun(runs, run{at, int(from), n})
		}
		ops, at = rest, at+n
	}
	if at != len(dst) {
		return corrupt("delta is short", nil)
	}
	return nil
}

func addRun(runs *[]run, r run) {
	if k := len(*runs) - 1; k >= 0 {
		last := &(*runs)[k]
		if last.dst+last.n == r.dst && last.src+last.n == r.src {
			last.n += r.n
			return
		}
	}
	*runs = append(*runs, r)
}

// copyOp reads the offset and length of a copy; op says which of their bytes are there.
func copyOp(op byte, ops []byte) (from uint64, n int, rest []byte, ok bool) {
	for bit := range 7 {
		if op&(1<<bit) == 0 {
			continue
		}
		if len(ops) == 0 {
			return 0, 0, nil, false
		}
		if bit < 4 {
			from |= uint64(ops[0]) << (8 * bit)
		} else {
			n |= int(ops[0]) << (8 * (bit - 4))
		}
		ops = ops[1:]
	}
	if n == 0 {
		n = 0x10000
	}
	return from, n, ops, true
}
