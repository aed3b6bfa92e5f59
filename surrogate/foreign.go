package surrogate

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/internal/registry"
)

// foreign is a surrogate of another framework: its name and parameters there,
// and what it is here.
type foreign struct {
	name   string
	params []Param
	spec   func(p values) Spec
}

// values are parameters by name.
type values = map[string]float64

// frameworks lists the surrogates of other frameworks, the default of each first.
func frameworks() *registry.Registry[[]foreign] {
	return registry.New[[]foreign]("framework").
		Add("snntorch", snnTorch()).
		Add("spikingjelly", spikingJelly()).
		Add("norse", norse()).
		Add("lava", lava()).
		Add("sinabs", sinabs()).
		Add("rockpool", rockpool()).
		Add("spyx", spyx()).
		Add("stork", stork())
}

// ForFramework maps a surrogate as another framework names it, with the
// parameters it has there, to a Spec. Missing parameters have that framework's
// defaults; an empty name is the framework's default surrogate. What is
// mapped is the derivative as the framework computes it, where that differs
// from its documentation.
func ForFramework(framework, name string, params map[string]float64) (Spec, error) {
	all, err := frameworks().Get(framework)
	if err != nil {
		return Spec{}, ours(err)
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.name
		if f.name != name && (name != "" || i > 0) {
			continue
		}
		p, err := complete(framework+" "+f.name, f.params, params)
		if err != nil {
			return Spec{}, err
		}
		return f.spec(p), nil
	}
	return Spec{}, fault.Fault{
		Pkg: pkg, Subject: framework, Fact: fmt.Sprintf("%q is no surrogate of it", name), Hint: hint(name, names),
	}
}

// erf is a Gaussian of height·exp(−(αx)²), as those write it that think of an error function.
func erf(alpha, height float64) Spec {
	return Spec{"gaussian", values{"sigma": 1 / (alpha * math.Sqrt2), "scale": height * math.Sqrt(math.Pi) / alpha}}
}
