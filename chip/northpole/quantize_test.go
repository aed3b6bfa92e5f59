package northpole_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/snntrain/snntrain/chip"
	"github.com/snntrain/snntrain/chip/northpole"
	"github.com/snntrain/snntrain/internal/testkit"
	"github.com/snntrain/snntrain/model"
)

// floatNet is 10-16-12-4 with random weights.
func floatNet() *model.Network {
	r := rand.New(rand.NewPCG(1, 2))
	n := &model.Network{Dt: 1, Input: model.Shape{10}}
	in, last := 10, model.InputName
	for i, out := range []int{16, 12, 4} {
		l := model.NewLinear(in, out, true)
		for k := range l.Weight.Data {
			l.Weight.Data[k] = float32(r.NormFloat64()) * 0.4
		}
		for k := range l.Bias.Data {
			l.Bias.Data[k] = float32(r.NormFloat64()) * 0.2
		}
		name := string(rune('a' + i))
		n.Nodes = append(n.Nodes, model.Node{Name: name, Op: l, Inputs: []string{last}})
		if last, in = name, out; i < 2 {
			n.Nodes = append(n.Nodes, model.Node{Name: name + ".relu", Op: &model.Rectifier{Func: model.ReLU}, Inputs: []string{name}})
			last = name + ".relu"
		}
	}
	return n
}

// forward is the float network on one sample; most gathers the greatest value of each rectifier.
func forward(n *model.Network, x []float64, most map[string]float64) []float64 {
	for _, node := range n.Nodes {
		switch op := node.Op.(type) {
		case *model.Linear:
			x = testkit.Product(op.Weight.Data, op.Bias.Data, x)
		case *model.Rectifier:
			for i := range x {
				x[i] = max(x[i], 0)
				most[node.Name] = max(most[node.Name], x[i])
			}
		}
	}
	return x
}

// TestQuantizeIsNearTheFloatNetwork: the scores of 8 bits are within 3 % of
// their range, those of 4 bits within 30 %, and fewer bits are worse.
func TestQuantizeIsNearTheFloatNetwork(t *testing.T) {
	n, c := floatNet(), chip.Calibration{Input: 1, Layers: map[string]float64{}}
	in := inputs(mlp(t, 1, 8, false), 5, 200)
	in.Shape, in.Data = []int{200, 10}, in.Data[:2000]
	var want []float64
	for k := range 200 {
		x := make([]float64, 10)
		for i := range x {
			x[i] = float64(in.Data[k*10+i]) / 255
		}
		want = append(want, forward(n, x, c.Layers)...)
	}
	last := 0.0
	for _, bits := range []int{8, 4, 2} {
		q, err := northpole.Quantize(n, bits, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := northpole.New().Check(q); err != nil {
			t.Fatal(err)
		}
		got := infer(t, q, in)
		var sxy, sxx float64 // the unit of the scores, by least squares
		for i, v := range got {
			sxy, sxx = sxy+float64(v)*want[i], sxx+float64(v)*float64(v)
		}
		var wrong, size float64
		for i, v := range got {
			d := float64(v)*sxy/sxx - want[i]
			wrong, size = wrong+d*d, size+want[i]*want[i]
		}
		rel := math.Sqrt(wrong / size)
		if most := map[int]float64{8: 0.03, 4: 0.3, 2: 1}[bits]; rel > most || rel <= last {
			t.Errorf("%d bits: relative error %g, expected above %g and at most %g", bits, rel, last, most)
		}
		last = rel
	}
}

func TestQuantizeRefuses(t *testing.T) {
	for want, damage := range map[string]func(n *model.Network){
		`layer "b": is followed by no relu`:                func(n *model.Network) { n.Nodes[3].Op = &model.Flatten{} },
		`layer "a.relu": is a clip that follows no weight`: func(n *model.Network) { n.Nodes[1].Op = &model.Rectifier{Func: model.Clip, High: 6} },
		`layer "b": reads other layers than the one befor`: func(n *model.Network) { n.Nodes[2].Inputs = []string{"a"} },
		`layer "a.relu": is a scale; linear, conv2d, relu`: func(n *model.Network) { n.Nodes[1].Op = &model.Scale{Factor: model.Scalar(1)} },
	} {
		n := floatNet()
		damage(n)
		_, err := northpole.Quantize(n, 8, chip.Calibration{Input: 1})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
