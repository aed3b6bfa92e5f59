"""Plain PyTorch: autograd through a loop over time; with torch.compile as torch-compile."""

import torch

import torch_base
from torch_base import Loop


class Atan(torch.autograd.Function):
    """Step forward; 1 / (1 + (pi x)^2) backward (snnTorch's default, alpha 2)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g / (1 + (torch.pi * x) ** 2)


class Triangle(torch.autograd.Function):
    """Step forward; max(0, 1 - |x|) backward."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (1 - x.abs()).clamp(min=0)


def spike_function(spec):
    return (Triangle if spec.surrogate == "triangle" else Atan).apply


class Peer(torch_base.Peer):
    def make_neurons(self):
        s, fire = self.spec, spike_function(self.spec)

        def lif(current, state):
            (u, z), out = state, []
            for i in current:
                u = s.beta * u + i - z.detach()
                z = fire(u - 1)
                out.append(z)
            return torch.stack(out), (u, z)

        def potential(current, state):
            (u, z), out = state, []
            for i in current:
                u = s.beta * u + i - z
                z = (u.detach() > 1).to(u.dtype)
                out.append(u)
            return torch.stack(out), (u, z)

        def recurrent(current, state, v):
            (c, u, z), out = state, []
            for i in current:
                c = s.alpha * c + i + z @ v.T
                u = s.beta * u + c - z.detach()
                z = fire(u - 1)
                out.append(z)
            return torch.stack(out), (c, u, z)

        def readout(current, state):
            (c, u), out = state, []
            for i in current:
                c = s.alpha * c + i
                u = s.beta * u + c
                out.append(u)
            return torch.stack(out), (c, u)

        self.lif = Loop(lif, 2, self.compiled)
        self.potential = Loop(potential, 2, self.compiled)
        self.recurrent = Loop(recurrent, 3, self.compiled)
        self.readout = Loop(readout, 2, self.compiled)
