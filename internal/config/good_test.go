package config_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/snntrain/snntrain/internal/config"
)

// values compares options without their Sections.
var values = cmp.Options{
	cmpopts.IgnoreTypes(config.Section{}, []config.Section{}),
	cmp.AllowUnexported(trainOptions{}),
	cmpopts.EquateEmpty(),
}

func TestGoodFiles(t *testing.T) {
	clip := 1.0
	whole := defaults()
	whole.Seed, whole.Title = math.MaxUint64, "3"
	whole.Data = dataOptions{Name: "mnist", Dir: "data/mnist", Limit: map[string]int{"train": 0, "test": 100}}
	whole.Train = trainOptions{
		Epochs: 3, Batch: 127, Clip: &clip, Timeout: 90 * time.Second, Layout: 1, Quick: true,
		Bounds: [2]float32{-1, 1.5}, Steps: []int{1, 2}, Readout: "last",
		Stages: []stage{{3, 1}, {Until: 9}}, common: common{Log_every: 7},
	}
	ten := []linear{{10}}
	for name, want := range map[string]struct {
		root rootOptions
		own  owned
	}{
		"least": {defaults(), owned{Adam: adam{LR: 1e-3, Beta1: 0.9}, Lin: ten}},
		"null":  {defaults(), owned{Adam: adam{LR: 1e-3, Beta1: 0.9}, Lin: ten}},
		"whole": {whole, owned{
			SGD: sgd{LR: 1e-3}, MNIST: mnist{Raw: true}, Lin: []linear{{1000}, {10}},
			Lif: []lif{{Beta: 0.95}, {Beta: 0.9}}, Tri: []triangle{{2}, {1}},
		}},
		"alias": {defaults(), owned{
			Adam: adam{LR: 1e-3, Beta1: 0.9}, Lin: []linear{{10}, {10}},
			Lif: []lif{{Beta: 0.5}, {Beta: 0.25}, {Beta: 0.75}}, Tri: []triangle{{3}, {3}, {3}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			root, own, _, err := load(config.Options{Files: []string{"testdata/good/" + name + ".yaml"}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.root, root, values); diff != "" {
				t.Errorf("root (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.own, own, values); diff != "" {
				t.Errorf("plug-ins (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	r := defaults()
	limits := r.Data.Limit
	d, err := config.Load(sets("data.limit.test=5"), nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&r)
	if len(limits) != 1 || len(r.Data.Limit) != 2 {
		t.Errorf("the default map became %v, the decoded one %v", limits, r.Data.Limit)
	}
}

func TestListsReplaceTheirDefault(t *testing.T) {
	r := defaults()
	r.Train.Stages = []stage{{Until: 1, Gain: 2}, {Until: 3}}
	before := r.Train.Stages
	d, err := config.Load(sets("train.stages=[{until: 9}]"), nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&r)
	if diff := cmp.Diff([]stage{{Until: 9}}, r.Train.Stages); diff != "" || before[0].Until != 1 {
		t.Errorf("the default became %v; decoded (-want +got):\n%s", before, diff)
	}
}

func TestNullClearsAPointer(t *testing.T) {
	one := 1.0
	x := struct {
		Clip  *float64 `yaml:"clip"`
		Stage *stage   `yaml:"stage"`
		Kept  *stage   `yaml:"kept"`
	}{&one, &stage{Until: 1}, &stage{Until: 1}}
	d, err := config.Load(config.Options{Sets: []string{"clip=~", "stage=null", "kept={gain: 2}"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Root().Decode(&x)
	if x.Clip != nil || x.Stage != nil || x.Kept == nil || *x.Kept != (stage{1, 2}) || d.Err() != nil {
		t.Errorf("got %v, %v, %v (%v)", x.Clip, x.Stage, x.Kept, d.Err())
	}
}
