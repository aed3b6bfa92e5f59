// Package conform runs one NIR graph under several profiles, or a network as it
// was trained and as another framework will run it, and says where they part.
//
// In: a nir.Graph or two networks, and input. Out: counts, differences, the
// first place where two rasters part, and why.
package conform
