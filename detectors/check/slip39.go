package check

import (
	"fmt"
	"strconv"
)

// slip39 proves one Shamir share of SLIP-39: ten bits a word, the last three of them Reed-Solomon checksum. The facts say
// how many shares make the secret: a share of "1 of 1" is the whole of it.
func slip39(words []string) (Proof, bool) {
	switch len(words) {
	case 20, 23, 27, 30, 33:
	default:
		return Proof{}, false
	}
	indexes, ok := slip39List.indexes(normalizeWords(words))
	if !ok || sorted(indexes) {
		return Proof{}, false
	}
	custom := "shamir"
	if indexes[1]>>4&1 == 1 {
		custom = "shamir_extendable"
	}
	padding := (len(words) - 7) * 10 % 16
	if rs1024(custom, indexes) != 1 || indexes[4]>>(10-padding) != 0 {
		return Proof{}, false
	}
	place := indexes[2]<<10 | indexes[3]
	return Proof{Facts: []Fact{
		{"slip39_identifier", strconv.Itoa(indexes[0]<<5 | indexes[1]>>5)},
		{"slip39_groups_needed", strconv.Itoa(place>>12&15 + 1)},
		{"slip39_share", fmt.Sprintf("member %d of group %d, %d needed", place>>4&15+1, place>>16&15+1, place&15+1)},
	}}, true
}

func rs1024(custom string, values []int) uint32 {
	chk := uint32(1)
	for i := range len(custom) {
		chk = rs1024Step(chk, uint32(custom[i]))
	}
	for _, v := range values {
		chk = rs1024Step(chk, uint32(v))
	}
	return chk
}

func rs1024Step(chk, v uint32) uint32 {
	top := chk >> 20
	chk = chk&0xfffff<<10 ^ v
	for i, g := range [10]uint32{0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}
