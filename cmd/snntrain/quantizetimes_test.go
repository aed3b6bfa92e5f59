package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/internal/onnx/onnxtest"
	"github.com/snntrain/snntrain/internal/testkit"
)

// rows is a network that sums the rows of a digit, takes the positive part of a
// difference of each from the next, and compares.
func rows() *onnxtest.Builder {
	w, v := make([]float32, 64*16), make([]float32, 16*10)
	for i := range 64 {
		w[i*16+i/8], w[i*16+8+i%8] = 0.5, 0.25
		w[i*16+(i/8+1)%8] = -0.3
	}
	for i := range v {
		v[i] = float32(i*7%11)/10 - 0.5
	}
	return onnxtest.New(13).Input("x", -1, 64).
		Const(onnxtest.Floats("w", []int64{64, 16}, w...)).Const(onnxtest.Floats("v", []int64{16, 10}, v...)).
		Node("MatMul", []string{"x", "w"}, []string{"hidden"}, nil).
		Node("Relu", []string{"hidden"}, []string{"positive"}, nil).
		Node("MatMul", []string{"positive", "v"}, []string{"y"}, nil).
		Output("y")
}

// TestQuantizeSpikeTimes: the image of a network of first spike times judges
// itself as quantize judged it, with its own data and with a config that does
// not know when an input fires.
func TestQuantizeSpikeTimes(t *testing.T) {
	dir := t.TempDir()
	times, image := filepath.Join(dir, "times"), filepath.Join(dir, "net.snnimg")
	good(t, "convert", onnxFile(t, rows()), "--config", write(t, "c.yaml", timesConfig), "--set", "convert.margin=1", "--out", times)
	var q quantization
	object(t, &q, "quantize", times, "--target", "lava", "--time-bits", "8", "--out", image)
	j := q.Judged
	if q.Method != "ttfs" || j == nil || j.Chip.N != 80 || j.Same < 78 || j.Outside == nil || *j.Outside != 0 || q.IO.Ticks != 2*256+2 || q.IO.Steps != 256 || len(q.IO.Windows) != 2 {
		t.Fatalf("%+v; judged %+v", q, j)
	}
	for _, args := range [][]string{{}, {"--data", write(t, "d.yaml", "data: {name: digits, limit: {test: 80}}")}} {
		var r judgeResult
		object(t, &r, append([]string{"emulate", image}, args...)...)
		if r.Correct != j.Chip.Correct || r.N != 80 || r.Events != j.Events || r.Outside == nil || *r.Outside != 0 {
			t.Errorf("%v: %+v, quantize found %+v", args, r, j)
		}
		if r.Energy.ANN.Passes != 1 || r.Energy.ANN.MACs != 64*16+16*10 {
			t.Errorf("without spikes: %+v", r.Energy.ANN)
		}
		if r.Spikes["input.end"] != r.Inputs {
			t.Errorf("%v input spikes end %v times", r.Inputs, r.Spikes["input.end"])
		}
	}
	refused(t, exitUsage, []string{"reads input, input.end, clock.", "netx holds a chain of layers"}, "export", image, "--target", "netx", "--out", filepath.Join(dir, "network.net"))
	if _, err := os.Stat(filepath.Join(dir, "network.net")); err == nil {
		t.Error("a file is left")
	}
	im, err := chip.Load(image)
	if err != nil {
		t.Fatal(err)
	}
	if len(im.Conformance) != 1 || im.Conformance[0].Output.MaxAbs() == 0 {
		t.Errorf("%d conformance vectors, or one in which nothing leaves", len(im.Conformance))
	}
	if im.Conversion.Calibration == "" {
		t.Error("the calibration set has no hash")
	}
	im.IO.Windows[0].Population = "nobody"
	if err := im.Save(filepath.Join(dir, "bad.snnimg")); err == nil {
		t.Error("a window of no population is written")
	}
}

// TestQuantizeSpikeTimesRefused: what has no meaning for first spike times, and chips that have no form for them.
func TestQuantizeSpikeTimesRefused(t *testing.T) {
	dir := t.TempDir()
	times := filepath.Join(dir, "times")
	good(t, "convert", onnxFile(t, rows()), "--config", write(t, "c.yaml", timesConfig), "--out", times)
	for _, c := range []struct {
		want []string
		args []string
	}{
		{[]string{`layer "input.spikes"`, "spikes at any time", "--time-bits 6"}, nil},
		{[]string{"--time-bits 17", "1 to 16"}, []string{"--time-bits", "17"}},
		{[]string{"times of 15 bits", "1 to 14"}, []string{"--time-bits", "15"}},
		{[]string{"weights of 9 bits"}, []string{"--time-bits", "4", "--bits", "9"}},
		{[]string{"--stretch: no effect here, a slope"}, []string{"--time-bits", "4", "--stretch", "2"}},
		{[]string{"--per: no effect here"}, []string{"--time-bits", "4", "--per", "channel"}},
		{[]string{"--range: no effect here"}, []string{"--time-bits", "4", "--range", "percentile"}},
		{[]string{"--input-bits: no effect here"}, []string{"--time-bits", "4", "--input-bits", "3"}},
		{[]string{"--input-max: no effect here"}, []string{"--time-bits", "4", "--input-max", "1"}},
		{[]string{"ranc has no form for first spike times", "possible: lava, lava-loihi1"}, []string{"--time-bits", "4", "--target", "ranc"}},
	} {
		image := filepath.Join(dir, "net.snnimg")
		refused(t, exitUsage, c.want, append([]string{"quantize", times, "--target", "lava", "--out", image}, c.args...)...)
		if _, err := os.Stat(image); err == nil {
			t.Errorf("%v leaves an image", c.args)
		}
	}
	_, other, _ := trained(t, onChip)
	refused(t, exitUsage, []string{"--time-bits: no effect here, the network has no first spike times"}, "quantize", other, "--target", "lava", "--time-bits", "4", "--out", filepath.Join(dir, "net.snnimg"))
}

// TestFirstSpikesOnLava: an MNIST network of one spike a neuron loses at most half a point on the chip.
func TestFirstSpikesOnLava(t *testing.T) {
	for _, net := range []string{"vnncomp2021/mnist-net_256x2", "dnnv/mnist_relu_3_50"} {
		path, dir := testkit.Data(t, "onnx", filepath.FromSlash(net)+".onnx"), t.TempDir()
		set := "data.dir=" + testkit.Data(t, "mnist")
		good(t, "convert", path, "--config", filepath.Join(testkit.Root(), "configs", "onnx-mnist.yaml"), "--config", filepath.Join(testkit.Root(), "configs", "convert-ttfs.yaml"),
			"--set", set, "--set", "convert.margin=1", "--set", "data.limit.test=1000", "--out", filepath.Join(dir, "times"))
		var q quantization
		object(t, &q, "quantize", filepath.Join(dir, "times"), "--target", "lava", "--time-bits", "6", "--calibration", "200", "--out", filepath.Join(dir, "net.snnimg"))
		j := q.Judged
		t.Logf("%s: exact times %.2f %%, emulated %.2f %% of %d", net, 100*j.Network.Accuracy, 100*j.Chip.Accuracy, j.Chip.N)
		if j.Network.Accuracy-j.Chip.Accuracy > 0.005 {
			t.Errorf("%s: the loss is %.2f points", net, 100*(j.Network.Accuracy-j.Chip.Accuracy))
		}
	}
}
