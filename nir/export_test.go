package nir

import "github.com/snntrain/snntrain/internal/hdf5"

// Decode reads the content of a file.
func Decode(root *hdf5.Group, path string) (*Graph, error) { return decode(root, path) }

// Encode is the content of a file.
func (g *Graph) Encode() *hdf5.Group {
	g.complete()
	return g.encode()
}

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
