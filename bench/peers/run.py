"""Runs one framework on one workload and prints its figures.

    python run.py W1 torch-manual --n 512 --input spikes --json
    python run.py --list                                          what there is, as JSON
"""

import argparse
import ctypes
import json
import os
import sys

import catalog
import workloads
from measure import measure


def parse(argv):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("workload", choices=workloads.NAMES)
    p.add_argument("framework", choices=sorted(catalog.VARIANTS))
    p.add_argument("--list", action="store_true", help="print every framework and the workloads it runs, and stop")
    p.add_argument("--n", type=int, default=512, help="W1: neurons, 512, 1024, 2048, 4096")
    p.add_argument("--input", choices=("dense", "spikes"), default="dense", help="W1: uniform floats, or 5 %% spikes")
    p.add_argument("--no-input-grad", action="store_true", help="W1: no gradient to the input")
    p.add_argument("--surrogate", choices=("default", "triangle"), default="default",
                   help="the framework's own default, or max(0, 1 - |u - theta|), which has compact support")
    p.add_argument("--steps", type=int, help="W1, W4: T (W4: 100 with batch 128, from 1000 on batch 32)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--warm", type=int, default=2)
    p.add_argument("--runs", type=int, default=7)
    p.add_argument("--data", default=os.environ.get("SNNTRAIN_DATA"), help="folder that holds mnist/")
    p.add_argument("--system-malloc", action="store_true",
                   help="let the C library give large blocks back at once: less memory at times, and slower")
    p.add_argument("--smoke", action="store_true", help="tiny sizes, one step: does it run at all")
    p.add_argument("--json", action="store_true")
    a = p.parse_args(argv)
    if a.smoke:
        a.warm, a.runs = 2, 1
    elif a.warm < 2 or a.runs < 5:
        p.error(f"--warm {a.warm} --runs {a.runs}: at least 2 warm and 5 timed steps are needed")
    return a


def limit_threads(threads, backend):
    """Pin thread pools before any numeric library is loaded."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # no workers beside the process that is measured
    if backend == "jax":  # XLA takes one thread per CPU that it may run on
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        usable = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, usable[:threads])


def keep_memory():
    """Keep freed blocks for the next step instead of mapping and clearing new pages at each (up to 40 % of a step)."""
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # names of <malloc.h>
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False  # another C library
    return bool(mallopt(mmap_max, 0) and mallopt(trim_threshold, 2**31 - 1) and mallopt(top_pad, 64 << 20))


def params(s):
    out = {"T": s.T, "B": s.B, "input": s.input, "beta": s.beta, "surrogate": s.surrogate}
    if s.workload == "W1":
        out |= {"n": s.n_in, "input_grad": s.input_grad}
    if s.workload == "W4":
        out |= {"alpha": s.alpha, "hidden": s.hidden}
    if s.density:
        out["density"] = s.density
    return out


def result(a):
    variant = catalog.VARIANTS[a.framework]
    s = workloads.spec(a.workload, a.n, a.steps, a.input, not a.no_input_grad, a.surrogate, a.smoke)
    if why := catalog.refuse(variant, s):
        sys.exit(f"peers: {why}")
    kept = not a.system_malloc and keep_memory()
    limit_threads(a.threads, variant.backend)
    peer = catalog.make(variant, workloads.Workload(s, a.data), a.threads)
    figures = measure(peer, a.warm, a.runs)
    extra = figures.pop("extra") | peer.facts() | {"malloc": "kept" if kept else "system"}
    if s.workload == "W5":
        extra["images_per_s"] = s.B / figures["step_s"]
    return {"workload": a.workload, "framework": a.framework, "version": peer.version(), "params": params(s),
            **figures, "threads": a.threads, "extra": extra}


def listing():
    return [{"name": v.name, "kind": v.kind, "workloads": v.workloads, "spikes_only": v.spikes_only}
            for v in catalog.VARIANTS.values()]


def main():
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(listing()))
        return
    a = parse(sys.argv[1:])
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no part of the JSON
    r = result(a)
    if a.json:
        text = json.dumps(r)
    else:
        text = "{workload} {framework} {version}: forward {fwd_s:.4f} s, step {step_s:.4f} s, ".format(**r)
        text += f"{r['peak_rss_mb'] - r['baseline_rss_mb']:.0f} MB above {r['baseline_rss_mb']:.0f} MB"
    os.write(out, (text + "\n").encode())


if __name__ == "__main__":
    main()
