package autograd

import (
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/model"
)

// Op is a differentiable function of whole sequences. An instance belongs to
// one node of one graph and may keep buffers between calls: the values it
// returns stay valid until its next call. Forward and Backward may see one
// segment of a sequence after the other: Context.Span says which. An op that
// remembers steps embeds Memory; one that sums steps up is a gatherer.
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
	Carry bool     // the sequence goes on: from the state, and the score, that the last run left
	Watch bool     // keep membrane traces

	Labels []int // one a sample, for the losses

	Truncate int  // errors do not pass through a state from step k·Truncate to the one before; 0 = no limit
	Span     Span // set by the Machine
}
