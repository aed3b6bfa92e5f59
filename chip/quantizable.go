package chip

import "github.com/snntrain/snntrain/quant"

// Quantizable is a Target that networks can be quantized for, and trained for
// in its arithmetic.
type Quantizable interface {
	Target
	// Arithmetic is what a quantizer must know of the target.
	Arithmetic() quant.Arithmetic
}
