"""JAX written by hand: products over T*B, lax.scan forward and backward with custom_vjp.

Only potentials are kept; spikes are compared again where they are needed,
which XLA fuses into the reader. Loops are not unrolled: W2 took twice as long
with four steps at a time. Gradients do not flow through the reset.
"""

from functools import partial

import jax
import jax.numpy as jnp

import jax_base


def surrogate(x, kind):
    """Surrogate derivative of x = u - theta."""
    if kind == "triangle":
        return jnp.maximum(0, 1 - jnp.abs(x))
    return 1 / (1 + (jnp.pi * x) ** 2)


def fired(u):
    return (u > 1).astype(u.dtype)


def potentials(current, beta):
    """u[t] = current[t] + beta u[t-1] - s[t-1] for all t."""

    def step(u, i):
        u = beta * u + i - fired(u)
        return u, u

    return jax.lax.scan(step, jnp.zeros_like(current[0]), current)[1]


def leaky_back(g, beta):
    """e[t] = g[t] + beta e[t+1] for all t."""

    def step(e, g):
        e = beta * e + g
        return e, e

    return jax.lax.scan(step, jnp.zeros_like(g[0]), g, reverse=True)[1]


@partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def lif(current, beta, kind):
    """Spikes of current [T, ...]."""
    return fired(potentials(current, beta))


def _lif_forward(current, beta, kind):
    u = potentials(current, beta)
    return fired(u), u


def _lif_backward(beta, kind, u, g):
    def step(e, gu):
        e = beta * e + gu[0] * surrogate(gu[1] - 1, kind)
        return e, e

    return (jax.lax.scan(step, jnp.zeros_like(u[0]), (g, u), reverse=True)[1],)


lif.defvjp(_lif_forward, _lif_backward)


def potentials_static(current, T, beta):
    def step(u, _):
        u = beta * u + current - fired(u)
        return u, u

    return jax.lax.scan(step, jnp.zeros_like(current), length=T)[1]


@partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def lif_static(current, T, beta, kind):
    """Spikes of a current [...] that stays for T steps."""
    return fired(potentials_static(current, T, beta))


def _lif_static_forward(current, T, beta, kind):
    u = potentials_static(current, T, beta)
    return fired(u), u


def _lif_static_backward(T, beta, kind, u, g):
    def step(carry, gu):
        e, total = carry
        e = beta * e + gu[0] * surrogate(gu[1] - 1, kind)
        return (e, total + e), None

    zero = jnp.zeros_like(u[0])
    return (jax.lax.scan(step, (zero, zero), (g, u), reverse=True)[0][1],)


lif_static.defvjp(_lif_static_forward, _lif_static_backward)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def potential(current, beta):
    """Potentials of a spiking output layer."""
    return potentials(current, beta)


potential.defvjp(lambda current, beta: (potentials(current, beta), None), lambda beta, _, g: (leaky_back(g, beta),))


def recurrent_potentials(current, v, alpha, beta):
    def step(state, i):
        c, u = state
        z = fired(u)
        c = alpha * c + i + z @ v
        u = beta * u + c - z
        return (c, u), u

    zero = jnp.zeros_like(current[0])
    return jax.lax.scan(step, (zero, zero), current)[1]


@partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def recurrent(current, v, alpha, beta, kind):
    """Spikes of a recurrent current-based LIF; v [N, N] from spikes to currents."""
    return fired(recurrent_potentials(current, v, alpha, beta))


def _recurrent_forward(current, v, alpha, beta, kind):
    u = recurrent_potentials(current, v, alpha, beta)
    return fired(u), (u, v)


def _recurrent_backward(alpha, beta, kind, saved, g):
    u, v = saved
    vt = v.T

    def step(later, gu):
        d, e = later
        e = (gu[0] + d @ vt) * surrogate(gu[1] - 1, kind) + beta * e
        d = e + alpha * d
        return (d, e), d

    zero = jnp.zeros_like(u[0])
    d = jax.lax.scan(step, (zero, zero), (g, u), reverse=True)[1]
    dv = fired(u[:-1]).reshape(-1, v.shape[0]).T @ d[1:].reshape(-1, v.shape[0])
    return d, dv


recurrent.defvjp(_recurrent_forward, _recurrent_backward)


def readout_potentials(current, alpha, beta):
    def step(state, i):
        c = alpha * state[0] + i
        u = beta * state[1] + c
        return (c, u), u

    zero = jnp.zeros_like(current[0])
    return jax.lax.scan(step, (zero, zero), current)[1]


class Peer(jax_base.Peer):
    def lif(self, current):
        return lif(current, self.spec.beta, self.spec.surrogate)

    def lif_static(self, current):
        return lif_static(current, self.spec.T, self.spec.beta, self.spec.surrogate)

    def potential(self, current):
        return potential(current, self.spec.beta)

    def recurrent(self, current, v):
        return recurrent(current, v, self.spec.alpha, self.spec.beta, self.spec.surrogate)

    def readout(self, current):
        return readout_potentials(current, self.spec.alpha, self.spec.beta)

    def surrogate_name(self):
        return "max(0, 1-|x|)" if self.spec.surrogate == "triangle" else "atan, alpha 2"

    def version(self):
        return jax.__version__
