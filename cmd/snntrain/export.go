package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/akida"
	"github.com/snntrain/snntrain/chip/lava"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/chip/ranc"
	"github.com/snntrain/snntrain/chip/speck"
	"github.com/snntrain/snntrain/chip/xylo"
	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/quant"
)

// exporter writes an image in one form; what the form cannot hold is wrong usage.
type exporter func(im *chip.Image, path string) error

// imageExport is an image on its way into a file.
type imageExport struct {
	image, target, out string
	input              string // ranc: raster that becomes packets
}

// exporters is every form by its name.
func exporters() *registry.Registry[exporter] {
	return registry.New[exporter]("export target").
		Add("image", func(im *chip.Image, path string) error { return im.Save(path) }).
		Add("netx", exportNetx).
		Add("ranc", exportRANC).
		Add("xylo", exportXylo).
		Add("speck", exportSpeck).
		Add("northpole", exportNorthPole).
		Add("akida", func(im *chip.Image, path string) error { return exportAkida(akida.Export, im, path) }).
		Add("akida2", func(im *chip.Image, path string) error { return exportAkida(akida.Export2, im, path) })
}

func exportNetx(im *chip.Image, path string) error {
	x, err := lava.FromNet(im.Net)
	if err == nil {
		err = hdf5.Available()
	}
	if err != nil {
		return usage(err)
	}
	return x.WriteNetx(path)
}

// exportRANC writes the simulator's input file to path and its configuration beside it.
func exportRANC(im *chip.Image, path string) error { return writeRANC(im, path, quant.Tensor{}) }

// exportPackets is exportRANC with the packets of a raster.
func (o *imageExport) exportPackets(im *chip.Image, path string) error {
	raster, err := readRaster("export", o.input, im.Net)
	if err != nil {
		return usage(err)
	}
	for i, v := range raster.Data {
		if v != 0 && v != 1 {
			return usage(fault.Fault{Pkg: "export", Subject: o.input, Fact: fmt.Sprintf("value %d is %d, a packet is a spike", i, v), Hint: "give 0 and 1"})
		}
	}
	return writeRANC(im, path, raster)
}

// writeRANC maps a network, and writes the packets of a raster with it unless that is empty.
func writeRANC(im *chip.Image, path string, raster quant.Tensor) error {
	m, err := ranc.Map(im.Net)
	if err != nil {
		return usage(err)
	}
	if !raster.IsZero() {
		m.Packets(raster)
	}
	input, config, err := m.Chip.Encode(m.Config)
	if err != nil {
		return err
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".config.json"
	return replaceAll(content{beside, config}, content{path, input})
}

func exportXylo(im *chip.Image, path string) error {
	spec, err := xylo.FromNet(im.Net)
	if err != nil {
		return usage(err)
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
		return usage(err)
	}
	return replace(path, raw)
}

// exportNorthPole writes the quantized network as an ONNX file in QDQ form.
func exportNorthPole(im *chip.Image, path string) error {
	raw, err := northpole.Export(im.Net, "snntrain "+version())
	if err != nil {
		return usage(err)
	}
	return replace(path, raw)
}

// exportAkida writes the layers as JSON to path, and beside it their arrays and
// the program that loads both in the vendor's Python package.
func exportAkida(export func(*quant.IntNet) (*akida.Files, error), im *chip.Image, path string) error {
	f, err := export(im.Net)
	if err != nil {
		return usage(err)
	}
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	return replaceAll(content{stem + ".npz", f.NPZ}, content{filepath.Join(filepath.Dir(path), "load_akida.py"), f.Loader}, content{path, f.JSON})
}

// replace writes a file, or leaves what was there.
func replace(path string, raw []byte) error { return replaceAll(content{path, raw}) }

// content is a file to write.
type content struct {
	path string
	raw  []byte
}

// replaceAll writes files that belong together: all are complete before the
// first one takes its place.
func replaceAll(files ...content) error {
	var ready []*renameio.PendingFile
	defer func() {
		for _, f := range ready {
			_ = f.Cleanup() // of those that took their place there is nothing to do
		}
	}()
	for _, c := range files {
		f, err := renameio.NewPendingFile(c.path, renameio.WithTempDir(filepath.Dir(c.path)), renameio.WithPermissions(0o644))
		if err == nil {
			ready = append(ready, f)
			_, err = f.Write(c.raw)
		}
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			return fmt.Errorf("export: %s: not written: %w", c.path, err)
		}
	}
	for i, f := range ready {
		if err := f.CloseAtomicallyReplace(); err != nil {
			return fmt.Errorf("export: %s: not written: %w", files[i].path, err)
		}
	}
	return nil
}

