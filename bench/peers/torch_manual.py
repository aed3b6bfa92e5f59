"""PyTorch written by hand: products over T*B, neuron loops with their own backward pass.

Tricks: the loop runs in place in the buffer that the product left (nobody else
reads it); the spike goes to float by a comparison with `out=`; surrogate
derivatives are computed in blocks of steps that stay in the cache, over the
stored potentials; a step of the backward loop is one kernel; weight gradients
are one product over T*B. Gradients do not flow through the reset, as in
snnTorch.
"""

import torch

import torch_base

BLOCK = 1 << 17  # floats of one block of steps: half a MiB, inside the second-level cache


def surrogate_(x, kind):
    """Surrogate derivative of x = u - theta, in place."""
    if kind == "triangle":
        return x.abs_().neg_().add_(1).clamp_(min=0)
    return x.mul_(torch.pi).square_().add_(1).reciprocal_()


def block_slices(u):
    """Slices over time from the last to the first, each about BLOCK floats."""
    T = len(u)
    size = max(1, BLOCK // max(1, u[0].numel()))
    return [slice(max(0, end - size), end) for end in range(T, 0, -size)]


def scan(u, spikes, beta, current=None):
    """u[t] <- current[t] + beta u[t-1] - spikes[t-1]; spikes[t] <- u[t] > 1. Without current it is in u."""
    us, zs = u.unbind(0), spikes.unbind(0)
    if current is not None:
        us[0].copy_(current)
    torch.gt(us[0], 1, out=zs[0])
    for t in range(1, len(us)):
        if current is None:
            us[t].add_(us[t - 1], alpha=beta)
        else:
            torch.add(current, us[t - 1], alpha=beta, out=us[t])
        us[t].sub_(zs[t - 1])
        torch.gt(us[t], 1, out=zs[t])


class Lif(torch.autograd.Function):
    """Spikes of current [T, B, N...]; takes the current's buffer over."""

    @staticmethod
    def forward(ctx, current, beta, kind):
        u, z = current.detach(), torch.empty_like(current)
        scan(u, z, beta)
        ctx.u, ctx.beta, ctx.kind = u, beta, kind
        return z

    @staticmethod
    def backward(ctx, g):
        u, ctx.u = ctx.u, None
        rows, later = u.unbind(0), None  # u turns into the gradient to the current, block by block
        for part in block_slices(u):
            surrogate_(u[part].sub_(1), ctx.kind).mul_(g[part])
            for t in range(part.stop - 1, part.start - 1, -1):
                if later is not None:
                    rows[t].add_(later, alpha=ctx.beta)
                later = rows[t]
        return u, None, None


class LifStatic(torch.autograd.Function):
    """Spikes of a current [B, N...] that stays for T steps."""

    @staticmethod
    def forward(ctx, current, T, beta, kind):
        u = torch.empty((T, *current.shape))
        z = torch.empty_like(u)
        scan(u, z, beta, current)
        ctx.u, ctx.beta, ctx.kind = u, beta, kind
        return z

    @staticmethod
    def backward(ctx, g):
        u, ctx.u = ctx.u, None
        rows = u.unbind(0)
        error, total = torch.zeros_like(rows[0]), torch.zeros_like(rows[0])
        for part in block_slices(u):
            surrogate_(u[part].sub_(1), ctx.kind).mul_(g[part])
            for t in range(part.stop - 1, part.start - 1, -1):
                torch.add(rows[t], error, alpha=ctx.beta, out=error)
                total.add_(error)
        return total, None, None, None


class Potential(torch.autograd.Function):
    """Potentials of a spiking output layer; takes the current's buffer over."""

    @staticmethod
    def forward(ctx, current, beta):
        u = current.detach()
        scan(u, torch.empty_like(u), beta)
        ctx.beta = beta
        return u.view_as(u)

    @staticmethod
    def backward(ctx, g):
        g = g.clone(memory_format=torch.contiguous_format)
        rows = g.unbind(0)
        for t in range(len(rows) - 2, -1, -1):
            rows[t].add_(rows[t + 1], alpha=ctx.beta)
        return g, None


class Recurrent(torch.autograd.Function):
    """Spikes of a recurrent current-based LIF; takes the current's buffer over.

    Backward, from the last step: e = dL/du, d = dL/dc,
        e[t] = (g[t] + d[t+1] v) surrogate(u[t]) + beta e[t+1]
        d[t] = e[t] + alpha d[t+1]
    dL/dv is one product of all d[t] with all s[t-1].
    """

    @staticmethod
    def forward(ctx, current, v, alpha, beta, kind):
        c, z = current.detach(), torch.empty_like(current)
        u, vt = torch.empty_like(c), v.detach().T
        cs, us, zs = c.unbind(0), u.unbind(0), z.unbind(0)
        us[0].copy_(cs[0])
        torch.gt(us[0], 1, out=zs[0])
        for t in range(1, len(cs)):
            torch.addmm(cs[t], zs[t - 1], vt, out=cs[t])
            cs[t].add_(cs[t - 1], alpha=alpha)
            torch.add(cs[t], us[t - 1], alpha=beta, out=us[t]).sub_(zs[t - 1])
            torch.gt(us[t], 1, out=zs[t])
        ctx.save_for_backward(z, v)
        ctx.buffers, ctx.rules = (u, c), (alpha, beta, kind)
        return z

    @staticmethod
    def backward(ctx, g):
        z, v = ctx.saved_tensors
        (u, d), (alpha, beta, kind) = ctx.buffers, ctx.rules
        ctx.buffers = None
        ds, gs, e = d.unbind(0), g.unbind(0), torch.zeros_like(u[0])
        back, later = torch.empty_like(e), None
        for part in block_slices(u):
            surrogate_(u[part].sub_(1), kind)
            for t in range(part.stop - 1, part.start - 1, -1):
                arriving = gs[t] if later is None else torch.addmm(gs[t], later, v, out=back)
                e.mul_(beta).addcmul_(arriving, u[t])
                if later is None:
                    ds[t].copy_(e)
                else:
                    torch.add(e, later, alpha=alpha, out=ds[t])
                later = ds[t]
        dv = d[1:].flatten(0, 1).T @ z[:-1].flatten(0, 1)
        return d, dv, None, None, None


class Readout(torch.autograd.Function):
    """Potentials of a current-based leaky integrator; takes the current's buffer over."""

    @staticmethod
    def forward(ctx, current, alpha, beta):
        u = current.detach()
        _filter(_filter(u.unbind(0), alpha), beta)
        ctx.rules = alpha, beta
        return u.view_as(u)

    @staticmethod
    def backward(ctx, g):
        g = g.clone(memory_format=torch.contiguous_format)
        alpha, beta = ctx.rules
        _filter(_filter(g.unbind(0)[::-1], beta), alpha)
        return g, None, None


def _filter(rows, decay):
    for t in range(1, len(rows)):
        rows[t].add_(rows[t - 1], alpha=decay)
    return rows


class SparseProduct(torch.autograd.Function):
    """x w^T for x in CSR [T*B, N] (its transpose xt given too); the input gradient is dense."""

    @staticmethod
    def forward(ctx, dense, x, xt, w):
        ctx.save_for_backward(w)
        ctx.xt, ctx.shape = xt, dense.shape
        return torch.sparse.mm(x, w.detach().T.contiguous())

    @staticmethod
    def backward(ctx, g):
        (w,) = ctx.saved_tensors
        dx = (g @ w).view(ctx.shape) if ctx.needs_input_grad[0] else None
        return dx, None, None, torch.sparse.mm(ctx.xt, g).T.contiguous()


class Peer(torch_base.Peer):
    def start(self):
        super().start()
        if "sparse" in self.options:  # events arrive as CSR, both ways round, so making it costs nothing here
            rows = self.x.detach().flatten(0, 1)
            self.csr, self.csr_t = rows.to_sparse_csr(), rows.T.contiguous().to_sparse_csr()

    def linear(self, x, w, b=None):
        if "sparse" in self.options and x is self.x:
            out = SparseProduct.apply(x, self.csr, self.csr_t, self.p[w])
            return out.unflatten(0, x.shape[:2])
        return super().linear(x, w, b)

    def lif(self, current):
        return Lif.apply(current, self.spec.beta, self.spec.surrogate)

    def lif_static(self, current):
        return LifStatic.apply(current, self.spec.T, self.spec.beta, self.spec.surrogate)

    def potential(self, current):
        return Potential.apply(current, self.spec.beta)

    def recurrent(self, current, v):
        return Recurrent.apply(current, v, self.spec.alpha, self.spec.beta, self.spec.surrogate)

    def readout(self, current):
        return Readout.apply(current, self.spec.alpha, self.spec.beta)
