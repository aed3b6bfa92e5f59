package convert

// rmpScale is what the thresholds of spike-norm are multiplied by.
const rmpScale = 0.8

// rmpMethod is RMP (Han et al. 2020, arXiv 2003.01811): soft reset, which all
// methods here have, lets thresholds be lower than those of spike-norm, because
// what is above them stays in the membrane.
func rmpMethod() Method {
	return Method{
		Name: "rmp", Doc: "threshold = 0.8 of that of spike-norm, soft reset (Han et al. 2020)",
		keys: []string{"share"},
		decide: func(w *walk, s Stage) (*Cell, error) {
			theta, err := w.largestCurrent(s)
			return &Cell{Threshold: times(theta, rmpScale)}, err
		},
	}
}
