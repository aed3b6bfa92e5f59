package autograd

import (
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
)

// Op is a differentiable function of whole sequences. An instance belongs to
// one node of one graph and may keep buffers between calls: the values it
// returns stay valid until its next call.
type Op interface {
	// Key names the op with every attribute; ops with one key compute the same function.
	Key() string
	// OutShape is the shape rule, for one sample at one step. A nil shape is a number.
	OutShape(in []model.Shape) (model.Shape, error)
	// Forward computes the output.
	Forward(c *Context, in []*Value) (*Value, error)
	// Backward returns dL/d(in[i]) for every i with need[i]; other entries are nil.
	Backward(c *Context, in []*Value, out, grad *Value, need []bool) ([]*Value, error)
}

// Context is what a run tells the ops.
type Context struct {
	Pool  *par.Pool
	Train bool     // dropout drops, batch-norm uses the batch
	Keys  []uint64 // one a sample, for the streams of random numbers; set when Train
	Carry bool     // neurons go on from the state that the last run left
	Watch bool     // keep membrane traces

	Labels []int // one a sample, for the losses
}
