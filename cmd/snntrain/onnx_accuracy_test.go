package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/snntrain/snntrain/internal/testkit"
)

// fashionMNIST is where Debian's dataset-fashion-mnist puts its files.
const fashionMNIST = "/usr/share/datasets/fashion-mnist"

// onnxNet is a trained network, the data it is for, and how many test images it classifies right.
type onnxNet struct {
	net, config string
	sets        []string
	correct     int
}

// set is what overrides the config: where the data is, and how this network wants it.
func (c onnxNet) set(t *testing.T) []string {
	t.Helper()
	return append([]string{"data.dir=" + onnxData(t, c.config)}, c.sets...)
}

// onnxNets are the trained networks of the data folder.
func onnxNets() []onnxNet {
	kw := []string{"data.normalize.std=[0.225]"}
	return []onnxNet{
		{net: "vnncomp2021/mnist-net_256x2", config: "mnist", correct: 9808},
		{net: "vnncomp2021/mnist-net_256x4", config: "mnist", correct: 9764},
		{net: "vnncomp2021/Convnet_avgpool", config: "mnist", correct: 9795},
		{net: "vnncomp2021/resnet_2b", config: "cifar10-standardized", correct: 700},
		{net: "vnncomp2021/cifar_base_kw", config: "cifar10-imagenet", sets: kw, correct: 577},
		{net: "vnncomp2021/cifar_deep_kw", config: "cifar10-imagenet", sets: kw, correct: 558},
		{net: "vnncomp2021/cifar10_small", config: "cifar10", correct: 625},
		{net: "dnnv/mnist_relu_3_50", config: "mnist", correct: 9588},
		{net: "dnnv/convSmallRELU__Point", config: "mnist-standardized", correct: 9825},
		{net: "dnnv/mnist_conv_maxpool", config: "mnist-standardized", correct: 9815},
		{net: "dnnv/lenet", config: "mnist", correct: 9504},
		{net: "resnet20/resnet20", config: "cifar10-imagenet", correct: 904},
		{net: "resnet20/resnet20_dynamic", config: "cifar10-imagenet", correct: 904},
		{net: "resnet20/resnet20_raw", config: "cifar10-imagenet", correct: 904},
		{net: "mnist_bn/mnist_bn", config: "mnist-standardized", correct: 9917},
		{net: "mnist_bn/mnist_bn_dynamic", config: "mnist-standardized", correct: 9917},
		{net: "ours/fmnist_concat", config: "fashion-standardized", correct: 9165},
		{net: "ours/fmnist_gap", config: "fashion-standardized", correct: 9114},
		{net: "ours/fmnist_dwconv_relu6", config: "fashion-standardized", correct: 8818},
		{net: "ours/mnist_conv1d", config: "mnist-standardized", correct: 9912},
	}
}

// TestONNXAccuracy: every trained network of the data folder classifies as
// many test images right as its README says, to the last one.
func TestONNXAccuracy(t *testing.T) {
	for _, c := range onnxNets() {
		t.Run(c.net, func(t *testing.T) {
			path := testkit.Data(t, "onnx", filepath.FromSlash(c.net)+".onnx")
			args := []string{"eval", path, "--data", filepath.Join(testkit.Root(), "configs", "onnx-"+c.config+".yaml")}
			for _, set := range c.set(t) {
				args = append(args, "--set", set)
			}
			var r evalResult
			object(t, &r, args...)
			want := 10000
			if c.correct < 1000 {
				want = 1000
			}
			if r.Correct != c.correct || r.N != want {
				t.Errorf("%d of %d right, want %d of %d", r.Correct, r.N, c.correct, want)
			}
		})
	}
}

// onnxData is the folder of the data that a config reads.
func onnxData(t *testing.T, config string) string {
	t.Helper()
	switch config[:5] {
	case "cifar":
		return testkit.Data(t, "cifar10")
	case "mnist":
		return testkit.Data(t, "mnist")
	}
	if _, err := os.Stat(fashionMNIST); err != nil {
		t.Skipf("needs %s; install the package dataset-fashion-mnist", fashionMNIST)
	}
	return fashionMNIST
}

// TestONNXRefused: a network that ONNX Runtime cannot run either is refused by
// node, operator and reason.
func TestONNXRefused(t *testing.T) {
	path := testkit.Data(t, "onnx", "hls4ml", "three_layer_bn_keras.onnx")
	refused(t, exitUsage, []string{
		`node "BatchNormalization__" (BatchNormalization): scale has 64 values, the input [64 1] has 1 channels on axis 1`,
		`node "BatchNormalization__3" (BatchNormalization): scale has 5 values, the input [5 1] has 1 channels on axis 1`,
	}, "inspect", path)
}
