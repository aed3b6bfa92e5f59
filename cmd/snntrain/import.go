package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/hdf5"
)

// importer reads the files of another program.
type importer struct {
	name string // in the JSON: "netx"
	what string // one line of help: "network.net of lava-dl"
	// knows reports whether a file is of this form, by its content.
	knows func(f *importFile) bool
	// run reads the file and writes what it holds into o.out, atomically.
	run func(ctx context.Context, s *streams, o importOptions) (*imported, error)
}

// importers is every form; the first that knows a file reads it.
func importers() []importer {
	return []importer{netxImporter(), nirImporter()}
}

// importOptions are what the user asked for.
type importOptions struct {
	file    string
	out     string // directory
	profile string // name of a semantics profile, "" = what the file says
	dt      float64
	reset   string
}

// imported is the JSON of import.
type imported struct {
	Format string   `json:"format"`
	File   string   `json:"file"` // what was written
	Notes  []string `json:"notes,omitempty"`
}

// importFile is a file of which the form is still to be found.
type importFile struct {
	path   string
	head   []byte   // the first bytes, up to 4 KiB
	groups []string // of an HDF5 file: the names at its root
}

var hdf5Magic = []byte("\x89HDF\r\n\x1a\n")

// openImport reads what tells forms apart.
func openImport(path string) (*importFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usage(err)
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	out := &importFile{path: path, head: head[:n]}
	if !bytes.HasPrefix(out.head, hdf5Magic) {
		return out, nil
	}
	h, err := hdf5.Open(path, hdf5.Limits{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.Close() }()
	out.groups, err = h.List("")
	return out, err
}

// importerOf finds who reads a file.
func importerOf(path string) (importer, error) {
	f, err := openImport(path)
	if err != nil {
		return importer{}, err
	}
	var known []string
	for _, im := range importers() {
		if im.knows(f) {
			return im, nil
		}
		known = append(known, im.what)
	}
	return importer{}, usage(fault.Fault{Pkg: "import", Subject: path, Fact: "is of no known form", Hint: "known: " + strings.Join(known, ", ")})
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
		Example: "  snntrain import network.net --out imported",
		Args:    exactlyOne("one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return runImport(cmd.Context(), s, o)
		},
	}
	cmd.Flags().StringVarP(&o.out, "out", "o", "", "directory to write to")
	cmd.Flags().StringVar(&o.profile, "profile", "", "semantics profile of the neurons, where the form does not say what they mean")
	cmd.Flags().Float64Var(&o.dt, "dt", 0, "time step of a NIR graph, in the unit of its time constants, 0 = the profile's")
	cmd.Flags().StringVar(&o.reset, "reset", "", "reset of a NIR graph with profile nir: value or subtract")
	return cmd
}

func runImport(ctx context.Context, s *streams, o importOptions) error {
	if o.out == "" {
		return usagef("import: needs --out")
	}
	im, err := importerOf(o.file)
	if err != nil {
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
