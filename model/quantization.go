package model

// Quantization says in which integer arithmetic a network computes, and how
// its numbers come onto that grid (package quant). A network whose record has
// one was trained in it: its arrays are the ones that are rounded.
type Quantization struct {
	Target     string  `yaml:"target" json:"target" validate:"required" doc:"the chip whose integer arithmetic the network computes in: lava, generic, xylo, speck, ranc"`
	Bits       int     `yaml:"bits" json:"bits" validate:"gte=0,lte=16" doc:"bits of a weight; 0 = all that the target has"`
	Range      string  `yaml:"range" json:"range" validate:"oneof=max percentile mse" doc:"which weights the grid spans: all of them, a percentile of their magnitudes, or as many as give the least squared error"`
	Percentile float64 `yaml:"percentile" json:"percentile" validate:"gt=0,lte=100" doc:"of range: percentile"`
	Per        string  `yaml:"per" json:"per" validate:"oneof=tensor channel" doc:"one scale for the weights of a layer, or one for each of its output channels"`
	InputBits  int     `yaml:"input_bits" json:"input_bits" validate:"gte=0,lte=16" doc:"bits of an input value without its sign; 0 = as many as the target and exact sums allow, 8 at most"`
	InputMax   float64 `yaml:"input_max" json:"input_max" validate:"gt=0" doc:"the input value that the largest integer stands for; larger ones are clipped"`
	// Stretch, of rounding after training, is how many ticks stand for a step of
	// a network without leak: rates are so much lower, thresholds so much higher.
	Stretch int `yaml:"-" json:"stretch,omitempty"`
	// Scores, of rounding after training, are the least and the greatest score
	// that the output tells apart, where scores are currents: means over Steps.
	Scores [2]float64 `yaml:"-" json:"scores,omitzero"`
	Steps  int        `yaml:"-" json:"steps,omitempty"`
	// Chip describes a generic chip, as YAML; "" = the target as it is.
	Chip  string `yaml:"-" json:"chip,omitempty"`
	Input string `yaml:"input,omitempty" json:"input" validate:"omitempty,oneof=spikes counts values" doc:"what enters: spikes, counts as they are, or values on a grid; left out, the encoder decides"`
}

// DefaultQuantization is what holds where a config says nothing.
func DefaultQuantization() Quantization {
	return Quantization{Range: "mse", Percentile: 99.9, Per: "tensor", InputMax: 1}
}

// The kinds of input.
const (
	InputSpikes = "spikes"
	InputCounts = "counts"
	InputValues = "values"
)
