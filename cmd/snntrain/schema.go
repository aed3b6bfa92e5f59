package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/snntrain/snntrain/convert"
	"github.com/snntrain/snntrain/datasets"
	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/surrogate"
	"github.com/snntrain/snntrain/train"
)

// schema is the JSON Schema of training and conversion configs with every plug-in.
func schema() ([]byte, error) {
	every := &struct {
		experiment `yaml:",inline"`
		Convert    config.Section `yaml:"convert" plug:"coding,by=coding" doc:"how to convert (snntrain convert)"`
		Sweep      sweepKeys      `yaml:"sweep" doc:"what to vary (snntrain sweep)"`
	}{experiment: *defaultExperiment(), Convert: config.Default("rate"), Sweep: *sweepDefaults()}
	return config.Schema(every, map[string][]config.Plug{
		"dataset": datasetPlugs(), "encoder": encoderPlugs(), "layer": layerPlugs(), "init": initPlugs(),
		"recurrence": recurrencePlugs(), "coding": codingPlugs(), "surrogate": surrogatePlugs(), "loss": lossPlugs(), "optimizer": optimizerPlugs(), "schedule": schedulePlugs(), "quantize": quantizePlugs(),
	})
}

// plugs lists a registry's entries.
func plugs[K any](names []string, get func(string) (K, error), plug func(K) config.Plug) []config.Plug {
	var out []config.Plug
	for _, name := range names {
		if k, err := get(name); err == nil {
			out = append(out, plug(k))
		}
	}
	return out
}

func datasetPlugs() []config.Plug {
	r := datasets.Builtin()
	return plugs(r.Names(), r.Get, func(k datasets.Kind) config.Plug {
		common := &dataKeys{Common: datasets.Defaults(k.Name), Encode: config.Default("constant")}
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: []any{common, k.Options()}}
	})
}

func encoderPlugs() []config.Plug {
	r := datasets.EncoderKinds()
	return plugs(r.Names(), r.Get, func(k datasets.EncoderKind) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.Options()}
	})
}

func layerPlugs() []config.Plug {
	r := layers.Kinds()
	return plugs(r.Names(), r.Get, func(k layers.Kind) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: []any{&layers.Common{Kind: k.Name}, k.Options()}}
	})
}

func initPlugs() []config.Plug {
	r := layers.Inits()
	return plugs(r.Names(), r.Get, func(k layers.Init) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.Options()}
	})
}

func recurrencePlugs() []config.Plug {
	r := layers.Recurrences()
	return plugs(r.Names(), r.Get, func(k layers.Recurrence) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.Options()}
	})
}

func codingPlugs() []config.Plug {
	return []config.Plug{
		{Kind: "rate", Doc: "the number of spikes in T steps stands for an activation", Options: convert.RateDefaults()},
		{Kind: "ttfs", Doc: "the time of a neuron's only spike is its activation", Options: ttfsDefaults()},
	}
}

func lossPlugs() []config.Plug {
	r := train.Losses()
	return plugs(r.Names(), r.Get, func(k train.LossKind) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.LossOptions()}
	})
}

func optimizerPlugs() []config.Plug {
	r := train.Optimizers()
	return plugs(r.Names(), r.Get, func(k train.OptimizerKind) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.Options()}
	})
}

func schedulePlugs() []config.Plug {
	r := train.Schedules()
	return plugs(r.Names(), r.Get, func(k train.ScheduleKind) config.Plug {
		return config.Plug{Kind: k.Name, Doc: k.Doc, Options: k.Options()}
	})
}

// surrogatePlugs makes a struct of each surrogate's parameters, which are flat numbers.
func surrogatePlugs() []config.Plug {
	r := surrogate.Builtin()
	return plugs(r.Names(), r.Get, func(k surrogate.Kind) config.Plug {
		var fields []reflect.StructField
		for _, p := range k.Params {
			fields = append(fields, reflect.StructField{
				Name: "P" + strings.ReplaceAll(p.Name, "-", "_"), Type: reflect.TypeFor[float64](),
				Tag: reflect.StructTag(fmt.Sprintf("yaml:%q doc:%q", p.Name, p.Doc)),
			})
		}
		v := reflect.New(reflect.StructOf(fields))
		for i, p := range k.Params {
			v.Elem().Field(i).SetFloat(p.Default)
		}
		return config.Plug{Kind: k.Name, Doc: k.Formula, Options: v.Interface()}
	})
}
