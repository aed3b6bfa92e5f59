"""A spiking network written by snntrain for SpikingJelly.

Where this is not what was trained:

  batch-norm1: the normalization is computed in another order there
  class: fires at v >= θ there, was trained with v > θ: differs where a potential meets the threshold exactly
  class: the leak is computed as (v − v_reset)/τ there: sums in another order
  branch: fires at v >= θ there, was trained with v > θ: differs where a potential meets the threshold exactly
  branch: the leak is computed as (v − v_reset)/τ there: sums in another order
  fire: fires at v >= θ there, was trained with v > θ: differs where a potential meets the threshold exactly
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
        self.center = nn.ParameterDict({"weight": torch.zeros(()), "bias": torch.zeros(())})
        self.conv2d1 = nn.Conv2d(1, 8, (3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(8, eps=1e-05, momentum=0.1)
        self.class_ = neuron.LIFNode(tau=3.3333332008785725, decay_input=False, v_threshold=1.0, v_reset=None, surrogate_function=surrogate.ATan(alpha=2.0))
        self.class_.detach_reset = True
        self.again = nn.Conv2d(8, 8, (3, 3), stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=4, bias=True)
        self.branch = neuron.LIFNode(tau=3.3333332008785725, decay_input=False, v_threshold=1.0, v_reset=0.0, surrogate_function=surrogate.ATan(alpha=2.0))
        self.branch.detach_reset = True
        self.mix = nn.Conv2d(8, 6, (1, 1), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, bias=True)
        self.slope = nn.PReLU(6)
        self.avg = nn.AvgPool2d((2, 2), stride=(2, 2), padding=(0, 0))
        self.sum = nn.AvgPool2d((2, 2), stride=(2, 2), padding=(0, 0), divisor_override=1)
        self.top = nn.MaxPool2d((3, 3), stride=(2, 2), padding=(1, 1), dilation=(1, 1))
        self.fire = neuron.IFNode(v_threshold=1.0, v_reset=None, surrogate_function=surrogate.ATan(alpha=2.0))
        self.fire.detach_reset = True
        self.graded = nn.ParameterDict({"factor": torch.zeros((72, 2, 2))})
        self.clip1 = nn.Hardtanh(0, 6)
        self.leaky_relu1 = nn.LeakyReLU(0.01)
        self.dropout1 = nn.Dropout(0.1)
        self.flatten1 = nn.Flatten()
        self.linear1 = nn.Linear(288, 10, bias=True)
        self.relu1 = nn.ReLU()
        self.li1 = neuron.LIFNode(tau=9.999997615814777, decay_input=True, v_threshold=float("inf"), v_reset=0.0)
        self.li1.detach_reset = True

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        functional.reset_net(self)
        outputs, recorded = [], {"class_": [], "branch": [], "fire": []}
        for x_t in x:
            center = self.center["weight"] * x_t + self.center["bias"]
            layer0_pad = nn.functional.pad(center, (0, 1, 1, 0, 0, 0))
            conv2d1 = self.conv2d1(layer0_pad)
            batch_norm1 = self.batch_norm1(conv2d1)
            class_ = self.class_(batch_norm1)
            again = self.again(class_)
            branch = self.branch(again)
            both = class_ + branch
            mix = self.mix(both)
            slope = self.slope(mix)
            avg = self.avg(slope)
            sum = self.sum(slope)
            top = self.top(slope)
            part = top[:, 0:6:1, 0:4:1, 0:4:1]
            beside = torch.cat([avg, sum, part], dim=1)
            fire = self.fire(beside)
            turned = fire.permute(0, 2, 3, 1)
            deep = turned.reshape(batch, 72, 2, 2)
            graded = self.graded["factor"] * deep
            clip1 = self.clip1(graded)
            leaky_relu1 = self.leaky_relu1(clip1)
            dropout1 = self.dropout1(leaky_relu1)
            flatten1 = self.flatten1(dropout1)
            linear1 = self.linear1(flatten1)
            relu1 = self.relu1(linear1)
            self.li1(relu1)
            li1 = self.li1.v
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
