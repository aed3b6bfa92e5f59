package main

import (
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/hdf5"
)

// warnEnvironment warns of variables that look like ours and set nothing.
func (s *streams) warnEnvironment(environ []string) {
	own := []string{"SNNTRAIN_SIMD", hdf5.LibraryEnv}
	for _, f := range config.StrayEnv(environ, own, defaultExperiment(), &convertConfig{}) {
		s.warn(f.Error())
	}
}
