package chip

// Placement says which core holds which neurons, and how much of the chip is used.
type Placement struct {
	Cores []Core `json:"cores"`
	Usage []Use  `json:"usage"`
}

// Core is one core in use.
type Core struct {
	Index  int     `json:"index"`
	Slices []Slice `json:"slices"`
}

// Slice is neurons From to To (not included) of a population.
type Slice struct {
	Population string `json:"population"`
	From       int    `json:"from"`
	To         int    `json:"to"`
}

// Use is how much of a resource is taken.
type Use struct {
	Resource string `json:"resource"` // with its unit
	Used     int64  `json:"used"`
	Limit    int64  `json:"limit"`
}
