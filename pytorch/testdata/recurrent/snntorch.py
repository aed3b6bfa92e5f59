"""A spiking network written by snntrain for snnTorch.

Where this is not what was trained:

  cuba-lif1: the recurrent current is added after the others there
  lif2: the gain of the input is part of the recurrent weights there
  lif2: the recurrent current is added after the others there

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
import snntorch as snn
from snntorch import surrogate


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(64, 32, bias=True)
        self.cuba_lif1 = snn.RSynaptic(alpha=torch.zeros((32,)), learn_alpha=True, beta=torch.zeros((32,)), learn_beta=True, threshold=torch.zeros((32,)), learn_threshold=True, linear_features=32, reset_mechanism="subtract", reset_delay=True, spike_grad=surrogate.atan(alpha=2.0))
        self.linear2 = nn.Linear(32, 32, bias=True)
        self.lif1 = snn.RLeaky(beta=torch.tensor(0.8), threshold=torch.tensor(1.0), all_to_all=False, V=torch.zeros((32,)), reset_mechanism="zero", reset_delay=True, spike_grad=surrogate.atan(alpha=2.0))
        self.linear3 = nn.Linear(32, 32, bias=True)
        self.lif2_input = nn.ParameterDict({"factor": torch.zeros(())})
        self.lif2 = snn.RLeaky(beta=torch.tensor(0.7), threshold=torch.tensor(1.0), linear_features=32, reset_mechanism="subtract", reset_delay=False, spike_grad=surrogate.atan(alpha=2.0))
        self.linear4 = nn.Linear(32, 32, bias=True)
        self.cuba_lif2 = snn.Synaptic(alpha=torch.tensor(0.3), beta=torch.tensor(0.9), threshold=torch.tensor(1.0), reset_mechanism="zero", reset_delay=True, spike_grad=surrogate.atan(alpha=2.0))
        self.linear5 = nn.Linear(32, 10, bias=True)
        self.cuba_li1 = snn.Synaptic(alpha=torch.tensor(0.5), beta=torch.tensor(0.9), threshold=torch.tensor(1.0), reset_mechanism="none", reset_delay=True)

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        cuba_lif1_mem = x.new_full((batch, 32), 0.0)
        cuba_lif1_syn = x.new_zeros((batch, 32))
        cuba_lif1 = x.new_zeros((batch, 32))
        lif1_mem = x.new_full((batch, 32), 0.0)
        lif1 = x.new_zeros((batch, 32))
        lif2_mem = x.new_full((batch, 32), 0.0)
        lif2 = x.new_zeros((batch, 32))
        cuba_lif2_mem = x.new_full((batch, 32), 0.0)
        cuba_lif2_syn = x.new_zeros((batch, 32))
        cuba_li1 = x.new_full((batch, 10), 0.0)
        cuba_li1_syn = x.new_zeros((batch, 10))
        outputs, recorded = [], {"cuba_lif1": [], "lif1": [], "lif2": [], "cuba_lif2": []}
        for x_t in x:
            flatten1 = self.flatten1(x_t)
            linear1 = self.linear1(flatten1)
            cuba_lif1, cuba_lif1_syn, cuba_lif1_mem = self.cuba_lif1(linear1, cuba_lif1, cuba_lif1_syn, cuba_lif1_mem)
            linear2 = self.linear2(cuba_lif1)
            lif1, lif1_mem = self.lif1(linear2, lif1, lif1_mem)
            linear3 = self.linear3(lif1)
            lif2_input = self.lif2_input["factor"] * linear3
            lif2, lif2_mem = self.lif2(lif2_input, lif2, lif2_mem)
            linear4 = self.linear4(lif2)
            cuba_lif2, cuba_lif2_syn, cuba_lif2_mem = self.cuba_lif2(linear4, cuba_lif2_syn, cuba_lif2_mem)
            linear5 = self.linear5(cuba_lif2)
            cuba_li1_spk, cuba_li1_syn, cuba_li1 = self.cuba_li1(linear5, cuba_li1_syn, cuba_li1)
            recorded["cuba_lif1"].append(cuba_lif1)
            recorded["lif1"].append(lif1)
            recorded["lif2"].append(lif2)
            recorded["cuba_lif2"].append(cuba_lif2)
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
