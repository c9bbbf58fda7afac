package unpack

import (
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/keysweep/keysweep/detectors/decode"
)

// sqlite reads the tables of a database from its pages, as https://sqlite.org/fileformat2.html describes them. Own code
// for so much only: a driver is 60 times the size, and would write and lock beside the file.
type sqlite struct {
	data     []byte
	page     int // bytes
	usable   int // of a page
	encoding uint32
	seen     map[uint32]bool // pages, so that a loop ends
	left     int             // bytes of records that may still be made
}

// readSQLite yields one text for each table: a line for each row, with the names of its columns.
func readSQLite(data []byte, yield func(string, []byte) error) error {
	if len(data) < 100 {
		return errFormat
	}
	db := sqlite{data: data, page: int(binary.BigEndian.Uint16(data[16:])), encoding: binary.BigEndian.Uint32(data[56:]), seen: map[uint32]bool{}, left: 4 * len(data)}
	if db.page == 1 {
		db.page = 1 << 16
	}
	db.usable = db.page - int(data[20])
	if db.page < 512 || db.usable < 480 {
		return errFormat
	}
	type table struct {
		name    string
		root    uint32
		columns []string
	}
	var tables []table
	bad := db.walk(1, func(row []string) {
		if len(row) < 5 || row[0] != "table" {
			return
		}
		if root, err := strconv.ParseUint(row[3], 10, 32); err == nil && root > 1 {
			tables = append(tables, table{row[1], uint32(root), columns(row[4])})
		}
	})
	for _, t := range tables {
		var out strings.Builder
		err := db.walk(t.root, func(row []string) { writeRow(&out, t.name, t.columns, row) })
		if err != nil {
			bad = err
		}
		if err := yield(t.name, []byte(out.String())); err != nil {
			return err
		}
	}
	return bad
}

func writeRow(out *strings.Builder, table string, columns, row []string) {
	out.WriteString("{")
	for i, v := range row {
		if v == "" {
			continue
		}
		name := fmt.Sprintf("%s_%d", table, i+1)
		if i < len(columns) {
			name = columns[i]
		}
		fmt.Fprintf(out, "%q: \"%s\", ", name, v)
	}
	out.WriteString("}\n")
}

var columnName = regexp.MustCompile("^\\s*(?:\"([^\"]+)\"|`([^`]+)`|\\[([^]]+)\\]|([A-Za-z_][A-Za-z0-9_$]*))")

// columns reads the names of a table's columns from the statement that made it.
func columns(sql string) []string {
	_, body, _ := strings.Cut(sql, "(")
	var names []string
	depth, start := 0, 0
	for i, c := range body + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			if m := columnName.FindStringSubmatch(body[min(start, len(body)):min(i, len(body))]); m != nil {
				names = append(names, strings.Join(m[1:], ""))
			}
			start = i + 1
		}
	}
	return names
}

// walk calls yield with the rows of the b-tree at a page.
func (db *sqlite) walk(number uint32, yield func(row []string)) error {
	stack := []uint32{number}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		page, head := db.at(n)
		if page == nil || db.seen[n] {
			return errFormat
		}
		db.seen[n] = true
		kind := page[head]
		cells := int(binary.BigEndian.Uint16(page[head+3:]))
		size := 8
		if kind == 2 || kind == 5 {
			size = 12
			stack = append(stack, binary.BigEndian.Uint32(page[head+8:]))
		}
		for i := range cells {
			p := head + size + 2*i
			if p+2 > len(page) {
				return errFormat
			}
			at := int(binary.BigEndian.Uint16(page[p:]))
			if at+4 > len(page) {
				return errFormat
			}
			switch kind {
			case 5:
				stack = append(stack, binary.BigEndian.Uint32(page[at:]))
			case 2:
				stack = append(stack, binary.BigEndian.Uint32(page[at:]))
				db.cell(page[at+4:], false, yield)
			case 10:
				db.cell(page[at:], false, yield)
			case 13:
				db.cell(page[at:], true, yield)
			default:
				return errFormat
			}
		}
	}
	return nil
}

