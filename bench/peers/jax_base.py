"""What the JAX variants share: networks as functions of parameters, one jitted step, Adam by optax.

A jitted step has no border between forward and backward, so the forward time
is that of the loss alone, jitted, and the backward time is the rest of the
step. Parameters and optimizer state are donated, so they are updated in place.
"""

import time

import jax
import jax.numpy as jnp
import optax

import workloads


def conv(x, k):
    """Convolution of [M, H, W, C] with [h, w, C, O]. One product over gathered patches was no faster (XLA of 2026)."""
    return jax.lax.conv_general_dilated(x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def max_pool(x):
    """2x2 max-pooling of [M, H, W, C]; of equal values the first takes the gradient, as in PyTorch."""
    return _first_max(_first_max(x[:, ::2, ::2], x[:, ::2, 1::2]), _first_max(x[:, 1::2, ::2], x[:, 1::2, 1::2]))


def _first_max(a, b):
    return jnp.where(a >= b, a, b)


class Peer:
    def __init__(self, work, threads, options):
        self.work, self.spec, self.options = work, work.spec, options
        self.hoist = "hoist" in options

    # What a variant gives, on [T, B, N...]; see torch_base.Peer.

    def lif(self, current):
        raise NotImplementedError

    def lif_static(self, current):
        return self.lif(jnp.broadcast_to(current, (self.spec.T, *current.shape)))

    def potential(self, current):
        raise NotImplementedError

    def recurrent(self, current, v):
        raise NotImplementedError

    def readout(self, current):
        raise NotImplementedError

    # Start-up, parameters, one step.

    def start(self):
        s = self.spec
        a = jnp.ones((256, 256))
        jax.jit(jax.grad(lambda a: jnp.exp(a @ a).sum()))(a).block_until_ready()
        self.x = jnp.asarray(self.work.x)
        if s.static and not self.hoist:
            self.x = jnp.array(jnp.broadcast_to(self.x, (s.T, *self.x.shape)))
        if s.workload == "W3":
            self.x = self.x.reshape(*self.x.shape[:-1], 28, 28, 1)
        self.x = self.x.block_until_ready()
        self.y = None if self.work.y is None else jnp.asarray(self.work.y)
        self.work.x = None if s.static else self.work.x[:1]  # JAX has its own copy

    def build(self):
        """Parameters with their matrices as [in, out] and kernels as [h, w, in, out]."""
        self.p = {k: jnp.asarray(_turned(k, v)) for k, v in self.work.weights().items()}
        self.optimizer = optax.adam(workloads.LEARNING_RATE)
        self.state = self.optimizer.init(self.p) if self.spec.workload in ("W2", "W3", "W4") else None
        self._forward = jax.jit(self.loss)
        self._gradient = jax.value_and_grad(self.loss, (0, 1) if self.spec.input_grad else 0)
        self._step = self._jit_step()
        self._classes = jax.jit(lambda p, x: self.network(p, x).sum(0).argmax(1))

    def _jit_step(self):
        if self.state is None:
            return jax.jit(self._gradient)

        def update(p, state, x):
            loss, g = self._gradient(p, x)
            change, state = self.optimizer.update(g, state, p)
            return loss, optax.apply_updates(p, change), state

        return jax.jit(update, donate_argnums=(0, 1))

    def step(self):
        if not self.spec.training:
            t = _timed(lambda: self._classes(self.p, self.x))
            return t, None, t
        fwd = _timed(lambda: self._forward(self.p, self.x))
        step = _timed(self._train)
        return fwd, max(0.0, step - fwd), step

    def _train(self):
        if self.state is None:
            return self._step(self.p, self.x)
        loss, self.p, self.state = self._step(self.p, self.state, self.x)
        return loss, self.p

    # The networks; the same as in torch_base.

    def loss(self, p, x):
        s = self.spec
        if s.workload == "W1":
            return self.spikes("w1", self.lif(x @ p["w1"])).sum()
        if s.workload == "W4":
            h = self.spikes("w1", self.recurrent(x @ p["w1"], p["v"]))
            return self._cross_entropy(self.readout(h @ p["w2"]).max(0)) / s.B
        return self._cross_entropy(self.network(p, x)) / s.B

    def _cross_entropy(self, u):
        picked = jnp.take_along_axis(jax.nn.log_softmax(u), self._labels(u)[..., None], -1)
        return -picked.sum()

    def _labels(self, u):
        return jnp.broadcast_to(self.y, u.shape[:-1])

    def network(self, p, x):
        return self.conv_network(p, x) if self.spec.workload == "W3" else self.dense_network(p, x)

    def dense_network(self, p, x):
        h = self.spikes("w1", self.first(x @ p["w1"] + p["b1"]))
        return self.potential(h @ p["w2"] + p["b2"])

    def conv_network(self, p, x):
        h = self.spikes("k1", self.first(self.conv_pool(x, p["k1"], p["b1"])))
        h = self.spikes("k2", self.lif(self.conv_pool(h, p["k2"], p["b2"])))
        return self.potential(h.reshape(*h.shape[:2], -1) @ p["w3"] + p["b3"])

    def conv_pool(self, x, k, b):
        out = max_pool(conv(x.reshape(-1, *x.shape[-3:]), k) + b)
        return out.reshape(*x.shape[:-3], *out.shape[1:])

    def first(self, current):
        return self.lif_static(current) if self.hoist else self.lif(current)

    def compilations(self):
        """How often the step was compiled; donated arguments of another layout would compile it again."""
        return sum(f._cache_size() for f in (self._forward, self._step, self._classes))

    # For check.py and the record of a run.

    rates = None

    def spikes(self, name, s):
        if self.rates is not None:
            self.rates[name] = s.mean()
        return s

    def facts(self):
        def recorded(p, x):
            self.rates = {}
            self.loss(p, x)
            rates, self.rates = self.rates, None
            return rates

        rates = {k: float(v) for k, v in jax.jit(recorded)(self.p, self.x).items()}
        return {"spikes_per_neuron_step": rates, "surrogate": self.surrogate_name(), "jax": jax.__version__,
                "bwd": "step less forward alone"}

    def gradients(self):
        """Loss and gradients of one step as numpy, in PyTorch's order."""
        loss, g = self._gradient(self.p, self.x)
        p, x = g if self.spec.input_grad else (g, None)
        grads = {k: _back(k, v) for k, v in p.items()}
        if x is not None:
            grads["x"] = jax.device_get(x)
        return float(loss), grads


def _turned(name, v):
    """PyTorch's order to ours. W3's last matrix reads (H, W, C) instead of (C, H, W)."""
    if name == "w3":
        v = v.reshape(len(v), 64, 4, 4).transpose(0, 2, 3, 1).reshape(len(v), -1)
    return v.transpose(2, 3, 1, 0) if v.ndim == 4 else v.T


def _back(name, v):
    v = jax.device_get(v)
    if name == "w3":
        return v.reshape(4, 4, 64, -1).transpose(3, 2, 0, 1).reshape(v.shape[1], -1)
    return v.transpose(3, 2, 0, 1) if v.ndim == 4 else v.T


def _timed(f):
    t = time.perf_counter()
    jax.block_until_ready(f())
    return time.perf_counter() - t
