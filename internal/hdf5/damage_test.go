package hdf5_test

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/hdf5"
)

// sum is a piece of a file with its checksum behind it.
type sum struct{ from, to int }

// sums finds the checksums of a file of the newer format.
func sums(raw []byte) []sum {
	var out []sum
	for from := range raw {
		if magic := string(raw[from:min(from+4, len(raw))]); !strings.Contains("OHDR OCHK BTHD BTLF BTIN FRHP FHIB \x89HDF", magic) || len(magic) < 4 || magic[3] == ' ' {
			continue
		}
		for to := from + 5; to+4 <= min(len(raw), from+5000); to++ {
			if binary.LittleEndian.Uint32(raw[to:]) == lookup3(raw[from:to]) {
				out = append(out, sum{from, to})
				break
			}
		}
	}
	return out
}

// lookup3 is Jenkins's hash of 2006 ("hashlittle", public domain), the checksum of HDF5.
func lookup3(k []byte) uint32 {
	rot := func(x uint32, n uint) uint32 { return x<<n | x>>(32-n) }
	a := 0xdeadbeef + uint32(len(k))
	b, c := a, a
	for len(k) > 12 {
		a += binary.LittleEndian.Uint32(k)
		b += binary.LittleEndian.Uint32(k[4:])
		c += binary.LittleEndian.Uint32(k[8:])
		a, c = (a-c)^rot(c, 4), c+b
		b, a = (b-a)^rot(a, 6), a+c
		c, b = (c-b)^rot(b, 8), b+a
		a, c = (a-c)^rot(c, 16), c+b
		b, a = (b-a)^rot(a, 19), a+c
		c, b = (c-b)^rot(b, 4), b+a
		k = k[12:]
	}
	if len(k) == 0 {
		return c
	}
	var tail [12]byte
	copy(tail[:], k)
	a += binary.LittleEndian.Uint32(tail[:])
	b += binary.LittleEndian.Uint32(tail[4:])
	c += binary.LittleEndian.Uint32(tail[8:])
	c = (c ^ b) - rot(b, 14)
	a = (a ^ c) - rot(c, 11)
	b = (b ^ a) - rot(a, 25)
	c = (c ^ b) - rot(b, 16)
	a = (a ^ c) - rot(c, 4)
	b = (b ^ a) - rot(a, 14)
	return (c ^ b) - rot(b, 24)
}

// damage changes a copy of a file. Each edit is five bytes: what to do, where,
// and with what; checksums are made right again, so that the damage gets past them.
func damage(raw []byte, checksums []sum, edits []byte) []byte {
	out := append([]byte(nil), raw...)
	for ; len(edits) >= 5; edits = edits[5:] {
		at, with := int(binary.LittleEndian.Uint16(edits[1:]))%len(out), int(binary.LittleEndian.Uint16(edits[3:]))
		switch edits[0] % 6 {
		case 0:
			out[at] = edits[3]
		case 1:
			out[at] ^= 1 << (edits[3] % 8)
		case 2:
			out[at] += edits[3]
		case 3: // a number of eight bytes, such as an address, from elsewhere in the file
			from := with % len(out)
			copy(out[at:], append([]byte(nil), out[from:min(from+8, len(out))]...))
		case 4: // any address
			binary.LittleEndian.PutUint64(out[min(at, len(out)-8):], uint64(with))
		case 5:
			copy(out[at:], "\xff\xff\xff\xff\xff\xff\xff\xff"[:1+edits[3]%8])
		}
	}
	for range 2 { // an outer one may cover an inner one
		for _, s := range checksums {
			binary.LittleEndian.PutUint32(out[s.to:], lookup3(out[s.from:s.to]))
		}
	}
	return out
}

// readDamaged reads a damaged file; it may be refused or not, but the process goes on.
func readDamaged(t *testing.T, dir string, raw []byte) bool {
	t.Helper()
	path := filepath.Join(dir, "damaged")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	g, err := hdf5.Read(path, hdf5.Limits{Bytes: 1 << 24, Objects: 1000})
	if err != nil && !strings.HasPrefix(err.Error(), "hdf5: "+path) {
		t.Errorf("the message does not name the file: %v", err)
	}
	return g != nil
}

// TestSums: the damage is only as good as the checksums it repairs.
func TestSums(t *testing.T) {
	names, content := seeds(t)
	for i, name := range names {
		if n := len(sums(content[i])); name == "dense.h5" && n < 64 || name == "order.h5" && n < 5 {
			t.Errorf("%s: %d checksums found", name, n)
		}
	}
}

// TestDamaged reads random damage of every file; most of it is refused.
func TestDamaged(t *testing.T) {
	need(t)
	n := 1500
	if testing.Short() {
		n = 400
	}
	_, content := seeds(t)
	checksums := make([][]sum, len(content))
	for i, raw := range content {
		checksums[i] = sums(raw)
	}
	dir, r, whole := t.TempDir(), rand.New(rand.NewPCG(1, 2)), 0
	for range n {
		i := r.IntN(len(content))
		edits := make([]byte, 5*(1+r.IntN(3)))
		for j := range edits {
			edits[j] = byte(r.Uint32())
		}
		if readDamaged(t, dir, damage(content[i], checksums[i], edits)) {
			whole++
		}
	}
	t.Logf("%d of %d damaged files were read", whole, n)
	if whole == 0 || whole > n/2 {
		t.Errorf("%d of %d damaged files were read: the damage is too strong or too weak to test anything", whole, n)
	}
}

// FuzzRead damages a file of testdata by edits.
func FuzzRead(f *testing.F) {
	need(f)
	names, content := seeds(f)
	checksums := make([][]sum, len(content))
	for i, raw := range content {
		checksums[i] = sums(raw)
		f.Add(uint8(i), []byte{0, 8, 0, 9, 0}) // another superblock version
		f.Add(uint8(i), []byte{3, 200, 1, 96, 0, 5, 40, 3, 2, 0})
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, which uint8, edits []byte) {
		if len(edits) > 60 {
			t.Skip()
		}
		i := int(which) % len(names)
		readDamaged(t, dir, damage(content[i], checksums[i], edits))
	})
}
