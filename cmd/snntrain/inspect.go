package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

func inspectCommand(s *streams) *cobra.Command {
	var inputShape string
	var flags nirFlags
	cmd := &cobra.Command{
		Use:   "inspect MODEL|IMAGE|CONFIG",
		Short: "Draw a network with shapes, parameters and operations, or list what a chip holds",
		Long: strings.TrimSpace(`
Draw a network as a graph with shapes, parameters and multiply-accumulates. MODEL is a run directory,
a model file, a NIR file (.nir) under --profile, or an ONNX file (.onnx), of which every operator is
accounted for; of a config it is the network before training. Of a chip image (.snnimg), or a file that
a chip's tools read (network.net, RANC, Xylo, Speck and Akida JSON, quantized ONNX), it lists layers, neurons, synapses, bits, cores and how much of the chip is used.`),
		Example: "  snntrain inspect runs/quickstart\n  snntrain inspect configs/quickstart.yaml\n  snntrain inspect resnet20.onnx\n  snntrain inspect net.snnimg",
		Args:    exactlyOne("one run directory, model file, chip image, ONNX file or config"),
		RunE: func(_ *cobra.Command, args []string) error {
			if isONNX(args[0]) && !isQuantizedONNX(args[0]) {
				return runInspectONNX(s, args[0], inputShape)
			}
			if inputShape != "" {
				return usagef("inspect: %s: --input-shape is for ONNX files", args[0])
			}
			if isNIR(args[0]) || flags.given() {
				n, err := flags.network(s, "inspect", args[0])
				if err != nil {
					return err
				}
				return inspectNetwork(s, n)
			}
			form, err := formOfChip(args[0])
			switch {
			case err != nil:
				return usage(err)
			case form != nil:
				return runInspectChip(s, args[0], form)
			}
			return runInspect(s, args[0])
		},
	}
	cmd.Flags().StringVar(&inputShape, "input-shape", "", inputShapeHelp)
	flags.add(cmd)
	return cmd
}

// formOfChip is the form of a chip that a file has, nil for anything else.
func formOfChip(path string) (*chipForm, error) {
	if info, err := os.Stat(path); err != nil || info.IsDir() || isConfig(path) {
		return nil, nil
	}
	f, err := openImport("inspect", path)
	if err != nil {
		return nil, err
	}
	form := chipFormOf(f)
	if form == nil && !f.tensor && filepath.Ext(path) != filepath.Ext(train.ModelFile) {
		own := []chipForm{imageForm(), {name: "model", what: "run directory or " + train.ModelFile}, {name: "onnx", what: "ONNX file, .onnx"}, {name: "nir", what: "NIR graph, .nir"}, {name: "config", what: ".yaml"}}
		return nil, unknownForm("inspect", path, append(own, importable()...))
	}
	return form, nil
}

// loadModel reads the network of a run directory or a model file.
func loadModel(path string) (*model.Network, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, usagef("model: %s: does not exist; give a run directory or a model file", path)
	}
	if err == nil && info.IsDir() {
		path = filepath.Join(path, train.ModelFile)
		if _, err := os.Stat(path); err != nil {
			return nil, usagef("model: %s: is missing; is the directory that of a run?", path)
		}
	}
	n, err := model.Load(path)
	if err != nil {
		return nil, usage(err)
	}
	return n, nil
}

// modelOf is the network of a model file, or the one that a config describes.
func modelOf(path string) (*model.Network, error) {
	if !isConfig(path) {
		return loadModel(path)
	}
	set, err := prepare(config.Options{Files: []string{path}, Env: os.Environ()})
	if err != nil {
		return nil, err
	}
	return set.network, nil
}

// modelInfo is the JSON of inspect.
type modelInfo struct {
	Input  model.Shape  `json:"input"`
	Dt     float64      `json:"dt"`
	Params int          `json:"params"`
	MACs   int          `json:"macs"`
	Layers []layerInfo  `json:"layers"`
	Record model.Record `json:"record"`
}

func runInspect(s *streams, path string) error {
	n, err := modelOf(path)
	if err != nil {
		return err
	}
	return inspectNetwork(s, n)
}

func inspectNetwork(s *streams, n *model.Network) error {
	info, err := infoOf(n)
	if err != nil {
		return usage(err)
	}
	if s.json {
		s.object(info)
		return nil
	}
	s.say("input %v, dt %v\n\n%s\n", n.Input, n.Dt, info.table(n, "MACS/STEP"))
	s.say("%d parameters, %d MACs a step with dense input; readout %s", info.Params, info.MACs, orText(n.Record.Readout, "sum"))
	if len(n.Record.Classes) > 0 {
		s.say("classes: %s", strings.Join(n.Record.Classes, ", "))
	}
	for _, key := range []string{"validation_accuracy", "test_accuracy"} {
		if v, ok := n.Record.Results[key]; ok {
			s.say("%s: %.2f %%", strings.ReplaceAll(key, "_", " "), 100*v)
		}
	}
	return nil
}

// infoOf describes a network.
func infoOf(n *model.Network) (modelInfo, error) {
	info := modelInfo{Input: n.Input, Dt: n.Dt, Params: n.CountParams(), Record: n.Record}
	var err error
	info.Layers, err = layersOf(n)
	for _, l := range info.Layers {
		info.MACs += l.MACs
	}
	return info, err
}

// table lists the layers beside the graph they form.
func (m modelInfo) table(n *model.Network, macs string) string {
	rows := [][]string{{"", "LAYER", "READS", "SHAPE", "PARAMETERS", macs, "WHAT"}}
	graph := drawGraph(n)
	for i, l := range m.Layers {
		rows = append(rows, []string{graph[i], l.Name, strings.Join(l.Inputs, ", "), l.Shape.String(), strconv.Itoa(l.Params), strconv.Itoa(l.MACs), orText(l.Details, l.Kind)})
	}
	return table(rows)
}

func orText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
