package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/internal/par"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
	"github.com/snntrain/snntrain/report"
	"github.com/snntrain/snntrain/train"
)

// rewritten is the JSON of report on one run.
type rewritten struct {
	File    string      `json:"file"`
	LeftOut []string    `json:"left_out"` // sections of the page that were not made
	Run     comparedRun `json:"run"`
}

// rewriteReport writes report.html of a run again.
func rewriteReport(ctx context.Context, s *streams, r *pastRun, o reportOptions) error {
	result := rewritten{File: filepath.Join(r.dir, train.ReportFile), LeftOut: []string{}}
	if err := r.rewrite(ctx, s, o, &result); err != nil {
		return err
	}
	list, _ := rowsOf([]*pastRun{r})
	if result.Run = list[0]; s.json {
		s.object(result)
		return nil
	}
	s.say("%s\n", table(runTable(list)))
	for _, text := range result.LeftOut {
		s.say("left out: %s", text)
	}
	s.say("written to %s", result.File)
	return nil
}

func (r *pastRun) rewrite(ctx context.Context, s *streams, o reportOptions, result *rewritten) error {
	if r.converted() {
		if err := idle("report", o.given, "the page of a conversion is made of "+train.AccountFile, "set", "without-data", "threads"); err != nil {
			return err
		}
		if r.times != nil {
			return r.times.page(r.dir)
		}
		return writeConversionPage(r.dir, r.rate)
	}
	if r.sum == nil {
		return notRun(r.dir, "has no "+train.SummaryFile+": the training is in progress or was interrupted", fmt.Sprintf("go on with: snntrain train %s --out %s --resume", filepath.Join(r.dir, train.ConfigFile), r.dir))
	}
	set, err := r.setup()
	if err != nil {
		return err
	}
	var page report.Page
	if o.withoutData {
		if err := idle("report", o.given, "no data is read", "set", "threads"); err != nil {
			return err
		}
		result.LeftOut = append(result.LeftOut, "neurons by firing rate, samples inside the network, and the confusion matrix, which need the data")
		page = r.filesPage(set)
	} else if page, err = r.wholePage(ctx, s, set, o); err != nil {
		return err
	}
	return writePage(page, result.File)
}

// setup is the part of a run's setup that its page is made of, without data.
func (r *pastRun) setup() (*setup, error) {
	n, err := loadModel(r.dir)
	if err != nil {
		return nil, err
	}
	set := &setup{experiment: &experiment{Seed: r.sum.Seed}, network: n}
	set.resolved, err = os.ReadFile(filepath.Join(r.dir, train.ConfigFile))
	if err != nil {
		return nil, notRun(r.dir, train.ConfigFile+" is missing", "")
	}
	return set, nil
}

// wholePage is the page as training made it: the network runs over the test part once more.
func (r *pastRun) wholePage(ctx context.Context, s *streams, set *setup, o reportOptions) (report.Page, error) {
	n := set.network
	source, enc, seed, err := openRecorded(n, config.Options{Sets: o.sets}, "test")
	if err == nil {
		err = fits(n, source.Info(), enc)
	}
	if err != nil {
		return report.Page{}, usage(fmt.Errorf("%w\nreport: %s: the page needs the data of the run; say where it is with --set data.dir=PATH, or leave out what needs it with --without-data", err, r.dir))
	}
	pool := par.New(o.threads)
	program, err := compile(n, layers.Options{Pool: pool})
	if err != nil {
		return report.Page{}, usage(err)
	}
	test, err := train.Evaluate(ctx, program, source, train.EvalOptions{Encoder: enc, Batch: recordedBatch(n), Seed: seed, Pool: pool})
	if err != nil {
		return report.Page{}, err
	}
	if test.Score != *r.sum.Test {
		s.warn(fmt.Sprintf("report: %s: on the test part %d of %d are right now, loss %.4f; %s says %d of %d, loss %.4f: data or program differ", r.dir, test.Correct, test.N, test.Loss, train.SummaryFile, r.sum.Test.Correct, r.sum.Test.N, r.sum.Test.Loss))
	}
	set.parts.Test, set.encoder = source, enc
	return runPage(set, program, test, r.sum, r.dir)
}

// recordedBatch is the batch that a network was trained and judged with.
func recordedBatch(n *model.Network) int {
	if batch := recordedSetting(n, "batch"); batch >= 1 {
		return batch
	}
	return 256
}

// recordedSetting is a whole number that a network's record has under train, 0 for none.
func recordedSetting(n *model.Network, key string) int {
	settings, _ := n.Record.Training["train"].(map[string]any)
	v, _ := settings[key].(float64)
	return int(v)
}

// filesPage is the page of what the files of a run say.
func (r *pastRun) filesPage(set *setup) report.Page {
	test := train.Evaluation{Score: *r.sum.Test, Spikes: r.sum.Spikes}
	activity := report.Section{Title: "Activity", Text: "How the spiking layers fire on the test part."}
	bars := report.Bars{Title: "Spikes per neuron and sample", Label: "spikes per neuron"}
	var names []string
	for _, node := range set.network.Nodes {
		if spikes, ok := test.Spikes[node.Name]; ok {
			names, bars.Bars = append(names, node.Name), append(bars.Bars, report.Bar{Name: node.Name, Value: spikes})
		}
	}
	activity.Parts = []report.Part{bars, ratesOver(r.epochs, names)}
	return report.Page{
		Title:    runTitle(r.dir, test.Accuracy),
		Subtitle: fmt.Sprintf("%v, %d parameters, seed %d; made without the data", set.network.Record.Preprocess["name"], set.network.CountParams(), set.Seed),
		Footer:   "made by snntrain " + r.sum.Version,
		Sections: []report.Section{resultSection(set, test, r.sum), curvesSection(r.epochs), activity, setupSection(set, r.sum)},
	}
}
