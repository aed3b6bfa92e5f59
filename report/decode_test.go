package report_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// tfEvent is what the tests look at in an event.
type tfEvent struct {
	wall              float64
	step              int64
	version           string
	session           uint64 // SessionLog.status
	tag, text, plugin string
	scalar            float32
	histogram         *tfHistogram
}

type tfHistogram struct {
	min, max, num, sum, sumSquares float64
	limits, counts                 []float64
}

// decodeEvents takes an event file apart, checking every CRC.
func decodeEvents(b []byte) ([]tfEvent, error) {
	var events []tfEvent
	for len(b) > 0 {
		if len(b) < 12 || sum(b[:8]) != binary.LittleEndian.Uint32(b[8:]) {
			return events, errors.New("bad length")
		}
		n := int(binary.LittleEndian.Uint64(b))
		b = b[12:]
		if len(b) < n+4 || sum(b[:n]) != binary.LittleEndian.Uint32(b[n:]) {
			return events, errors.New("bad data")
		}
		var e tfEvent
		if err := e.decode(b[:n], ""); err != nil {
			return events, err
		}
		events, b = append(events, e), b[n+4:]
	}
	return events, nil
}

// sum is the masked CRC written as in TensorFlow's documentation.
func sum(b []byte) uint32 {
	crc := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return ((crc >> 15) | (crc << 17)) + 0xa282ead8
}

// decode reads the fields of the message at path, a list of field numbers such as "/5/1".
func (e *tfEvent) decode(b []byte, path string) error {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		size := protowire.ConsumeFieldValue(field, kind, b[n:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := e.field(fmt.Sprintf("%s/%d", path, field), kind, b[n:n+size]); err != nil {
			return err
		}
		b = b[n+size:]
	}
	return nil
}

func (e *tfEvent) field(path string, kind protowire.Type, b []byte) error {
	switch kind {
	case protowire.VarintType:
		v, _ := protowire.ConsumeVarint(b)
		return e.varint(path, v)
	case protowire.Fixed32Type:
		v, _ := protowire.ConsumeFixed32(b)
		return put(path, "/5/1/2", &e.scalar, math.Float32frombits(v))
	case protowire.Fixed64Type:
		v, _ := protowire.ConsumeFixed64(b)
		return e.double(path, math.Float64frombits(v))
	}
	v, _ := protowire.ConsumeBytes(b)
	switch path {
	case "/3":
		e.version = string(v)
	case "/5/1/1":
		e.tag = string(v)
	case "/5/1/8/8":
		e.text = string(v)
	case "/5/1/9/1/1":
		e.plugin = string(v)
	case "/5/1/5/6":
		e.histogram.limits = doubles(v)
	case "/5/1/5/7":
		e.histogram.counts = doubles(v)
	case "/5/1/5":
		e.histogram = &tfHistogram{}
		return e.decode(v, path)
	case "/5", "/5/1", "/7", "/5/1/8", "/5/1/8/2", "/5/1/8/2/2", "/5/1/9", "/5/1/9/1":
		return e.decode(v, path)
	default:
		return fmt.Errorf("bytes at %s", path)
	}
	return nil
}

func (e *tfEvent) varint(path string, v uint64) error {
	switch path {
	case "/2":
		e.step = int64(v)
	case "/7/1":
		e.session = v
	case "/5/1/8/1": // dtype, 7 = string
		if v != 7 {
			return fmt.Errorf("dtype %d", v)
		}
	case "/5/1/8/2/2/1": // shape (1)
		if v != 1 {
			return fmt.Errorf("size %d", v)
		}
	default:
		return fmt.Errorf("varint at %s", path)
	}
	return nil
}

func (e *tfEvent) double(path string, v float64) error {
	if path == "/1" {
		e.wall = v
		return nil
	}
	h := e.histogram
	if h == nil {
		return fmt.Errorf("double at %s", path)
	}
	fields := map[string]*float64{
		"/5/1/5/1": &h.min, "/5/1/5/2": &h.max, "/5/1/5/3": &h.num, "/5/1/5/4": &h.sum, "/5/1/5/5": &h.sumSquares,
	}
	if fields[path] == nil {
		return fmt.Errorf("double at %s", path)
	}
	*fields[path] = v
	return nil
}

func put[T any](path, want string, dst *T, v T) error {
	if path != want {
		return fmt.Errorf("value at %s", path)
	}
	*dst = v
	return nil
}

func doubles(b []byte) []float64 {
	vs := make([]float64, 0, len(b)/8)
	for ; len(b) >= 8; b = b[8:] {
		vs = append(vs, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return vs
}
