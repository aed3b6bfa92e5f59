package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/snntrain/snntrain/internal/signal"
	"github.com/snntrain/snntrain/layers"
	"github.com/snntrain/snntrain/model"
)

// The sum, and the sum of squares, of what one input of 1 does to a membrane
// over time, in closed form.
func lifResponse(beta float64) (sum, squares float64) { return 1 / (1 - beta), 1 / (1 - beta*beta) }

// v[k] = (β^(k+1) − α^(k+1))/(β − α) for i ← αi + x, v ← βv + i.
func cubaResponse(alpha, beta float64) (sum, squares float64) {
	s := beta*beta/(1-beta*beta) - 2*alpha*beta/(1-alpha*beta) + alpha*alpha/(1-alpha*alpha)
	return 1 / ((1 - alpha) * (1 - beta)), s / ((beta - alpha) * (beta - alpha))
}

// TestFluctuationWeights: over many neurons the mean and the variance that
// their drawn weights give the free membrane under Poisson input, ν·ε̄·Σw and
// ν·ε̂·Σw² (Campbell's theorem), average to the targets within four standard
// errors of n normal weights a neuron.
func TestFluctuationWeights(t *testing.T) {
	const neurons = 2000
	lif, lifSquares := lifResponse(0.9)
	slow, slowSquares := lifResponse(0.97)
	cuba, cubaSquares := cubaResponse(0.8, 0.9)
	for _, c := range []struct {
		neuron                string
		theta, sum, squares   float64
		inputs                int
		rate, mean, deviation float64
	}{
		{"kind: lif, beta: 0.9", 1, lif, lifSquares, 300, 0.04, 0.2, 0.4},
		{"kind: lif, beta: 0.9, threshold: 2.5", 2.5, lif, lifSquares, 50, 0.3, -0.5, 1},
		{"kind: lif, beta: 0.97", 1, slow, slowSquares, 784, 0.1, 0, 1. / 3},
		{"kind: li, beta: 0.9", 1, lif, lifSquares, 100, 0.05, 0.1, 0.5},
		{"kind: lif, beta: 0.9", 1, lif, lifSquares, 4, 0.5, 1.2, 0.4}, // here the variance of the weights is a quarter less than without a mean
		{"kind: cuba-lif, alpha: 0.8, beta: 0.9", 1, cuba, cubaSquares, 300, 0.04, 0.3, 0.6},
	} {
		n, err := build(t, layers.Builder{Input: model.Shape{c.inputs}, Seed: 5}, fmt.Sprintf(
			"  - {kind: linear, out: %d, init: {kind: fluctuation, rate: %v, mean: %v, deviation: %v}}\n  - {%s}", neurons, c.rate, c.mean, c.deviation, c.neuron))
		if err != nil {
			t.Fatal(err)
		}
		w := n.Nodes[0].Op.(*model.Linear).Weight.Data
		mean, variance := 0.0, 0.0
		for _, v := range w {
			mean += c.rate * c.sum * float64(v) / neurons
			variance += c.rate * c.squares * float64(v) * float64(v) / neurons
		}
		k := float64(c.inputs)
		mu := c.mean * c.theta / (k * c.rate * c.sum)
		sigma2 := c.deviation*c.deviation*c.theta*c.theta/(k*c.rate*c.squares) - mu*mu
		meanError := c.rate * c.sum * math.Sqrt(k*sigma2/neurons)
		varianceError := c.rate * c.squares * math.Sqrt(k*(2*sigma2*sigma2+4*mu*mu*sigma2)/neurons)
		if e := math.Abs(mean - c.mean*c.theta); e > 4*meanError {
			t.Errorf("%s: mean %.4f, want %.4f ± %.4f", c.neuron, mean, c.mean*c.theta, meanError)
		}
		if want := c.deviation * c.deviation * c.theta * c.theta; math.Abs(variance-want) > 4*varianceError {
			t.Errorf("%s: variance %.4f, want %.4f ± %.4f", c.neuron, variance, want, varianceError)
		}
		for i, b := range n.Nodes[0].Op.(*model.Linear).Bias.Data {
			if b != 0 {
				t.Fatalf("%s: bias %d is %v and shifts the mean", c.neuron, i, b)
			}
		}
	}
}

