package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// givenFlags are the flags of a command line by name.
func givenFlags(f *pflag.FlagSet) []string {
	var names []string
	f.Visit(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// idle refuses flags that were given and would change nothing: fact says why.
func idle(command string, given []string, fact string, flags ...string) error {
	var idle []string
	for _, name := range flags {
		if slices.Contains(given, name) {
			idle = append(idle, "--"+name)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	them := "it"
	if len(idle) > 1 {
		them = "them"
	}
	return usagef("%s: %s: no effect here, %s; leave %s out", command, strings.Join(idle, ", "), fact, them)
}
