package torchfile

import "fmt"

// wrappers are the keys under which training scripts keep the state
// dictionary in a larger one.
var wrappers = []string{"state_dict", "model_state_dict", "model", "net"}

// stateDict finds the tensors of an object: a dictionary of tensors, or one
// that holds such a dictionary. Other entries of it are left out.
func stateDict(object any, l Limits) (*File, error) {
	d, ok := object.(*dict)
	if !ok {
		return nil, fmt.Errorf("holds no dictionary; save with torch.save(model.state_dict(), path)")
	}
	if !d.holdsTensors() {
		for _, key := range wrappers {
			if inner, ok := d.values[key].(*dict); ok && inner.holdsTensors() {
				d = inner
				break
			}
		}
	}
	if !d.holdsTensors() {
		return nil, fmt.Errorf("holds no dictionary of tensors; its keys: %q", some(d.keys))
	}
	out := &File{}
	left := l.Values
	for _, key := range d.keys {
		v, ok := d.values[key].(*view)
		if !ok {
			continue
		}
		t, err := v.tensor(key, left)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", key, err)
		}
		left -= t.Len()
		out.Tensors = append(out.Tensors, t)
	}
	return out, nil
}

func (d *dict) holdsTensors() bool {
	for _, v := range d.values {
		if _, ok := v.(*view); ok {
			return true
		}
	}
	return false
}

// some are the first few names.
func some(names []string) []string {
	if len(names) > 8 {
		return append(append([]string{}, names[:8]...), "…")
	}
	return names
}
