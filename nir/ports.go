package nir

import "fmt"

// Input is where values enter a graph.
type Input struct{ Shape []int }

// Output is where values leave a graph.
type Output struct{ Shape []int }

// Type implements Primitive.
func (p *Input) Type() string { return "Input" }

// Type implements Primitive.
func (p *Output) Type() string { return "Output" }

func (p *Input) fields() []field  { return []field{extents("shape", &p.Shape)} }
func (p *Output) fields() []field { return []field{extents("shape", &p.Shape)} }

func (p *Input) check() []fact  { return checkShape(p.Shape) }
func (p *Output) check() []fact { return checkShape(p.Shape) }

// checkShape refuses what no sample can have.
func checkShape(s []int) []fact {
	total := 1
	for _, d := range s {
		if total *= max(d, 0); d < 1 || total > extentLimit {
			return []fact{{"shape", fmt.Sprintf("is %v: extents must be at least 1 and hold at most %d values", s, extentLimit)}}
		}
	}
	return nil
}

func (p *Input) infer([]int) ([]int, error) { return p.Shape, nil }

func (p *Output) infer(in []int) ([]int, error) {
	if err := wants(in, p.Shape); err != nil {
		return nil, err
	}
	return in, nil
}
