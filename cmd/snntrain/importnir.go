package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/snntrain/snntrain/nir"
	"github.com/snntrain/snntrain/train"
)

// nirImporter reads NIR graphs.
func nirImporter() importer {
	return importer{
		name:  "nir",
		what:  "NIR graph (.nir), under --profile",
		knows: func(f *importFile) bool { return slices.Contains(f.groups, "node") },
		run:   importNIR,
		idle:  []string{"set"},
	}
}

func importNIR(_ context.Context, _ *streams, o importOptions) (*imported, error) {
	g, err := nir.Read(o.file)
	if err != nil {
		return nil, usage(err)
	}
	flags := nirFlags{o.profile, o.dt, o.reset}
	made, err := nir.Import(g, flags.options(o.file))
	if err != nil {
		return nil, usage(err)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	how := "read by its metadata"
	if made.Profile != "" {
		how = fmt.Sprintf("read by profile %s, time step %g", made.Profile, made.Dt)
	}
	r := &imported{File: filepath.Join(o.out, train.ModelFile), Notes: append([]string{how}, noteLines(made.Notes)...)}
	return r, made.Network.Save(r.File)
}
