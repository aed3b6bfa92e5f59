package torchfile

import (
	"bytes"
	"fmt"
	"strings"
)

// global is a function or class that a pickle names.
type global string

// The functions that are known; storages are in dtypes.
const (
	orderedDict        global = "collections.OrderedDict"
	rebuildTensorV2    global = "torch._utils._rebuild_tensor_v2"
	rebuildTensor      global = "torch._utils._rebuild_tensor"
	rebuildParameter   global = "torch._utils._rebuild_parameter"
	rebuildParameterV2 global = "torch._utils._rebuild_parameter_with_state"
	torchSize          global = "torch.Size"
)

// object: functions, classes and what they make.
func (m *machine) object(op byte) (bool, error) {
	switch op {
	case opGlobal:
		module, err := m.line()
		if err != nil {
			return true, err
		}
		name, err := m.line()
		if err != nil {
			return true, err
		}
		return true, m.find(module, name)
	case opStackGlobal:
		args, err := m.popN(2)
		if err != nil {
			return true, err
		}
		module, ok1 := args[0].(string)
		name, ok2 := args[1].(string)
		if !ok1 || !ok2 {
			return true, fmt.Errorf("the name of a function is no text")
		}
		return true, m.find(module, name)
	case opBinPersID:
		return true, m.persistent()
	case opReduce, opNewObj:
		return true, m.call()
	case opBuild:
		return true, m.build()
	}
	return false, nil
}

// line reads up to a line feed.
func (m *machine) line() (string, error) {
	n := bytes.IndexByte(m.raw[m.at:], '\n')
	if n < 0 {
		return "", fmt.Errorf("a name without an end")
	}
	b, err := m.take(n + 1)
	return strings.TrimSuffix(string(b[:n]), "\r"), err
}

// find pushes a function or class when it is one of the known ones.
func (m *machine) find(module, name string) error {
	full := module + "." + name
	switch global(full) {
	case orderedDict, rebuildTensorV2, rebuildTensor, rebuildParameter, rebuildParameterV2, torchSize:
		m.push(global(full))
		return nil
	}
	if d, ok := storageType(name); ok && (module == "torch" || module == "torch.cuda") {
		m.push(d)
		return nil
	}
	return fmt.Errorf("asks for %q: only state dictionaries are read, and no code is run; save with torch.save(model.state_dict(), path)", full)
}

// persistent turns ('storage', type, key, device, count) into the storage.
func (m *machine) persistent() error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	id, ok := v.(tuple)
	if !ok || len(id) < 5 || id[0] != "storage" {
		return fmt.Errorf("a persistent id is no storage")
	}
	s, err := m.storage(id)
	m.push(s)
	return err
}

// storageID takes a persistent id apart.
func storageID(id tuple) (d dtype, key string, count int, err error) {
	d, ok1 := id[1].(dtype)
	key, ok2 := id[2].(string)
	n, ok3 := id[4].(int64)
	if !ok1 || !ok2 || !ok3 || n < 0 {
		return d, "", 0, fmt.Errorf("a storage has no type, key or size")
	}
	return d, key, int(n), nil
}

// call makes the object of a known function.
func (m *machine) call() error {
	both, err := m.popN(2)
	if err != nil {
		return err
	}
	args, ok := both[1].(tuple)
	if !ok {
		return fmt.Errorf("arguments are no tuple")
	}
	f, ok := both[0].(global)
	if !ok {
		return fmt.Errorf("what is called is no function")
	}
	switch f {
	case orderedDict:
		return m.newOrdered(args)
	case torchSize:
		if len(args) != 1 {
			return fmt.Errorf("torch.Size of %d arguments", len(args))
		}
		m.push(args[0])
		return nil
	case rebuildParameter, rebuildParameterV2:
		if len(args) == 0 {
			return fmt.Errorf("a parameter without data")
		}
		if _, ok := args[0].(*view); !ok {
			return fmt.Errorf("a parameter of what is no tensor")
		}
		m.push(args[0])
		return nil
	}
	v, err := newView(args)
	m.push(v)
	return err
}

// newOrdered makes an OrderedDict, empty or of a list of pairs.
func (m *machine) newOrdered(args tuple) error {
	d := newDict()
	m.push(d)
	if len(args) == 0 {
		return nil
	}
	pairs, ok := args[0].(*list)
	if !ok {
		return fmt.Errorf("an OrderedDict of what is no list")
	}
	if m.left -= len(pairs.items); m.left < 0 {
		return fmt.Errorf("more pairs than the file has bytes")
	}
	for _, p := range pairs.items {
		pair, ok := sequence(p)
		if !ok || len(pair) != 2 {
			return fmt.Errorf("an OrderedDict of what are no pairs")
		}
		d.set(pair[0], pair[1])
	}
	return nil
}

func sequence(v any) (tuple, bool) {
	switch v := v.(type) {
	case tuple:
		return v, true
	case *list:
		return v.items, true
	}
	return nil, false
}

// newView makes a tensor of (storage, offset, shape, strides, …).
func newView(args tuple) (*view, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("a tensor of %d arguments, expected storage, offset, shape and strides", len(args))
	}
	s, ok1 := args[0].(*storage)
	offset, ok2 := args[1].(int64)
	shape, ok3 := extents(args[2])
	stride, ok4 := extents(args[3])
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, fmt.Errorf("a tensor whose storage, offset, shape or strides are none")
	}
	return &view{storage: s, offset: int(offset), shape: shape, stride: stride}, nil
}

// maxAxes is the most axes that PyTorch gives a tensor.
const maxAxes = 64

// extents are the whole numbers of a tuple.
func extents(v any) ([]int, bool) {
	items, ok := sequence(v)
	if !ok || len(items) > maxAxes {
		return nil, false
	}
	out := make([]int, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, false
		}
		out[i] = int(n)
	}
	return out, true
}

// build sets attributes: those of a dictionary (_metadata) are dropped, nothing else has any.
func (m *machine) build() error {
	both, err := m.popN(2)
	if err != nil {
		return err
	}
	switch both[0].(type) {
	case *dict, *view:
		m.push(both[0])
		return nil
	}
	return fmt.Errorf("attributes are set on what has none")
}
