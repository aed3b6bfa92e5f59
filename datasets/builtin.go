package datasets

import "github.com/snntrain/snntrain/internal/registry"

// Builtin lists the datasets.
func Builtin() *registry.Registry[Kind] {
	r := registry.New[Kind]("dataset")
	for _, k := range []Kind{digits(), yinyang(), mnist(), fashionMNIST(), cifar10(), fsdd(), npzKind(), csvKind()} {
		r.Add(k.Name, k)
	}
	return r
}

// EncoderKinds lists the encoders.
func EncoderKinds() *registry.Registry[EncoderKind] {
	r := registry.New[EncoderKind]("encoder")
	for _, k := range []EncoderKind{constantKind(), rateKind(), latencyKind(), deltaKind(), binsKind()} {
		r.Add(k.Name, k)
	}
	return r
}
