package convert

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
)

// qcfsMethod converts networks that were trained with QCFS activations (Bu et
// al. 2022, arXiv 2303.04347): θ = λ and v₀ = λ/2. With T = levels a neuron
// makes of an even input exactly what the activation does.
func qcfsMethod() Method {
	return Method{
		Name: "qcfs", Doc: "threshold = the one that a qcfs activation has learned (Bu et al. 2022)",
		decide: func(_ *walk, s Stage) (*Cell, error) {
			if s.QCFS == nil {
				return nil, fault.Fault{Pkg: "convert", Subject: fmt.Sprintf("layer %q", s.Name), Fact: "is no qcfs activation, which method qcfs needs", Hint: "train with {kind: qcfs}, or choose another method"}
			}
			return &Cell{Threshold: s.QCFS.Threshold, Initial: times(s.QCFS.Threshold, 0.5)}, nil
		},
	}
}
