"""snnTorch: Leaky and RSynaptic cells, stepped in a loop as its documentation does.

snntorch           each synapse once over all T*B rows, then the loop of its neurons
snntorch-tutorial  all layers inside one loop over time (tutorials 5 and 6)
snntorch-compile   torch.compile over the tutorial's loop where T is 25 (the compiler then finds that the static
                   product repeats), over pieces of the neuron loops elsewhere
-hoist             the static product once, by hand
"""

import snntorch
import torch
import torch.nn.functional as F
from snntorch import surrogate

import torch_base
from torch_base import Loop, static_loop
from torch_eager import Triangle


class Peer(torch_base.Peer):
    framework = snntorch

    def make_neurons(self):
        s = self.spec
        fire = Triangle.apply if s.surrogate == "triangle" else surrogate.atan()
        self.hidden = snntorch.Leaky(beta=s.beta, spike_grad=fire)
        self.out = snntorch.Leaky(beta=s.beta, spike_grad=fire)
        self.cell = self.integrator = None
        if s.workload == "W4":
            self.cell = self._recurrent_cell(fire)
            self.integrator = snntorch.Synaptic(alpha=s.alpha, beta=s.beta, reset_mechanism="none")
        self.tutorial = "tutorial" in self.options
        self.blank = torch.zeros(0)  # always the same, or torch.compile would see another kind of state
        if self.compiled and s.static and s.workload != "W3" and not self.hoist:
            self.dense_network = torch.compile(self._dense_tutorial, dynamic=False)
        elif self.tutorial and s.static:
            self.dense_network, self.conv_network = self._dense_tutorial, self._conv_tutorial
        self._loops(self.compiled)

    def forget(self):
        for cell in (self.hidden, self.out, self.cell, self.integrator):
            for name in ("spk", "syn", "mem"):
                if hasattr(cell, name):
                    setattr(cell, name, self.blank)
            if hasattr(cell, "reset"):
                cell.reset = self.blank

    def start(self):
        super().start()
        if self.spec.static and not self.hoist and ("tutorial" in self.options or self.compiled):
            self.image = torch.from_numpy(self.work.x)  # the loop takes the same image at every step

    def _recurrent_cell(self, fire):
        s = self.spec
        cell = snntorch.RSynaptic(alpha=s.alpha, beta=s.beta, linear_features=s.hidden, spike_grad=fire)
        cell.recurrent = torch.nn.Linear(s.hidden, s.hidden, bias=False)
        cell.recurrent.weight = self.p["v"]
        return cell

    def _loops(self, compiled):
        def lif(current, state):
            (u,), out = state, []
            for i in current:
                z, u = self.hidden(i, u)
                out.append(z)
            return torch.stack(out), (u,)

        def potential(current, state):
            (u,), out = state, []
            for i in current:
                _, u = self.out(i, u)
                out.append(u)
            return torch.stack(out), (u,)

        def recurrent(current, state):
            (z, c, u), out = state, []
            for i in current:
                z, c, u = self.cell(i, z, c, u)
                out.append(z)
            return torch.stack(out), (z, c, u)

        def readout(current, state):
            (c, u), out = state, []
            for i in current:
                _, c, u = self.integrator(i, c, u)
                out.append(u)
            return torch.stack(out), (c, u)

        self.lif = Loop(lif, 1, compiled)
        self.potential = Loop(potential, 1, compiled)
        self.readout = Loop(readout, 2, compiled)
        recur = Loop(recurrent, 3, compiled)
        self.recurrent = lambda current, v: recur(current)
        if self.hoist:
            self.lif_static = static_loop(lif, 1, self.spec.T, compiled)

    def loss(self):
        if self.tutorial and self.spec.workload == "W1":
            return self.spikes("w1", self._layer_tutorial()).sum()
        if self.tutorial and self.spec.workload == "W4":
            return F.cross_entropy(self._recurrent_tutorial().amax(0), self.y)
        return super().loss()

    def _layer_tutorial(self):
        u, out = self.hidden.reset_mem(), []
        for x in self.x:
            z, u = self.hidden(F.linear(x, self.p["w1"]), u)
            out.append(z)
        return torch.stack(out)

    def _dense_tutorial(self):
        u1, u2, hidden, out = self.hidden.reset_mem(), self.out.reset_mem(), [], []
        for _ in range(self.spec.T):
            z, u1 = self.hidden(self.linear(self.image, "w1", "b1"), u1)
            _, u2 = self.out(self.linear(z, "w2", "b2"), u2)
            hidden.append(z)
            out.append(u2)
        if self.rates is not None:
            self.spikes("w1", torch.stack(hidden))
        return torch.stack(out)

    def _conv_tutorial(self):
        lif2 = snntorch.Leaky(beta=self.spec.beta, spike_grad=self.hidden.spike_grad)
        u1, u2, u3, out = self.hidden.reset_mem(), lif2.reset_mem(), self.out.reset_mem(), []
        image = self.image.unflatten(-1, (1, 28, 28))
        for _ in range(self.spec.T):
            z1, u1 = self.hidden(self.conv_pool(image, "k1", "b1"), u1)
            z2, u2 = lif2(self.conv_pool(z1, "k2", "b2"), u2)
            _, u3 = self.out(self.linear(z2.flatten(1), "w3", "b3"), u3)
            out.append(u3)
        return torch.stack(out)

    def _recurrent_tutorial(self):
        z, c, u = self.cell.reset_mem()
        c2, u2 = self.integrator.reset_mem()
        out = []
        for x in self.x:
            z, c, u = self.cell(self.linear(x, "w1"), z, c, u)
            _, c2, u2 = self.integrator(self.linear(z, "w2"), c2, u2)
            out.append(u2)
        return torch.stack(out)
