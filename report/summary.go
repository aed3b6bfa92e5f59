package report

// The payloads of an event. Field numbers are those of summary.proto,
// tensor.proto and event.proto in tensorflow/core.

// summary encodes Summary{value: 1 {tag: 1, rest}}; rest is encoded already.
func summary(tag string, rest []byte) []byte {
	return appendBytes(nil, 1, append(appendBytes(nil, 1, []byte(tag)), rest...))
}

// scalarSummary uses Value.simple_value: 2.
func scalarSummary(tag string, v float64) []byte {
	return summary(tag, appendFloat(nil, 2, float32(v)))
}

// histogramSummary uses Value.histo: 5.
func histogramSummary(tag string, h histogram) []byte {
	var b []byte
	for i, v := range []float64{h.min, h.max, h.num, h.sum, h.sumSquares} {
		b = appendDouble(b, eventField(i+1), v)
	}
	b = appendDoubles(b, 6, h.limits)
	b = appendDoubles(b, 7, h.counts)
	return summary(tag, appendBytes(nil, 5, b))
}

// textSummary uses Value.tensor: 8, a string tensor of shape (1), and names
// the plugin that shows it in Value.metadata: 9.
func textSummary(tag, text string) []byte {
	const stringType = 7
	tensor := appendVarint(nil, 1, stringType)
	shape := appendBytes(nil, 2, appendVarint(nil, 1, 1))
	tensor = appendBytes(tensor, 2, shape)
	tensor = appendBytes(tensor, 8, []byte(text))
	plugin := appendBytes(nil, 1, []byte("text"))
	b := appendBytes(nil, 8, tensor)
	return summary(tag, appendBytes(b, 9, appendBytes(nil, 1, plugin)))
}

// sessionStart encodes SessionLog{status: START}.
func sessionStart() []byte { return appendVarint(nil, 1, 1) }
