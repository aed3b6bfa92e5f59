package generic

import (
	"reflect"

	"go.yaml.in/yaml/v3"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/quant"
)

// Chip describes a chip. Limits of 0 are not there.
type Chip struct {
	Label     string `yaml:"name" doc:"name of the chip, for messages"`
	Weights   Number `yaml:"weight" doc:"weights"`
	Potential State  `yaml:"potential" doc:"membrane potential"`
	Current   *State `yaml:"current,omitempty" doc:"synaptic current; without it spikes enter the potential directly"`
	Threshold Number `yaml:"threshold" doc:"thresholds and biases"`
	Fire      string `yaml:"fire" validate:"oneof=above at-least" doc:"comparison that decides a spike"`
	Reset     string `yaml:"reset" validate:"oneof=zero subtract none" doc:"what a spike does to the potential"`
	MaxSpikes int    `yaml:"max_spikes" validate:"gte=0" doc:"spikes of a neuron in a tick, 0 = any number"`
	MaxDelay  int    `yaml:"max_delay" validate:"gte=0,lte=4096" doc:"ticks beyond the first that a spike may wait"`
	Cores     Cores  `yaml:"cores" doc:"size of the chip"`
	Costs     []Cost `yaml:"energy,omitempty" validate:"dive" doc:"what events cost"`
}

// Cost is what one event costs.
type Cost struct {
	Event  string  `yaml:"event" validate:"oneof=synaptic-event active-update inactive-update core-spike hop-x hop-y tick second" doc:"what is counted"`
	Joule  float64 `yaml:"joule" validate:"gte=0" doc:"energy of one in J"`
	Second float64 `yaml:"second" validate:"gte=0" doc:"time of one in s"`
	Source string  `yaml:"source" doc:"where the figures come from"`
}

// Number is the width of a constant.
type Number struct {
	Bits int `yaml:"bits" validate:"gte=1,lte=24" doc:"two's complement bits"`
}

// State is a register and how it decays.
type State struct {
	Bits      int    `yaml:"bits" validate:"gte=2,lte=31" doc:"two's complement bits"`
	Overflow  string `yaml:"overflow" validate:"oneof=saturate wrap" doc:"what becomes of a value beyond the bits"`
	Decay     string `yaml:"decay" validate:"oneof=none multiply dash subtract" doc:"form of the decay"`
	DecayBits int    `yaml:"decay_bits" validate:"gte=1,lte=15" doc:"fraction bits of a multiply decay"`
	Rounding  string `yaml:"rounding" validate:"oneof=toward-zero floor nearest-away nearest-up nearest-even" doc:"of a multiply decay"`
}

// Cores is the size of the chip.
type Cores struct {
	Count       int `yaml:"count" validate:"gte=0" doc:"cores"`
	Neurons     int `yaml:"neurons" validate:"gte=0" doc:"neurons a core"`
	InAxons     int `yaml:"in_axons" validate:"gte=0" doc:"different sources a core reads"`
	OutAxons    int `yaml:"out_axons" validate:"gte=0" doc:"cores that the neurons of a core send to, summed"`
	SynapseBits int `yaml:"synapse_bits" validate:"gte=0" doc:"weight memory a core"`
}

// Default is a chip of 8-bit weights and 16-bit potentials without limits of size.
func Default() Chip {
	return Chip{
		Label: "generic", Weights: Number{Bits: 8}, Threshold: Number{Bits: 16}, Fire: "at-least", Reset: "subtract", MaxSpikes: 1,
		Potential: State{Bits: 16, Overflow: "saturate", Decay: "multiply", DecayBits: 12, Rounding: "toward-zero"},
	}
}

// Load reads a description over the default; all faults at once, with positions.
func Load(path string) (*Chip, error) { return read(config.Options{Files: []string{path}}) }

// Parse reads the text of a description, as Text gives it.
func Parse(name, text string) (*Chip, error) {
	return read(config.Options{Texts: []config.Text{{Name: name, YAML: []byte(text)}}})
}

// Text is the description in YAML, "" of the default.
func (c *Chip) Text() (string, error) {
	if reflect.DeepEqual(*c, Default()) {
		return "", nil
	}
	text, err := yaml.Marshal(c)
	return string(text), err
}

func read(o config.Options) (*Chip, error) {
	c := Default()
	doc, err := config.Load(o, &c)
	if err != nil {
		return nil, err
	}
	doc.Root().Decode(&c)
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return &c, nil
}

// Parameters are a layer's: one value, one a channel, or one a neuron.
type Parameters struct {
	CurrentDecay quant.Tensor // parameter of the current's decay
	Leak         quant.Tensor // parameter of the potential's decay
	Threshold    quant.Tensor
	Bias         quant.Tensor
}

// LIF is the chip's neuron.
func (c *Chip) LIF(p Parameters) *quant.Spiking {
	s := &quant.Spiking{
		Leak: c.Potential.decay(p.Leak), Charge: quant.ChargeSum, Bias: p.Bias, Range: c.Potential.register(), Threshold: p.Threshold,
		Fire: c.fire(), MaxSpikes: c.MaxSpikes, Reset: quant.Scalar(c.reset()),
	}
	if c.Current != nil {
		s.Currents = []quant.Current{{Order: quant.DecayAdd, Decay: c.Current.decay(p.CurrentDecay), Range: c.Current.register()}}
	}
	return s
}

func (s *State) register() quant.Range { return quant.Signed(s.Bits, quant.Overflow(s.Overflow)) }

func (s *State) decay(p quant.Tensor) quant.Decay {
	d := quant.Decay{Kind: quant.DecayKind(s.Decay), P: p}
	if d.Kind == quant.DecayMultiply {
		d.Bits, d.Round = s.DecayBits, quant.Rounding(s.Rounding)
	}
	if d.IsNone() {
		return quant.Decay{}
	}
	return d
}

func (c *Chip) fire() model.Compare {
	if c.Fire == "above" {
		return model.FireAbove
	}
	return model.FireAtLeast
}

func (c *Chip) reset() int32 {
	switch c.Reset {
	case "subtract":
		return quant.ResetSubtract
	case "none":
		return quant.ResetNone
	}
	return quant.ResetValue
}
