package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/registry"
)

// exporter writes an image in one form.
type exporter func(im *chip.Image, path string) error

// exporters is every form by its name.
func exporters() *registry.Registry[exporter] {
	return registry.New[exporter]("export target").
		Add("image", func(im *chip.Image, path string) error { return im.Save(path) }).
		Add("netx", exportNetx).
		Add("ranc", exportRANC).
		Add("xylo", exportXylo).
		Add("speck", exportSpeck)
}

func exportNetx(im *chip.Image, path string) error {
	x, err := lava.FromNet(im.Net)
	if err != nil {
		return err
	}
	return x.WriteNetx(path)
}

// exportRANC writes the simulator's input file to path and its configuration beside it.
func exportRANC(im *chip.Image, path string) error {
	m, err := ranc.Map(im.Net)
	if err != nil {
		return err
	}
	input, config, err := m.Chip.Encode(m.Config)
	if err != nil {
		return err
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".config.json"
	if err := replace(beside, config); err != nil {
		return err
	}
	return replace(path, input)
}

func exportXylo(im *chip.Image, path string) error {
	spec, err := xylo.FromNet(im.Net)
	if err != nil {
		return err
	}
	raw, err := spec.JSON()
	if err != nil {
		return err
	}
	return replace(path, raw)
}

func exportSpeck(im *chip.Image, path string) error {
	raw, err := speck.New().Config(im.Net)
	if err != nil {
		return err
	}
	return replace(path, raw)
}

// replace writes a file, or leaves what was there.
func replace(path string, raw []byte) error {
	if err := renameio.WriteFile(path, raw, 0o644, renameio.WithTempDir(filepath.Dir(path))); err != nil {
		return fmt.Errorf("export: %s: not written: %w", path, err)
	}
	return nil
}

func exportCommand(s *streams) *cobra.Command {
	var target, out string
	var o exportNIROptions
	forms := strings.Join(exporters().Names(), ", ")
	cmd := &cobra.Command{
		Use:   "export IMAGE --target NAME --out FILE",
		Short: "Write a chip image in the form that a chip or its emulator reads",
		Long: strings.TrimSpace(`
Write a chip image in the form that a chip or its emulator reads: ` + forms + `.
IMAGE is an image, or a netx file (network.net). ranc writes the simulator's configuration beside FILE.

With --target nir, a network (a run directory or a model file) is written as a NIR graph, for the reader of
a framework with --profile. Where that reader will run something else than was trained, each node is named,
and the difference is counted on training samples of the network's data, or of --data.`),
		Example: "  snntrain export net.snnimg --target netx --out network.net\n  snntrain export network.net --target image --out net.snnimg\n  snntrain export runs/quickstart --target nir --profile norse --out digits.nir",
		Args:    exactlyOne("one chip image or netx file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if target == nirTarget {
				o.model, o.out = args[0], out
				return runExportNIR(cmd.Context(), s, o)
			}
			return runExport(cmd.Context(), s, args[0], target, out)
		},
	}
	cmd.Flags().StringVar(&o.profile, "profile", "", "nir: the framework whose reader the graph is for; left out: the one that the network was imported under, else nir")
	cmd.Flags().Float64Var(&o.dt, "dt", 0, "nir: time step of the graph, 0 = the network's, or 1e-4 where that counts steps")
	cmd.Flags().IntVar(&o.samples, "samples", 64, "nir: training samples that the difference is counted on, 0 = none")
	cmd.Flags().StringArrayVar(&o.data, "data", nil, "nir: config whose data: section the samples are of")
	cmd.Flags().StringVar(&target, "target", "", "form: "+forms+", nir")
	cmd.Flags().StringVarP(&out, "out", "o", "", "file to write")
	return cmd
}

func runExport(_ context.Context, s *streams, path, target, out string) error {
	if out == "" {
		return usagef("export: needs --out")
	}
	export, err := exporters().Get(target)
	if err != nil {
		return usage(err)
	}
	im, err := loadImage(path)
	if err != nil {
		return usage(err)
	}
	if err := export(im, out); err != nil {
		return err
	}
	if s.json {
		s.object(map[string]any{"target": target, "file": out})
	}
	s.say("%s written for %s", out, target)
	return nil
}

// loadImage reads an image, or a netx file as one.
func loadImage(path string) (*chip.Image, error) {
	if filepath.Ext(path) != ".net" {
		return chip.Load(path)
	}
	im, _, err := netxImage(path)
	return im, err
}
