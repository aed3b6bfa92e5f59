package surrogate

import "github.com/snntrain/snntrain/internal/registry"

// Builtin lists the surrogates.
func Builtin() *registry.Registry[Kind] {
	r := registry.New[Kind]("kind")
	for _, k := range []Kind{
		atanKind(), fastSigmoidKind(), sigmoidKind(), tanhKind(), triangleKind(), boxcarKind(),
		exponentialKind(), gaussianKind(), multiGaussianKind(), periodicExponentialKind(),
		stepWindowKind(), multiLevelKind(), straightThroughKind(), noneKind(),
		leakyReLUKind(), logTailedReLUKind(), hardTanhKind(), logKind(), circKind(), fakeNumericalKind(),
		qPseudoSpikeKind(), s2nnKind(), squarewaveFourierKind(), sparseFastSigmoidKind(),
		gradedExponentialKind(), escapeRateKind(), stochasticKind(),
	} {
		r.Add(k.Name, k)
	}
	return r
}
