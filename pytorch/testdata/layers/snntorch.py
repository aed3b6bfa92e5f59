"""A spiking network written by snntrain for snnTorch.

Where this is not what was trained:

  batch-norm1: the normalization is computed in another order there
  class: resets by subtraction in the step of the spike, but not again while the potential stays above θ (reset_delay=False) there, was trained to reset by subtraction in the step of the spike
  fire: resets by subtraction in the step of the spike, but not again while the potential stays above θ (reset_delay=False) there, was trained to reset by subtraction in the step of the spike

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
        self.center = nn.ParameterDict({"weight": torch.zeros(()), "bias": torch.zeros(())})
        self.conv2d1 = nn.Conv2d(1, 8, (3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(8, eps=1e-05, momentum=0.1)
        self.class_ = snn.Leaky(beta=torch.tensor(0.7), threshold=torch.tensor(1.0), reset_mechanism="subtract", reset_delay=False, spike_grad=surrogate.atan(alpha=2.0))
        self.again = nn.Conv2d(8, 8, (3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=4, bias=True)
        self.branch = snn.Leaky(beta=torch.tensor(0.7), threshold=torch.tensor(1.0), reset_mechanism="zero", reset_delay=False, spike_grad=surrogate.atan(alpha=2.0))
        self.mix = nn.Conv2d(8, 6, (1, 1), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True)
        self.slope = nn.PReLU(6)
        self.avg = nn.AvgPool2d((2, 2), stride=(2, 2), padding=(0, 0))
        self.sum = nn.AvgPool2d((2, 2), stride=(2, 2), padding=(0, 0), divisor_override=1)
        self.top = nn.MaxPool2d((3, 3), stride=(2, 2), padding=(1, 1), dilation=(1, 1))
        self.fire = snn.Leaky(beta=torch.tensor(1.0), threshold=torch.tensor(1.0), reset_mechanism="subtract", reset_delay=False, spike_grad=surrogate.atan(alpha=2.0))
        self.graded = nn.ParameterDict({"factor": torch.zeros((72, 2, 2))})
        self.clip1 = nn.Hardtanh(0, 6)
        self.leaky_relu1 = nn.LeakyReLU(0.01)
        self.dropout1 = nn.Dropout(0.1)
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(288, 10, bias=True)
        self.relu1 = nn.ReLU()
        self.li1_input = nn.ParameterDict({"gain": torch.zeros(())})
        self.li1 = snn.Leaky(beta=torch.tensor(0.9), threshold=torch.tensor(1.0), reset_mechanism="none", reset_delay=True)

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        class__mem = x.new_full((batch, 8, 9, 9), 0.0)
        branch_mem = x.new_full((batch, 8, 9, 9), 0.0)
        fire_mem = x.new_full((batch, 18, 4, 4), 0.0)
        li1 = x.new_full((batch, 10), 0.0)
        outputs, recorded = [], {"class_": [], "branch": [], "fire": []}
        for x_t in x:
            center = self.center["weight"] * x_t + self.center["bias"]
            layer0_pad = nn.functional.pad(center, (0, 1, 1, 0, 0, 0))
            conv2d1 = self.conv2d1(layer0_pad)
            batch_norm1 = self.batch_norm1(conv2d1)
            class_, class__mem = self.class_(batch_norm1, class__mem)
            again = self.again(class_)
            branch, branch_mem = self.branch(again, branch_mem)
            both = class_ + branch
            mix = self.mix(both)
            slope = self.slope(mix)
            avg = self.avg(slope)
            sum = self.sum(slope)
            top = self.top(slope)
            part = top[:, 0:6:1, 0:4:1, 0:4:1]
            beside = torch.cat([avg, sum, part], dim=1)
            fire, fire_mem = self.fire(beside, fire_mem)
            turned = fire.permute(0, 2, 3, 1)
            deep = turned.reshape(batch, 72, 2, 2)
            graded = self.graded["factor"] * deep
            clip1 = self.clip1(graded)
            leaky_relu1 = self.leaky_relu1(clip1)
            dropout1 = self.dropout1(leaky_relu1)
            flatten1 = self.flatten1(dropout1)
            linear1 = self.linear1(flatten1)
            relu1 = self.relu1(linear1)
            li1_spk, li1 = self.li1(self.li1_input["gain"] * relu1, li1)
            recorded["class_"].append(class_)
            recorded["branch"].append(branch)
            recorded["fire"].append(fire)
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
