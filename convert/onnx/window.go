package onnx

import "fmt"

// window is a sliding window over one or two axes, written as (height,
// width); a window over one axis has the height 1.
type window struct {
	size, stride, dilation [2]int
	before, after          [2]int // padding
	ceil                   bool
	same                   bool // the padding follows from auto_pad
}

// windowOf reads the attributes of a window over maps of height × width.
// kernel is what the weights say of its size, nil for pooling.
func windowOf(c *call, axes int, extent [2]int, kernel []int) (window, error) {
	w := window{size: [2]int{1, 1}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}}
	size := c.intList("kernel_shape")
	if size == nil {
		size = kernel
	}
	if kernel != nil && fmt.Sprint(size) != fmt.Sprint(kernel) {
		return w, fmt.Errorf("kernel_shape %v differs from the weights' %v", size, kernel)
	}
	for _, p := range []struct {
		name string
		list []int
		into *[2]int
	}{{"kernel_shape", size, &w.size}, {"strides", c.intList("strides"), &w.stride}, {"dilations", c.intList("dilations"), &w.dilation}} {
		if p.list == nil && p.name != "kernel_shape" {
			continue
		}
		if len(p.list) != axes {
			return w, fmt.Errorf("%s %v: expected %d numbers", p.name, p.list, axes)
		}
		copy(p.into[2-axes:], p.list)
		for _, n := range p.into {
			if n < 1 || n > maxValues {
				return w, fmt.Errorf("%s %v is out of range", p.name, p.list)
			}
		}
	}
	return w, w.padding(c, axes, extent)
}

// padding reads pads, or works them out by auto_pad.
func (w *window) padding(c *call, axes int, extent [2]int) error {
	pads := c.intList("pads")
	switch auto := c.text("auto_pad", "NOTSET"); auto {
	case "NOTSET":
		if pads == nil {
			return nil
		}
		if len(pads) != 2*axes {
			return fmt.Errorf("pads %v: expected %d numbers", pads, 2*axes)
		}
		copy(w.before[2-axes:], pads[:axes])
		copy(w.after[2-axes:], pads[axes:])
		for i := range 2 {
			if min(w.before[i], w.after[i]) < 0 || max(w.before[i], w.after[i]) > maxValues {
				return fmt.Errorf("pads %v are out of range", pads)
			}
		}
	case "VALID":
	case "SAME_UPPER", "SAME_LOWER":
		w.same = true
		for i := 2 - axes; i < 2; i++ {
			out := (extent[i] + w.stride[i] - 1) / w.stride[i]
			total := max(0, (out-1)*w.stride[i]+w.span(i)-extent[i])
			w.before[i], w.after[i] = total/2, total-total/2
			if auto == "SAME_LOWER" {
				w.before[i], w.after[i] = w.after[i], w.before[i]
			}
		}
	default:
		return fmt.Errorf("auto_pad %q is unknown", auto)
	}
	return nil
}

// span is how far the window reaches on an axis.
func (w *window) span(i int) int { return w.dilation[i]*(w.size[i]-1) + 1 }

// out is the number of windows on an axis of n places.
func (w *window) out(i, n int) int {
	room := n + w.before[i] + w.after[i] - w.span(i)
	if room < 0 {
		return 0
	}
	out := room/w.stride[i] + 1
	if w.ceil {
		out = (room+w.stride[i]-1)/w.stride[i] + 1
		if (out-1)*w.stride[i] >= n+w.before[i] { // the last window would start in the padding
			out--
		}
	}
	return out
}
