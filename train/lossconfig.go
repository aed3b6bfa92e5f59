package train

import (
	"slices"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/registry"
	"github.com/snntrain/snntrain/layers"
)

// LossKind is a loss that a config can name.
type LossKind struct {
	Name, Doc string
	Options   func() any
	set       func(options any, l *layers.Loss)
}

// lossCommon are the keys of every loss.
type lossCommon struct {
	Kind    string        `yaml:"kind" doc:"what is minimized"`
	Readout string        `yaml:"readout" validate:"oneof=sum mean last max spike-count rate each" doc:"how the output over time becomes scores; each: the loss of every step, summed"`
	Rates   []ratePenalty `yaml:"rates,omitempty" validate:"dive" doc:"keep the firing rates of layers in a range"`
}

type ratePenalty struct {
	Layers []string `yaml:"layers,omitempty" doc:"names; every spiking layer but the output when left out"`
	Lower  float64  `yaml:"lower" validate:"gte=0" doc:"rate below which a neuron is pushed up, spikes a step"`
	Upper  float64  `yaml:"upper" validate:"gte=0" doc:"rate above which a neuron is pushed down, spikes a step; 0 = no limit"`
	Weight float64  `yaml:"weight" validate:"gt=0" doc:"factor of the penalty"`
}

// Losses lists the losses.
func Losses() *registry.Registry[LossKind] {
	r := registry.New[LossKind]("loss")
	for _, k := range []LossKind{crossEntropyKind(), mseKind(), vanRossumKind()} {
		r.Add(k.Name, k)
	}
	return r
}

type crossEntropyOptions struct {
	Smoothing float64 `yaml:"smoothing" validate:"gte=0,lt=1" doc:"share of the target that is spread over all classes"`
}

func crossEntropyKind() LossKind {
	return LossKind{
		Name: "cross-entropy", Doc: "−log softmax of the label's score",
		Options: func() any { return &crossEntropyOptions{} },
		set:     func(o any, l *layers.Loss) { l.Smoothing = o.(*crossEntropyOptions).Smoothing },
	}
}

type targetOptions struct {
	Correct   float64 `yaml:"correct" doc:"target of the label's output: a count, a rate, or spikes a step"`
	Incorrect float64 `yaml:"incorrect" doc:"target of the other outputs"`
}

func mseKind() LossKind {
	return LossKind{
		Name: "mse", Doc: "squared distance of scores from targets; with readout spike-count or rate the targets are counts or rates",
		Options: func() any { return &targetOptions{Correct: 1} },
		set: func(o any, l *layers.Loss) {
			l.Correct, l.Incorrect = o.(*targetOptions).Correct, o.(*targetOptions).Incorrect
		},
	}
}

type vanRossumOptions struct {
	targetOptions `yaml:",inline"`
	Tau           float64 `yaml:"tau" validate:"gt=0" doc:"time constant of the filter, steps"`
}

func vanRossumKind() LossKind {
	return LossKind{
		Name: "van-rossum", Doc: "distance of filtered output spike trains from regular trains of the target rates",
		Options: func() any {
			return &vanRossumOptions{targetOptions: targetOptions{Correct: 0.5, Incorrect: 0.02}, Tau: 5}
		},
		set: func(o any, l *layers.Loss) {
			v := o.(*vanRossumOptions)
			l.Correct, l.Incorrect, l.Tau = v.Correct, v.Incorrect, v.Tau
		},
	}
}

// DecodeLoss reads a `loss:` section. Faults are recorded in its document.
func DecodeLoss(s config.Section) *layers.Loss {
	losses := Losses()
	l := &layers.Loss{Kind: s.Kind(losses.Names()...)}
	kind, err := losses.Get(l.Kind)
	if err != nil {
		return nil
	}
	common, options := lossCommon{Kind: l.Kind, Readout: "sum"}, kind.Options()
	s.Decode(&common, options)
	kind.set(options, l)
	l.Readout = common.Readout
	if l.Kind != "cross-entropy" && common.Readout == "each" {
		s.Fault("readout", "each goes with cross-entropy only", "")
	}
	for i, r := range common.Rates {
		if r.Upper == 0 {
			r.Upper = 1e9
		}
		if r.Upper < r.Lower {
			s.Get("rates").Items()[i].Fault("upper", "is below lower", "")
		}
		l.Rates = append(l.Rates, layers.RatePenalty{Layers: slices.Clone(r.Layers), Lower: r.Lower, Upper: r.Upper, Weight: r.Weight})
	}
	return l
}

// LossOptions returns what a schema needs of a loss: its keys, filled with defaults.
func (k LossKind) LossOptions() []any {
	return []any{&lossCommon{Kind: k.Name, Readout: "sum"}, k.Options()}
}
