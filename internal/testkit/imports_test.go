package testkit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

const module = "github.com/snntrain/snntrain/"

// allowed lists, for each folder, what of this project it may import (tests
// apart). An entry ending in / stands for all below it. The order is that of
// docs/architecture.md: nothing imports downwards, so there is no cycle.
var allowed = map[string][]string{
	"quant":                  {"model", "internal/fault"},
	"neuron/integer":         {"model", "quant"},
	"chip":                   {"model", "quant", "internal/fault", "internal/tensorfile"},
	"chip/emulator":          {"neuron/integer", "quant"},
	"chip/neurobench":        {"chip", "chip/emulator", "quant"},
	"chip/energy":            {"chip", "chip/emulator", "chip/neurobench", "quant"},
	"chip/run":               {"chip", "chip/emulator", "neuron/integer", "quant", "internal/fault", "internal/par", "internal/signal"},
	"chip/all":               {"chip/", "chip", "internal/registry"},
	"internal/fault":         {},
	"internal/race":          {},
	"internal/par":           {},
	"internal/rng":           {},
	"internal/pages":         {},
	"internal/signal":        {"internal/kernels", "internal/pages", "internal/par"},
	"internal/npy":           {},
	"internal/sysinfo":       {},
	"internal/tensorfile":    {},
	"internal/registry":      {"internal/fault"},
	"internal/config":        {"internal/fault"},
	"internal/kernels":       {"internal/pages", "internal/par"},
	"internal/hdf5":          {"internal/fault", "internal/hdf5/internal/"},
	"internal/onnx":          {"internal/fault", "internal/onnx/onnxpb"},
	"internal/onnx/onnxpb":   {},
	"internal/onnx/onnxtest": {"internal/onnx/onnxpb"},
	"model":                  {"internal/fault", "internal/registry", "internal/tensorfile"},
	"nir":                    {"model", "internal/fault", "internal/hdf5", "internal/registry"},
	"nir/conform":            {"nir", "model", "layers", "internal/rng", "internal/signal"},
	"bench":                  {"datasets", "layers", "model", "neuron", "train", "internal/config", "internal/fault", "internal/par", "internal/signal", "internal/sysinfo"},
	"bench/compare":          {"internal/fault", "internal/sysinfo"},
	"bench/conversion":       {},
	"surrogate":              {"internal/fault", "internal/kernels", "internal/registry", "internal/rng"},
	"neuron":                 {"model", "surrogate", "internal/kernels", "internal/pages", "internal/par", "internal/registry", "internal/signal"},
	"autograd":               {"model", "neuron", "internal/kernels", "internal/pages", "internal/par", "internal/rng", "internal/signal"},
	"neuron/quantized":       {"model", "neuron", "neuron/integer", "quant", "surrogate", "internal/kernels", "internal/pages", "internal/signal"},
	"layers":                 {"autograd", "model", "neuron", "neuron/quantized", "quant", "surrogate", "internal/config", "internal/fault", "internal/pages", "internal/par", "internal/registry", "internal/rng", "internal/signal"},
	"convert":                {"layers", "model", "neuron", "internal/fault", "internal/kernels", "internal/par", "internal/registry", "internal/rng", "internal/signal"},
	"convert/onnx":           {"model", "internal/fault", "internal/onnx"},
	"convert/ttfs":           {"model", "internal/fault", "internal/kernels", "internal/par", "internal/signal"},
	"datasets":               {"datasets/internal/", "internal/fault", "internal/npy", "internal/par", "internal/registry", "internal/rng", "internal/signal"},
	"train":                  {"datasets", "layers", "model", "internal/config", "internal/fault", "internal/kernels", "internal/pages", "internal/par", "internal/registry", "internal/rng", "internal/signal", "internal/tensorfile"},
	"internal/torchfile":     {},
	"pytorch":                {"model", "neuron", "surrogate", "internal/fault", "internal/registry", "internal/tensorfile", "internal/torchfile"},
	"report":                 {"internal/fault"},
	"cmd/snntrain":           {""},
	"internal/testkit":       {""},
}

func TestImports(t *testing.T) {
	root := testkit.Root()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "asm") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			checkImports(t, root, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, root, path string) {
	t.Helper()
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.ToSlash(filepath.Dir(rel))
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "gorgonia.org/") && folder != "autograd" && folder != "layers" {
			t.Errorf("%s imports %s: only autograd and layers know Gorgonia", rel, name)
		}
		if ours, ok := strings.CutPrefix(name, module); ok && !permitted(folder, ours) {
			t.Errorf("%s imports %s, which the table of imports does not allow", rel, ours)
		}
	}
}

func permitted(folder, name string) bool {
	list, known := allowed[folder]
	switch {
	case known:
	case strings.HasPrefix(folder, "datasets/internal/"):
		list = []string{"datasets/internal/", "internal/fault", "internal/npy"}
	case strings.HasPrefix(folder, "chip/"): // the targets; none knows another
		list = []string{"chip", "model", "quant", "internal/config", "internal/fault", "internal/hdf5", "internal/npy", "internal/onnx", "internal/rng"}
	}
	for _, a := range list {
		if a == "" || a == name || strings.HasSuffix(a, "/") && strings.HasPrefix(name, a) {
			return true
		}
	}
	return false
}

// TestNoInit: no init functions anywhere but in generated files.
func TestNoInit(t *testing.T) {
	root := testkit.Root()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil || ast.IsGenerated(file) {
			return err
		}
		for _, d := range file.Decls {
			if name := declared(d); name == "init" {
				t.Errorf("%s has an init function; use an explicit list", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func declared(d ast.Decl) string {
	if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
		return f.Name.Name
	}
	return ""
}
