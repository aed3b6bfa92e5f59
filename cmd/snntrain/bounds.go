package main

import (
	"errors"
	"math"
)

// bound is a number of the command line and what it may be, both ends included.
type bound struct {
	flag        string
	value       float64
	least, most float64
}

// atLeast is a bound without an upper end.
func atLeast(least float64, flag string, value float64) bound {
	return bound{flag, value, least, math.Inf(1)}
}

// inBounds reports every number that lies outside, and what is no number.
func inBounds(command string, list ...bound) error {
	var faults []error
	for _, b := range list {
		switch {
		case !(b.value >= b.least):
			faults = append(faults, usagef("%s: --%s %v must be at least %v", command, b.flag, b.value, b.least))
		case b.value > b.most:
			faults = append(faults, usagef("%s: --%s %v must be at most %v", command, b.flag, b.value, b.most))
		}
	}
	return errors.Join(faults...)
}
