// Package wav reads uncompressed mono recordings of 16 bits.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Decode returns the samples of a RIFF WAVE file, −1..1, and their rate in Hz.
func Decode(raw []byte) (samples []float32, rate int, err error) {
	if len(raw) < 12 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WAVE" {
		return nil, 0, errors.New("is no WAVE file")
	}
	known := false
	for at := 12; at+8 <= len(raw); {
		name, size := string(raw[at:at+4]), int(binary.LittleEndian.Uint32(raw[at+4:]))
		at += 8
		if size < 0 || size > len(raw)-at {
			return nil, 0, fmt.Errorf("chunk %q has %d bytes, %d are left", name, size, len(raw)-at)
		}
		chunk := raw[at : at+size]
		switch {
		case name == "fmt ":
			if rate, err = format(chunk); err != nil {
				return nil, 0, err
			}
			known = true
		case name == "data" && known:
			return pcm(chunk), rate, nil
		}
		at += size + size&1
	}
	return nil, 0, errors.New("has no samples behind its format")
}

// format reads the rate; other than mono PCM of 16 bits is refused.
func format(chunk []byte) (int, error) {
	if len(chunk) < 16 {
		return 0, fmt.Errorf("a format of %d bytes", len(chunk))
	}
	code, channels, bits := binary.LittleEndian.Uint16(chunk), binary.LittleEndian.Uint16(chunk[2:]), binary.LittleEndian.Uint16(chunk[14:])
	rate := binary.LittleEndian.Uint32(chunk[4:])
	if code != 1 || channels != 1 || bits != 16 || rate == 0 || rate > 1<<20 {
		return 0, fmt.Errorf("format %d, %d channels of %d bits at %d Hz; expected format 1 (PCM), 1 channel of 16 bits", code, channels, bits, rate)
	}
	return int(rate), nil
}

func pcm(chunk []byte) []float32 {
	out := make([]float32, len(chunk)/2)
	for i := range out {
		out[i] = float32(int16(binary.LittleEndian.Uint16(chunk[2*i:]))) / (1 << 15)
	}
	return out
}
