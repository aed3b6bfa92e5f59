package onnx

import (
	"fmt"

	raw "github.com/snntrain/snntrain/internal/onnx"
)

// attrs reads the attributes of a node and remembers which were asked for, so
// that none is passed over.
type attrs struct {
	list []raw.Attr
	read map[string]bool
	err  error
}

// find returns an attribute of a kind, nil when it is not there.
func (a *attrs) find(name string, kind raw.AttrKind) *raw.Attr {
	if a.read == nil {
		a.read = map[string]bool{}
	}
	a.read[name] = true
	for i := range a.list {
		if a.list[i].Name != name {
			continue
		}
		if a.list[i].Kind != kind {
			a.err = fmt.Errorf("attribute %q has another type than it should", name)
			return nil
		}
		return &a.list[i]
	}
	return nil
}

func (a *attrs) int(name string, missing int) int {
	if v := a.find(name, raw.AttrInt); v != nil {
		return int(v.Int)
	}
	return missing
}

func (a *attrs) float(name string, missing float32) float32 {
	if v := a.find(name, raw.AttrFloat); v != nil {
		return v.Float
	}
	return missing
}

func (a *attrs) text(name, missing string) string {
	if v := a.find(name, raw.AttrString); v != nil {
		return v.String
	}
	return missing
}

// intList returns nil when the attribute is not there.
func (a *attrs) intList(name string) []int {
	if v := a.find(name, raw.AttrInts); v != nil {
		return toInts(v.Ints)
	}
	return nil
}

// passed names attributes that change nothing here.
func (a *attrs) passed(names ...string) {
	if a.read == nil {
		a.read = map[string]bool{}
	}
	for _, name := range names {
		a.read[name] = true
	}
}

// finish reports an attribute of a wrong type, or one that nobody read.
func (a *attrs) finish() error {
	if a.err != nil {
		return a.err
	}
	for i := range a.list {
		if !a.read[a.list[i].Name] {
			return fmt.Errorf("attribute %q is not supported", a.list[i].Name)
		}
	}
	return nil
}
