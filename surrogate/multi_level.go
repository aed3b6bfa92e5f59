package surrogate

func multiLevelKind() Kind {
	return Kind{
		Name:    "multi-level",
		Formula: "1/θ for 0 ≤ v ≤ levels·θ, else 0",
		Source:  "SpikingJelly MultiLevelSpikeCount (levels 4), which is given v/θ in place of x",
		Params:  []Param{{Name: "levels", Default: 4, Min: 1, Max: 65536, Whole: true, Doc: "most spikes a step"}},
		New: func(p map[string]float64) Func {
			return window{belowTheta: 1, above: p["levels"] - 1}
		},
	}
}
