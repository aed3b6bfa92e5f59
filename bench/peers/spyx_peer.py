"""Spyx: its neurons run over all T by spyx.nn.run (lax.scan), synapses before that over all T*B rows.

A Spyx neuron fires from the potential of the step before, so its spikes come
one step later than elsewhere; the work is the same. Its surrogate default is
superspike(25). The output layers are its leaky integrator LI; with a synaptic
current they are two in a row (decay alpha, then beta). Convolutions are
flax's nnx.Conv, as in its tutorials.
"""

from importlib.metadata import version

import spyx.axn
import spyx.nn
from flax import nnx

import jax_base


class Peer(jax_base.Peer):
    def lif(self, current):
        s = self.spec
        return self._run(spyx.nn.LIF(current.shape[2:], beta=s.beta, activation=self._fire(), rngs=nnx.Rngs(0)), current)

    def potential(self, current):
        return self._run(self._integrator(current, self.spec.beta), current)

    def recurrent(self, current, v):
        s = self.spec
        cell = spyx.nn.RCuBaLIF(current.shape[2:], alpha=s.alpha, beta=s.beta, activation=self._fire(),
                                rngs=nnx.Rngs(0))
        cell.recurrent_w = nnx.Param(v)
        return self._run(cell, current)

    def readout(self, current):
        for decay in (self.spec.alpha, self.spec.beta):
            current = self._run(self._integrator(current, decay), current)
        return current

    def _integrator(self, current, decay):
        return spyx.nn.LI(current.shape[2:], beta=decay, rngs=nnx.Rngs(0))

    def _run(self, neuron, current):
        return spyx.nn.run(neuron, current)[0]

    def _fire(self):
        return spyx.axn.triangular(k=1) if self.spec.surrogate == "triangle" else spyx.axn.superspike()

    def surrogate_name(self):
        return "triangular(1): max(0, 1-|x|)" if self.spec.surrogate == "triangle" else "superspike(25)"

    def version(self):
        return version("spyx")
