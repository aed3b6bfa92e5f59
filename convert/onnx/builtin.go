package onnx

import "github.com/snntrain/snntrain/model"

// operators lists who handles an operator that reads a signal. Those in
// folders are computed instead when all they read is constant.
func operators() map[string]operator {
	return map[string]operator{
		"Add":                arithmetic,
		"ArgMax":             argmax,
		"AveragePool":        pool(model.PoolAvg),
		"BatchNormalization": norm,
		"Cast":               castSignal,
		"Clip":               clip,
		"Concat":             concat,
		"Conv":               conv,
		"Div":                arithmetic,
		"Dropout":            dropout,
		"Flatten":            reshaper(flatten).signal,
		"Gemm":               gemm,
		"GlobalAveragePool":  globalAverage,
		"Identity":           same("does nothing"),
		"LeakyRelu":          leakyRelu,
		"LogSoftmax":         softmax,
		"MatMul":             matmul,
		"MaxPool":            pool(model.PoolMax),
		"Mul":                arithmetic,
		"PRelu":              prelu,
		"Pad":                pad,
		"ReduceMean":         reduceMean,
		"Relu":               relu,
		"Reshape":            reshaper(reshape).signal,
		"Shape":              shapeOfSignal,
		"Slice":              slice,
		"Softmax":            softmax,
		"Split":              split,
		"Squeeze":            reshaper(squeeze).signal,
		"Sub":                arithmetic,
		"Sum":                sumAll,
		"Transpose":          transpose,
		"Unsqueeze":          reshaper(unsqueeze).signal,
	}
}

// shapeOfSignal gives the extents of a signal, which are constant.
func shapeOfSignal(c *call) error {
	t, err := shapeOf(c)
	if err != nil {
		return err
	}
	c.give(&value{constant: t})
	c.folded("", "constant")
	return nil
}
