package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/snntrain/snntrain/convert/onnx"
)

// onnxInfo is the JSON of inspect for an ONNX file. Where an operator is
// refused there are no layers.
type onnxInfo struct {
	Opset     int64           `json:"opset"`
	Producer  string          `json:"producer"`
	Reads     onnx.Input      `json:"reads"`
	Operators []onnx.Operator `json:"operators"`
	Notes     []string        `json:"notes,omitempty"`
	*modelInfo
}

func runInspectONNX(s *streams, path, inputShape string) error {
	r, refusals := importONNX(path, inputShape, nil)
	if r == nil {
		return refusals
	}
	info := onnxInfo{Opset: r.Opset, Producer: r.Producer, Reads: r.Input, Operators: r.Operators, Notes: r.Notes}
	if r.Network != nil {
		m, err := infoOf(r.Network)
		if err != nil {
			return usage(err)
		}
		info.modelInfo = &m
	}
	if s.json {
		s.object(info)
		return refusals
	}
	s.say("%s: ONNX opset %d of %s", filepath.Base(path), r.Opset, orText(r.Producer, "an unknown producer"))
	s.say("input %q, %v, read as %v %s\n", r.Input.Name, r.Input.Dims, r.Input.Sample, r.Input.Layout)
	if r.Network != nil {
		s.say("%s\n", info.table(r.Network, "MACS"))
		s.say("%d parameters, %d MACs a sample", info.Params, info.MACs)
	}
	sayOperators(s, r.Operators)
	for _, note := range r.Notes {
		s.say("note: %s", note)
	}
	return refusals
}

// sayOperators counts the operators and lists those that are no layer of their own.
func sayOperators(s *streams, list []onnx.Operator) {
	counts := map[onnx.Outcome]int{}
	rows := [][]string{{"OPERATOR", "NODE", "OUTCOME", "INTO", "WHY"}}
	for _, o := range list {
		counts[o.Outcome]++
		if o.Outcome != onnx.Mapped {
			rows = append(rows, []string{o.Op, o.Node, string(o.Outcome), o.Layer, o.Reason})
		}
	}
	text := fmt.Sprintf("%d operators", len(list))
	for _, outcome := range []onnx.Outcome{onnx.Mapped, onnx.Folded, onnx.Refused} {
		if counts[outcome] > 0 {
			text += fmt.Sprintf(", %d %s", counts[outcome], outcome)
		}
	}
	s.say("%s", text)
	if len(rows) > 1 {
		s.say("\n%s", table(slices.Clip(rows)))
	}
}
