//go:build !amd64 || noasm

package kernels

// simdLevels lists the sets that have assembly: none in this build.
func simdLevels() []Level { return nil }
