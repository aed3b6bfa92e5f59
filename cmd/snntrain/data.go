package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/train"
)

func dataCommand(s *streams) *cobra.Command {
	cmd := &cobra.Command{Use: "data", Short: "List, describe, fetch and preview data sets"}
	var fetchDir, out string
	var sets []string
	var n int
	fetch := &cobra.Command{
		Use: "fetch NAME [--dir DIR]", Short: "Download a data set, checked by SHA-256",
		Args: exactlyOne("the name of a data set"),
		RunE: func(cmd *cobra.Command, args []string) error { return runFetch(cmd.Context(), s, args[0], fetchDir) },
	}
	fetch.Flags().StringVar(&fetchDir, "dir", "", "folder for the files; default data/NAME")
	preview := &cobra.Command{
		Use: "preview NAME|CONFIG [--out FILE.png]", Short: "Draw samples and their spike rasters",
		Args: exactlyOne("the name of a data set, or a config"),
		RunE: func(_ *cobra.Command, args []string) error { return runPreview(s, args[0], sets, out, n) },
	}
	preview.Flags().StringVar(&out, "out", "preview.png", "picture to write")
	preview.Flags().StringArrayVar(&sets, "set", nil, "override a key: data.encode.kind=rate")
	preview.Flags().IntVarP(&n, "samples", "n", 6, "number of samples")
	info := &cobra.Command{
		Use: "info NAME|CONFIG", Short: "Describe a data set",
		Args: exactlyOne("the name of a data set, or a config"),
		RunE: func(_ *cobra.Command, args []string) error { return runDataInfo(s, args[0], sets) },
	}
	info.Flags().StringArrayVar(&sets, "set", nil, "override a key: data.dir=PATH")
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List the data sets and encoders", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return runDataList(s) },
		}, info, fetch, preview,
	)
	return group(cmd)
}

// dataEntry is an entry of data list.
type dataEntry struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Source string `json:"source,omitempty"`
	Fetch  bool   `json:"fetch"`
}

func runDataList(s *streams) error {
	var sets, encoders []dataEntry
	kinds := datasets.Builtin()
	for _, name := range kinds.Names() {
		k, err := kinds.Get(name)
		if err != nil {
			return err
		}
		sets = append(sets, dataEntry{k.Name, k.Doc, k.Source, len(k.Files) > 0})
	}
	enc := datasets.EncoderKinds()
	for _, name := range enc.Names() {
		k, err := enc.Get(name)
		if err != nil {
			return err
		}
		encoders = append(encoders, dataEntry{Name: k.Name, Doc: k.Doc})
	}
	if s.json {
		s.object(map[string]any{"datasets": sets, "encoders": encoders})
		return nil
	}
	for _, part := range []struct {
		title string
		list  []dataEntry
	}{{"DATA SET", sets}, {"ENCODER", encoders}} {
		rows := [][]string{{part.title, "WHAT"}}
		for _, e := range part.list {
			rows = append(rows, []string{e.Name, e.Doc})
		}
		s.say("%s\n", table(rows))
	}
	s.say("details: snntrain data info NAME; download: snntrain data fetch NAME")
	return nil
}

// isConfig tells a config file by its name.
func isConfig(arg string) bool {
	return strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml")
}

// namedOrConfig turns a data set's name into a config of it, or takes a config file.
func namedOrConfig(arg string, sets []string) config.Options {
	o := config.Options{Sets: sets, Env: os.Environ()}
	if isConfig(arg) {
		o.Files = []string{arg}
	} else {
		o.Texts = []config.Text{{Name: "the command line", YAML: []byte("data: {name: " + strconv.Quote(arg) + "}")}}
	}
	return o
}

// dataInfo is the JSON of data info.
type dataInfo struct {
	Name    string      `json:"name"`
	Doc     string      `json:"doc"`
	Source  string      `json:"source"`
	License string      `json:"license"`
	Shape   model.Shape `json:"shape"`
	Frames  int         `json:"frames"`
	Classes []string    `json:"classes"`
	Train   int         `json:"train"`
	Test    int         `json:"test"`
	Hash    string      `json:"test_blake3"`

	Keys    []config.KeyDoc `json:"keys,omitempty"`    // of data:, when asked by name
	Missing string          `json:"missing,omitempty"` // why the data itself could not be read
}

