package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/torchfile"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/pytorch"
	"github.com/snntrain/snntrain/train"
)

// pytorchImporter reads state dictionaries of PyTorch: safetensors, and
// checkpoints of torch.save, of which no code is run.
func pytorchImporter() importer {
	return importer{
		name:   "pytorch",
		what:   "state dictionary of PyTorch: safetensors, .pt, .pth, .th (with --config, but for what export wrote)",
		knows:  func(f *importFile) bool { return torchfile.Known(f.head) },
		run:    importTorch,
		config: true,
		idle:   []string{"dt", "reset"},
	}
}

// exportedState is the state dictionary of a directory that export wrote, else path.
func exportedState(path string) string {
	inside := filepath.Join(path, pytorch.StateFile)
	if _, err := os.Stat(inside); err == nil {
		return inside
	}
	return path
}

func importTorch(_ context.Context, _ *streams, o importOptions) (*imported, error) {
	f, err := torchfile.Read(exportedState(o.file))
	if err != nil {
		return nil, usage(err)
	}
	n, notes, err := restoreTorch(f, o)
	if err != nil {
		return nil, usage(err)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	r := &imported{File: filepath.Join(o.out, train.ModelFile), Notes: notes}
	return r, n.Save(r.File)
}

// restoreTorch makes the network: of the config if one is given, else of what export noted.
func restoreTorch(f *torchfile.File, o importOptions) (*model.Network, []string, error) {
	if len(o.config) == 0 {
		if !pytorch.Describes(f) {
			return nil, nil, usagef("import: %s: holds arrays, but does not say of what network; give --config CONFIG with its layers under model:, named as the modules", o.file)
		}
		if o.profile != "" || len(o.sets) > 0 {
			return nil, nil, usagef("import: %s: says what its neurons mean; --profile and --set go with --config", o.file)
		}
		return pytorch.Restore(f)
	}
	sets := o.sets
	if o.profile != "" {
		sets = append(sets, "profile="+o.profile)
	}
	set, err := prepare(config.Options{Files: o.config, Sets: sets, Env: os.Environ()})
	if err != nil {
		return nil, nil, err
	}
	notes, err := pytorch.Fill(set.network, f.Tensors)
	return set.network, notes, err
}
