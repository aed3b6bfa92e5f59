package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/snntrain/snntrain/model"
)

func TestRoutes(t *testing.T) {
	in := model.Shape{2, 2, 3}
	for name, c := range map[string]struct {
		op   model.Router
		want []int32
	}{
		"slice backwards":   {&model.Slice{Start: []int{1, 0, 0}, Step: []int{-1, 1, 2}, Size: []int{2, 1, 2}}, []int32{6, 8, 0, 2}},
		"pad":               {&model.Pad{Before: []int{0, 0, 1}, After: []int{0, -1, 0}}, []int32{-1, 0, 1, 2, -1, 6, 7, 8}},
		"pad channels":      {&model.Pad{Before: []int{1, -1, -2}, After: []int{0, 0, 0}}, []int32{-1, 5, 11}},
		"channels last":     {&model.Permute{Axes: []int{1, 2, 0}}, []int32{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}},
		"channels first":    {&model.Permute{Axes: []int{2, 0, 1}}, []int32{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}},
		"reshape keeps all": {&model.Reshape{Shape: model.Shape{12}}, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.op.Infer([]model.Shape{in})
			if err != nil {
				t.Fatal(err)
			}
			got := c.op.Route(in)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			if len(got) != out.Size() {
				t.Errorf("%d places for an output of %v", len(got), out)
			}
		})
	}
}

func TestShapesThatDoNotFit(t *testing.T) {
	in := model.Shape{2, 4, 4}
	pool := func(change func(*model.Pool2d)) *model.Pool2d {
		p := &model.Pool2d{Mode: model.PoolMax, Size: [2]int{2, 2}, Stride: [2]int{2, 2}}
		change(p)
		return p
	}
	for want, op := range map[string]model.Op{
		`function "gelu" is unknown`:                                            &model.Rectifier{Func: "gelu"},
		"low 2 is above high 1":                                                 &model.Rectifier{Func: model.Clip, Low: 2, High: 1},
		"slope is 3, expected 1, 2 or 2×4×4":                                    &model.PReLU{Slope: model.NewTensor(3)},
		"weight is 3, expected 1, 2 or 2×4×4":                                   &model.Affine{Weight: model.NewTensor(3)},
		"reads 1 inputs, takes 2 or more":                                       &model.Concat{},
		"places 0 to 4 in steps of 2 on axis 2 of 2×4×4":                        &model.Slice{Start: []int{0, 0, 0}, Step: []int{1, 1, 2}, Size: []int{2, 4, 3}},
		"before [0] and after [0] need 3 values each, one an axis of 2×4×4":     &model.Pad{Before: []int{0}, After: []int{0}},
		"before [0 -4 1] and after [0 0 0] leave nothing of 2×4×4":              &model.Pad{Before: []int{0, -4, 1}, After: []int{0, 0, 0}},
		"axes [0 1 1] are no order of the 3 axes of 2×4×4":                      &model.Permute{Axes: []int{0, 1, 1}},
		"shape 2×4×5 holds 40 values, the input 2×4×4 has 32":                   &model.Reshape{Shape: model.Shape{2, 4, 5}},
		"dilation [-1 0] and padding [0 0] with extra [0 0] must be at least 0": pool(func(p *model.Pool2d) { p.Dilation[0] = -1 }),
		"window is 5, input with padding has 4":                                 pool(func(p *model.Pool2d) { p.Dilation[0] = 4 }),
		"the last window starts at 4, the input ends at 4":                      pool(func(p *model.Pool2d) { p.Extra[1] = 2 }),
	} {
		if _, err := op.Infer([]model.Shape{in}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
