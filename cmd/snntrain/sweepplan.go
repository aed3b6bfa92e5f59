package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/snntrain/snntrain/internal/fault"
	"github.com/snntrain/snntrain/layers"
)

// sweep is a sweep whose configs were checked.
type sweep struct {
	sweepOptions
	points []point
	result *sweepResult
}

// planSweep lists the points and checks the config of each. Nothing is written.
func planSweep(ctx context.Context, s *streams, o sweepOptions) (*sweep, error) {
	axes, seed, err := o.readConfig()
	if err != nil {
		return nil, usage(err)
	}
	if err := o.checkSeeds(axes); err != nil {
		return nil, usage(err)
	}
	points, err := pointsOf(axes, o.random, seed)
	if err != nil {
		return nil, usage(err)
	}
	if left := nameFrom(o.out, points); left > 0 {
		s.log("%d runs in %s are of other values, and are left as they are", left, o.out)
	}
	w := &sweep{sweepOptions: o, points: points, result: newSweepResult(o, axes, points)}
	for _, a := range axes {
		if changesValidation(a.Key) {
			s.warn(fmt.Sprintf("sweep: %s decides which validation samples there are: points are judged on different ones", a.Key))
		}
	}
	s.log("checking %d configs", len(points))
	return w, w.check(ctx)
}

// checkSeeds: seeds come from one place.
func (o *sweepOptions) checkSeeds(axes []*axis) error {
	for _, a := range axes {
		if a.Key == "seed" && o.seeds > 1 {
			return fault.Fault{Pkg: "sweep", Subject: "seed", Fact: "is varied; that excludes several seeds a point", Hint: "leave one of them out"}
		}
	}
	return nil
}

// changesValidation reports whether a key decides which samples the validation part has.
func changesValidation(key string) bool {
	switch key {
	case "seed", "data", "data.name", "data.dir", "data.validation", "data.limit", "data.limit.train":
		return true
	}
	return false
}

// check reads the config of every point, with its data and network. A fault
// that several have is said once, with the first of them.
func (w *sweep) check(ctx context.Context) error {
	var faults, repeated []error
	points := map[string][]string{} // by the text of a fault
	same := map[string]string{}     // points by what of their configs can change a result
	for _, p := range w.points {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		hash, err := w.checkPoint(p)
		if other, ok := same[hash]; ok && err == nil {
			repeated = append(repeated, usage(fault.Fault{Pkg: "sweep", Subject: "point " + p.name, Fact: "is the same run as point " + other, Hint: "its values differ in nothing that changes a result"}))
		}
		same[hash] = p.name
		for _, err := range apart(err) {
			if points[err.Error()] == nil {
				faults = append(faults, err)
			}
			points[err.Error()] = append(points[err.Error()], p.name)
		}
	}
	for i, err := range faults {
		names := points[err.Error()]
		if len(names) == len(w.points) {
			continue // it is of no point
		}
		where := "point " + names[0]
		if more := len(names) - 1; more > 0 {
			where += fmt.Sprintf(" and %d more", more)
		}
		faults[i] = fmt.Errorf("sweep: %s: %w", where, err)
	}
	return errors.Join(append(faults, repeated...)...)
}

// checkPoint reads the config of a point, of which it gives the hash, and looks at its directory.
func (w *sweep) checkPoint(p point) (hash string, err error) {
	o := w.train(p)
	if w.seeds > 1 {
		if err := noSingleRun(o.out); err != nil {
			return "", err
		}
		first, err := seedOf(o.source())
		if err != nil {
			return "", err
		}
		o = o.withSeed(first)
	}
	set, err := prepare(o.source())
	if err != nil {
		return "", err
	}
	if set.parts.Validation == nil {
		return "", usage(fault.Fault{Pkg: "sweep", Fact: "needs a validation part to compare on", Hint: "set data.validation"})
	}
	if _, err := memberMode(o, set); err != nil {
		return "", err
	}
	_, err = compile(set.network, layers.Options{Loss: set.loss})
	return configHash(set.resolved), usage(err)
}

// apart takes joined errors apart; wrong usage stays wrong usage.
func apart(err error) []error {
	var u usageError
	if err == nil {
		return nil
	}
	wrong := errors.As(err, &u)
	if own, ok := err.(usageError); ok { //nolint:errorlint // only the outermost is taken off
		err = own.error
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if wrong {
			err = usage(err)
		}
		return []error{err}
	}
	var out []error
	for _, e := range joined.Unwrap() {
		if wrong {
			e = usage(e)
		}
		out = append(out, apart(e)...)
	}
	return out
}
