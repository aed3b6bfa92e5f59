package nir

// Fields lists what a file holds of a node.
func Fields(p Primitive) map[string]Tensor {
	out := map[string]Tensor{}
	for _, f := range p.fields() {
		if t := f.put(); !t.IsZero() {
			out[f.name] = t
		}
	}
	return out
}
