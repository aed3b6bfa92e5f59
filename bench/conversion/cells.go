package main

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// network is a file of the data folder.
type network struct {
	file   string // in onnx/, without its extension
	data   string // mnist, fashion, cifar10
	mean   string
	std    string
	peers  []float64 // best unsigned accuracy of other converters at T = 4, 8, 16, 32, percent
	spikes float64   // of SpikingJelly at T = 32, its largest
	sinabs sinabs
	sets   []string // of full: what the network wants otherwise
}

// sinabs is what Sinabs reaches, which emits several spikes a step.
type sinabs struct {
	best   float64 // accuracy up to T = 32, percent
	spikes float64
}

const (
	centered = "[0.1307]"
	spread   = "[0.3081]"
	colors   = "[0.485, 0.456, 0.406]"
)

// networks are those of the tables. The figures of other converters are of the
// first 2000 test images of MNIST and the 1000 of CIFAR-10.
func networks() []network {
	return []network{
		{file: "vnncomp2021/mnist-net_256x2", data: "mnist", peers: []float64{96.7, 97.2, 97.3, 97.4}, spikes: 0.57, sinabs: sinabs{97.5, 1.9}},
		{file: "vnncomp2021/mnist-net_256x4", data: "mnist", peers: []float64{95.8, 96.6, 96.9, 96.9}, spikes: 1.06, sinabs: sinabs{96.8, 8.8}},
		{file: "vnncomp2021/Convnet_avgpool", data: "mnist", peers: []float64{97.0, 97.3, 97.2, 97.2}, spikes: 1.48, sinabs: sinabs{97.5, 1.56}},
		{file: "dnnv/convSmallRELU__Point", data: "mnist", mean: centered, std: spread, peers: []float64{95.7, 97.2, 97.5, 97.7}, spikes: 8.36, sinabs: sinabs{97.7, 13.52}},
		{file: "dnnv/lenet", data: "mnist", peers: []float64{89.9, 92.4, 93.2, 93.5}, spikes: 10.25, sinabs: sinabs{93.7, 111.44}, sets: []string{"convert.labels=0", "convert.shift=0", "convert.rate_penalty=0.005", "convert.epochs=20"}},
		{file: "dnnv/mnist_conv_maxpool", data: "mnist", mean: centered, std: spread},
		{file: "dnnv/mnist_relu_3_50", data: "mnist", peers: []float64{93.0, 94.5, 94.8, 94.7}, spikes: 4.07, sinabs: sinabs{94.8, 20.28}},
		{file: "mnist_bn/mnist_bn", data: "mnist", mean: centered, std: spread},
		{file: "ours/mnist_conv1d", data: "mnist", mean: centered, std: spread},
		{file: "ours/fmnist_concat", data: "fashion", mean: "[0.2860]", std: "[0.3530]"},
		{file: "ours/fmnist_gap", data: "fashion", mean: "[0.2860]", std: "[0.3530]"},
		{file: "ours/fmnist_dwconv_relu6", data: "fashion", mean: "[0.2860]", std: "[0.3530]"},
		{file: "vnncomp2021/cifar10_small", data: "cifar10", mean: "[0]", std: "[1]"},
		{file: "vnncomp2021/cifar_base_kw", data: "cifar10", mean: colors, std: "[0.225]", peers: []float64{53.6, 57.4, 58.0, 58.4}, spikes: 4.11, sinabs: sinabs{57.9, 16.88}},
		{file: "vnncomp2021/cifar_deep_kw", data: "cifar10", mean: colors, std: "[0.225]"},
		{file: "vnncomp2021/resnet_2b", data: "cifar10", mean: "[0.4914, 0.4822, 0.4465]", std: "[0.2470, 0.2435, 0.2616]", peers: []float64{61.1, 67.2, 69.3, 70.2}, spikes: 3.77, sinabs: sinabs{70.3, 12.53}},
		{file: "resnet20/resnet20", data: "cifar10", mean: colors, std: "[0.229, 0.224, 0.225]", peers: []float64{26.4, 45.2, 75.5, 87.0}, spikes: 4.04},
		{file: "resnet20/resnet20_dynamic", data: "cifar10", mean: colors, std: "[0.229, 0.224, 0.225]"},
		{file: "resnet20/resnet20_raw", data: "cifar10", mean: colors, std: "[0.229, 0.224, 0.225]"},
	}
}

// limits are the points of accuracy that may be lost, by the number of steps.
func (n network) limits() map[int]float64 {
	switch {
	case strings.HasPrefix(n.file, "resnet20/"):
		return map[int]float64{16: 1.5, 32: 0.7, 128: 0.3}
	case n.data == "cifar10":
		return map[int]float64{8: 1, 32: 0.5, 128: 0.3}
	}
	return map[int]float64{8: 0.5, 16: 0.2, 64: 0.1}
}

// steps lists the numbers of steps of a network's cells.
func (n network) steps() []int {
	var list []int
	for t := range n.limits() {
		list = append(list, t)
	}
	if n.peers != nil {
		list = append(list, 4, 8, 16, 32)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// cell is one conversion.
type cell struct {
	name   string
	net    network
	method string
	steps  int
}

// The methods beside those of the program.
const (
	labels = "labels" // tuned towards labels too, with a price on spikes
	full   = "full"   // the same with all training images (convert-mnist-full.yaml)
)

// methods are compared; the first is that of the configs.
func methods() []string { return []string{"tuned", "advanced", labels, full} }

// copies reports whether a method is to keep to the float network, for the tables of what is lost.
func copies(method string) bool { return method != labels && method != full }

// cells lists them, those that take longest first.
func cells() []cell {
	var list []cell
	for _, n := range networks() {
		for _, method := range methods() {
			for _, t := range n.steps() {
				if !copies(method) && (n.data != "mnist" || n.peers == nil || t > 32) {
					continue
				}
				list = append(list, cell{name: cellName(n, method, t), net: n, method: method, steps: t})
			}
		}
	}
	slices.Reverse(list)
	return list
}

func cellName(n network, method string, steps int) string {
	return fmt.Sprintf("%s-%s-%d", path.Base(n.file), method, steps)
}

// compared is the number of first test images that other converters were judged on.
func (n network) compared() int {
	if n.data == "mnist" {
		return 2000
	}
	return 0
}
