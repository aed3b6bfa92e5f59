package run

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/neuron/integer"
	"github.com/snntrain/snntrain/quant"
)

// Input turns samples of encoded batches into what enters a network tick by tick.
type Input struct {
	in    quant.Input
	order []int32 // place in the network's (C, H, W) order → place in a row of the signal, which is channel-last; nil = the same
	place []int32 // the inverse
	row   []int32
	held  int64 // values outside the range so far
}

// NewInput fits signals of the shape of one sample at one step to a network's input.
func NewInput(in quant.Input, shape []int) (*Input, error) {
	n := quant.Len(in.Shape)
	if signal.Size(shape) != n || len(shape) == len(in.Shape) && !slices.Equal(shape, in.Shape) {
		return nil, fault.Fault{Pkg: "chip/run", Subject: "input", Fact: fmt.Sprintf("samples are %v, the network takes %v", shape, in.Shape)}
	}
	i := &Input{in: in, row: make([]int32, n)}
	if len(shape) == 3 && shape[0] > 1 {
		i.order, i.place = make([]int32, n), make([]int32, n)
		signal.ChannelOrder(shape, func(chw, hwc int) { i.order[chw], i.place[hwc] = int32(hwc), int32(chw) })
	}
	return i, nil
}

// Tick fills dst with what sample b of a batch sends in step t: spikes as 1,
// values on the grid of the network's input, held in its range. Without a scale
// values must be whole.
func (i *Input) Tick(dst *integer.Spikes, x *signal.Signal, t, b int) error {
	dst.Reset()
	if x.N() != len(i.row) {
		return fmt.Errorf("chip/run: a sample has %d values, the network takes %d", x.N(), len(i.row))
	}
	if x.Const {
		t = 0
	}
	r := t*x.B + b
	if !x.Spiking() {
		return i.values(dst, x.Row(r))
	}
	if i.order == nil {
		for k, w := range x.WordRow(r) {
			for ; w != 0; w &= w - 1 {
				dst.Add(int32(k*64+bits.TrailingZeros64(w)), 1)
			}
		}
		return nil
	}
	clear(i.row)
	for k, w := range x.WordRow(r) {
		for ; w != 0; w &= w - 1 {
			i.row[i.place[k*64+bits.TrailingZeros64(w)]] = 1
		}
	}
	dst.AddRow(i.row)
	return nil
}

func (i *Input) values(dst *integer.Spikes, x []float32) error {
	for k := range i.row {
		at := k
		if i.order != nil {
			at = int(i.order[k])
		}
		v := x[at]
		if v == 0 {
			continue
		}
		fact, hint := i.check(float64(v))
		if fact != "" {
			return fault.Fault{Subject: fmt.Sprintf("input element %d", k), Fact: fact, Hint: hint}
		}
		if q := i.in.Of(v); q != 0 {
			dst.Add(int32(k), q)
		}
	}
	return nil
}

// check counts a value outside the range and says what is wrong with one that
// is no number of the grid.
func (i *Input) check(x float64) (fact, hint string) {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Sprintf("%v is no number", x), ""
	case i.in.Scale == 0 && x != math.Trunc(x):
		return fmt.Sprintf("%v is no whole number, and the network's input has no scale", x), "encode to spikes, or give a scale"
	}
	if i.in.Scale != 0 {
		x = math.Round(x / i.in.Scale)
	}
	if x < float64(i.in.Min) || x > float64(i.in.Max) {
		i.held++
	}
	return "", ""
}
