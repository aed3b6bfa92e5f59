"""The five workloads as plain numpy data, the same for every framework.

A Spec holds sizes and settings, a Workload makes the arrays: input x, labels
y, and first weights. All chance comes from one seed. Linear weights are
[out, in], kernels [out, in, kh, kw], inputs time-major [T, B, ...]; a static
image (W2, W3, W5) is stored once, [B, ...].

The neuron that firing rates are set with (snnTorch's order, potential u,
spike s, synaptic current c):

    c[t] = alpha c[t-1] + input[t]          (W4; else c[t] = input[t])
    u[t] = beta u[t-1] + c[t] - theta s[t-1]
    s[t] = 1 if u[t] > theta else 0
"""

import dataclasses
import gzip
import os
import struct

import numpy as np

THETA = 1.0
RATE = 0.075  # output spikes per neuron and step that W1 and W4 are scaled to
CONV_GAIN = {"k1": 2.05, "k2": 1.7}  # W3: PyTorch's first weights times this fire at RATE; as they are, layer 2 is silent
LEARNING_RATE = 5e-4

NAMES = ("W1", "W2", "W3", "W4", "W5")


@dataclasses.dataclass(frozen=True)
class Spec:
    """What a run does. hidden is 0 where the workload has no hidden layer."""

    workload: str
    T: int
    B: int
    n_in: int
    hidden: int
    n_out: int
    beta: float
    alpha: float = 0.0
    input: str = "static"  # static, dense, spikes
    density: float = 0.0
    input_grad: bool = False
    surrogate: str = "default"  # default, triangle
    seed: int = 1

    @property
    def static(self):
        return self.input == "static"

    @property
    def training(self):
        return self.workload != "W5"


def spec(workload, n=512, steps=None, kind="dense", input_grad=True, surrogate="default", smoke=False):
    """The Spec of a workload; n, kind and input_grad belong to W1, steps to W1 and W4."""
    if workload not in NAMES:
        raise ValueError(f"workload {workload!r} is not one of {', '.join(NAMES)}")
    if workload == "W1":
        s = Spec("W1", steps or (100 if n >= 4096 else 500), 16, n, 0, n, 0.9, input=kind,
                 density=0.05 if kind == "spikes" else 0.0, input_grad=input_grad)
        small = dict(T=min(s.T, 30), B=4, n_in=64, n_out=64)
    elif workload == "W2":
        s = Spec("W2", 25, 128, 784, 1000, 10, 0.95)
        small = dict(T=5, B=8, hidden=32)
    elif workload == "W3":
        s = Spec("W3", 25, 64, 784, 0, 10, 0.5)
        small = dict(T=8, B=4)
    elif workload == "W4":
        T = steps or 100
        s = Spec("W4", T, 32 if T >= 1000 else 128, 700, 256, 20, 0.95, alpha=0.9, input="spikes", density=0.015)
        small = dict(T=min(T, 30), B=8, n_in=100, hidden=32)
    else:
        s = Spec("W5", 25, 256, 784, 1000, 10, 0.95)
        small = dict(T=5, B=8, hidden=32)
    s = dataclasses.replace(s, surrogate=surrogate)
    return dataclasses.replace(s, **small) if smoke else s


class Workload:
    """Arrays of a Spec. x and y are made once; weights() makes new arrays at each call."""

    def __init__(self, s, data_dir=None):
        self.spec = s
        self.y = None
        self._gain = 1.0
        if s.static:
            self.x, self.y = mnist(data_dir, s.B)
        else:
            self.x = _random_input(s)
            if s.workload == "W4":
                self.y = _rng(s, 2).integers(0, s.n_out, s.B)
            self._set_rate()

    def weights(self):
        """First weights by name, float32."""
        s, rng = self.spec, _rng(self.spec, 1)
        if s.workload == "W1":
            return {"w1": self._gain * _uniform(rng, (s.n_out, s.n_in), s.n_in)}
        if s.workload == "W4":
            return {
                "w1": self._gain * _uniform(rng, (s.hidden, s.n_in), s.n_in),
                "v": 0.2 * _uniform(rng, (s.hidden, s.hidden), s.hidden),
                "w2": _uniform(rng, (s.n_out, s.hidden), s.hidden),
            }
        if s.workload == "W3":
            shapes = {"k1": (12, 1, 5, 5), "k2": (64, 12, 5, 5), "w3": (s.n_out, 1024)}
        else:
            shapes = {"w1": (s.hidden, s.n_in), "w2": (s.n_out, s.hidden)}
        out = {}
        for name, shape in shapes.items():
            fan_in = int(np.prod(shape[1:]))
            gain = np.float32(CONV_GAIN.get(name, 1))
            out[name] = gain * _uniform(rng, shape, fan_in)
            out["b" + name[1:]] = gain * _uniform(rng, shape[:1], fan_in)
        return out

    def _set_rate(self):
        """Scale so that the neurons fire at RATE: the input if it is dense, else the input weights."""
        s = self.spec
        w = self.weights()
        cols = slice(0, 256)
        some = min(s.B, 8)
        current = np.einsum("tbi,oi->tbo", self.x[:, :some], w["w1"][cols], optimize=True)
        v = w["v"] if s.workload == "W4" else None
        low, high = 0.0, 1e4
        for _ in range(40):
            gain = np.sqrt(max(low, 1e-4) * high)
            if _rate(gain * current, s, v) < RATE:
                low = gain
            else:
                high = gain
        if s.input == "dense":
            self.x *= np.float32(gain)
        else:
            self._gain = np.float32(gain)


def _rng(s, purpose):
    return np.random.default_rng([s.seed, purpose])


def _uniform(rng, shape, fan_in):
    bound = 1.0 / np.sqrt(fan_in)
    return rng.uniform(-bound, bound, shape).astype(np.float32)


def _random_input(s):
    x = _rng(s, 0).random((s.T, s.B, s.n_in), dtype=np.float32)
    return (x < s.density).astype(np.float32) if s.input == "spikes" else x


def _rate(current, s, v):
    """Mean spikes per neuron and step of the neuron described above."""
    u = np.zeros(current.shape[1:], np.float32)
    spikes, c, total = np.zeros_like(u), np.zeros_like(u), 0.0
    for step in current:
        c = s.alpha * c + step
        if v is not None:
            c += spikes @ v.T
        u = s.beta * u + c - THETA * spikes
        spikes = (u > THETA).astype(np.float32)
        total += spikes.mean()
    return total / len(current)


def mnist(data_dir, count):
    """The first images of MNIST's training part in 0..1, [count, 784], and their labels."""
    folder = os.path.join(data_dir or os.environ.get("SNNTRAIN_DATA", ""), "mnist")
    images = _idx(os.path.join(folder, "train-images-idx3-ubyte.gz"), 3, count)
    labels = _idx(os.path.join(folder, "train-labels-idx1-ubyte.gz"), 1, count)
    return images.reshape(count, -1).astype(np.float32) / 255, labels.astype(np.int64)


def _idx(path, dims, count):
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path} is missing; set SNNTRAIN_DATA or --data to the folder that holds mnist/")
    with gzip.open(path) as f:
        magic, *shape = struct.unpack(f">{dims + 1}I", f.read(4 * (dims + 1)))
        if magic != 0x800 + dims:
            raise ValueError(f"{path}: magic number {magic:#x}, an IDX file of bytes has {0x800 + dims:#x}")
        size = count * int(np.prod(shape[1:], dtype=int))
        return np.frombuffer(f.read(size), np.uint8).reshape(count, *shape[1:])
