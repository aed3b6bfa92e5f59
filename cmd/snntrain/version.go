package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/internal/kernels"
)

// release is the version of the program; the build adds the commit it was made from.
const release = "0.1.0-dev"

// version names the program that made a result.
func version() string {
	v := release
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			v += "+" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".dirty"
		}
	}
	return v + dirty
}

func versionCommand(s *streams) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			simd, err := kernels.Active()
			if err != nil {
				return err
			}
			if s.json {
				s.object(map[string]string{"version": version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "simd": simd.String()})
				return nil
			}
			s.say("snntrain %s, %s, %s/%s, %v kernels", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, simd)
			return nil
		},
	}
}
