package layers

// SetLean changes how many bytes of values a Lean run holds at a time.
func (p *Program) SetLean(bytes int) { p.lean = bytes }
