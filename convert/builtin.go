package convert

// builtin lists the methods of rate conversion.
func builtin() []Method {
	return []Method{
		maxMethod(), percentileMethod(), spikeNormMethod(), rmpMethod(), halfThresholdMethod(),
		initialPotentialMethod(), lightMethod(), potentialMethod(), advancedMethod(), tunedMethod(), qcfsMethod(),
	}
}
