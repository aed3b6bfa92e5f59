"""SpikingJelly, multi-step mode: synapses over all T*B rows, LIFNode over all T at once.

tau = 1 / (1 - beta) with decay_input=False is the leak beta; v_reset=None is
the soft reset, detach_reset=True leaves it out of the gradient (the faster
setting). Its own surrogate default is Sigmoid(4). A current filter is
SynapseFilter. The recurrent layer is stepped, its feedback one nn.Linear.
"""

import torch
from spikingjelly.activation_based import functional, layer, neuron, surrogate

import torch_base
from torch_base import CHUNK

VERSION = "spikingjelly"


class Peer(torch_base.Peer):
    def make_neurons(self):
        s = self.spec
        self.hidden, self.hidden2, self.out = self._node(), self._node(), self._node(store_v_seq=True)
        if s.workload == "W4":
            self.cell_filter, self.cell = layer.SynapseFilter(1 / (1 - s.alpha)), self._node(step_mode="s")
            self.filters = [layer.SynapseFilter(1 / (1 - d), step_mode="m") for d in (s.alpha, s.beta)]
        self.run = {name: self._maybe_compiled(f) for name, f in
                    (("lif", self._lif), ("potential", self._potential), ("recurrent", self._recurrent),
                     ("readout", self._readout))}

    def _maybe_compiled(self, f):
        return torch.compile(f, dynamic=False) if self.compiled else f

    def _node(self, step_mode="m", store_v_seq=False):
        fire = surrogate.PiecewiseQuadratic(alpha=1.0) if self.spec.surrogate == "triangle" else surrogate.Sigmoid()
        return neuron.LIFNode(tau=1 / (1 - self.spec.beta), decay_input=False, v_reset=None, detach_reset=True,
                              surrogate_function=fire, step_mode=step_mode, store_v_seq=store_v_seq)

    def _lif(self, current):
        return self.hidden(current)

    def _potential(self, current):
        self.out(current)
        return self.out.v_seq

    def _recurrent(self, current, v, z):
        out = []
        for i in current:
            z = self.cell(self.cell_filter(i + torch.nn.functional.linear(z, v)))
            out.append(z)
        return torch.stack(out), z

    def _readout(self, current):
        for f in self.filters:
            current = f(current)
        return current

    def lif(self, current):
        functional.reset_net(self.hidden)
        return self._pieces("lif", current)

    def potential(self, current):
        functional.reset_net(self.out)
        return self._pieces("potential", current)

    def readout(self, current):
        for f in self.filters:
            functional.reset_net(f)
        return self._pieces("readout", current)

    def recurrent(self, current, v):
        functional.reset_net(self.cell_filter)
        functional.reset_net(self.cell)
        z, outs = torch.zeros_like(current[0]), []
        for piece in current.split(CHUNK if self.compiled else len(current)):
            out, z = self.run["recurrent"](piece, v, z)
            outs.append(out)
        return outs[0] if len(outs) == 1 else torch.cat(outs)

    def _pieces(self, name, current):
        if not self.compiled or len(current) <= CHUNK:
            return self.run[name](current)
        return torch.cat([self.run[name](piece) for piece in current.split(CHUNK)])

    def surrogate_name(self):
        return "PiecewiseQuadratic(1): max(0, 1-|x|)" if self.spec.surrogate == "triangle" else "Sigmoid(4)"

    def version(self):
        from importlib.metadata import version

        return version(VERSION)
