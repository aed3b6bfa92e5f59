package hdf5

import (
	"runtime"
	"unsafe"
)

// array makes an object for the data, writes it, and runs after on it.
func (w *writer) array(a *Array, create func(kind, space hid) (hid, error), write func(id, kind hid, buf unsafe.Pointer) error, after func(hid) error) error {
	f := w.f
	inFile, inMemory, err := w.types(a)
	if err != nil {
		return err
	}
	defer f.done(inFile)
	defer f.done(inMemory)
	space, err := f.space(a.Shape)
	if err != nil {
		return err
	}
	defer f.done(space)
	id, err := create(inFile, space)
	if err != nil {
		return err
	}
	defer f.done(id)
	var pin runtime.Pinner
	defer pin.Unpin()
	if buf := a.memory(&pin); buf != nil {
		if err := write(id, inMemory, buf); err != nil {
			return err
		}
	}
	return after(id)
}

// types makes the types of the data in the file and in memory.
func (w *writer) types(a *Array) (inFile, inMemory hid, err error) {
	form, k, _ := kindOf(a.Data)
	of := func(inMemory bool) (hid, error) {
		switch form {
		case lists:
			return w.f.listType(k, inMemory)
		case logical:
			return w.f.boolType(k, inMemory)
		case text:
			return w.f.textType(a.Form)
		}
		return w.f.numberType(k, inMemory)
	}
	if inFile, err = of(false); err != nil {
		return 0, 0, err
	}
	if inMemory, err = of(true); err != nil {
		w.f.done(inFile)
	}
	return inFile, inMemory, err
}

// memory returns the data in the form C reads it, nil when there are no elements.
func (a *Array) memory(pin *runtime.Pinner) unsafe.Pointer {
	form, k, _ := kindOf(a.Data)
	switch form {
	case lists:
		return pinFirst(pin, k.pinnedLists(a.Data, pin))
	case logical:
		raw := make([]int8, 0, len(a.Data.([]bool)))
		for _, v := range a.Data.([]bool) {
			raw = append(raw, map[bool]int8{true: 1}[v])
		}
		return pinFirst(pin, raw)
	case text:
		return a.textMemory(pin)
	}
	first, n := k.pinned(a.Data, pin)
	if n == 0 {
		return nil
	}
	return first
}

func pinFirst[T any](pin *runtime.Pinner, s []T) unsafe.Pointer {
	if len(s) == 0 {
		return nil
	}
	pin.Pin(&s[0])
	return unsafe.Pointer(&s[0])
}

// textMemory packs strings: fixed ones filled up side by side, others ended by NUL with a pointer each.
func (a *Array) textMemory(pin *runtime.Pinner) unsafe.Pointer {
	var packed []byte
	var ends []int
	fill := byte(0)
	if a.Form.Pad == PadSpace {
		fill = ' '
	}
	for _, s := range a.Data.([]string) {
		ends = append(ends, len(packed))
		packed = append(packed, s...)
		for n := len(s); n < a.Form.Size; n++ {
			packed = append(packed, fill)
		}
		if a.Form.Size == 0 {
			packed = append(packed, 0)
		}
	}
	first := pinFirst(pin, packed)
	if a.Form.Size > 0 || first == nil {
		return first
	}
	pointers := make([]*byte, len(ends))
	for i, at := range ends {
		pointers[i] = &packed[at]
	}
	return pinFirst(pin, pointers)
}
