package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/train"
)

// trainMember does one run of several in directories of their own. With
// --resume a finished one is kept as it is, and another goes on.
func trainMember(ctx context.Context, s *streams, o trainOptions) (*summary, error) {
	set, err := prepare(o.source())
	if err != nil {
		return nil, err
	}
	mode, err := memberMode(o, set)
	if err != nil {
		return nil, err
	}
	if sum := finished(o.out); sum != nil && mode == train.Resume {
		s.log("%s is finished", o.out)
		return sum, nil
	}
	o.resume, o.force = mode == train.Resume, mode == train.Force
	return trainSetup(ctx, s, o, set)
}

// memberMode is how the directory of one run of several is opened. With
// --resume a run that ended before its first checkpoint starts anew.
func memberMode(o trainOptions, set *setup) (train.Mode, error) {
	mode := train.Fresh
	switch {
	case o.resume && train.Exists(o.out):
		if err := sameConfig(filepath.Join(o.out, train.ConfigFile), set.resolved); err != nil {
			return mode, usage(err)
		}
		if mode = train.Force; train.Resumable(o.out) {
			mode = train.Resume
		}
	case o.force:
		mode = train.Force
	}
	return mode, usage(train.CheckDir(o.out, mode))
}

// finished is the summary of a run that wrote all its files; else nil.
func finished(out string) *summary {
	for _, name := range []string{train.ModelFile, train.ReportFile} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			return nil
		}
	}
	sum := &summary{}
	if _, err := readJSON(filepath.Join(out, train.SummaryFile), sum); err != nil || sum.Test == nil {
		return nil
	}
	sum.Out = out
	return sum
}
