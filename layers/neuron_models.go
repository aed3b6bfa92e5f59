package layers

// modelOptions are the keys of neurons outside the IF/LIF/CuBa family.
type modelOptions struct {
	TauAdapt   *float64 `yaml:"tau_adapt,omitempty" validate:"omitempty,gt=0" doc:"time constant of the adaptation (adaptive-qif, lsnn, adex, alif)"`
	RateAdapt  *float64 `yaml:"rate_adapt,omitempty" doc:"inverse time constant of the adaptation; a of izhikevich"`
	Gamma      *float64 `yaml:"gamma,omitempty" doc:"decay factor of the adaptation per step (alif with beta)"`
	AdaptGain  *float64 `yaml:"adapt_gain,omitempty" doc:"what the potential adds to the adaptation (adaptive-qif, adex; b of izhikevich)"`
	AdaptStep  *float64 `yaml:"adapt_step,omitempty" doc:"what a spike adds to the adaptation (adaptive-qif, lsnn, adex; d of izhikevich)"`
	AdaptScale *float64 `yaml:"adapt_scale,omitempty" doc:"by how much the activity raises the threshold (alif)"`
	WInit      *float64 `yaml:"w_init,omitempty" doc:"adaptation before the first step (adaptive-qif, izhikevich)"`

	A0     *float64 `yaml:"a0,omitempty" doc:"curvature of the quadratic leak (qif, adaptive-qif)"`
	VC     *float64 `yaml:"v_c,omitempty" doc:"critical potential (qif, adaptive-qif)"`
	DeltaT *float64 `yaml:"delta_t,omitempty" validate:"omitempty,gt=0" doc:"sharpness of the exponential upswing (eif, adex)"`
	VT     *float64 `yaml:"v_t,omitempty" doc:"potential at which the upswing begins (eif)"`

	ThresholdStep   *float64 `yaml:"threshold_step,omitempty" doc:"by how much a spike raises the threshold (slayer-alif)"`
	ThresholdDecay  *float64 `yaml:"threshold_decay,omitempty" doc:"12-bit decay of the threshold (slayer-alif)"`
	RefractoryDecay *float64 `yaml:"refractory_decay,omitempty" doc:"12-bit decay of the refractory value (slayer-alif)"`
	SinDecay        *float64 `yaml:"sin_decay,omitempty" doc:"4096·(1 − decay)·sin(2π/period) (slayer-rf)"`
	CosDecay        *float64 `yaml:"cos_decay,omitempty" doc:"4096·(1 − decay)·cos(2π/period) (slayer-rf)"`

	K          *float64 `yaml:"k,omitempty" doc:"factor of the charged potential (klif)"`
	Damping    *float64 `yaml:"damping,omitempty" validate:"omitempty,lte=0" doc:"rate at which the oscillation grows, below 0 (raf)"`
	Omega      *float64 `yaml:"omega,omitempty" validate:"omitempty,gte=0" doc:"angular frequency (raf)"`
	Refractory *float64 `yaml:"refractory,omitempty" validate:"omitempty,gte=0" doc:"steps without a spike after one (refractory-lif)"`
}

// all are the parameters by the names of package neuron.
func (o *modelOptions) all() map[string]*float64 {
	return map[string]*float64{
		"tau_adapt": o.TauAdapt, "rate_adapt": o.RateAdapt, "gamma": o.Gamma,
		"adapt_gain": o.AdaptGain, "adapt_step": o.AdaptStep, "adapt_scale": o.AdaptScale, "w_init": o.WInit,
		"a0": o.A0, "v_c": o.VC, "delta_t": o.DeltaT, "v_t": o.VT,
		"threshold_step": o.ThresholdStep, "threshold_decay": o.ThresholdDecay, "refractory_decay": o.RefractoryDecay,
		"sin_decay": o.SinDecay, "cos_decay": o.CosDecay,
		"k": o.K, "damping": o.Damping, "omega": o.Omega, "refractory": o.Refractory,
	}
}
