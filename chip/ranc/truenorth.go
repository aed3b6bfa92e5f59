package ranc

import (
	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/quant"
)

// TrueNorth is IBM's chip: cores of the same size as New's, with narrower
// parameters. Its networks are mapped and exported as RANC's are. A potential
// that grows beyond 20 bits over several ticks is not found by Check.
func TrueNorth() *Target { return &Target{narrow: true} }

const cassidy = "Cassidy 2013"

var (
	limitThreshold = chip.Limit{Name: "threshold (18 bits)", Value: 1<<18 - 1, Source: cassidy}
	limitFloor     = chip.Limit{Name: "negative threshold (18 bits)", Value: 1<<18 - 1, Source: cassidy}
	limitLeak      = chip.Limit{Name: "leak (9 bits, signed)", Value: 255, Source: cassidy}
	limitPotential = chip.Limit{Name: "potential (20 bits, signed)", Value: 1<<19 - 1, Source: merolla}
)

func narrowLimits() []chip.Limit {
	return []chip.Limit{limitThreshold, limitFloor, limitLeak, limitPotential}
}

// checkNarrow reports parameters that TrueNorth cannot hold, besides what Map reports.
func checkNarrow(net *quant.IntNet) error {
	v := chip.NewViolations("chip/ranc")
	for i := range net.Populations {
		p := &net.Populations[i]
		s := p.Spiking
		if s == nil {
			continue
		}
		low := int64(0)
		if s.Floor != nil {
			for _, f := range s.Floor.At.Data {
				low = max(low, -int64(f))
				if f > 0 {
					v.Add(p.Name, "has a floor above zero", "the negative threshold is at or below 0")
					break
				}
			}
		}
		v.Most(p.Name, s.Threshold.MaxAbs(), limitThreshold, "scale weights and threshold down")
		v.Most(p.Name, low, limitFloor, "raise the floor")
		v.Most(p.Name, s.Bias.MaxAbs(), limitLeak, "scale weights and threshold down")
		sum := max(s.Threshold.MaxAbs(), low) + s.Bias.MaxAbs()
		for _, in := range net.Into(p.Name) {
			sum += in.FanInWeight(net.SourceShape(in.From), p.Shape)
		}
		l := limitPotential
		l.Name = "potential (20 bits, signed) that a tick can reach"
		v.Most(p.Name, sum, l, "scale weights and threshold down")
	}
	return v.Err()
}
