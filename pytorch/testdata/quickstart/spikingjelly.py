"""A spiking network written by snntrain for SpikingJelly.

Where this is not what was trained:

  lif1: fires at v >= θ there, was trained with v > θ: differs where a potential meets the threshold exactly
  lif1: the leak is computed as (v − v_reset)/τ there: sums in another order
  li1: the leak is computed as (v − v_reset)/τ there: sums in another order

    python model.py input.npy outputs.npz --steps T

input.npy holds float32 samples (B, 1, 8, 8), shown in each of T steps; without
--steps it holds (T, B, ...), one input a step. outputs.npz gets the output over
time as "output" and the spikes of each layer as uint8, all (T, B, ...). The
weights come from state.safetensors beside this file (package safetensors).
"""

import argparse
import pathlib

import numpy as np
import torch
from torch import nn
from safetensors.torch import load_file
from spikingjelly.activation_based import functional, neuron, surrogate


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(64, 128, bias=True)
        self.lif1 = neuron.LIFNode(tau=9.999997615814777, decay_input=False, v_threshold=1.0, v_reset=None, surrogate_function=surrogate.ATan(alpha=2.0))
        self.lif1.detach_reset = True
        self.linear2 = nn.Linear(128, 10, bias=True)
        self.li1 = neuron.LIFNode(tau=9.999997615814777, decay_input=False, v_threshold=float("inf"), v_reset=0.0)
        self.li1.detach_reset = True

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        functional.reset_net(self)
        outputs, recorded = [], {"lif1": []}
        for x_t in x:
            flatten1 = self.flatten1(x_t)
            linear1 = self.linear1(flatten1)
            lif1 = self.lif1(linear1)
            linear2 = self.linear2(lif1)
            self.li1(linear2)
            li1 = self.li1.v
            recorded["lif1"].append(lif1)
            outputs.append(li1)
        return torch.stack(outputs), {name: torch.stack(s) for name, s in recorded.items()}


def load(path=pathlib.Path(__file__).with_name("state.safetensors")):
    network = Network()
    network.load_state_dict(load_file(path))
    return network.eval()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("outputs")
    parser.add_argument("--steps", type=int)
    args = parser.parse_args()
    torch.set_num_threads(1)
    with torch.no_grad():
        output, spikes = load()(torch.from_numpy(np.load(args.input)), args.steps)
    np.savez(args.outputs, output=output.numpy(), **{name: s.numpy().astype(np.uint8) for name, s in spikes.items()})


if __name__ == "__main__":
    main()
