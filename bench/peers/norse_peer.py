"""Norse: LIFBox and LIBox steps (no synaptic current), LIF and LI steps in W4.

norse           synapses over all T*B rows, then the step function of the neuron in a loop (what norse.torch.lift does)
norse-compile   the loops compiled in pieces of 25 steps

Norse multiplies its input by dt/tau = 1 - beta; weights are divided by that at
the start. Its own surrogate is "super". LIFBox resets softly; the W4 neuron
has Norse's reset to a value, the only one it offers there, and its output
layers are leaky integrators. W4 calls the feed-forward step on input plus
feedback: Norse's recurrent step multiplies the input inside the loop, slower.
"""

import torch
import torch.nn.functional as F
from norse.torch.functional.leaky_integrator import LIParameters, LIState, li_feed_forward_step
from norse.torch.functional.leaky_integrator_box import LIBoxParameters, LIBoxState, li_box_feed_forward_step
from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
from norse.torch.functional.lif_box import LIFBoxFeedForwardState, LIFBoxParameters, lif_box_feed_forward_step
from norse.torch.functional.reset import reset_subtract

import torch_base
from torch_base import Loop, static_loop

DT = 0.001


class Peer(torch_base.Peer):
    def build(self):
        super().build()
        s = self.spec
        gain = 1 / (1 - s.beta)
        with torch.no_grad():
            for name, p in self.p.items():
                p *= gain

    def make_neurons(self):
        s = self.spec
        method = ("triangle", torch.as_tensor(1.0)) if s.surrogate == "triangle" else ("super", torch.as_tensor(100.0))
        leak = torch.as_tensor((1 - s.beta) / DT)
        box = LIFBoxParameters(tau_mem_inv=leak, method=method[0], alpha=method[1], reset_method=reset_subtract)
        out = LIBoxParameters(tau_mem_inv=leak)
        decay = torch.as_tensor((1 - s.alpha) / DT)
        cuba = LIFParameters(tau_syn_inv=decay, tau_mem_inv=leak, method=method[0], alpha=method[1])
        integrator = LIParameters(tau_syn_inv=decay, tau_mem_inv=leak)

        def lif(current, state):
            state, outs = LIFBoxFeedForwardState(*state), []
            for i in current:
                z, state = lif_box_feed_forward_step(i, state, box, DT)
                outs.append(z)
            return torch.stack(outs), tuple(state)

        def potential(current, state):
            state, outs = LIBoxState(*state), []
            for i in current:
                u, state = li_box_feed_forward_step(i, state, out, DT)
                outs.append(u)
            return torch.stack(outs), tuple(state)

        def recurrent(current, state, v):
            (z, *state), outs = state, []
            state = LIFFeedForwardState(*state)
            for i in current:
                z, state = lif_feed_forward_step(i + F.linear(z, v), state, cuba, DT)
                outs.append(z)
            return torch.stack(outs), (z, *state)

        def readout(current, state):
            state, outs = LIState(*state), []
            for i in current:
                u, state = li_feed_forward_step(i, state, integrator, DT)
                outs.append(u)
            return torch.stack(outs), tuple(state)

        self.lif = Loop(lif, 1, self.compiled)
        self.potential = Loop(potential, 1, self.compiled)
        self.recurrent = Loop(recurrent, 3, self.compiled)
        self.readout = Loop(readout, 2, self.compiled)
        if self.hoist:
            self.lif_static = static_loop(lif, 1, s.T, self.compiled)

    def surrogate_name(self):
        return "triangle: max(0, 1-|x|)" if self.spec.surrogate == "triangle" else "super: 1/(1+|x|)^2"

    def version(self):
        from importlib.metadata import version

        return version("norse")
