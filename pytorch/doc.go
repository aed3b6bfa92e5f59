// Package pytorch takes networks to snnTorch and SpikingJelly and back, as the
// state dictionaries that PyTorch users save and a Python file that rebuilds
// the model.
//
// Both frameworks fix what a step of their neurons means. A network that was
// trained with other rules runs there with theirs: each difference is a Note
// that names the layer, and Exported.AsRun is the network that the framework
// runs, so that what changes can be measured here. What a framework cannot
// express at all is refused, all layers at once.
//
// Versions: snnTorch 1.0.0, SpikingJelly 2.0.0, PyTorch 2.15.0.
package pytorch
