package ttfs

import (
	"math"

	"github.com/snntrain/snntrain/model"
)

// unlimited is a limit of a clip that no value reaches.
const unlimited = 1e30

// rectifier emits neurons for a rectifier.
func (v *converter) rectifier(n *model.Node, op *model.Rectifier, in string) (string, error) {
	if before, ok := v.done[in]; ok && before == *op {
		v.note(n.Name, n.Op.Kind(), Mapped, "to the neurons before the pool: the largest value is the same before and after")
		return in, nil
	}
	low, high := float64(float32(op.Low)), float64(float32(op.High))
	switch {
	case op.Func == model.LeakyReLU:
		return v.leaky(n, model.Scalar(op.Slope), in)
	case op.Func == model.ReLU && v.c.wires[in].positive():
		v.note(n.Name, n.Op.Kind(), Folded, "left out: what it reads is never negative")
		return in, nil
	}
	v.note(n.Name, n.Op.Kind(), Mapped, "")
	switch {
	case op.Func == model.ReLU:
		return v.emit(n.Name, &model.FirstSpike{TMax: 1}, in)
	case low <= -unlimited && high >= unlimited:
		return in, nil
	case low <= -unlimited: // min(x, high) = high − max(high − x, 0)
		return v.mirrored(n.Name, -1, high, &model.FirstSpike{TMax: 1}, in)
	case high >= unlimited:
		return v.mirrored(n.Name, 1, -low, &model.FirstSpike{TMax: 1}, in)
	default:
		return v.mirrored(n.Name, 1, -low, &model.FirstSpike{TMax: high - low, Clip: true}, in)
	}
}

// mirrored emits neurons for u = sign·x + shift and undoes it behind them.
func (v *converter) mirrored(name string, sign, shift float64, op *model.FirstSpike, in string) (string, error) {
	if sign == 1 && shift == 0 {
		return v.emit(name, op, in)
	}
	in, err := v.emit(v.unused(name+".shift"), affine(sign, shift), in)
	if err != nil {
		return "", err
	}
	if in, err = v.emit(v.unused(name+".spikes"), op, in); err != nil {
		return "", err
	}
	return v.emit(name, affine(sign, -sign*shift), in)
}

func affine(a, b float64) *model.Affine {
	return &model.Affine{Weight: model.Scalar(a), Bias: model.Scalar(b)}
}

// leaky emits two layers of neurons, one for either sign:
// x where x ≥ 0, else slope·x = max(x, 0) − slope·max(−x, 0).
func (v *converter) leaky(n *model.Node, slope *model.Tensor, in string) (string, error) {
	v.note(n.Name, n.Op.Kind(), Mapped, "to a layer of neurons for positive values and one for negative values")
	back := slope.Clone()
	for i := range back.Data {
		back.Data[i] = -back.Data[i]
	}
	positive, err := v.emit(v.unused(n.Name+".positive"), &model.FirstSpike{TMax: 1}, in)
	if err != nil {
		return "", err
	}
	negative := in
	for _, part := range []struct {
		name string
		op   model.Op
	}{
		{".flip", &model.Scale{Factor: model.Scalar(-1)}},
		{".negative", &model.FirstSpike{TMax: 1}},
		{".slope", &model.Scale{Factor: back}},
	} {
		if negative, err = v.emit(v.unused(n.Name+part.name), part.op, negative); err != nil {
			return "", err
		}
	}
	return v.emit(n.Name, &model.Add{}, positive, negative)
}

// maxPool emits a pool of spikes, and neurons before it where values come in.
func (v *converter) maxPool(n *model.Node, op *model.Pool2d, in string) (string, error) {
	w := v.c.wires[in]
	if _, _, ok := newMaxPool(op, w, mustInfer(op, w.shape)).through(mustInfer(op, w.shape)); w.spikes && ok {
		v.note(n.Name, n.Op.Kind(), Mapped, "to the earliest spike of each window")
		return v.copied(n, []string{in})
	}
	if behind := v.rectifierBehind(n); behind != nil {
		neurons := &model.FirstSpike{TMax: 1}
		if behind.Func == model.Clip {
			neurons = &model.FirstSpike{TMax: float64(float32(behind.High)), Clip: true}
		}
		name, err := v.emit(v.unused(n.Name+".spikes"), neurons, in)
		if err != nil {
			return "", err
		}
		v.note(n.Name, n.Op.Kind(), Mapped, "to the earliest spike of each window; the rectifier behind it comes before it")
		v.done[name] = *behind
		return v.copied(n, []string{name})
	}
	v.note(n.Name, n.Op.Kind(), Mapped, "to the earliest spike of each window; neurons added before it carry values of any sign")
	return v.carry(in, n.Name, n.Name, n)
}

// mustInfer is the shape behind a layer whose shapes were checked.
func mustInfer(op model.Op, in model.Shape) model.Shape {
	out, err := op.Infer([]model.Shape{in})
	if err != nil {
		panic("convert/ttfs: " + err.Error())
	}
	return out
}

// carry emits neurons that carry values of any sign, and behind them the pool,
// if there is one. The result is called name, or what name is short of.
func (v *converter) carry(in, name, prefix string, pool *model.Node) (string, error) {
	// How far to shift is found later. What is decided until then must hold for
	// any number, so each shift has one that no other layer is likely to have.
	unknown := math.Sqrt2 * float64(1+len(v.shifts))
	s := shift{before: affine(1, unknown), after: affine(1, -unknown)}
	lowered, err := v.emit(v.unused(prefix+".shift"), s.before, in)
	if err != nil {
		return "", err
	}
	s.neurons = v.unused(prefix + ".spikes")
	v.c.relays[s.neurons] = true
	out, err := v.emit(s.neurons, &model.FirstSpike{TMax: 1}, lowered)
	if err != nil {
		return "", err
	}
	if pool != nil {
		if out, err = v.emit(v.unused(prefix+".first"), pool.Op, out); err != nil {
			return "", err
		}
	}
	if pool == nil {
		name = v.unused(prefix + ".values")
	}
	v.shifts = append(v.shifts, s)
	return v.emit(name, s.after, out)
}

// rectifierBehind returns the rectifier that all that a max-pool leads to
// begins with, nil if there is none: it may as well come before the pool.
func (v *converter) rectifierBehind(n *model.Node) *model.Rectifier {
	readers := v.readers[n.Name]
	var found *model.Rectifier
	for _, r := range readers {
		op, ok := r.Op.(*model.Rectifier)
		if !ok && passes(r.Op) {
			op = v.rectifierBehind(r)
		}
		if op == nil || op.Func == model.LeakyReLU || op.Func == model.Clip && (op.Low != 0 || op.High >= unlimited) || found != nil && *found != *op {
			return nil
		}
		found = op
	}
	return found
}
