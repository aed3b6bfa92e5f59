package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/snntrain/snntrain/train"
)

type reportOptions struct {
	runs        []string
	sets        []string
	withoutData bool
	threads     int
	out         string
	force       bool
	given       []string // flags by name
}

func reportCommand(s *streams) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report RUN... [--out FILE.html]",
		Short: "Write the page of a run again, or a page that compares runs",
		Long: strings.TrimSpace(`
Write the page of a run again, or a page that compares runs. RUN is a run directory of train or
convert, or the directory of a training with several seeds, which stands for its runs.

Of one run report.html in its directory is written again from what the directory holds: nothing is
trained, but the network runs over the test part once more, for activity, rasters and the confusion
matrix. Without the data at hand, --without-data makes the page of what the files say alone.

Several runs go on one page (--out): a table of results, the keys of the configs that differ, and
learning curves over one another. Runs that are not finished are in it as far as they are.`),
		Example: "  snntrain report runs/mnist-mlp\n  snntrain report runs/mnist-mlp runs/mnist-conv --out compared.html\n  snntrain report runs/* --json",
		Args:    atLeastOne("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.runs, o.given = args, givenFlags(cmd.Flags())
			return runReport(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", train.ReportFile, "page of several runs")
	f.BoolVar(&o.force, "force", false, "replace the file that --out names")
	f.StringArrayVar(&o.sets, "set", nil, "of one run: override a key of its data: data.dir=PATH")
	f.BoolVar(&o.withoutData, "without-data", false, "of one run: make the page of its files alone")
	f.IntVar(&o.threads, "threads", 0, "of one run: threads, 0 = one a core")
	return cmd
}

func runReport(ctx context.Context, s *streams, o reportOptions) error {
	if err := inBounds("report", atLeast(0, "threads", float64(o.threads))); err != nil {
		return err
	}
	runs, err := readRuns(o.runs)
	if err != nil {
		return err
	}
	if len(runs) == 1 {
		if err := idle("report", o.given, "the page of one run is in its directory", "out", "force"); err != nil {
			return err
		}
		return rewriteReport(ctx, s, runs[0], o)
	}
	err = errors.Join(
		idle("report", o.given, "several runs are compared by what their files say", "set", "without-data", "threads"),
		o.checkOut(),
	)
	if err != nil {
		return err
	}
	return reportRuns(s, runs, o.out)
}

// checkOut checks that the page can be written, and takes the place of nothing.
func (o *reportOptions) checkOut() error {
	if _, err := os.Stat(o.out); err == nil && !o.force {
		return usagef("report: --out %s: exists; replace it with --force, or choose another --out", filepath.Clean(o.out))
	}
	return outputFile("report", "--out", o.out)
}
