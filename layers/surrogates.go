package layers

import (
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/surrogate"
)

// decodeSurrogate reads a surrogate section: its kind, and the kind's parameters as flat numbers.
func decodeSurrogate(s config.Section, spec *model.SurrogateSpec) {
	kinds := surrogate.Builtin()
	spec.Kind = s.Kind(kinds.Names()...)
	kind, err := kinds.Get(spec.Kind)
	if err != nil {
		return // recorded by Kind
	}
	for _, p := range kind.Params {
		if !s.Has(p.Name) {
			continue
		}
		v := p.Default
		s.Get(p.Name).Decode(&v)
		spec.Params[p.Name] = v
	}
	s.Decode()
	if _, err := surrogate.New(surrogate.Spec{Kind: spec.Kind, Params: spec.Params}); err != nil {
		s.Fault("", err.Error(), "")
	}
}
