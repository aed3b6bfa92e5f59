package kernels

func scanForwardGo(a *scanArgs) {
	a.each(func(a *scanArgs) {
		for k := range a.n {
			scanForwardLane(a, k)
		}
	})
}

// scanForwardLane is a step of lane k.
func scanForwardLane(a *scanArgs, k int) {
	r := a.rules
	j, v := a.x[k], a.v[k]
	switch {
	case r.has(ScanDecayAdd):
		j = float32(a.alpha[k]*a.i[k]) + j
		a.i[k] = j
	case r.has(ScanAddDecay):
		j = a.alpha[k] * (j + a.i[k])
		a.i[k] = j
	case r.has(ScanAddUse):
		j += a.i[k]
		a.i[k] = a.alpha[k] * j
	}
	if r.has(ScanResetLeak) {
		v = a.resetOf(v, k, a.p[k] > 0)
	}
	if r.has(scanKeepJ) {
		a.j[k] = j
	}
	u := float32(a.a[k]*v) + float32(a.g[k]*j) + a.c[k]
	if r.has(ScanResetCharge) {
		u = a.resetOf(u, k, a.p[k] > 0)
	}
	if r.has(scanKeepU) {
		a.u[k] = u
	}
	if r.has(ScanSpikes) {
		spike := u > a.fire[k]
		a.emit(k, spike)
		if r.has(ScanResetSpike) {
			u = a.resetOf(u, k, spike)
		}
	}
	a.v[k] = u
	if r.has(scanKeepOut) {
		a.out[k] = u
	}
}

// resetOf is the potential u of lane k after the reset of a spike.
func (a *scanArgs) resetOf(u float32, k int, spike bool) float32 {
	switch {
	case !spike:
	case a.rules.has(ScanSubtract):
		return u - a.theta[k]
	case a.rules.has(ScanToValue):
		return a.reset[k]
	}
	return u
}

// emit stores the spike of lane k.
func (a *scanArgs) emit(k int, spike bool) {
	word, bit := &a.words[k/64], uint64(1)<<(k%64)
	*word &^= bit
	p := float32(0)
	if spike {
		*word |= bit
		p = 1
	}
	if a.rules.has(scanUseP) {
		a.p[k] = p
	}
}

func scanBackwardGo(a *scanArgs) {
	a.each(func(a *scanArgs) {
		for k := range a.n {
			scanBackwardLane(a, k)
		}
	})
}

// scanBackwardLane is the adjoint of a step of lane k.
func scanBackwardLane(a *scanArgs, k int) {
	r := a.rules
	g := a.v[k]
	if r.has(ScanSpikes) {
		ds := float32(0)
		if r.has(scanUseP) {
			ds = a.p[k]
		}
		if r.has(scanDS) {
			ds += a.ds[k]
		}
		if r.has(ScanResetSpike) {
			g, ds = a.unSpike(g, ds, k)
		}
		g = float32(ds*a.surrogate[k]) + g
		if r.has(ScanResetCharge) {
			g = a.unReset(g, k)
		}
	}
	dj := a.g[k] * g
	g *= a.a[k]
	if r.has(ScanResetLeak) {
		g = a.unReset(g, k)
	}
	a.v[k] = g
	dx := a.unSynapse(dj, k)
	if r.has(scanAddDX) {
		dx += a.dx[k]
	}
	a.dx[k] = dx
}

// unSpike undoes the reset with the spike: dL/du through it, and the adjoint of the spike.
func (a *scanArgs) unSpike(g, ds float32, k int) (du, dsOut float32) {
	switch {
	case a.rules.has(ScanSubtract):
		if a.rules.has(ScanThrough) {
			ds -= float32(a.theta[k] * g)
		}
	case a.rules.has(ScanToValue):
		if a.rules.has(ScanThrough) {
			ds += float32((a.reset[k] - a.u[k]) * g)
		}
		if a.u[k] > a.fire[k] {
			g = 0
		}
	}
	return g, ds
}

// unReset undoes the reset of the last spike.
func (a *scanArgs) unReset(g float32, k int) float32 {
	switch {
	case a.rules.has(ScanSubtract):
		if a.rules.has(ScanThrough) {
			a.p[k] = 0 - float32(a.theta[k]*g)
		}
	case a.rules.has(ScanToValue) && a.before[k] > a.fire[k]:
		return 0
	}
	return g
}

// unSynapse undoes the filter: from dL/dj to dL/dx.
func (a *scanArgs) unSynapse(dj float32, k int) float32 {
	switch r := a.rules; {
	case r.has(ScanDecayAdd):
		dj += a.i[k]
		a.i[k] = a.alpha[k] * dj
	case r.has(ScanAddDecay):
		dj = a.alpha[k] * (dj + a.i[k])
		a.i[k] = dj
	case r.has(ScanAddUse):
		dj = float32(a.alpha[k]*a.i[k]) + dj
		a.i[k] = dj
	}
	return dj
}
