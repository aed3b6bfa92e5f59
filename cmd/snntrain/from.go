package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/model"
)

// start is the network that a training starts from.
type start struct {
	network *model.Network
	path    string
	said    string // what was taken from it
}

// startFrom loads the network that the key from: names; nil when there is none. What
// the config leaves out of data: and loss.readout is added from its record.
func startFrom(o *config.Options) (*start, error) {
	var path string
	doc, err := config.Load(*o, nil)
	if err != nil {
		return nil, usage(err)
	}
	root := doc.Root()
	if root.Get("from").Decode(&path); path == "" {
		return nil, nil
	}
	n, err := loadModel(path)
	if err != nil {
		return nil, err
	}
	below := map[string]any{}
	if !root.Get("data").Get("name").Given() && n.Record.Preprocess != nil { // keys that the config has lie over these
		below["data"] = n.Record.Preprocess
	}
	if n.Record.Readout != "" {
		below["loss"] = map[string]any{"kind": "cross-entropy", "readout": n.Record.Readout}
	}
	text, err := json.Marshal(below)
	if err != nil {
		return nil, fmt.Errorf("train: %s: %w", path, err)
	}
	o.Texts = append(o.Texts, config.Text{Name: "the record of " + path, YAML: text})
	return &start{network: n, path: path}, nil
}

// whole makes the network the one that is trained, for a config without model:.
func (f *start) whole(input model.Shape) (*model.Network, error) {
	n := f.network
	if input != nil && !n.Input.Equal(input) {
		return nil, usage(fault.Fault{Pkg: "train", Subject: f.path, Fact: fmt.Sprintf("reads samples of %v, the data gives %v", n.Input, input)})
	}
	trainable := 0
	n.Params(func(_ string, p model.Param) {
		if p.Trainable {
			trainable++
		}
	})
	if trainable == 0 {
		return nil, usage(fault.Fault{Pkg: "train", Subject: f.path, Fact: "has nothing to train"})
	}
	f.said = fmt.Sprintf("from %s: all %d layers, %d parameters", f.path, len(n.Nodes), n.CountParams())
	n.Record = model.Record{}
	return n, nil
}

// into copies the arrays to a network with layers of the same names. An array
// of another shape is a fault.
func (f *start) into(n *model.Network) error {
	from, used := map[string]*model.Tensor{}, map[string]bool{}
	f.network.Params(func(name string, p model.Param) { from[name] = p.Tensor })
	var faults fault.List
	var kept []string
	n.Params(func(name string, p model.Param) {
		src := from[name]
		if src == nil {
			kept = append(kept, name)
			return
		}
		used[name] = true
		if !slices.Equal(src.Shape, p.Tensor.Shape) {
			faults.Add(fault.Fault{Pkg: "train", Subject: name, Fact: fmt.Sprintf("is %v in %s, %v in the config's network", model.Shape(src.Shape), f.path, model.Shape(p.Tensor.Shape)), Hint: "give the layer another name to train it anew"})
			return
		}
		copy(p.Tensor.Data, src.Data)
	})
	if len(used) == 0 {
		faults.Add(fault.Fault{Pkg: "train", Subject: f.path, Fact: "has no array of the config's network", Hint: fmt.Sprintf("it has %s; leave out model: to train its own network", strings.Join(sortedNames(from), ", "))})
	}
	var unused []string
	for name := range from {
		if !used[name] {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	f.said = fmt.Sprintf("from %s: %d arrays", f.path, len(used))
	if len(kept) > 0 {
		f.said += "; not there, left as initialized: " + strings.Join(kept, ", ")
	}
	if len(unused) > 0 {
		f.said += "; not used: " + strings.Join(unused, ", ")
	}
	return usage(faults.Err())
}

// load reads a config with what it starts from.
func (s *setup) load(o config.Options) (err error) {
	if s.from, err = startFrom(&o); err != nil {
		return err
	}
	s.doc, err = config.Load(o, s.experiment)
	return usage(err)
}