func exportCommand(s *streams) *cobra.Command {
	var target, out, input string
	var o exportOptions
	var graph exportNIROptions
	images, models := strings.Join(exporters().Names(), ", "), strings.Join(modelExporters().Names(), ", ")
	cmd := &cobra.Command{
		Use:   "export IMAGE|MODEL --target NAME --out FILE",
		Short: "Write a chip image, or a network, in the form that others read",
		Long: strings.TrimSpace(`
Write a chip image in the form that a chip or its emulator reads: ` + images + `.
IMAGE is an image, or a netx file (network.net). ranc writes the simulator's configuration beside FILE, and the packets of
a raster of spikes, [T, ...], that --input names; akida and akida2 take
NAME.json, write NAME.npz beside it and load_akida.py, which builds the vendor's model from them.

Write a network (a run directory or a model file) for a framework: ` + models + `.
FILE is then a directory. Where the framework runs something else than was trained, each layer is named,
and what changes is counted on training samples.

With --target nir, a network is written as a NIR graph, FILE, for the reader of a framework with --profile.
Where that reader will run something else than was trained, each node is named, and the difference is
counted on training samples of the network's data, or of --data.`),
		Example: "  snntrain export net.snnimg --target netx --out network.net\n  snntrain export network.net --target image --out net.snnimg\n  snntrain export runs/quickstart --target snntorch --out quickstart-snntorch\n  snntrain export runs/quickstart --target nir --profile norse --out digits.nir",
		Args:    exactlyOne("one chip image, netx file, run directory or model file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			given := givenFlags(cmd.Flags())
			if target == nirTarget {
				graph.model, graph.out, graph.samples = args[0], out, o.samples
				return runExportNIR(cmd.Context(), s, graph)
			}
			if err := idle("export", given, "they are for --target nir", "profile", "dt", "data"); err != nil {
				return err
			}
			if write, err := modelExporters().Get(target); err == nil {
				o.model, o.target, o.out = args[0], target, out
				return runExportModel(cmd.Context(), s, write, o)
			}
			if err := idle("export", given, "an image is written as it is", "samples"); err != nil {
				return err
			}
			if target != "ranc" {
				if err := idle("export", given, "packets are for --target ranc", "input"); err != nil {
					return err
				}
			}
			return runExport(s, imageExport{image: args[0], target: target, out: out, input: input})
		},
	}
	cmd.Flags().StringVar(&target, "target", "", "form: "+images+", "+models+", "+nirTarget)
	cmd.Flags().StringVarP(&out, "out", "o", "", "file or directory to write")
	cmd.Flags().StringVar(&input, "input", "", "ranc: npy file of spikes that are written as packets")
	cmd.Flags().IntVar(&o.samples, "samples", 64, "training samples on which the difference is counted (networks), 0 = none")
	cmd.Flags().StringVar(&graph.profile, "profile", "", "nir: the framework whose reader the graph is for; left out: the one that the network was imported under, else nir")
	cmd.Flags().Float64Var(&graph.dt, "dt", 0, "nir: time step of the graph, 0 = the network's, or 1e-4 where that counts steps")
	cmd.Flags().StringArrayVar(&graph.data, "data", nil, "nir: config whose data: section the samples are of")
	return cmd
}

func runExport(s *streams, o imageExport) error {
	if o.out == "" {
		return usagef("export: needs --out")
	}
	export, err := exporters().Get(o.target)
	if err != nil {
		return usage(unknownTarget(o.target))
	}
	if o.input != "" {
		export = o.exportPackets
	}
	if err := outputFile("export", "--out", o.out); err != nil {
		return err
	}
	im, err := loadImage("export", o.image)
	if err != nil {
		return usage(err)
	}
	if err := export(im, o.out); err != nil {
		return err
	}
	var notes []string
	if o.target != "image" {
		notes = imageAlone(im)
	}
	if s.json {
		s.object(map[string]any{"target": o.target, "file": o.out, "notes": append([]string{}, notes...)})
	}
	s.say("%s written for %s", o.out, o.target)
	for _, note := range notes {
		s.say("  %s", note)
	}
	return nil
}

// imageAlone says what an image knows about its use and no file of a chip's tools holds.
func imageAlone(im *chip.Image) []string {
	var notes []string
	if in := im.Net.Input; in.Scale > 0 && in.Scale != 1 {
		notes = append(notes, fmt.Sprintf("only the image says: a value x enters as round(x/%.6g), held in %d..%d", in.Scale, in.Min, in.Max))
	}
	if io := im.IO; io.Ticks > 0 {
		notes = append(notes, fmt.Sprintf("only the image says: %d ticks a sample, input in %d of them, output read from tick %d, readout %s", io.Ticks, io.Steps, io.From, io.Readout))
	}
	return notes
}
