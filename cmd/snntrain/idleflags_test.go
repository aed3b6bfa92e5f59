package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestFlagsWithoutEffect: a flag that would change nothing is refused by name.
func TestFlagsWithoutEffect(t *testing.T) {
	_, out, _ := trained(t, strings.Replace(onChip, "epochs: 4", "epochs: 1", 1)+"quantize: {target: lava, bits: 6}\n")
	dir := t.TempDir()
	image, net := filepath.Join(dir, "net.snnimg"), filepath.Join(dir, "net.json")
	good(t, "quantize", out, "--target", "lava", "--bits", "6", "--out", image) // as it was trained
	refused(t, exitUsage, []string{"quantize: --bits, --range: no effect here, the network was trained in these integers", "leave them out"},
		"quantize", out, "--bits", "4", "--range", "max", "--out", image)
	refused(t, exitUsage, []string{"quantize: --percentile: no effect here, the range is mse; leave it out"},
		"quantize", out, "--target", "generic", "--percentile", "50", "--out", image)
	refused(t, exitUsage, []string{"export: --profile, --dt: no effect here, they are for --target nir"},
		"export", image, "--target", "image", "--profile", "norse", "--dt", "1", "--out", net)
	refused(t, exitUsage, []string{"export: --samples: no effect here, an image is written as it is"}, "export", image, "--target", "image", "--samples", "3", "--out", net)
	refused(t, exitUsage, []string{"emulate: --chip-seed: no effect here"}, "emulate", image, "--chip-seed", "3")
	refused(t, exitUsage, []string{"emulate: --predictions: no effect here"}, "emulate", image, "--chips", "3", "--predictions", net)

	speck := write(t, "speck.json", `{"cnn_layers": {}}`)
	refused(t, exitUsage, []string{"import: --dt, --reset: no effect here", "a speck file says this itself"}, "import", speck, "--dt", "2", "--reset", "value", "--out", dir)
}
