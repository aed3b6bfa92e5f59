"""Every variant by name, and the workloads it runs."""

import dataclasses
import importlib

STATIC = ("W2", "W3", "W5")
ALL = ("W1", "W2", "W3", "W4", "W5")


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    module: str
    kind: str  # framework or hand-written
    workloads: tuple = ALL
    options: tuple = ()
    backend: str = "torch"  # torch or jax
    spikes_only: bool = False


VARIANTS = {
    v.name: v
    for v in (
        Variant("torch-eager", "torch_eager", "hand-written"),
        Variant("torch-compile", "torch_eager", "hand-written", options=("compile",)),
        Variant("torch-manual", "torch_manual", "hand-written"),
        Variant("torch-manual-hoist", "torch_manual", "hand-written", STATIC, ("hoist",)),
        Variant("torch-manual-sparse", "torch_manual", "hand-written", ("W1", "W4"), ("sparse",), spikes_only=True),
        Variant("jax-manual", "jax_manual", "hand-written", backend="jax"),
        Variant("jax-manual-hoist", "jax_manual", "hand-written", STATIC, ("hoist",), "jax"),
        Variant("snntorch", "snntorch_peer", "framework"),
        Variant("snntorch-tutorial", "snntorch_peer", "framework", options=("tutorial",)),
        Variant("snntorch-hoist", "snntorch_peer", "framework", STATIC, ("hoist",)),
        Variant("snntorch-compile", "snntorch_peer", "framework", options=("compile",)),
        Variant("snntorch-compile-hoist", "snntorch_peer", "framework", STATIC, ("compile", "hoist")),
        Variant("spikingjelly", "spikingjelly_peer", "framework"),
        Variant("spikingjelly-hoist", "spikingjelly_peer", "framework", STATIC, ("hoist",)),
        Variant("spikingjelly-compile", "spikingjelly_peer", "framework", options=("compile",)),
        Variant("norse", "norse_peer", "framework"),
        Variant("norse-hoist", "norse_peer", "framework", STATIC, ("hoist",)),
        Variant("norse-compile", "norse_peer", "framework", options=("compile",)),
        Variant("spyx", "spyx_peer", "framework", backend="jax"),
        Variant("spyx-hoist", "spyx_peer", "framework", STATIC, ("hoist",), "jax"),
    )
}


def refuse(variant, spec):
    """Why a variant does not run a Spec, or None."""
    if spec.workload not in variant.workloads:
        return f"{variant.name} runs {', '.join(variant.workloads)}, not {spec.workload}"
    if variant.spikes_only and spec.input != "spikes":
        return f"{variant.name} needs an input of spikes, not {spec.input}"
    return None


def make(variant, work, threads):
    """The peer of a variant: start(), build(), step() -> (fwd, bwd or None, step) in seconds."""
    return importlib.import_module(variant.module).Peer(work, threads, variant.options)
