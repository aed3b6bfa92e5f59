"""What every PyTorch variant shares: networks layer by layer, one step, timing.

A variant gives its neurons as functions over all steps (see Peer.lif and the
ones below it); the synapses are one product or convolution over T*B rows.
"""

import time

import torch
import torch.nn.functional as F

import workloads

CHUNK = 25  # steps in one compiled piece of a neuron loop; torch.compile unrolls it


class Peer:
    framework = torch

    def __init__(self, work, threads, options):
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)  # decayed gradients become denormal, which is slow
        torch.manual_seed(0)
        self.work, self.spec, self.options = work, work.spec, options
        self.hoist = "hoist" in options
        self.compiled = "compile" in options
        self.rates = None  # filled by the layers while it is a dict

    # What a variant gives. current is [T, B, N...]; so is what comes back.

    def lif(self, current):
        """Spikes of a leaky neuron (spec.beta, threshold 1, soft reset)."""
        raise NotImplementedError

    def lif_static(self, current):
        """lif of a current [B, N...] that is the same at every step."""
        return self.lif(current.expand(self.spec.T, *current.shape))

    def potential(self, current):
        """Membrane potential of the output layer: a leaky neuron that spikes and resets."""
        raise NotImplementedError

    def recurrent(self, current, v):
        """Spikes of a current-based LIF whose spikes come back through v [N, N] one step later."""
        raise NotImplementedError

    def readout(self, current):
        """Potential of a current-based leaky integrator (alpha, beta, no spikes)."""
        raise NotImplementedError

    # Start-up, parameters, one step.

    def start(self):
        """Wake thread pools and allocate the inputs, as they would arrive from a loader."""
        if self.compiled:
            from torch._inductor import compile_fx  # noqa: F401  imports are start-up, not the step's memory
        a = torch.ones(256, 256, requires_grad=True)
        warm = torch.optim.Adam([a], fused=True)  # the first optimizer imports 145 MB of torch._dynamo
        ((a @ a) + 1).exp().sum().backward()
        warm.step()
        s = self.spec
        self.x = torch.from_numpy(self.work.x)
        self.y = None if self.work.y is None else torch.from_numpy(self.work.y)
        if s.static and not self.hoist:
            self.x = self.x.expand(s.T, s.B, -1).contiguous()
        if s.input_grad:
            self.x.requires_grad_()
        if self.y is not None:
            self.y_each = self.y.repeat(s.T)

    def build(self):
        weights = {k: torch.nn.Parameter(torch.from_numpy(v)) for k, v in self.work.weights().items()}
        self.p = weights
        self.make_neurons()
        self.optimizer = None
        if self.spec.workload in ("W2", "W3", "W4"):
            self.optimizer = torch.optim.Adam(weights.values(), lr=workloads.LEARNING_RATE, fused=True)

    def make_neurons(self):
        """Modules and compiled pieces; after the parameters exist."""

    def forget(self):
        """Clear what cells keep from the pass before."""

    def compilations(self):
        """How many functions torch.compile has met so far; it must not meet one in a timed step."""
        return torch._dynamo.utils.counters["frames"]["total"] if self.compiled else 0

    def step(self):
        """One training step (W5: one inference): seconds of forward, backward, all."""
        if not self.spec.training:
            return self._infer()
        self._clear()
        t0 = time.perf_counter()
        loss = self.loss()
        t1 = time.perf_counter()
        loss.backward()
        t2 = time.perf_counter()
        if self.optimizer:
            self.optimizer.step()
        return t1 - t0, t2 - t1, time.perf_counter() - t0

    def _infer(self):
        t0 = time.perf_counter()
        with torch.inference_mode():
            self.classes()
        t = time.perf_counter() - t0
        return t, None, t

    def _clear(self):
        for p in self.p.values():
            p.grad = None
        if self.spec.input_grad:
            self.x.grad = None

    # The networks.

    def loss(self):
        self.forget()
        s = self.spec
        if s.workload == "W1":
            return self.spikes("w1", self.lif(self.linear(self.x, "w1"))).sum()
        if s.workload == "W4":
            return F.cross_entropy(self.recurrent_network().amax(0), self.y)
        u = self.network()  # [T, B, classes]: cross-entropy of every step, mean over the batch, sum over steps
        return F.cross_entropy(u.flatten(0, 1), self.y_each, reduction="sum") / s.B

    def classes(self):
        """Predictions: the largest potential summed over time."""
        self.forget()
        return self.network().sum(0).argmax(1)

    def network(self):
        return self.conv_network() if self.spec.workload == "W3" else self.dense_network()

    def dense_network(self):
        h = self.spikes("w1", self.first(lambda x: self.linear(x, "w1", "b1")))
        return self.potential(self.linear(h, "w2", "b2"))

    def conv_network(self):
        h = self.spikes("k1", self.first(lambda x: self.conv_pool(x.unflatten(-1, (1, 28, 28)), "k1", "b1")))
        h = self.spikes("k2", self.lif(self.conv_pool(h, "k2", "b2")))
        return self.potential(self.linear(h.flatten(2), "w3", "b3"))

    def recurrent_network(self):
        h = self.spikes("w1", self.recurrent(self.linear(self.x, "w1"), self.p["v"]))
        return self.readout(self.linear(h, "w2"))

    def first(self, synapse):
        """The layer behind a static image: its synapse runs once if hoisted, else at all steps."""
        return self.lif_static(synapse(self.x)) if self.hoist else self.lif(synapse(self.x))

    def linear(self, x, w, b=None):
        return F.linear(x, self.p[w], self.p[b] if b else None)

    def conv_pool(self, x, k, b):
        """Convolution and 2x2 max-pooling of [..., C, H, W], whatever stands before C."""
        rows = x.flatten(0, -4)
        return F.max_pool2d(F.conv2d(rows, self.p[k], self.p[b]), 2).unflatten(0, x.shape[:-3])

    # For check.py and the record of a run.

    def spikes(self, name, s):
        if self.rates is not None:
            self.rates[name] = s.detach().float().mean().item()
        return s

    def facts(self):
        self.rates = {}
        with torch.no_grad(), torch.compiler.set_stance("force_eager"):
            self.loss()
        rates, self.rates = self.rates, None
        return {"spikes_per_neuron_step": rates, "surrogate": self.surrogate_name(), "torch": torch.__version__}

    def surrogate_name(self):
        return "max(0, 1-|x|)" if self.spec.surrogate == "triangle" else "atan, alpha 2"

    def gradients(self):
        """Loss and gradients of one step without an update, as numpy."""
        self._clear()
        loss = self.loss()
        loss.backward()
        grads = {k: p.grad.numpy().copy() for k, p in self.p.items()}
        if self.spec.input_grad:
            grads["x"] = self.x.grad.numpy().copy()
        return loss.item(), grads

    def version(self):
        return self.framework.__version__


class Loop:
    """A neuron loop over [T, B, ...], in compiled pieces of CHUNK steps if asked.

    body(current, *state) -> (out, state tuple) runs some steps; states are the
    zero tensors that begin it.
    """

    def __init__(self, body, states, compiled):
        self.body, self.states, self.compiled = body, states, compiled
        self.run = torch.compile(body, dynamic=False) if compiled else body

    def __call__(self, current, *fixed):
        state = tuple(torch.zeros_like(current[0], memory_format=torch.contiguous_format) for _ in range(self.states))
        if not self.compiled or len(current) <= CHUNK:
            return self.run(current, state, *fixed)[0]
        outs = []
        for piece in current.split(CHUNK):
            out, state = self.run(piece, state, *fixed)
            outs.append(out)
        return torch.cat(outs)


def static_loop(body, states, T, compiled):
    """Like Loop for a current [B, ...] that stays: inside the compiled piece it is never repeated in memory."""

    def run(current):
        state = tuple(torch.zeros_like(current) for _ in range(states))
        return body(current.expand(T, *current.shape), state)[0]

    return torch.compile(run, dynamic=False) if compiled else run
