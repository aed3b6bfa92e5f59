package chip

import "github.com/snntrain/snntrain/quant"

// Image is a network in integers with what a chip or an emulator needs to run
// it: the neutral record between training and every target.
//
// The order of update, comparisons, resets, rounding, wrap and saturation are
// those of the rules in Net; nothing is implied by the name of the target.
type Image struct {
	Producer    string        `json:"producer"` // program and version
	Target      TargetRecord  `json:"target"`
	Net         *quant.IntNet `json:"net"`
	IO          IO            `json:"io"`
	Placement   *Placement    `json:"placement,omitempty"`
	Conversion  *Conversion   `json:"conversion,omitempty"`
	Energy      []Constant    `json:"energy,omitempty"`
	Conformance []Vector      `json:"conformance,omitempty"`
}

// TargetRecord is the chip that an image was made for.
type TargetRecord struct {
	Name     string  `json:"name"`
	Revision string  `json:"revision,omitempty"`
	Limits   []Limit `json:"limits,omitempty"`
}

// Limit is a row of a target's table of limits.
type Limit struct {
	Name   string `json:"name"` // what is limited, with its unit: "neurons a core"
	Value  int64  `json:"value"`
	Source string `json:"source"`
}

// Conversion records how the integers came to be.
type Conversion struct {
	Method      string             `json:"method"`
	Scales      map[string]float64 `json:"scales,omitempty"`      // λ of each layer
	Calibration string             `json:"calibration,omitempty"` // hash of the calibration set
	Accuracy    map[string]float64 `json:"accuracy,omitempty"`    // ann, snn, …
}

// Vector is an input and what the output of a machine at rest must give for it,
// both [T, N]: spikes, or membrane potentials.
type Vector struct {
	Name      string       `json:"name"`
	Input     quant.Tensor `json:"input"`
	Output    quant.Tensor `json:"output"`
	Potential bool         `json:"potential,omitempty"` // Output holds potentials after each tick, without what follows the point
}

// tensors calls visit for every array of the image with its name.
func (im *Image) tensors(visit func(name string, t *quant.Tensor)) {
	im.Net.Tensors(visit)
	for i := range im.Conformance {
		v := &im.Conformance[i]
		visit("conformance."+v.Name+".input", &v.Input)
		visit("conformance."+v.Name+".output", &v.Output)
	}
}
