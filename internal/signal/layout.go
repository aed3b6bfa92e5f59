package signal

// ToChannelLast copies one sample from (C, H, W) order to the channel-last
// order of this package. Samples of any other rank are copied as they are.
func ToChannelLast(dst, src []float32, shape []int) {
	permute(dst, src, shape, func(chw, hwc int) (to, from int) { return hwc, chw })
}

// FromChannelLast is the inverse of ToChannelLast.
func FromChannelLast(dst, src []float32, shape []int) {
	permute(dst, src, shape, func(chw, hwc int) (to, from int) { return chw, hwc })
}

func permute(dst, src []float32, shape []int, order func(chw, hwc int) (to, from int)) {
	if len(shape) != 3 {
		copy(dst, src)
		return
	}
	ChannelOrder(shape, func(chw, hwc int) {
		to, from := order(chw, hwc)
		dst[to] = src[from]
	})
}

// ChannelOrder calls visit with the two indices of every value of a (C, H, W)
// sample: its place in (C, H, W) order and its place in channel-last order.
func ChannelOrder(shape []int, visit func(chw, hwc int)) {
	channels, plane := shape[0], shape[1]*shape[2]
	for c := range channels {
		for p := range plane {
			visit(c*plane+p, p*channels+c)
		}
	}
}

// ChannelLast returns, for each place in (C, H, W) order, that in channel-last
// order; shapes of other ranks keep theirs.
func ChannelLast(shape []int) []int32 {
	to := make([]int32, Size(shape))
	for i := range to {
		to[i] = int32(i)
	}
	if len(shape) == 3 {
		ChannelOrder(shape, func(chw, hwc int) { to[chw] = int32(hwc) })
	}
	return to
}
