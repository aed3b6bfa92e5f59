package train

import (
	"fmt"
	"path/filepath"

	"github.com/snntrain/snntrain/model"
)

// save writes a checkpoint of where the run stands, unless it has diverged.
func (l *loop) save() error {
	if err := l.checkFinite(); err != nil {
		return err
	}
	c := checkpoint{progress: l.progress, arrays: map[string][]float32{}}
	c.Seconds = l.elapsed()
	c.Optimizer = l.Plan.Optimizer.Count()
	for _, p := range l.Program.Params() {
		c.arrays["param."+p.Name] = p.Value
	}
	for _, b := range l.Program.Buffers() {
		c.arrays["buffer."+b.Name] = b.Value
	}
	for name, data := range l.Plan.Optimizer.State(l.Program.Params()) {
		c.arrays["optimizer."+name] = data
	}
	return c.save(filepath.Join(l.Dir, checkpointDir))
}

// resume sets the run to its last checkpoint.
func (l *loop) resume() error {
	c, warnings, err := loadCheckpoint(filepath.Join(l.Dir, checkpointDir))
	if err != nil {
		return err
	}
	for _, w := range warnings {
		l.warn(w)
	}
	if c.Config != l.Hash {
		return fmt.Errorf("train: %s: the checkpoint was made with another config; resume with the one in the run directory, or start anew", l.Dir)
	}
	var missing []string
	take := func(name string, into []float32) {
		data, ok := c.arrays[name]
		if !ok || len(data) != len(into) {
			missing = append(missing, name)
			return
		}
		copy(into, data)
	}
	for _, p := range l.Program.Params() {
		take("param."+p.Name, p.Value)
	}
	for _, b := range l.Program.Buffers() {
		take("buffer."+b.Name, b.Value)
	}
	for name, into := range l.Plan.Optimizer.State(l.Program.Params()) {
		take("optimizer."+name, into)
	}
	if len(missing) > 0 {
		return fmt.Errorf("train: %s: the checkpoint does not fit the network: %v", l.Dir, missing)
	}
	l.progress = c.progress
	l.Plan.Optimizer.SetCount(c.Optimizer)
	return truncateMetrics(l.Dir, l.Epoch)
}

// restoreBest puts the network that was kept back into the Program.
func (l *loop) restoreBest() error {
	if l.Best.Epoch == 0 || l.Best.Epoch == l.Epoch {
		return nil
	}
	kept, err := model.Load(filepath.Join(l.Dir, ModelFile))
	if err != nil {
		return fmt.Errorf("train: the best network cannot be read back: %w", err)
	}
	if err := l.Program.Store().CopyArrays(kept); err != nil {
		return err
	}
	l.Program.Load()
	return nil
}

// checkFinite looks at every parameter after a step.
func (l *loop) checkFinite() error {
	for _, p := range l.Program.Params() {
		if !finite(p.Value) {
			return l.diverged(l.Step, p.Name+" is not finite after it")
		}
	}
	return nil
}

func finite(values []float32) bool {
	for _, v := range values {
		if !isFinite(float64(v)) {
			return false
		}
	}
	return true
}