// at returns a page, and where its header begins: the first one has that of the file before it.
func (db *sqlite) at(number uint32) ([]byte, int) {
	start := (int64(number) - 1) * int64(db.page)
	if number == 0 || start+int64(db.page) > int64(len(db.data)) {
		return nil, 0
	}
	page := db.data[start : start+int64(db.page)][:db.usable]
	if number == 1 {
		return page, 100
	}
	return page, 0
}

// cell reads the record of a cell, with the pages that it goes on in.
func (db *sqlite) cell(cell []byte, rowid bool, yield func([]string)) {
	length, n := varint(cell)
	if n == 0 || length > uint64(db.left) {
		return
	}
	cell = cell[n:]
	most := (db.usable-12)*64/255 - 23
	if rowid {
		_, n = varint(cell)
		cell = cell[n:]
		most = db.usable - 35
	}
	size := int(length)
	db.left -= size
	least := (db.usable-12)*32/255 - 23
	local := size
	if size > most {
		if local = least + (size-least)%(db.usable-4); local > most {
			local = least
		}
	}
	if local > len(cell) {
		return
	}
	record := cell[:local]
	if size > local && len(cell) >= local+4 {
		record = db.overflow(append(make([]byte, 0, size), record...), binary.BigEndian.Uint32(cell[local:]), size)
	}
	yield(db.record(record))
}

func (db *sqlite) overflow(record []byte, next uint32, size int) []byte {
	for next != 0 && len(record) < size {
		page, _ := db.at(next)
		if page == nil {
			return record
		}
		next = binary.BigEndian.Uint32(page)
		record = append(record, page[4:min(len(page), 4+size-len(record))]...)
	}
	return record
}

// record returns the values as text; nothing for blobs that are none, numbers that are no integers and NULL.
func (db *sqlite) record(data []byte) []string {
	size, n := varint(data)
	if n == 0 || size > uint64(len(data)) {
		return nil
	}
	head, body := data[n:max(n, int(size))], data[size:]
	var row []string
	for len(head) > 0 {
		kind, n := varint(head)
		if n == 0 {
			return row
		}
		head = head[n:]
		width := widthOf(kind)
		if width > uint64(len(body)) {
			width = uint64(len(body))
		}
		row = append(row, db.value(kind, body[:width]))
		body = body[width:]
	}
	return row
}

func widthOf(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind == 5:
		return 6
	case kind == 6 || kind == 7:
		return 8
	case kind <= 4:
		return kind
	}
	return 0
}

func (db *sqlite) value(kind uint64, data []byte) string {
	switch {
	case kind >= 12 && kind%2 == 1 && db.encoding == 2:
		return string(decode.TextFrom(data, decode.UTF16LE))
	case kind >= 12 && kind%2 == 1 && db.encoding == 3:
		return string(decode.TextFrom(data, decode.UTF16BE))
	case kind >= 12:
		return strings.ToValidUTF8(string(data), "?")
	case kind >= 1 && kind <= 6:
		v := int64(0)
		for i, b := range data {
			if i == 0 {
				v = int64(int8(b))
				continue
			}
			v = v<<8 | int64(b)
		}
		return strconv.FormatInt(v, 10)
	case kind == 7 && len(data) == 8:
		return strconv.FormatFloat(math.Float64frombits(binary.BigEndian.Uint64(data)), 'g', -1, 64)
	case kind == 9:
		return "1"
	}
	return ""
}

// varint reads a number of one to nine bytes. N is 0 when it is cut off.
func varint(data []byte) (v uint64, n int) {
	for n < len(data) && n < 8 {
		v = v<<7 | uint64(data[n]&0x7f)
		if n++; data[n-1] < 0x80 {
			return v, n
		}
	}
	if n == 8 && len(data) > 8 {
		return v<<8 | uint64(data[8]), 9
	}
	return 0, 0
}
