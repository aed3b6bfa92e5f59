package train

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/snntrain/snntrain/internal/config"
	"github.com/snntrain/snntrain/layers"
)

// Config is the `train:` section.
type Config struct {
	Epochs    int            `yaml:"epochs" validate:"gte=1" doc:"passes over the training samples"`
	Batch     int            `yaml:"batch" validate:"gte=1" doc:"samples a step"`
	Optimizer config.Section `yaml:"optimizer" plug:"optimizer" doc:"how parameters follow their gradients"`
	Schedule  config.Section `yaml:"schedule" plug:"schedule" doc:"how the learning rate changes over the run"`
	WarmUp    float64        `yaml:"warm_up" validate:"gte=0" doc:"epochs in which the learning rate rises from 0"`
	BPTT      BPTT           `yaml:"bptt" doc:"how errors go back through time"`
	Clip      float64        `yaml:"clip" validate:"gte=0" doc:"largest norm of all gradients together; 0 = no limit"`
	Mismatch  float64        `yaml:"mismatch" validate:"gte=0,lte=1" doc:"relative standard deviation of every weight, drawn anew in each step: training for analog chips, no two of which are alike"`
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

// BPTT is the `bptt:` section.
type BPTT struct {
	Checkpoint Checkpoint `yaml:"checkpoint" doc:"memory for time: auto (by a rule on sizes alone), off, or the number of steps between the states that are kept; what lies between is run forward again for the backward pass"`
	Truncate   int        `yaml:"truncate" validate:"gte=0" doc:"no error passes a border of this many steps through a neuron's state; 0 = errors reach the first step"`
}

// Checkpoint is auto, off, or a number of steps.
type Checkpoint int

// Numeric implements config.Numeric.
func (*Checkpoint) Numeric() {}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Checkpoint) UnmarshalText(text []byte) error {
	switch string(text) {
	case "auto":
		*c = layers.AutoCheckpoint
		return nil
	case "off":
		*c = 0
		return nil
	}
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil || n < 1 {
		return errors.New("auto, off or a number of steps from 1")
	}
	*c = Checkpoint(n)
	return nil
}

// MarshalText implements encoding.TextMarshaler.
func (c Checkpoint) MarshalText() ([]byte, error) {
	switch c {
	case layers.AutoCheckpoint:
		return []byte("auto"), nil
	case 0:
		return []byte("off"), nil
	}
	return []byte(strconv.Itoa(int(c))), nil
}

// Defaults are the values of keys that a config leaves out.
func Defaults() Config {
	return Config{
		Epochs: 10, Batch: 128,
		Optimizer: config.Default("adam"), Schedule: config.Default("constant"),
		BPTT: BPTT{Checkpoint: layers.AutoCheckpoint}, Select: "accuracy", LogEvery: 20,
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
