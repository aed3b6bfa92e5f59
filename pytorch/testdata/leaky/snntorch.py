"""A spiking network written by snntrain for snnTorch.

    python model.py input.npy outputs.npz --steps T

input.npy holds float32 samples (B, 1, 28, 28), shown in each of T steps; without
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
        self.conv2d1 = nn.Conv2d(1, 6, (5, 5), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True)
        self.max_pool1 = nn.MaxPool2d((2, 2), stride=(2, 2), padding=(0, 0), dilation=(1, 1))
        self.lif1 = snn.Leaky(beta=torch.tensor(0.5), threshold=torch.tensor(1.0), reset_mechanism="subtract", reset_delay=True, spike_grad=surrogate.atan(alpha=2.0))
        self.conv2d2 = nn.Conv2d(6, 12, (5, 5), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True)
        self.max_pool2 = nn.MaxPool2d((2, 2), stride=(2, 2), padding=(0, 0), dilation=(1, 1))
        self.lif2 = snn.Leaky(beta=torch.zeros((12, 1, 1)), learn_beta=True, threshold=torch.zeros((12, 1, 1)), learn_threshold=True, reset_mechanism="zero", reset_delay=True, spike_grad=surrogate.atan(alpha=2.0))
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(192, 10, bias=True)
        self.li1 = snn.Leaky(beta=torch.tensor(0.9), threshold=torch.tensor(1.0), reset_mechanism="none", reset_delay=True)

    def forward(self, x, steps=None):
        """x (T, B, 1, 28, 28), or (B, 1, 28, 28) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        lif1_mem = x.new_full((batch, 6, 12, 12), 0.0)
        lif2_mem = x.new_full((batch, 12, 4, 4), 0.0)
        li1 = x.new_full((batch, 10), 0.0)
        outputs, recorded = [], {"lif1": [], "lif2": []}
        for x_t in x:
            conv2d1 = self.conv2d1(x_t)
            max_pool1 = self.max_pool1(conv2d1)
            lif1, lif1_mem = self.lif1(max_pool1, lif1_mem)
            conv2d2 = self.conv2d2(lif1)
            max_pool2 = self.max_pool2(conv2d2)
            lif2, lif2_mem = self.lif2(max_pool2, lif2_mem)
            flatten1 = self.flatten1(lif2)
            linear1 = self.linear1(flatten1)
            li1_spk, li1 = self.li1(linear1, li1)
            recorded["lif1"].append(lif1)
            recorded["lif2"].append(lif2)
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
