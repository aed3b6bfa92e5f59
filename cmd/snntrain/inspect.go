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
	return &cobra.Command{
		Use:     "inspect MODEL|CONFIG",
		Short:   "Show the layers, shapes and parameters of a network",
		Long:    "Show the layers, shapes and parameters of a network. MODEL is a run directory or a model file; of a config it is the network before training.",
		Example: "  snntrain inspect runs/quickstart\n  snntrain inspect configs/quickstart.yaml",
		Args:    exactlyOne("one run directory, model file or config"),
		RunE:    func(_ *cobra.Command, args []string) error { return runInspect(s, args[0]) },
	}
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
	info := modelInfo{Input: n.Input, Dt: n.Dt, Params: n.CountParams(), Record: n.Record}
	if info.Layers, err = layersOf(n); err != nil {
		return usage(err)
	}
	for _, l := range info.Layers {
		info.MACs += l.MACs
	}
	if s.json {
		s.object(info)
		return nil
	}
	rows := [][]string{{"LAYER", "READS", "SHAPE", "PARAMETERS", "MACS/STEP", "WHAT"}}
	for _, l := range info.Layers {
		rows = append(rows, []string{l.Name, strings.Join(l.Inputs, ", "), l.Shape.String(), strconv.Itoa(l.Params), strconv.Itoa(l.MACs), orText(l.Details, l.Kind)})
	}
	s.say("input %v, dt %v\n\n%s\n", n.Input, n.Dt, table(rows))
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

func orText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
