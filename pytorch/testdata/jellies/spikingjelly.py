"""A spiking network written by snntrain for SpikingJelly.

Where this is not what was trained:

  lif1: the leak is computed as (v − v_reset)/τ there: sums in another order
  lif1: the gain of the input is part of the recurrent weights there
  if1: gain and bias are applied to the input there: sums in another order
  lif2: the leak is computed as (v − v_reset)/τ there: sums in another order
  lif2: gain and bias are applied to the input there: sums in another order

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
        self.linear1 = nn.Linear(64, 32, bias=True)
        self.lif1_input = nn.ParameterDict({"factor": torch.zeros(())})
        self.lif1 = neuron.LIFNode(tau=2.0, decay_input=True, v_threshold=1.0, v_reset=-0.25, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.lif1_recurrent = nn.Linear(32, 32, bias=True)
        self.linear2 = nn.Linear(32, 32, bias=True)
        self.cuba_lif1 = neuron.CUBALIFNode(c_decay=0.4, v_decay=0.7, v_threshold=1.0, v_reset=None, surrogate_function=surrogate.Rect(alpha=1.0))
        self.cuba_lif1_recurrent = nn.ParameterDict({"weight": torch.zeros((32,)), "bias": torch.zeros((32,))})
        self.linear3 = nn.Linear(32, 32, bias=True)
        self.if1_input = nn.ParameterDict({"bias": torch.zeros(())})
        self.if1 = neuron.IFNode(v_threshold=1.0, v_reset=0.0, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.linear4 = nn.Linear(32, 32, bias=True)
        self.lif2_input = nn.ParameterDict({"gain": torch.zeros(()), "bias": torch.zeros(())})
        self.lif2 = neuron.ParametricLIFNode(decay_input=False, v_threshold=1.0, v_reset=None, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.linear5 = nn.Linear(32, 10, bias=True)
        self.cuba_li1 = neuron.CUBALIFNode(c_decay=0.5, v_decay=0.9, v_threshold=float("inf"), v_reset=0.0)

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        functional.reset_net(self)
        lif1 = x.new_zeros((batch, 32))
        cuba_lif1 = x.new_zeros((batch, 32))
        outputs, recorded = [], {"lif1": [], "cuba_lif1": [], "if1": [], "lif2": []}
        for x_t in x:
            flatten1 = self.flatten1(x_t)
            linear1 = self.linear1(flatten1)
            lif1_input = self.lif1_input["factor"] * linear1
            lif1 = self.lif1(lif1_input + self.lif1_recurrent(lif1))
            linear2 = self.linear2(lif1)
            cuba_lif1 = self.cuba_lif1(linear2 + self.cuba_lif1_recurrent["weight"] * cuba_lif1 + self.cuba_lif1_recurrent["bias"])
            linear3 = self.linear3(cuba_lif1)
            if1 = self.if1(linear3 + self.if1_input["bias"])
            linear4 = self.linear4(if1)
            lif2 = self.lif2(self.lif2_input["gain"] * linear4 + self.lif2_input["bias"])
            linear5 = self.linear5(lif2)
            self.cuba_li1(linear5)
            cuba_li1 = self.cuba_li1.v
            recorded["lif1"].append(lif1)
            recorded["cuba_lif1"].append(cuba_lif1)
            recorded["if1"].append(if1)
            recorded["lif2"].append(lif2)
            outputs.append(cuba_li1)
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
