package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/quant"
	"github.com/snntrain/snntrain/train"
)

// chipForm is a form of networks on chips.
type chipForm struct {
	name  string
	what  string
	knows func(f *importFile) bool
	read  func(path string) (*chipFile, error)
}

// chipFile is a file of such a form.
type chipFile struct {
	form  string
	image *chip.Image
	notes []string // what the chip cannot hold, one line each
}

// imageForm is the project's own; importable are those of others.
func imageForm() chipForm {
	return chipForm{
		name: "image", what: "chip image",
		knows: func(f *importFile) bool {
			return filepath.Ext(f.path) == chip.Extension || f.tensor && slices.Contains(f.keys, chip.MetaKey)
		},
		read: func(path string) (*chipFile, error) {
			im, err := chip.Load(path)
			return &chipFile{image: im}, err
		},
	}
}

func importable() []chipForm {
	return []chipForm{
		{"netx", "network.net of lava-dl netx", func(f *importFile) bool { return slices.Contains(f.groups, "layer") }, readNetx},
		{"ranc", "input file of the RANC simulator", func(f *importFile) bool { return f.hasKeys("cores", "output_bus") }, readRANC},
		{"xylo", "specification of XyloSim", func(f *importFile) bool { return f.hasKeys("weights_in", "weights_out", "dash_mem") }, readXylo},
		{"speck", "core configuration of Speck", func(f *importFile) bool { return f.hasKeys("cnn_layers") }, readSpeck},
		{"akida", "layers of Akida as this program exports them", func(f *importFile) bool { return f.hasKeys("format", "version", "layers") }, readAkida},
		{"northpole", "quantized ONNX file as this program exports it", isQDQ, readNorthPole},
	}
}

// chipFormOf finds the form of a file, nil where it is none of a chip.
func chipFormOf(f *importFile) *chipForm {
	for _, form := range append(importable(), imageForm()) {
		if form.knows(f) {
			return &form
		}
	}
	return nil
}

// loadChipFile reads a file of any form of a chip, for a command.
func loadChipFile(command, path string) (*chipFile, error) {
	network := fault.Fault{Pkg: command, Subject: path, Fact: "is a network, not a chip image", Hint: "make one with: snntrain quantize " + path}
	if isRun(path) {
		return nil, network
	}
	f, err := openImport(command, path)
	if err != nil {
		return nil, err
	}
	form := chipFormOf(f)
	if form == nil {
		if isONNX(path) || filepath.Base(path) == train.ModelFile {
			return nil, network
		}
		return nil, unknownForm(command, path, append(importable(), imageForm()))
	}
	c, err := form.read(path)
	if err != nil {
		return nil, err
	}
	c.form = form.name
	return c, nil
}

// isRun tells a directory that holds a network.
func isRun(path string) bool {
	_, err := os.Stat(filepath.Join(path, train.ModelFile))
	return err == nil
}

// unknownForm lists the forms that a file could have.
func unknownForm(command, path string, forms []chipForm) error {
	var known []string
	for _, f := range forms {
		known = append(known, f.name+" ("+f.what+")")
	}
	if isONNX(path) {
		return usage(fault.Fault{Pkg: command, Subject: path, Fact: "is an ONNX file", Hint: "snntrain convert makes a spiking network of it, snntrain quantize an image for northpole"})
	}
	return usage(fault.Fault{Pkg: command, Subject: path, Fact: "is of no known form", Hint: "known: " + strings.Join(known, "; ")})
}

// loadImage reads a file of any form of a chip as an image, for a command.
func loadImage(command, path string) (*chip.Image, error) {
	c, err := loadChipFile(command, path)
	if err != nil {
		return nil, err
	}
	return c.image, nil
}

// imageFor is the image of a network for a target. What the chip cannot hold
// is noted; the image is then not placed.
func imageFor(target chip.Target, net *quant.IntNet) *chipFile {
	producer := "snntrain " + version()
	im, err := chip.Make(target, net, producer)
	if err == nil {
		return &chipFile{image: im}
	}
	im = &chip.Image{Producer: producer, Target: chip.TargetRecord{Name: target.Name(), Limits: target.Limits()}, Net: net, Energy: chip.EnergyOf(target)}
	return &chipFile{image: im, notes: strings.Split(err.Error(), "\n")}
}

func readNetx(path string) (*chipFile, error) {
	x, err := lava.ReadNetx(path)
	if err != nil {
		return nil, err
	}
	net, err := x.Net()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return imageFor(lava.Loihi2(), net), nil
}

// readRANC reads an input file with the configuration that lies beside it.
func readRANC(path string) (*chipFile, error) {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	beside := []string{stem + ".config.json", strings.TrimSuffix(stem, ".input") + ".config.json", filepath.Join(filepath.Dir(path), "config.json")}
	input, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for _, name := range beside {
		config, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return chipOfRANC(path, input, config)
	}
	return nil, fault.Fault{
		Pkg: "chip/ranc", Subject: path, Fact: "has no configuration of the simulator beside it",
		Hint: "expected " + filepath.Base(beside[0]) + " or config.json",
	}
}

func chipOfRANC(path string, input, config []byte) (*chipFile, error) {
	c, cfg, err := ranc.Read(input, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	net, err := c.Net(cfg)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	target := ranc.New()
	return &chipFile{image: &chip.Image{
		Producer: "snntrain " + version(), Target: chip.TargetRecord{Name: target.Name(), Limits: target.Limits()}, Net: net,
		Placement: c.Placement(cfg), Energy: chip.EnergyOf(target),
	}}, nil
}

func readXylo(path string) (*chipFile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	spec, err := xylo.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	net, err := spec.Net()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return imageFor(xylo.New(), net), nil
}

func readSpeck(path string) (*chipFile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := speck.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	net, err := m.Net()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return imageFor(speck.New(), net), nil
}

// readAkida reads layers with the arrays that lie beside them.
func readAkida(path string) (*chipFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	arrays, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".npz")
	if err != nil {
		return nil, fault.Fault{Pkg: "chip/akida", Subject: path, Fact: "its arrays are not read: " + err.Error()}
	}
	net, version, err := akida.Read(text, arrays)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if version == 2 {
		return imageFor(akida.New2(), net), nil
	}
	return imageFor(akida.New(), net), nil
}

// isQDQ tells an ONNX file in QDQ form, by the name of its first operator.
func isQDQ(f *importFile) bool {
	return isONNX(f.path) && bytes.Contains(f.head, []byte("QuantizeLinear"))
}

func readNorthPole(path string) (*chipFile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	net, err := northpole.Read(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return imageFor(northpole.New(), net), nil
}

// importChip is the importer of a form: it writes an image.
func importChip(form chipForm) importer {
	return importer{
		name: form.name, what: form.what + ", as a chip image", knows: form.knows, idle: []string{"dt", "reset", "set"},
		run: func(_ context.Context, _ *streams, o importOptions) (*imported, error) {
			if o.profile != "" {
				return nil, usagef("import: %s: the file says what its neurons mean; leave out --profile", o.file)
			}
			c, err := form.read(o.file)
			if err != nil {
				return nil, usage(err)
			}
			if err := os.MkdirAll(o.out, 0o755); err != nil {
				return nil, err
			}
			name := strings.TrimSuffix(filepath.Base(o.file), filepath.Ext(o.file)) + chip.Extension
			r := &imported{File: filepath.Join(o.out, name), Notes: c.notes}
			return r, c.image.Save(r.File)
		},
	}
}
