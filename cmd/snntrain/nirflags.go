package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/nir"
)

// isNIR reports whether a path names a NIR file.
func isNIR(path string) bool { return strings.HasSuffix(strings.ToLower(path), ".nir") }

// nirFlags say what a NIR file is to mean.
type nirFlags struct {
	profile string
	dt      float64
	reset   string
}

func (f *nirFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.profile, "profile", "", "of a NIR file: what its nodes mean, "+strings.Join(nir.Profiles().Names(), ", ")+"; left out: what its metadata says, else nir")
	cmd.Flags().Float64Var(&f.dt, "dt", 0, "of a NIR file: time step in the unit of its time constants, 0 = the profile's")
	cmd.Flags().StringVar(&f.reset, "reset", "", "of a NIR file with profile nir: value (to v_reset) or subtract (θ)")
}

// given tells whether any is set.
func (f *nirFlags) given() bool { return *f != nirFlags{} }

func (f *nirFlags) options(path string) nir.Options {
	return nir.Options{Profile: f.profile, Dt: f.dt, Reset: f.reset, File: path}
}

// read makes a network of a NIR file and warns of what the profile leaves out.
func (f *nirFlags) read(s *streams, path string) (*nir.Imported, error) {
	g, err := nir.Read(path)
	if err != nil {
		return nil, usage(err)
	}
	made, err := nir.Import(g, f.options(path))
	if err != nil {
		return nil, usage(err)
	}
	for _, text := range noteLines(made.Notes) {
		s.warn("nir: " + path + ": " + text)
	}
	return made, nil
}

// network reads the network of a NIR file, or of a run directory or model file.
func (f *nirFlags) network(s *streams, command, path string) (*model.Network, error) {
	if !isNIR(path) {
		if f.given() {
			return nil, usagef("%s: %s: --profile, --dt and --reset are for NIR files (.nir)", command, path)
		}
		return loadModel(path)
	}
	made, err := f.read(s, path)
	if err != nil {
		return nil, err
	}
	return made.Network, nil
}

// noteLines are notes as text, those of several nodes that say the same in one line.
func noteLines(notes []nir.Note) []string {
	var texts []string
	nodes := map[string][]string{}
	for _, n := range notes {
		if len(nodes[n.Text]) == 0 {
			texts = append(texts, n.Text)
		}
		nodes[n.Text] = append(nodes[n.Text], n.Node)
	}
	for i, t := range texts {
		texts[i] = strings.Join(nodes[t], ", ") + ": " + t
	}
	return texts
}