// runDataInfo describes a data set: what reads it, by name, and what is in it
// when it is here or a config says where.
func runDataInfo(s *streams, arg string, sets []string) error {
	var info dataInfo
	kind, byName := kindOf(arg)
	source, _, _, err := openRecorded(&model.Network{}, namedOrConfig(arg, sets), datasets.Test)
	switch {
	case err == nil:
		in := source.Info()
		info = dataInfo{Name: in.Name, Doc: in.Doc, Source: in.Source, License: in.License, Shape: in.Shape, Frames: in.Frames, Classes: in.Classes, Train: in.Train, Test: in.Test, Hash: datasets.Hash(source)}
	case byName && len(sets) == 0:
		info = dataInfo{Name: kind.Name, Doc: kind.Doc, Source: kind.Source, License: kind.License, Missing: err.Error()}
	default:
		return err
	}
	if byName {
		info.Keys = config.Keys(kind.Options())
	}
	if s.json {
		s.object(info)
		return nil
	}
	s.say("%s", info.text())
	return nil
}

// kindOf is the data set that an argument names, if it is no config.
func kindOf(arg string) (datasets.Kind, bool) {
	kind, err := datasets.Builtin().Get(arg)
	return kind, err == nil
}

func (i dataInfo) text() string {
	rows := [][]string{{"name", i.Name}, {"what", i.Doc}, {"source", i.Source}, {"license", i.License}}
	if i.Missing == "" {
		rows = append(rows, [][]string{
			{"sample", fmt.Sprintf("%v, %d frames", i.Shape, i.Frames)},
			{"classes", strings.Join(i.Classes, ", ")},
			{"samples", fmt.Sprintf("%d training, %d test", i.Train, i.Test)},
			{"test part", "blake3 " + i.Hash},
		}...)
	} else {
		rows = append(rows, []string{"not read", i.Missing})
	}
	text := table(rows)
	if len(i.Keys) == 0 {
		return text
	}
	keys := [][]string{{"KEY OF data:", "DEFAULT", "WHAT"}}
	for _, k := range i.Keys {
		keys = append(keys, []string{k.Path, k.Default, k.Doc})
	}
	return text + "\n\n" + table(keys)
}

func runFetch(ctx context.Context, s *streams, name, dir string) error {
	k, err := datasets.Builtin().Get(name)
	if err != nil {
		return usage(err)
	}
	if len(k.Files) == 0 {
		return usagef("data: %s: nothing to fetch: it is built in, or reads your own files", name)
	}
	if dir == "" {
		dir = k.Dirs[0]
	}
	lastFile := ""
	err = datasets.Fetch(ctx, k.Files, dir, datasets.FetchOptions{Progress: func(p datasets.Progress) {
		if p.File != lastFile {
			lastFile = p.File
			s.log("fetching %s", p.File)
		}
	}})
	if err != nil {
		return err
	}
	if s.json {
		s.object(map[string]any{"name": name, "dir": dir, "files": len(k.Files)})
		return nil
	}
	s.say("%s is in %s; train on it with: data: {name: %s, dir: %s}", name, dir, name, dir)
	return nil
}

func runPreview(s *streams, arg string, sets []string, out string, n int) error {
	if n < 1 {
		return usagef("data preview: -n %d is below 1", n)
	}
	source, enc, seed, err := openRecorded(&model.Network{}, namedOrConfig(arg, sets), datasets.Train)
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	if err := datasets.Preview(&picture, source, enc, n, seed); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := train.WriteFile(out, picture.Bytes()); err != nil {
		return err
	}
	if s.json {
		s.object(map[string]any{"file": out, "samples": n})
		return nil
	}
	s.say("written to %s: %d samples and what the network sees of them", out, n)
	return nil
}
