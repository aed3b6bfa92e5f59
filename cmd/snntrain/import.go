package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// importer reads the files of another program.
type importer struct {
	name string // in the JSON: "netx"
	what string // one line of help: "network.net of lava-dl"
	// knows reports whether a file is of this form, by its content.
	knows func(f *importFile) bool
	// run reads the file and writes what it holds into o.out, atomically.
	run func(ctx context.Context, s *streams, o importOptions) (*imported, error)
	// config says that the form may need --config.
	config bool
	// idle are flags that say nothing about this form.
	idle []string
}

// importers is every form; the first that knows a file reads it.
func importers() []importer {
	var all []importer
	for _, form := range importable() {
		all = append(all, importChip(form))
	}
	return append(all, pytorchImporter(), nirImporter())
}

// importOptions are what the user asked for.
type importOptions struct {
	file    string
	out     string // directory
	profile string // name of a semantics profile, "" = what the file says

	dt    float64 // of a NIR graph
	reset string  // of a NIR graph

	config, sets []string // the structure of a network of which the file holds arrays only

	given []string // names of the flags on the command line
}

// imported is the JSON of import.
type imported struct {
	Format string   `json:"format"`
	File   string   `json:"file"` // what was written
	Notes  []string `json:"notes,omitempty"`
}

// importerOf finds who reads a file.
func importerOf(path string) (importer, error) {
	f, err := openImport("import", path)
	if err != nil {
		return importer{}, err
	}
	var known []chipForm
	for _, im := range importers() {
		if im.knows(f) {
			return im, nil
		}
		known = append(known, chipForm{name: im.name, what: im.what})
	}
	return importer{}, unknownForm("import", path, known)
}

func importCommand(s *streams) *cobra.Command {
	var o importOptions
	var forms strings.Builder
	for _, im := range importers() {
		forms.WriteString("\n  " + im.name + "  " + im.what)
	}
	cmd := &cobra.Command{
		Use:     "import FILE --out DIR",
		Short:   "Read a network that another program wrote",
		Long:    "Read a network that another program wrote into a directory. The form is found by content:\n" + forms.String(),
		Example: "  snntrain import network.net --out imported\n  snntrain import weights.pt --config configs/mnist-mlp.yaml --profile snntorch --out imported",
		Args:    exactlyOne("one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file, o.given = args[0], givenFlags(cmd.Flags())
			return runImport(cmd.Context(), s, o)
		},
	}
	cmd.Flags().StringVarP(&o.out, "out", "o", "", "directory to write to")
	cmd.Flags().StringVar(&o.profile, "profile", "", "semantics profile of the neurons, where the form does not say what they mean")
	cmd.Flags().Float64Var(&o.dt, "dt", 0, "time step of a NIR graph, in the unit of its time constants, 0 = the profile's")
	cmd.Flags().StringVar(&o.reset, "reset", "", "reset of a NIR graph with profile nir: value or subtract")
	cmd.Flags().StringArrayVar(&o.config, "config", nil, "config whose model: section is the structure, for files that hold arrays only")
	cmd.Flags().StringArrayVar(&o.sets, "set", nil, "override a key of that config: data.dir=PATH")
	return cmd
}

func runImport(ctx context.Context, s *streams, o importOptions) error {
	if o.out == "" {
		return usagef("import: needs --out")
	}
	if err := outputDir("import", "--out", o.out); err != nil {
		return err
	}
	im, err := importerOf(o.file)
	if err != nil {
		return err
	}
	if len(o.config) > 0 && !im.config {
		return usagef("import: %s: %s says what network it holds; leave out --config", o.file, im.what)
	}
	if err := idle("import", o.given, o.file+": a "+im.name+" file says this itself", im.idle...); err != nil {
		return err
	}
	r, err := im.run(ctx, s, o)
	if err != nil {
		return err
	}
	r.Format = im.name
	if s.json {
		s.object(r)
	}
	s.say("%s: %s, written to %s", filepath.Base(o.file), im.what, r.File)
	for _, note := range r.Notes {
		s.say("  %s", note)
	}
	return nil
}
