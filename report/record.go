package report

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// eventField is a field number of the message Event (tensorflow/core/util/event.proto).
type eventField = protowire.Number

const (
	eventFileVersion eventField = 3
	eventSummary     eventField = 5
	eventSessionLog  eventField = 7
)

// frame makes a TFRecord of data: length (uint64), masked CRC-32C of the
// length, data, masked CRC-32C of the data, all little-endian.
func frame(data []byte) []byte {
	b := make([]byte, 0, len(data)+16)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, maskedCRC(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, maskedCRC(data))
}

// maskedCRC is rotr(crc, 15) + 0xa282ead8: a CRC that may itself be covered by a CRC.
func maskedCRC(b []byte) uint32 {
	crc := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// event encodes Event{wall_time: 1, step: 2, field: payload}.
func event(wall float64, step int64, field eventField, payload []byte) []byte {
	b := appendDouble(nil, 1, wall)
	if step != 0 {
		b = appendVarint(b, 2, uint64(step))
	}
	return appendBytes(b, field, payload)
}

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendFloat(b []byte, field protowire.Number, v float32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(b, field, protowire.Fixed32Type), math.Float32bits(v))
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

// appendDoubles encodes a packed repeated double.
func appendDoubles(b []byte, field protowire.Number, vs []float64) []byte {
	packed := make([]byte, 0, 8*len(vs))
	for _, v := range vs {
		packed = protowire.AppendFixed64(packed, math.Float64bits(v))
	}
	return appendBytes(b, field, packed)
}
