package convert

// maxMethod is threshold balancing by the largest activation (Diehl et al.
// 2015, 10.1109/IJCNN.2015.7280696): θ = max a over the calibration samples, so
// that a rate never has to exceed 1.
func maxMethod() Method {
	return Method{
		Name: "max", Doc: "threshold = largest activation (Diehl et al. 2015)",
		keys:   []string{"share"},
		decide: func(w *walk, s Stage) (*Cell, error) { return &Cell{Threshold: w.percentile(s, 100)}, nil },
	}
}
