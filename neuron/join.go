package neuron

import "github.com/snntrain/snntrain/internal/signal"

// joined runs the samples of a batch as one: lanes of a sample with few
// neurons fill no vector, those of all samples lie side by side in a step. It
// needs neurons that are all alike and send no spikes, whose words start anew with
// each sample.
type joined struct {
	*scan
	run   Run
	views [4]signal.Signal
}

// fewNeurons is the number of neurons below which samples are joined.
const fewNeurons = 512

// joins says whether samples are run as one.
func (c *scan) joins(batch int) bool {
	return !c.spiking && c.fast.backward && c.coef.uniform && batch > 1 && c.n < fewNeurons && c.n%64 != 0
}

// join is c for a batch joined, and r for it.
func (c *scan) join(r *Run) (*scan, *Run) {
	if c.joint == nil || c.joint.n != r.X.B*c.n {
		l := c.Layer
		l.Shape = []int{r.X.B * c.n}
		whole, err := newScan(l, false)
		if err != nil {
			panic(err) // c was made of the same layer
		}
		c.joint = &joined{scan: whole}
	}
	j := c.joint
	j.run = *r
	for i, s := range []**signal.Signal{&j.run.X, &j.run.V, &j.run.DX, &j.run.DV} {
		if *s != nil {
			*s = j.view(i, *s)
		}
	}
	return j.scan, &j.run
}

// view is a signal whose one sample is those of s.
func (j *joined) view(i int, s *signal.Signal) *signal.Signal {
	v := &j.views[i]
	v.T, v.B, v.Const, v.F = s.T, 1, s.Const, s.F
	v.Shape = append(v.Shape[:0], s.B*s.N())
	return v
}
