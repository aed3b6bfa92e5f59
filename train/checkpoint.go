package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/snntrain/snntrain/internal/tensorfile"
)

// checkpoint is everything that a run needs to go on with the same bits.
type checkpoint struct {
	progress
	arrays map[string][]float32 // parameters, running statistics, optimizer state
}

// progress is where a run stands.
type progress struct {
	Epoch     int     `json:"epoch"` // epochs done
	Batch     int     `json:"batch"` // batches done in the current epoch
	Step      int     `json:"step"`  // optimizer steps done
	Sums      sums    `json:"sums"`  // over the batches of the current epoch
	Best      best    `json:"best"`
	Stale     int     `json:"stale"` // epochs since the last improvement
	Mark      float64 `json:"mark"`  // the value of the last improvement by more than min_delta
	Seconds   float64 `json:"seconds"`
	Optimizer int     `json:"optimizer_steps"`
	Config    string  `json:"config"` // hash of the resolved config
}

// best is the epoch whose network is kept.
type best struct {
	Epoch int     `json:"epoch"` // 0 = none yet
	Value float64 `json:"value"`
}

// sums are what an epoch's averages are made of.
type sums struct {
	Loss    float64 `json:"loss"` // times samples
	Correct int     `json:"correct"`
	Samples int     `json:"samples"`
}

// kept is how many checkpoints a run keeps: the last, and the one before in case it is damaged.
const kept = 2

const checkpointKey = "checkpoint"

func checkpointFile(dir string, step int) string {
	return filepath.Join(dir, fmt.Sprintf("step-%09d.safetensors", step))
}

// save writes a checkpoint and removes those that are no longer kept.
func (c *checkpoint) save(dir string) error {
	meta, err := json.Marshal(c.progress)
	if err != nil {
		return err
	}
	f := tensorfile.File{Meta: map[string]string{checkpointKey: string(meta)}}
	for name, data := range c.arrays {
		f.Add(name, []int{len(data)}, data)
	}
	if err := f.Write(checkpointFile(dir, c.Step)); err != nil {
		return fmt.Errorf("train: checkpoint of step %d: not written: %w; the one before is kept", c.Step, err)
	}
	files := checkpoints(dir)
	for _, old := range files[:max(0, len(files)-kept)] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}

// checkpoints lists the checkpoint files of a directory, oldest first.
func checkpoints(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "step-*.safetensors"))
	sort.Strings(files)
	return files
}

// loadCheckpoint reads the newest checkpoint that is whole. A damaged one is
// named in warnings and the one before is taken.
func loadCheckpoint(dir string) (c *checkpoint, warnings []string, err error) {
	files := checkpoints(dir)
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("train: %s holds no checkpoint; start anew without --resume", dir)
	}
	var broken []error
	for i := len(files) - 1; i >= 0; i-- {
		if c, err = readCheckpoint(files[i]); err == nil {
			for _, b := range broken {
				warnings = append(warnings, fmt.Sprintf("%v; going on from %s", b, filepath.Base(files[i])))
			}
			return c, warnings, nil
		}
		broken = append(broken, fmt.Errorf("train: checkpoint %s: %w", files[i], err))
	}
	return nil, nil, errors.Join(broken...)
}

func readCheckpoint(path string) (*checkpoint, error) {
	f, err := tensorfile.Read(path)
	if err != nil {
		return nil, err
	}
	if err := f.Floats(); err != nil {
		return nil, err
	}
	c := &checkpoint{arrays: map[string][]float32{}}
	if err := json.Unmarshal([]byte(f.Meta[checkpointKey]), &c.progress); err != nil {
		return nil, fmt.Errorf("holds no training state: %w", err)
	}
	for _, t := range f.Tensors {
		c.arrays[t.Name] = t.Data
	}
	return c, nil
}

// CheckpointStep is the step of the newest checkpoint of a run that is whole.
func CheckpointStep(dir string) (int, error) {
	c, _, err := loadCheckpoint(filepath.Join(dir, checkpointDir))
	if err != nil {
		return 0, err
	}
	return c.Step, nil
}
