// Package report shows a training run: as one self-contained HTML page, and as
// TensorBoard event files. Plain numbers and texts enter, bytes leave; it
// imports nothing of ours and knows nothing of networks.
//
// A Page holds sections, a section holds parts: Facts, Table, Code, Images,
// Lines, Bars, Histogram, Raster, Traces, Matrix. The same page gives the same
// bytes. No part can fail on its numbers: values that cannot be drawn (NaN,
// ±Inf, nonpositive ones on a logarithmic axis) are left out and counted in a
// note under the figure.
package report
