// Package generic is a target that the user describes in YAML: bit widths,
// decay, rounding, overflow, reset, and the size of cores.
package generic
