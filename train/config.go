package train

import (
	"fmt"

	"github.com/snntrain/snntrain/internal/config"
)

// Config is the `train:` section.
type Config struct {
	Epochs    int            `yaml:"epochs" validate:"gte=1" doc:"passes over the training samples"`
	Batch     int            `yaml:"batch" validate:"gte=1" doc:"samples a step"`
	Optimizer config.Section `yaml:"optimizer" plug:"optimizer" doc:"how parameters follow their gradients"`
	Schedule  config.Section `yaml:"schedule" plug:"schedule" doc:"how the learning rate changes over the run"`
	WarmUp    float64        `yaml:"warm_up" validate:"gte=0" doc:"epochs in which the learning rate rises from 0"`
	Clip      float64        `yaml:"clip" validate:"gte=0" doc:"largest norm of all gradients together; 0 = no limit"`
	EarlyStop *EarlyStop     `yaml:"early_stop,omitempty" doc:"stop when the validation part no longer improves"`
	Select    string         `yaml:"select" validate:"oneof=accuracy loss last" doc:"which epoch's network is kept: best validation accuracy, best validation loss, or the last"`
	SaveEvery int            `yaml:"save_every" validate:"gte=0" doc:"steps between checkpoints; 0 = one an epoch"`
	LogEvery  int            `yaml:"log_every" validate:"gte=1" doc:"steps between points of the training curves in TensorBoard"`
	Threads   int            `yaml:"threads" validate:"gte=0" doc:"threads to use; 0 = one a core; never changes a result"`
}

// EarlyStop says when to give up.
type EarlyStop struct {
	Patience int     `yaml:"patience" validate:"gte=1" doc:"epochs without improvement before training stops"`
	MinDelta float64 `yaml:"min_delta" validate:"gte=0" doc:"least change, since the last improvement, that counts as one"`
}

// Defaults are the values of keys that a config leaves out.
func Defaults() Config {
	return Config{
		Epochs: 10, Batch: 128,
		Optimizer: config.Default("adam"), Schedule: config.Default("constant"),
		Select: "accuracy", LogEvery: 20,
	}
}

// Plan is a decoded Config: what the loop works with.
type Plan struct {
	Config
	Optimizer Optimizer
	LR        float64
	Schedule  Schedule
}

// Plan decodes the plug-ins of a config. Faults are recorded in its document.
func (c Config) Plan() Plan {
	p := Plan{Config: c}
	optimizers := Optimizers()
	if kind, err := optimizers.Get(c.Optimizer.Kind(optimizers.Names()...)); err == nil {
		options := kind.Options()
		c.Optimizer.Decode(options)
		p.Optimizer, p.LR = kind.New(options), kind.LR(options)
	}
	schedules := Schedules()
	if kind, err := schedules.Get(c.Schedule.Kind(schedules.Names()...)); err == nil {
		options := kind.Options()
		c.Schedule.Decode(options)
		p.Schedule = warmUp(kind.New(options), c.WarmUp/float64(max(c.Epochs, 1)))
	}
	return p
}

// rate is the learning rate of a step out of total.
func (p *Plan) rate(step, total int) float64 {
	x := float64(step) / float64(max(total, 1))
	if p.WarmUp > 0 {
		x = (float64(step) + 1) / float64(max(total, 1)) // the first step is not lost
	}
	return p.LR * p.Schedule(min(x, 1))
}

func (p *Plan) check() error {
	if p.Optimizer == nil || p.Schedule == nil {
		return fmt.Errorf("train: the plan has no optimizer or schedule")
	}
	return nil
}
