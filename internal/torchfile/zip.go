package torchfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// archive is a zip checkpoint: NAME/data.pkl, the storages as NAME/data/KEY,
// and NAME/byteorder. torch.save compresses nothing, so no entry is larger
// than the file.
type archive struct {
	raw    []byte
	files  map[string]*zip.File // without NAME/
	order  binary.ByteOrder
	shared map[string]*storage
	left   uint64 // bytes that entries may still have: they do not overlap in the file
}

func decodeZip(raw []byte, l Limits) (*File, error) {
	a, err := openArchive(raw)
	if err != nil {
		return nil, err
	}
	if a.files["constants.pkl"] != nil {
		return nil, fmt.Errorf("a TorchScript archive, which holds code; save with torch.save(model.state_dict(), path)")
	}
	program, err := a.bytes("data.pkl")
	if err != nil {
		return nil, err
	}
	if a.order, err = a.byteOrder(); err != nil {
		return nil, err
	}
	object, err := newMachine(program, 0, a.storage).run()
	if err != nil {
		return nil, err
	}
	return stateDict(object, l)
}

func openArchive(raw []byte) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	a := &archive{raw: raw, files: map[string]*zip.File{}, shared: map[string]*storage{}, left: uint64(len(raw))}
	root := ""
	for _, f := range z.File {
		if name, ok := strings.CutSuffix(f.Name, "data.pkl"); ok && (name == "" || strings.Count(name, "/") == 1) {
			root = name
		}
	}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, root)
		if !ok {
			continue
		}
		if a.files[name] != nil {
			return nil, fmt.Errorf("entry %q is there twice", f.Name)
		}
		a.files[name] = f
	}
	return a, nil
}

// bytes are those of an entry, in the file itself; the checksum is checked.
func (a *archive) bytes(name string) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, fmt.Errorf("a zip file without %s: no checkpoint of torch.save", name)
	}
	if f.Method != zip.Store {
		return nil, fmt.Errorf("entry %q is compressed, which torch.save never does", f.Name)
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("entry %q: %w", f.Name, err)
	}
	size := f.UncompressedSize64
	if at < 0 || at > int64(len(a.raw)) || size > uint64(int64(len(a.raw))-at) {
		return nil, fmt.Errorf("entry %q: %d bytes from %d, the file has %d", f.Name, size, at, len(a.raw))
	}
	if size > a.left {
		return nil, fmt.Errorf("entry %q: the entries are larger than the file together", f.Name)
	}
	a.left -= size
	b := a.raw[at : at+int64(size) : at+int64(size)]
	if f.CRC32 != 0 && f.CRC32 != crc32.ChecksumIEEE(b) { // 0: torch.serialization.config.save.compute_crc32 is off
		return nil, fmt.Errorf("entry %q: checksum differs: the file is damaged", f.Name)
	}
	return b, nil
}

// byteOrder is that of the machine that wrote the file; files before PyTorch 2.1 do not say, and are little endian.
func (a *archive) byteOrder() (binary.ByteOrder, error) {
	if a.files["byteorder"] == nil {
		return binary.LittleEndian, nil
	}
	text, err := a.bytes("byteorder")
	switch {
	case err != nil:
		return nil, err
	case string(text) == "little":
		return binary.LittleEndian, nil
	case string(text) == "big":
		return binary.BigEndian, nil
	}
	return nil, fmt.Errorf("byte order %.20q is neither little nor big", text)
}

// storage finds the bytes of a persistent id.
func (a *archive) storage(id tuple) (*storage, error) {
	d, key, count, err := storageID(id)
	if err != nil {
		return nil, err
	}
	if s := a.shared[key]; s != nil {
		if s.name != d.name || s.count != count {
			return nil, fmt.Errorf("storage %q is there as %d of %s and as %d of %s", key, s.count, s.name, count, d.name)
		}
		return s, nil
	}
	raw, err := a.bytes("data/" + key)
	if err != nil {
		return nil, err
	}
	if count > len(raw)/d.size {
		return nil, fmt.Errorf("storage %q: %d values of %s, the file has %d bytes for them", key, count, d.name, len(raw))
	}
	s := &storage{dtype: d, key: key, count: count, order: a.order, raw: raw}
	a.shared[key] = s
	return s, nil
}
