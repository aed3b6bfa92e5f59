package quantized

import (
	"math"
	"sync"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/neuron"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
	"github.com/snntrain/snntrain/surrogate"
)

// BiasName is the parameter whose gradient Backward adds up, in units of the
// integer bias.
const BiasName = "bias"

// Layer is what a cell is built from.
type Layer struct {
	N         int
	Fires     bool
	Surrogate model.SurrogateSpec
	Detach    bool // no gradient through the reset
	Late      bool // spikes are sent one step after they were decided: the next layer's synapses take a tick
	Warm      int  // ticks without input before the first step: those in which the input is still on its way
	Worth     float64
	Sum       quant.Range // register of a tick's sum
}

// Numbers are what changes while the weights do. Arrays are channel-last, one
// value a neuron.
type Numbers struct {
	Rule     *quant.Spiking
	Exponent int       // shift of the sums
	Unit     []float32 // of the potential, for 1 of the network's potential
	Theta    []float32 // the network's threshold
	Value    float32   // what 1 of a potential that is read stands for
}

// Cell is a layer of neurons in integers. Set must be called before it runs.
type Cell struct {
	Layer
	surrogate surrogate.Func
	levels    bool // the surrogate knows of several spikes
	now       Numbers
	ready     *integer.Spiking
	keep      keep
	spaces    sync.Pool // *space

	Keep  bool // Forward keeps what the Backward that follows it reads, where it is not much
	trail trail
}

// keep is the decay factors of the adjoint, one a neuron; nil without a current.
type keep struct{ alpha, beta []float32 }

// New makes a cell.
func New(l Layer) (*Cell, error) {
	c := &Cell{Layer: l}
	if !l.Fires {
		return c, nil
	}
	var err error
	c.surrogate, err = surrogate.New(surrogate.Spec{Kind: l.Surrogate.Kind, Params: l.Surrogate.Params})
	if err == nil {
		_, c.levels = c.surrogate.(surrogate.ThresholdGrader)
	}
	return c, err
}

// Set gives the cell its numbers.
func (c *Cell) Set(n Numbers) {
	c.now = n
	c.ready = integer.NewSpiking(n.Rule, []int{c.N})
	c.keep.beta = kept(n.Rule.Leak, c.N, c.keep.beta)
	c.keep.alpha = nil
	if len(n.Rule.Currents) > 0 {
		c.keep.alpha = kept(n.Rule.Currents[0].Decay, c.N, c.keep.alpha)
	}
}

// kept is the factor per step that a decay leaves of a large state.
func kept(d quant.Decay, n int, out []float32) []float32 {
	if len(out) != n {
		out = make([]float32, n)
	}
	p := d.P.Spread([]int{n})
	for i := range out {
		switch d.Kind {
		case quant.DecayMultiply:
			out[i] = 1 - float32(math.Ldexp(float64(p[i]), -d.Bits))
		case quant.DecayDash:
			out[i] = 1 - float32(math.Ldexp(1, -int(p[i])))
		default:
			out[i] = 1
		}
	}
	return out
}

// space is what one goroutine works in.
type space struct {
	state       *integer.State
	of          *integer.Spiking
	in          [][]int32
	zero        [][]int32
	out         integer.Spikes
	u, s, low   []float32 // of every step, T·N: u − θ in the network's unit, spikes, 1 where the floor held
	own         [3][]float32
	threshold   []int32
	gv, gi, gp  []float32
	x, d, theta []float32
}

// open returns a space with a state before the first tick.
func (c *Cell) open() *space {
	w, _ := c.spaces.Get().(*space)
	if w == nil {
		w = &space{in: [][]int32{make([]int32, c.N)}, zero: [][]int32{make([]int32, c.N)}}
	}
	if w.of != c.ready {
		w.of, w.state = c.ready, c.ready.NewState()
		w.threshold = c.now.Rule.Threshold.Spread([]int{c.N})
	}
	return w
}

// begin puts the state to what it is before the first step; the spikes of the
// last tick before are in w.out.
func (c *Cell) begin(w *space, start *neuron.State, b int) {
	c.ready.Restart(w.state)
	w.out.Reset()
	if start == nil {
		for range c.Warm {
			clear(w.zero[0])
			c.ready.Step(w.state, w.zero, false, &w.out)
		}
		return
	}
	at := b * c.N
	for i := range c.N {
		w.state.V[i] = int32(math.Float32bits(start.V[at+i]))
		if len(w.state.I) > 0 {
			w.state.I[0][i] = int32(math.Float32bits(start.I[at+i]))
		}
	}
	for i, s := range start.P[at : at+c.N] {
		if s != 0 {
			w.out.Add(int32(i), int32(s))
		}
	}
}

// end keeps the state, integers as the bits of floats, and the last spikes.
func (c *Cell) end(w *space, end *neuron.State, b int) {
	if end == nil {
		return
	}
	at := b * c.N
	for i := range c.N {
		end.V[at+i] = math.Float32frombits(uint32(w.state.V[i]))
		end.I[at+i] = 0
		if len(w.state.I) > 0 {
			end.I[at+i] = math.Float32frombits(uint32(w.state.I[0][i]))
		}
	}
	clear(end.P[at : at+c.N])
	for k, i := range w.out.Index {
		end.P[at+int(i)] = float32(w.out.Value[k])
	}
}

// step runs one tick on a row of currents.
func (c *Cell) step(w *space, x []float32) {
	in, worth, e, r := w.in[0], float32(c.Worth), c.now.Exponent, c.Sum
	for i, v := range x {
		in[i] = r.Apply(quant.Shift(int64(math.RoundToEven(float64(v*worth))), e))
	}
	if cur := c.now.Rule.Currents; len(cur) > 0 && cur[0].EachEvent {
		for i, v := range in {
			w.state.I[0][i] = cur[0].Range.Apply(int64(w.state.I[0][i]) + int64(v))
		}
	}
	c.ready.Step(w.state, w.in, false, &w.out)
}

// Forward implements neuron.Cell.
func (c *Cell) Forward(r *neuron.Run) {
	c.trail.begin(c, r)
	r.Pool.For(r.X.B, 1, func(lo, hi int) {
		w := c.open()
		for b := lo; b < hi; b++ {
			c.begin(w, r.Start, b)
			if c.trail.kept {
				c.trail.lend(w, b)
			}
			for t := range r.X.T {
				if c.Late {
					emit(r.S, t, b, &w.out)
				}
				c.step(w, row(r.X, t, b))
				if c.trail.kept {
					c.note(w, t)
				}
				if !c.Late {
					emit(r.S, t, b, &w.out)
				}
				if r.V != nil {
					c.potentials(w, row(r.V, t, b))
				}
			}
			c.end(w, r.End, b)
		}
		c.spaces.Put(w)
	})
}

// potentials are those of the network that the chip's stand for.
func (c *Cell) potentials(w *space, v []float32) {
	for i, x := range w.state.V {
		v[i] = float32(x) * c.now.Value
	}
}

func emit(s *signal.Signal, t, b int, out *integer.Spikes) {
	if s == nil {
		return
	}
	r := t*s.B + b
	if s.Spiking() {
		clear(s.WordRow(r))
		for _, i := range out.Index {
			s.Fire(r, int(i))
		}
		return
	}
	to := s.Row(r)
	for k, i := range out.Index {
		to[i] = float32(out.Value[k])
	}
}

// row is sample b in step t; nil of a nil signal.
func row(s *signal.Signal, t, b int) []float32 {
	if s == nil {
		return nil
	}
	if s.Const {
		t = 0
	}
	return s.Row(t*s.B + b)
}