// TestFluctuationMembrane drives such a layer with independent spikes and
// measures its free membranes. For Bernoulli input the mean of neuron i is
// ν·ε̄·Σw and the covariance of neurons ν(1−ν)·ε̂·Σw·w′; both averages over
// neurons, steps and samples have standard errors that follow from them and
// from the autocorrelation β^|k|.
func TestFluctuationMembrane(t *testing.T) {
	const (
		neurons, inputs, steps, batch, skip = 100, 300, 2200, 4, 200
		rate, beta                          = 0.04, 0.9
	)
	p, net := compiled(t, layers.Builder{Input: model.Shape{inputs}, Seed: 3}, fmt.Sprintf(
		"  - {kind: linear, out: %d, bias: false, init: {kind: fluctuation, rate: %v, mean: 0.2, deviation: 0.4}}\n  - {kind: lif, beta: %v, reset: none, output: membrane}", neurons, rate, beta), layers.Options{})
	x := signal.NewSpikes(steps, batch, []int{inputs}, false)
	r := rand.New(rand.NewPCG(1, 1))
	for row := range x.Rows() {
		for i := range inputs {
			if r.Float64() < rate {
				x.Fire(row, i)
			}
		}
	}
	if _, err := p.Infer(layers.Input{X: x, Watch: true}); err != nil {
		t.Fatal(err)
	}
	w := net.Nodes[0].Op.(*model.Linear).Weight.Data // [neuron][input]
	sum, squares := lifResponse(beta)
	means := make([]float64, neurons)
	for i := range means {
		for j := range inputs {
			means[i] += rate * sum * float64(w[i*inputs+j])
		}
	}
	mean, variance := 0.0, 0.0
	const count = (steps - skip) * batch
	v := p.Trace(net.Output())
	for row := skip * batch; row < v.Rows(); row++ {
		for i, u := range v.Row(row) {
			d := float64(u) - means[i]
			mean += d / (count * neurons)
			variance += d * d / (count * neurons)
		}
	}
	expected, meanCovariance, squaredCovariance := 0.0, 0.0, 0.0
	for i := range neurons {
		for k := range neurons {
			c := 0.0
			for j := range inputs {
				c += rate * (1 - rate) * squares * float64(w[i*inputs+j]) * float64(w[k*inputs+j])
			}
			if i == k {
				expected += c / neurons
			}
			meanCovariance += c / (neurons * neurons)
			squaredCovariance += c * c / (neurons * neurons)
		}
	}
	meanError := math.Sqrt(meanCovariance * (1 + beta) / (1 - beta) / count)
	varianceError := math.Sqrt(2 * squaredCovariance * (1 + beta*beta) / (1 - beta*beta) / count)
	if math.Abs(mean) > 5*meanError {
		t.Errorf("the mean is %.5f off what the weights give; standard error %.5f", mean, meanError)
	}
	if math.Abs(variance-expected) > 5*varianceError {
		t.Errorf("the variance is %.5f, the weights give %.5f; standard error %.5f", variance, expected, varianceError)
	}
	t.Logf("mean %.5f ± %.5f off, variance %.5f of %.5f ± %.5f", mean, meanError, variance, expected, varianceError)
}

// TestFluctuationStartsDeepNetworksAlive: four layers of it fire, none is
// silent or saturated; with the same network started small, they are.
func TestFluctuationStartsDeepNetworksAlive(t *testing.T) {
	deep := func(init string) []string {
		yaml := ""
		for range 4 {
			yaml += fmt.Sprintf("  - {kind: linear, out: 200, init: %s}\n  - {kind: lif, beta: 0.9}\n", init)
		}
		p, _ := compiled(t, layers.Builder{Input: model.Shape{100}, Seed: 3}, yaml, layers.Options{})
		x := signal.NewSpikes(30, 8, []int{100}, false)
		r := rand.New(rand.NewPCG(1, 1))
		for row := range x.Rows() {
			for i := range 100 {
				if r.Float64() < 0.05 {
					x.Fire(row, i)
				}
			}
		}
		if _, err := p.Infer(layers.Input{X: x}); err != nil {
			t.Fatal(err)
		}
		var complaints []string
		for _, a := range p.Activities() {
			if text := a.Complaint("the first batch"); text != "" {
				complaints = append(complaints, text)
			}
		}
		return complaints
	}
	if got := deep("{kind: fluctuation, rate: 0.05, deviation: 1}"); len(got) != 0 {
		t.Errorf("fluctuation: %v", got)
	}
	if got := deep("{kind: fan-in, gain: 0.05}"); len(got) != 4 {
		t.Errorf("too small weights: %d complaints, want one a layer: %v", len(got), got)
	}
}
