package train

import (
	"math"

	"github.com/snntrain/snntrain/internal/registry"
)

// Schedule gives the factor on the base learning rate at a share x of the
// run, 0 at the first step and 1 after the last.
type Schedule func(x float64) float64

// ScheduleKind is a schedule that a config can name.
type ScheduleKind struct {
	Name, Doc string
	Options   func() any
	New       func(options any) Schedule
}

// Schedules lists the schedules.
func Schedules() *registry.Registry[ScheduleKind] {
	r := registry.New[ScheduleKind]("schedule")
	for _, k := range []ScheduleKind{constantSchedule(), stepSchedule(), cosineSchedule(), oneCycleSchedule()} {
		r.Add(k.Name, k)
	}
	return r
}

type noOptions struct{}

func constantSchedule() ScheduleKind {
	return ScheduleKind{
		Name: "constant", Doc: "the learning rate stays",
		Options: func() any { return &noOptions{} },
		New:     func(any) Schedule { return func(float64) float64 { return 1 } },
	}
}

type stepOptions struct {
	At    []float64 `yaml:"at" validate:"min=1,dive,gt=0,lt=1" doc:"shares of the run at which the rate falls"`
	Gamma float64   `yaml:"gamma" validate:"gt=0,lt=1" doc:"factor of each fall"`
}

func stepSchedule() ScheduleKind {
	return ScheduleKind{
		Name: "step", Doc: "the rate falls by a factor at given shares of the run",
		Options: func() any { return &stepOptions{At: []float64{0.5, 0.75}, Gamma: 0.1} },
		New: func(o any) Schedule {
			s := *o.(*stepOptions)
			return func(x float64) float64 {
				f := 1.0
				for _, at := range s.At {
					if x >= at {
						f *= s.Gamma
					}
				}
				return f
			}
		},
	}
}

type cosineOptions struct {
	Final float64 `yaml:"final" validate:"gte=0,lte=1" doc:"factor at the end of the run"`
}

func cosineSchedule() ScheduleKind {
	return ScheduleKind{
		Name: "cosine", Doc: "half a cosine down to the final factor (Loshchilov & Hutter 2017, without restarts)",
		Options: func() any { return &cosineOptions{} },
		New: func(o any) Schedule {
			final := o.(*cosineOptions).Final
			return func(x float64) float64 { return final + (1-final)*(1+math.Cos(math.Pi*x))/2 }
		},
	}
}

type oneCycleOptions struct {
	Rise  float64 `yaml:"rise" validate:"gt=0,lt=1" doc:"share of the run in which the rate rises to lr"`
	Start float64 `yaml:"start" validate:"gt=0,lte=1" doc:"factor at the first step"`
	Final float64 `yaml:"final" validate:"gte=0,lte=1" doc:"factor at the end"`
}

func oneCycleSchedule() ScheduleKind {
	return ScheduleKind{
		Name: "one-cycle", Doc: "cosine up to lr, then down (Smith & Topin 2018)",
		Options: func() any { return &oneCycleOptions{Rise: 0.3, Start: 0.04, Final: 4e-6} },
		New: func(o any) Schedule {
			s := *o.(*oneCycleOptions)
			swing := func(from, to, x float64) float64 { return from + (to-from)*(1-math.Cos(math.Pi*x))/2 }
			return func(x float64) float64 {
				if x < s.Rise {
					return swing(s.Start, 1, x/s.Rise)
				}
				return swing(1, s.Final, (x-s.Rise)/(1-s.Rise))
			}
		},
	}
}

// warmUp raises the rate linearly over the first share of the run.
func warmUp(s Schedule, share float64) Schedule {
	if share <= 0 {
		return s
	}
	return func(x float64) float64 { return s(x) * min(1, x/share) }
}
