"""A spiking network written by snntrain for snnTorch.

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
        self.linear1 = nn.Linear(64, 24, bias=True)
        self.alpha1 = snn.Alpha(alpha=torch.tensor(0.8), beta=torch.tensor(0.0073161433), threshold=torch.tensor(0.4130796), reset_mechanism="subtract", spike_grad=surrogate.atan(alpha=2.0))
        self.linear2 = nn.Linear(24, 24, bias=True)
        self.alpha2 = snn.Alpha(alpha=torch.tensor(0.8), beta=torch.tensor(0.6), threshold=torch.tensor(1.0), reset_mechanism="zero", spike_grad=surrogate.atan(alpha=2.0))
        self.linear3 = nn.Linear(24, 24, bias=True)
        self.alpha3 = snn.Alpha(alpha=torch.tensor(0.7), beta=torch.tensor(0.5), threshold=torch.tensor(1.0), reset_mechanism="none", spike_grad=surrogate.atan(alpha=2.0))
        self.linear4 = nn.Linear(24, 10, bias=True)
        self.alpha4 = snn.Alpha(alpha=torch.tensor(0.9), beta=torch.tensor(0.8), threshold=torch.tensor(1.0), reset_mechanism="none", spike_grad=surrogate.atan(alpha=2.0))

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        alpha1_exc = x.new_zeros((batch, 24))
        alpha1_inh = x.new_zeros((batch, 24))
        alpha1_mem = x.new_zeros((batch, 24))
        alpha2_exc = x.new_zeros((batch, 24))
        alpha2_inh = x.new_zeros((batch, 24))
        alpha2_mem = x.new_zeros((batch, 24))
        alpha3_exc = x.new_zeros((batch, 24))
        alpha3_inh = x.new_zeros((batch, 24))
        alpha3_mem = x.new_zeros((batch, 24))
        alpha4_exc = x.new_zeros((batch, 10))
        alpha4_inh = x.new_zeros((batch, 10))
        alpha4 = x.new_zeros((batch, 10))
        outputs, recorded = [], {"alpha1": [], "alpha2": [], "alpha3": []}
        for x_t in x:
            flatten1 = self.flatten1(x_t)
            linear1 = self.linear1(flatten1)
            alpha1, alpha1_exc, alpha1_inh, alpha1_mem = self.alpha1(linear1, alpha1_exc, alpha1_inh, alpha1_mem)
            linear2 = self.linear2(alpha1)
            alpha2, alpha2_exc, alpha2_inh, alpha2_mem = self.alpha2(linear2, alpha2_exc, alpha2_inh, alpha2_mem)
            linear3 = self.linear3(alpha2)
            alpha3, alpha3_exc, alpha3_inh, alpha3_mem = self.alpha3(linear3, alpha3_exc, alpha3_inh, alpha3_mem)
            linear4 = self.linear4(alpha3)
            alpha4_mem, alpha4_exc, alpha4_inh, alpha4 = self.alpha4(linear4, alpha4_exc, alpha4_inh, alpha4)
            recorded["alpha1"].append(alpha1)
            recorded["alpha2"].append(alpha2)
            recorded["alpha3"].append(alpha3)
            outputs.append(alpha4)
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
