package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
)

// netxImporter reads network.net files of lava-dl as chip images.
func netxImporter() importer {
	return importer{
		name:  "netx",
		what:  "network.net of lava-dl netx, as a chip image",
		knows: func(f *importFile) bool { return slices.Contains(f.groups, "layer") },
		run:   importNetx,
	}
}

func importNetx(_ context.Context, _ *streams, o importOptions) (*imported, error) {
	if o.profile != "" {
		return nil, usagef("import: %s: a netx file says what its neurons mean; leave out --profile", o.file)
	}
	im, notes, err := netxImage(o.file)
	if err != nil {
		return nil, usage(err)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(o.file), filepath.Ext(o.file)) + chip.Extension
	r := &imported{File: filepath.Join(o.out, name), Notes: notes}
	return r, im.Save(r.File)
}

// netxImage is the image of a netx file for Loihi 2. What the chip cannot hold
// is noted, one line each; the image is then not placed.
func netxImage(path string) (*chip.Image, []string, error) {
	x, err := lava.ReadNetx(path)
	if err != nil {
		return nil, nil, err
	}
	net, err := x.Net()
	if err != nil {
		return nil, nil, err
	}
	target, producer := lava.Loihi2(), "snntrain "+version()
	im, err := chip.Make(target, net, producer)
	if err == nil {
		return im, nil, nil
	}
	im = &chip.Image{Producer: producer, Target: chip.TargetRecord{Name: target.Name(), Limits: target.Limits()}, Net: net}
	return im, strings.Split(err.Error(), "\n"), nil
}
