package pytorch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
)

// Describes reports whether a file says by itself what network it holds, as
// those of Export do.
func Describes(f *torchfile.File) bool { return f.Meta[NetworkKey] != "" }

// Restore is the network of a file that Export wrote: what the framework runs.
func Restore(f *torchfile.File) (*model.Network, []string, error) {
	values := 0
	for i := range f.Tensors {
		values += f.Tensors[i].Len()
	}
	d, err := decodeDescription(f.Meta[NetworkKey], values)
	if err != nil {
		return nil, nil, err
	}
	n, err := model.FromDescription(d.Network, d.arrays())
	if err != nil {
		return nil, nil, err
	}
	notes, err := Fill(n, f.Tensors)
	if err != nil {
		return nil, nil, err
	}
	_, err = n.Shapes()
	return n, notes, err
}

// Fill puts the tensors of a state dictionary into a network whose layers have
// the names of its modules. All that is missing, left over or of another shape
// is reported at once. The notes say what was done beyond copying.
func Fill(n *model.Network, tensors []torchfile.Tensor) ([]string, error) {
	f := newFiller(n, tensors)
	f.noteRounding(tensors)
	f.unwrap()
	for i := range n.Nodes {
		f.node(&n.Nodes[i])
	}
	f.leftOver()
	return f.notes, f.faults.Err()
}

// noteRounding says how many numbers of a checkpoint in double precision were rounded.
func (f *filler) noteRounding(tensors []torchfile.Tensor) {
	var names []string
	rounded, values := 0, 0
	for _, t := range tensors {
		if t.Rounded > 0 {
			names = append(names, t.Name)
			rounded, values = rounded+t.Rounded, values+t.Len()
		}
	}
	if rounded > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d of %d numbers of float64 were rounded to float32, in which networks run: %s", rounded, values, strings.Join(names, ", ")))
	}
}

// filler keeps track of which tensors are still to be placed.
type filler struct {
	net    *model.Network
	keys   []string // in the order of the file
	left   map[string]*torchfile.Tensor
	shapes map[string]model.Shape
	names  map[string]string // layer → the name that Export gives it
	notes  []string
	faults fault.List
}

func newFiller(n *model.Network, tensors []torchfile.Tensor) *filler {
	f := &filler{net: n, left: map[string]*torchfile.Tensor{}, names: map[string]string{}}
	for i := range tensors {
		f.keys = append(f.keys, tensors[i].Name)
		f.left[tensors[i].Name] = &tensors[i]
	}
	f.shapes, _ = n.Shapes()
	ids := newNames()
	for _, node := range n.Nodes {
		f.names[node.Name] = ids.of(node.Name)
	}
	return f
}

// prefixes are what wrappers of PyTorch put before every key.
var prefixes = []string{"module.", "_orig_mod.", "model.", "net.", "network."}

// unwrap takes a prefix off that all keys share and no layer has.
func (f *filler) unwrap() {
	for _, p := range prefixes {
		if len(f.keys) == 0 || slices.ContainsFunc(f.keys, func(k string) bool { return !strings.HasPrefix(k, p) }) {
			continue
		}
		if f.net.Node(strings.TrimSuffix(p, ".")) != nil {
			return
		}
		bare := map[string]*torchfile.Tensor{}
		for i, k := range f.keys {
			f.keys[i] = strings.TrimPrefix(k, p)
			bare[f.keys[i]] = f.left[k]
		}
		f.left = bare
		f.notes = append(f.notes, fmt.Sprintf("every name begins with %q, which is left out", p))
		return
	}
}

// take finds a tensor of a layer under one of the given names.
func (f *filler) take(node *model.Node, suffixes ...string) *torchfile.Tensor {
	for _, layer := range []string{node.Name, f.names[node.Name]} {
		for _, s := range suffixes {
			if t := f.left[layer+s]; t != nil {
				delete(f.left, layer+s)
				return t
			}
		}
	}
	return nil
}

func (f *filler) fault(subject, fact, hint string) {
	f.faults.Add(fault.Fault{Pkg: "pytorch", Subject: subject, Fact: fact, Hint: hint})
}

// node places the tensors of one layer.
func (f *filler) node(node *model.Node) {
	switch op := node.Op.(type) {
	case *model.Neuron:
		f.neuron(node, op)
		return
	case *model.PReLU:
		f.copy(node, op.Slope, true, ".weight", ".slope")
		return
	case *model.BatchNorm:
		delete(f.left, node.Name+".num_batches_tracked")
		delete(f.left, f.names[node.Name]+".num_batches_tracked")
	}
	for _, p := range node.Op.Params() {
		_, scale := node.Op.(*model.Scale)
		_, affine := node.Op.(*model.Affine)
		f.copy(node, p.Tensor, scale || affine, "."+p.Name)
	}
}

// copy copies the tensor of a layer into an array; broadcast says that its
// shape may be any that meets a batch of samples.
func (f *filler) copy(node *model.Node, to *model.Tensor, broadcast bool, suffixes ...string) {
	key := node.Name + suffixes[0]
	t := f.take(node, suffixes...)
	if t == nil {
		f.fault(fmt.Sprintf("layer %q", node.Name), fmt.Sprintf("the state dictionary has no %q", key), f.near(key))
		return
	}
	same := model.Shape(t.Shape).Equal(to.Shape) || broadcast && t.Len() == len(to.Data)
	switch {
	case t.Ints != nil:
		f.fault(t.Name, fmt.Sprintf("holds %s, expected floats", t.DType), "")
	case !same:
		f.fault(t.Name, fmt.Sprintf("is %v, layer %q expects %v", model.Shape(t.Shape), node.Name, model.Shape(to.Shape)), "")
	default:
		copy(to.Data, t.Floats)
	}
}

// near names the left-over key that is closest to a missing one.
func (f *filler) near(key string) string {
	var free []string
	for _, k := range f.keys {
		if f.left[k] != nil {
			free = append(free, k)
		}
	}
	if k := fault.Nearest(key, free); k != "" {
		return fmt.Sprintf("did you mean %q? Give the layer the name of its module", k)
	}
	return ""
}

// leftOver reports tensors that no layer took.
func (f *filler) leftOver() {
	for _, k := range f.keys {
		if f.left[k] == nil {
			continue
		}
		var layers []string
		for _, n := range f.net.Nodes {
			layers = append(layers, n.Name)
		}
		hint := ""
		if dot := strings.LastIndexByte(k, '.'); dot > 0 {
			if near := fault.Nearest(k[:dot], layers); near != "" {
				hint = fmt.Sprintf("the nearest layer is %q", near)
			}
		}
		f.fault(k, fmt.Sprintf("belongs to no layer, its shape is %v", model.Shape(f.left[k].Shape)), hint)
	}
}
