package datasets

import (
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/zeebo/blake3"
)

// Hash is the BLAKE3 hash, in hex, of what a source gives: shape, frames and
// number of samples, then label and values (float32, little-endian) of each.
// Names are left out: the same samples have the same hash wherever they come
// from. It is "" when a sample cannot be read.
func Hash(s Source) string {
	h := blake3.New()
	in := s.Info()
	var head []byte
	for _, v := range append([]int{s.Len(), in.Frames, len(in.Shape)}, in.Shape...) {
		head = binary.LittleEndian.AppendUint64(head, uint64(v))
	}
	_, _ = h.Write(head) // a hash never fails
	x := make([]float32, in.Values())
	raw := make([]byte, 4*len(x)+4)
	for i := range s.Len() {
		label, err := s.At(i, x)
		if err != nil {
			return ""
		}
		binary.LittleEndian.PutUint32(raw, uint32(label))
		for j, v := range x {
			binary.LittleEndian.PutUint32(raw[4+4*j:], math.Float32bits(v))
		}
		_, _ = h.Write(raw)
	}
	return hex.EncodeToString(h.Sum(nil))
}
