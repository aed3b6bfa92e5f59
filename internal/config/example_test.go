package config_test

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
)

// A package that owns options declares their keys, limits and defaults, and
// what stands in place of the plug-ins that it does not know.
func Example() {
	type options struct {
		Epochs   int            `yaml:"epochs" validate:"gte=1" doc:"passes over the data"`
		LR       float64        `yaml:"lr" validate:"gt=0"`
		Schedule config.Section `yaml:"schedule" plug:"schedule"`
	}
	type step struct {
		Gamma float64 `yaml:"gamma" validate:"gt=0,lte=1"`
	}
	d, err := config.Load(config.Options{Sets: []string{
		"train={epohs: 3, lr: fast}", "train.schedule.kind=step", "train.schedule.gamma=2",
	}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	train := options{Epochs: 5, LR: 1e-3, Schedule: config.Default("constant")}
	d.Root().Get("train").Decode(&train)
	if train.Schedule.Kind("constant", "step") == "step" {
		own := step{Gamma: 0.1}
		train.Schedule.Decode(&own)
	}
	fmt.Println(d.Err())
	// Output:
	// config: train.lr: needs a number, got "fast" (--set train)
	// config: train.epohs: unknown key (--set train); did you mean "epochs"?
	// config: train.schedule.gamma: 2 is above 1 (--set train.schedule.gamma)
}
