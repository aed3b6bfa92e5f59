// Package quant is the integer arithmetic of chips: every rounding, scale,
// shift, saturation and wrap rule once, and IntNet, a network in integers as
// plain data.
//
// A model.Network enters, an IntNet leaves; chip places, stores and emulates
// it. Functions here take and return int64 where a product or a sum of two
// states could leave 32 bits; states and weights are int32.
package quant
