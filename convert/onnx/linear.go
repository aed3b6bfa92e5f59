package onnx

import (
	"fmt"

	raw "github.com/snntrain/snntrain/internal/onnx"
	"github.com/snntrain/snntrain/model"
)

// matrix is a constant matrix (k inputs, n outputs): element (i, j) is values[i·rs + j·cs].
type matrix struct {
	values       []float32
	k, n, rs, cs int
}

// matrixOf views a constant of two axes.
func matrixOf(t *raw.Tensor, turned bool) (matrix, error) {
	if len(t.Dims) != 2 {
		return matrix{}, fmt.Errorf("the weights have the shape %v, expected two axes", t.Dims)
	}
	m := matrix{t.Floats, t.Dims[0], t.Dims[1], t.Dims[1], 1}
	if turned {
		m.k, m.n, m.rs, m.cs = m.n, m.k, m.cs, m.rs
	}
	return m, nil
}

// dense adds a linear layer that computes x·m·scale + bias, bias nil or of one
// value an output. The order of x is folded into the weights.
func (c *call) dense(x *value, m matrix, scale float32, bias []float32) (string, error) {
	if m.k != size(x.dims) {
		return "", fmt.Errorf("multiplies %v by a matrix of %d×%d", x.dims, m.k, m.n)
	}
	node := x.node
	if len(c.shapes[node]) != 1 {
		var err error
		if node, err = c.arranged(&value{node: x.node, dims: x.dims}, model.Shape{m.k}); err != nil {
			return "", err
		}
	}
	op := model.NewLinear(m.k, m.n, bias != nil)
	for j := range m.n {
		row := op.Weight.Data[j*m.k : (j+1)*m.k]
		for i := range m.k {
			row[x.at(i)] = scale * m.values[i*m.rs+j*m.cs]
		}
	}
	if bias != nil {
		copy(op.Bias.Data, bias)
	}
	return c.layer(op, node)
}

// matmul multiplies a row, or a column, by a constant matrix.
func matmul(c *call) error {
	if len(c.in) != 2 || !c.given(0) || !c.given(1) {
		return fmt.Errorf("needs two inputs")
	}
	if c.in[0].constant != nil { // W·x
		w, err := c.floatInput(0, "the weights")
		if err != nil {
			return err
		}
		m, err := matrixOf(w, true)
		if err != nil {
			return err
		}
		x := c.in[1]
		if n := len(x.dims); n < 2 || x.dims[n-1] != 1 {
			return fmt.Errorf("multiplies a matrix by %v, expected one column", x.dims)
		}
		return c.product(x, m, append(append([]int{}, x.dims[:len(x.dims)-2]...), m.n, 1))
	}
	w, err := c.floatInput(1, "the weights")
	if err != nil {
		return err
	}
	m, err := matrixOf(w, false)
	if err != nil {
		return err
	}
	x := c.in[0]
	if n := len(x.dims); n == 0 || x.dims[n-1] != size(x.dims) {
		return fmt.Errorf("multiplies %v, several rows a sample, by a matrix", x.dims)
	}
	return c.product(x, m, append(append([]int{}, x.dims[:len(x.dims)-1]...), m.n))
}

func (c *call) product(x *value, m matrix, dims []int) error {
	node, err := c.dense(x, m, 1, nil)
	if err != nil {
		return err
	}
	c.give(&value{node: node, dims: dims})
	return nil
}

// gemm computes alpha·A·B + beta·C with a constant B and C.
func gemm(c *call) error {
	x, err := c.signal(0)
	if err != nil {
		return err
	}
	w, err := c.floatInput(1, "input B")
	if err != nil {
		return err
	}
	m, err := matrixOf(w, c.int("transB", 0) != 0)
	if err != nil {
		return err
	}
	column := c.int("transA", 0) != 0
	if len(x.dims) != 2 || column && x.dims[1] != 1 || !column && x.dims[0] != 1 {
		return fmt.Errorf("input A has the shape %v, expected one row a sample", x.dims)
	}
	alpha, beta := c.float("alpha", 1), c.float("beta", 1)
	var bias []float32
	if c.given(2) {
		t, err := c.floatInput(2, "input C")
		if err != nil {
			return err
		}
		if out, err := broadcast(t.Dims, []int{1, m.n}); err != nil || size(out) != m.n {
			return fmt.Errorf("input C has the shape %v, expected one value an output of %d", t.Dims, m.n)
		}
		for _, i := range spread(t.Dims, []int{1, m.n}) {
			bias = append(bias, beta*t.Floats[i])
		}
	}
	node, err := c.dense(x, m, alpha, bias)
	if err != nil {
		return err
	}
	c.give(&value{node: node, dims: []int{1, m.n}})
	return nil
}
