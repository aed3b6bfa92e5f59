package autograd

import "github.com/snntrain/snntrain/model"

// Total adds numbers: the loss and its penalties.
type Total struct {
	out   Value
	grads []*Value
}

// Key implements Op.
func (l *Total) Key() string { return "total" }

// OutShape implements Op.
func (l *Total) OutShape([]model.Shape) (model.Shape, error) { return nil, nil }

// Forward implements Op.
func (l *Total) Forward(_ *Context, in []*Value) (*Value, error) {
	l.out.Scalar = 0
	for _, v := range in {
		l.out.Scalar += v.Scalar
	}
	return &l.out, nil
}

// Backward implements Op.
func (l *Total) Backward(_ *Context, in []*Value, _, grad *Value, _ []bool) ([]*Value, error) {
	l.grads = l.grads[:0]
	for range in {
		l.grads = append(l.grads, grad)
	}
	return l.grads, nil
}
