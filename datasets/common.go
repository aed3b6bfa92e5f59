package datasets

// Common holds the keys of `data:` that every dataset understands, but for
// `encode`, whose kind picks its own options (see EncoderKinds).
type Common struct {
	Name       string         `yaml:"name" validate:"required" doc:"dataset, see snntrain data list"`
	Dir        string         `yaml:"dir" doc:"folder of the files; default data/<name>"`
	Limit      Limits         `yaml:"limit" doc:"use the first n samples of a part"`
	Validation float64        `yaml:"validation" validate:"gte=0,lt=1" doc:"share of the training samples split off for validation, 0 ≤ v < 1; a dataset with its own validation part uses that for any v > 0"`
	Normalize  *Normalization `yaml:"normalize" doc:"x ← (x − mean) / std, after bytes are scaled to 0..1"`
	Raw        bool           `yaml:"raw" doc:"keep the values of the files, bytes as 0..255"`
}

// Limits are numbers of samples, 0 for all. The training limit holds before validation samples are split off.
type Limits struct {
	Train int `yaml:"train" validate:"gte=0" doc:"training samples, 0 = all"`
	Test  int `yaml:"test" validate:"gte=0" doc:"test samples, 0 = all"`
}

// Normalization shifts and scales each channel: one value for all, or one a
// channel of (C, H, W), or one an input of (N).
type Normalization struct {
	Mean []float64 `yaml:"mean" validate:"min=1" doc:"mean of each channel"`
	Std  []float64 `yaml:"std" validate:"min=1,dive,gt=0" doc:"standard deviation of each channel, above 0"`
}

// Defaults are the common options of a config that says only a name.
func Defaults(name string) Common { return Common{Name: name, Validation: 0.1} }
