package brainscales2

import (
	"fmt"
	"math"

	"github.com/snntrain/snntrain/internal/rng"
	"github.com/snntrain/snntrain/quant"
)

// Spread is a figure, such as an accuracy, on a number of sampled chips.
type Spread struct {
	Mean   float64   `json:"mean"`
	Std    float64   `json:"std"` // over chips, of a sample (n − 1)
	Lowest float64   `json:"lowest"`
	Chips  []float64 `json:"chips"`
}

// String is "mean ± std".
func (s Spread) String() string {
	return fmt.Sprintf("%.4g ± %.2g over %d chips", s.Mean, s.Std, len(s.Chips))
}

// MinChips is the number of chips below which a spread says little.
const MinChips = 20

// Judge samples chips and gives each to judge. The chips of a seed are the same
// for every network whose layers have the same names and sizes.
func (v Variation) Judge(net *quant.IntNet, chips int, seed uint64, judge func(chip *quant.IntNet) (float64, error)) (Spread, error) {
	if chips < 2 {
		return Spread{}, fmt.Errorf("chip/brainscales2: %d chips have no spread; %d or more say something", chips, MinChips)
	}
	s := Spread{Lowest: math.Inf(1)}
	for k := range chips {
		sample, err := v.Sample(net, rng.Key(seed, uint64(k)))
		if err != nil {
			return Spread{}, err
		}
		x, err := judge(sample)
		if err != nil {
			return Spread{}, fmt.Errorf("chip/brainscales2: chip %d: %w", k, err)
		}
		s.Chips = append(s.Chips, x)
		s.Mean += x / float64(chips)
		s.Lowest = min(s.Lowest, x)
	}
	for _, x := range s.Chips {
		s.Std += (x - s.Mean) * (x - s.Mean) / float64(chips-1)
	}
	s.Std = math.Sqrt(s.Std)
	return s, nil
}
