package surrogate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/snntrain/snntrain/internal/fault"
)

const pkg = "surrogate"

// Param describes one parameter of a surrogate.
type Param struct {
	Name     string
	Default  float64
	Min, Max float64 // a value outside is a fault
	Whole    bool    // only whole numbers
	Doc      string  // meaning and unit; θ is the unit of the membrane potential
}

// The widest ranges in which float32 holds every derivative for |x| ≤ 1e4.
const (
	least = 1e-6
	most  = 1e6
)

// positive is a slope or a width.
func positive(name string, def float64, doc string) Param {
	return Param{Name: name, Default: def, Min: least, Max: most, Doc: doc}
}

// signed is a factor or a place.
func signed(name string, def float64, doc string) Param {
	return Param{Name: name, Default: def, Min: -most, Max: most, Doc: doc}
}

// flag is 1 for yes, 0 for no.
func flag(name string, def float64, doc string) Param {
	return Param{Name: name, Default: def, Min: 0, Max: 1, Whole: true, Doc: doc}
}

// complete returns given with the defaults of what is missing, or all faults.
func complete(subject string, params []Param, given map[string]float64) (map[string]float64, error) {
	var faults fault.List
	add := func(fact, hint string) {
		faults.Add(fault.Fault{Pkg: pkg, Subject: subject, Fact: fact, Hint: hint})
	}
	all := make(map[string]float64, len(params))
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
		v, ok := given[p.Name]
		if !ok {
			v = p.Default
		}
		if rule := p.broken(v); rule != "" {
			add(fmt.Sprintf("%s is %v, must be %s", p.Name, v, rule), "")
		}
		all[p.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := all[name]; !known {
			add(fmt.Sprintf("%q is no parameter", name), hint(name, names))
		}
	}
	return all, faults.Err()
}

// broken names the rule that v breaks, or "".
func (p Param) broken(v float64) string {
	inside := v >= p.Min && v <= p.Max // false for NaN
	if inside && (!p.Whole || v == float64(int64(v))) {
		return ""
	}
	kind := ""
	if p.Whole {
		kind = "a whole number "
	}
	return fmt.Sprintf("%sfrom %v to %v", kind, p.Min, p.Max)
}

func hint(name string, known []string) string {
	if len(known) == 0 {
		return "it has none"
	}
	all := "known: " + strings.Join(known, ", ")
	if near := fault.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q? %s", near, all)
	}
	return all
}
