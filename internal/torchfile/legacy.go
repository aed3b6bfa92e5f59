package torchfile

import (
	"encoding/binary"
	"fmt"
)

// legacyMagic begins a file of torch.save before PyTorch 1.6: a pickle of the
// number 0x1950a86a20f9469cfc6c.
var legacyMagic = []byte{opProto, 2, opLong1, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, opStop}

// decodeLegacy reads the old form: pickles of the magic number, the protocol,
// facts of the machine, the object, and the list of storage keys; then the
// storages in that order, each its number of elements in 8 bytes and the elements.
func decodeLegacy(raw []byte, l Limits) (*File, error) {
	f := &legacy{raw: raw, at: len(legacyMagic), order: binary.LittleEndian, shared: map[string]*storage{}}
	protocol, err := f.pickle()
	if err != nil {
		return nil, err
	}
	if protocol != int64(1001) {
		return nil, fmt.Errorf("protocol %v of the form before PyTorch 1.6, expected 1001", protocol)
	}
	machine, err := f.pickle()
	if err != nil {
		return nil, err
	}
	if d, ok := machine.(*dict); ok && d.values["little_endian"] == false {
		f.order = binary.BigEndian
	}
	object, err := f.pickle()
	if err != nil {
		return nil, err
	}
	keys, err := f.pickle()
	if err != nil {
		return nil, err
	}
	if err := f.fill(keys); err != nil {
		return nil, err
	}
	return stateDict(object, l)
}

type legacy struct {
	raw    []byte
	at     int
	order  binary.ByteOrder
	shared map[string]*storage
}

func (f *legacy) pickle() (any, error) {
	m := newMachine(f.raw, f.at, f.storage)
	v, err := m.run()
	f.at = m.at
	return v, err
}

// storage notes a storage whose bytes come later.
func (f *legacy) storage(id tuple) (*storage, error) {
	d, key, count, err := storageID(id)
	if err != nil {
		return nil, err
	}
	if len(id) > 5 && id[5] != nil {
		return nil, fmt.Errorf("storage %q is a view of another, as PyTorch before 0.4 wrote; save it again", key)
	}
	if s := f.shared[key]; s != nil {
		if s.name != d.name || s.count != count {
			return nil, fmt.Errorf("storage %q is there as %d of %s and as %d of %s", key, s.count, s.name, count, d.name)
		}
		return s, nil
	}
	s := &storage{dtype: d, key: key, count: count, order: f.order}
	f.shared[key] = s
	return s, nil
}

// fill gives the storages their bytes.
func (f *legacy) fill(keys any) error {
	items, ok := keys.(*list)
	if !ok {
		return fmt.Errorf("the keys of the storages are no list")
	}
	for _, k := range items.items {
		key, _ := k.(string)
		s := f.shared[key]
		if s == nil || s.raw != nil {
			return fmt.Errorf("storage %q belongs to no tensor, or is there twice", key)
		}
		if len(f.raw)-f.at < 8 {
			return fmt.Errorf("storage %q: the file ends before it", key)
		}
		count := f.order.Uint64(f.raw[f.at:])
		f.at += 8
		if count != uint64(s.count) || s.count > (len(f.raw)-f.at)/s.size {
			return fmt.Errorf("storage %q: %d values, its tensors expect %d, the file has %d bytes left", key, count, s.count, len(f.raw)-f.at)
		}
		s.raw = f.raw[f.at : f.at+s.count*s.size]
		f.at += s.count * s.size
	}
	return nil
}
