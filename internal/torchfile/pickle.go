package torchfile

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The opcodes that torch.save emits with protocols 2 to 4.
const (
	opMark            = '('
	opStop            = '.'
	opPop             = '0'
	opPopMark         = '1'
	opDup             = '2'
	opBinFloat        = 'G'
	opBinInt          = 'J'
	opBinInt1         = 'K'
	opBinInt2         = 'M'
	opNone            = 'N'
	opBinPersID       = 'Q'
	opReduce          = 'R'
	opBinString       = 'T'
	opShortBinString  = 'U'
	opBinUnicode      = 'X'
	opAppend          = 'a'
	opBuild           = 'b'
	opGlobal          = 'c'
	opAppends         = 'e'
	opBinGet          = 'h'
	opLongBinGet      = 'j'
	opBinPut          = 'q'
	opLongBinPut      = 'r'
	opSetItem         = 's'
	opTuple           = 't'
	opSetItems        = 'u'
	opBinBytes        = 'B'
	opShortBinBytes   = 'C'
	opEmptyList       = ']'
	opEmptyTuple      = ')'
	opEmptyDict       = '}'
	opProto           = 0x80
	opNewObj          = 0x81
	opTuple1          = 0x85
	opTuple2          = 0x86
	opTuple3          = 0x87
	opNewTrue         = 0x88
	opNewFalse        = 0x89
	opLong1           = 0x8a
	opShortBinUnicode = 0x8c
	opBinUnicode8     = 0x8d
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95
)

// mark is what MARK leaves on the stack.
type mark struct{}

// tuple and list are sequences; a list is changed in place.
type (
	tuple []any
	list  struct{ items []any }
)

// dict keeps the order of its keys; keys that are no text are dropped.
type dict struct {
	keys   []string
	values map[string]any
}

func (d *dict) set(key, value any) {
	name, ok := key.(string)
	if !ok {
		return
	}
	if _, known := d.values[name]; !known {
		d.keys = append(d.keys, name)
	}
	d.values[name] = value
}

func newDict() *dict { return &dict{values: map[string]any{}} }

// opaque is an object of which nothing is used: a set, bytes.
type opaque struct{}

// machine interprets one pickle.
type machine struct {
	raw     []byte
	at      int
	stack   []any
	memo    map[uint32]any
	left    int                              // pairs that may still be put into OrderedDicts: no list is used again and again
	storage func(id tuple) (*storage, error) // what a persistent id means
}

// newMachine starts at raw[at:].
func newMachine(raw []byte, at int, storage func(id tuple) (*storage, error)) *machine {
	return &machine{raw: raw, at: at, memo: map[uint32]any{}, left: len(raw), storage: storage}
}

// run interprets up to STOP and returns the object.
func (m *machine) run() (any, error) {
	for {
		start := m.at
		op, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if op[0] == opStop {
			return m.pop()
		}
		if err := m.step(op[0]); err != nil {
			return nil, fmt.Errorf("pickle, byte %d: %w", start, err)
		}
	}
}

// step interprets one opcode.
func (m *machine) step(op byte) error {
	for _, family := range []func(byte) (bool, error){m.constant, m.text, m.container, m.memory, m.object} {
		if done, err := family(op); done || err != nil {
			return err
		}
	}
	return fmt.Errorf("opcode 0x%02x is none that torch.save writes", op)
}

// take returns the next n bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.raw)-m.at {
		return nil, fmt.Errorf("pickle, byte %d: %d bytes are missing", m.at, n-(len(m.raw)-m.at))
	}
	m.at += n
	return m.raw[m.at-n : m.at], nil
}

// number reads an unsigned number of size bytes, little endian.
func (m *machine) number(size int) (uint64, error) {
	b, err := m.take(size)
	if err != nil {
		return 0, err
	}
	var full [8]byte
	copy(full[:], b)
	return binary.LittleEndian.Uint64(full[:]), nil
}

// counted reads a length of size bytes and as many bytes.
func (m *machine) counted(size int) ([]byte, error) {
	n, err := m.number(size)
	if err != nil {
		return nil, err
	}
	if n > uint64(len(m.raw)) {
		return nil, fmt.Errorf("%d bytes of text in a pickle of %d", n, len(m.raw))
	}
	return m.take(int(n))
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, fmt.Errorf("the stack is empty")
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	if _, is := v.(mark); is {
		return nil, fmt.Errorf("a mark where an object is expected")
	}
	return v, nil
}

// popN takes the last n objects.
func (m *machine) popN(n int) (tuple, error) {
	out := make(tuple, n)
	for i := n - 1; i >= 0; i-- {
		v, err := m.pop()
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// popMark takes all objects since the last mark.
func (m *machine) popMark() (tuple, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, is := m.stack[i].(mark); is {
			out := append(tuple{}, m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return out, nil
		}
	}
	return nil, fmt.Errorf("no mark on the stack")
}

// constant: numbers and the like.
func (m *machine) constant(op byte) (bool, error) {
	switch op {
	case opProto:
		v, err := m.number(1)
		if err == nil && v > 4 {
			err = fmt.Errorf("protocol %d, at most 4 is read", v)
		}
		return true, err
	case opFrame:
		_, err := m.take(8)
		return true, err
	case opNone:
		m.push(nil)
	case opNewTrue, opNewFalse:
		m.push(op == opNewTrue)
	case opBinInt1:
		v, err := m.number(1)
		m.push(int64(v))
		return true, err
	case opBinInt2:
		v, err := m.number(2)
		m.push(int64(v))
		return true, err
	case opBinInt:
		v, err := m.number(4)
		m.push(int64(int32(v)))
		return true, err
	case opLong1:
		return true, m.long()
	case opBinFloat:
		b, err := m.take(8)
		if err != nil {
			return true, err
		}
		m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	default:
		return false, nil
	}
	return true, nil
}

// long reads a number in two's complement; one beyond 64 bits is of no use here and becomes opaque.
func (m *machine) long() error {
	b, err := m.counted(1)
	if err != nil {
		return err
	}
	if len(b) > 8 {
		m.push(opaque{})
		return nil
	}
	var v int64
	for i := len(b) - 1; i >= 0; i-- {
		if i == len(b)-1 {
			v = int64(int8(b[i]))
			continue
		}
		v = v<<8 | int64(b[i])
	}
	m.push(v)
	return nil
}

// text: strings and bytes.
func (m *machine) text(op byte) (bool, error) {
	var size int // of the length before the bytes
	switch op {
	case opShortBinString, opShortBinUnicode, opShortBinBytes:
		size = 1
	case opBinString, opBinUnicode, opBinBytes:
		size = 4
	case opBinUnicode8, opBinBytes8:
		size = 8
	default:
		return false, nil
	}
	b, err := m.counted(size)
	if err != nil {
		return true, err
	}
	switch op {
	case opBinBytes, opShortBinBytes, opBinBytes8:
		m.push(opaque{})
	default:
		m.push(string(b))
	}
	return true, nil
}
