package main

import (
	"fmt"
	"strconv"
)

// one is a setting of a workload; the arguments are those of run.py and of
// `snntrain bench` alike.
type one struct {
	Workload string   `json:"workload"`
	Title    string   `json:"title"`
	Args     []string `json:"args"`
	spikes   bool     // the input is spikes
}

// cases lists the settings of the chosen workloads.
func cases(o options) []one {
	var list []one
	for _, w := range o.workloads {
		switch w {
		case "W1":
			for _, n := range o.sizes {
				list = append(list, layerCases(n)...)
			}
		case "W4":
			list = append(list,
				one{Workload: w, Title: "W4 T=100", Args: []string{"--steps", "100"}, spikes: true},
				one{Workload: w, Title: "W4 T=1000", Args: []string{"--steps", "1000"}, spikes: true})
		default:
			list = append(list, one{Workload: w, Title: w})
		}
	}
	return list
}

// layerCases are the settings of W1 for one layer size.
func layerCases(n int) []one {
	size := []string{"--n", strconv.Itoa(n), "--input"}
	with := func(title string, spikes bool, args ...string) one {
		return one{Workload: "W1", Title: fmt.Sprintf("W1 n=%d %s", n, title), Args: append(size[:3:3], args...), spikes: spikes}
	}
	return []one{
		with("dense input", false, "dense"),
		with("dense input, no input gradient", false, "dense", "--no-input-grad"),
		with("5 % spikes", true, "spikes"),
		with("5 % spikes, no input gradient", true, "spikes", "--no-input-grad"),
		with("5 % spikes, triangle surrogate", true, "spikes", "--surrogate", "triangle"),
		with("5 % spikes, triangle surrogate, no input gradient", true, "spikes", "--surrogate", "triangle", "--no-input-grad"),
	}
}
