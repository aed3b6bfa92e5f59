package chip

import (
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Timed is a Target for which networks of first spike times (model.FirstSpike)
// can be laid out.
type Timed interface {
	Target
	// FirstSpikes lays a network out, or reports everything that has no form on the target.
	FirstSpikes(n *model.Network, o TimedOptions) (*TimedNet, error)
}

// TimedOptions say how to lay a network of first spike times out.
type TimedOptions struct {
	TimeBits int         // bits of a spike's time within its window; 0 = those of the network
	Bits     int         // bits of a weight; 0 = all that the target has
	Samples  [][]float32 // inputs, (C, H, W), that show how far potentials go
}

// TimedNet is a network of first spike times in integers. A sample's input
// element x sends one spike: in tick Steps − k for k = round((x − Low)/Span·Steps),
// held at Steps, and none for k < 1.
type TimedNet struct {
	Net       *quant.IntNet
	Account   *quant.Account
	Low, Span float64 // of an input value
	Steps     int     // ticks of the input's window
	Ticks     int     // of a sample
	Windows   []Window
	Readout   string  // last, of potentials, or first-spike
	Potential float64 // see IO
}
