"""Checks the variants against each other on small sizes.

torch-eager is autograd through plain loops. Hand-written variants and snnTorch,
which share its neuron and surrogate, must give its loss and its gradients (of
weights, and of the input in W1). The other frameworks have other surrogates
and another order of reset, so theirs must be finite and not all zero.

    python check.py                 all but torch-eager
    python check.py jax-manual      only these
"""

import sys

import numpy as np

import catalog
import workloads

SAME = ("torch-compile", "torch-manual", "torch-manual-hoist", "torch-manual-sparse", "jax-manual",
        "jax-manual-hoist", "snntorch", "snntorch-tutorial", "snntorch-hoist", "snntorch-compile",
        "snntorch-compile-hoist")
TOLERANCE = 1e-4  # of the largest gradient of an array

CASES = [
    (dict(workload="W1", kind=kind, input_grad=grad, surrogate=s), f"W1 {kind} {s}{' dx' if grad else ''}")
    for kind in ("dense", "spikes") for s in ("default", "triangle") for grad in (True, False)
] + [(dict(workload=w, surrogate=s), f"{w} {s}") for w in ("W2", "W3", "W4") for s in ("default", "triangle")]


def gradients(name, spec):
    peer = catalog.make(catalog.VARIANTS[name], workloads.Workload(spec), 2)
    peer.start()
    peer.build()
    return peer.gradients()


def difference(got, want):
    """Largest error of an array against its largest value, and that array's name."""
    if got.keys() != want.keys():
        return np.inf, f"arrays {sorted(got)} instead of {sorted(want)}"
    return max((float(np.abs(got[k] - want[k]).max() / max(np.abs(want[k]).max(), 1e-12)), k) for k in want)


def verdict(name, spec, want):
    loss, grads = gradients(name, spec)
    if name in SAME:
        error, where = difference(grads, want[1])
        error = max(error, abs(loss - want[0]) / abs(want[0]))
        return error < TOLERANCE, f"relative error {error:.1e} in {where}"
    empty = [k for k, g in grads.items() if not np.isfinite(g).all() or not np.abs(g).max() > 0]
    return not empty, f"no gradient in {empty}" if empty else f"loss {loss:.4g}, gradients finite"


def main():
    chosen = sys.argv[1:] or [n for n in catalog.VARIANTS if n != "torch-eager"]
    failed = passed = 0
    for options, title in CASES:
        spec = workloads.spec(smoke=True, **options)
        want = gradients("torch-eager", spec)
        for name in chosen:
            if catalog.refuse(catalog.VARIANTS[name], spec):
                continue
            ok, text = verdict(name, spec, want)
            passed, failed = passed + ok, failed + (not ok)
            print("ok  " if ok else "FAIL", f"{title:24s} {name:24s} {text}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
