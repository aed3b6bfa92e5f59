"""A spiking network written by snntrain for SpikingJelly.

Where this is not what was trained:

  qif: the potential is charged in another order there
  eif: the potential is charged in another order there
  aqif: the potential is charged in another order there
  klif: the potential is charged in another order there
  raf: the potential is charged in another order there
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
        self.fc = nn.Linear(64, 32, bias=True)
        self.qif = neuron.QIFNode(v_c=0.6, a0=0.3, v_rest=0.0, tau=4.0, v_threshold=0.4, v_reset=-0.1, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.eif = neuron.EIFNode(tau=4.0, delta_T=0.3, theta_rh=0.9, v_rest=0.0, v_threshold=0.4, v_reset=None, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.aqif = neuron.IzhikevichNode(v_c=0.6, a0=0.3, v_rest=-0.1, tau=4.0, tau_w=10.0, a=0.1, b=0.1, w_rest=0.0, v_threshold=0.4, v_reset=0.0, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.klif = neuron.KLIFNode(scale_reset=False, tau=2.0, decay_input=True, v_threshold=0.4, v_reset=0.0, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.raf = neuron.RAFNode(b=-0.2, omega=1.0, dt=1.0, v_threshold=0.75, v_reset=0.0, surrogate_function=surrogate.Sigmoid(alpha=4.0))
        self.linear2 = nn.Linear(32, 10, bias=True)
        self.li1 = neuron.LIFNode(tau=10.0, decay_input=True, v_threshold=float("inf"), v_reset=0.0)

    def forward(self, x, steps=None):
        """x (T, B, 1, 8, 8), or (B, 1, 8, 8) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
        functional.reset_net(self)
        outputs, recorded = [], {"qif": [], "eif": [], "aqif": [], "klif": [], "raf": []}
        for x_t in x:
            flatten1 = self.flatten1(x_t)
            fc = self.fc(flatten1)
            qif = self.qif(fc)
            eif = self.eif(fc)
            aqif = self.aqif(fc)
            klif = self.klif(fc)
            raf = self.raf(fc)
            add1 = qif + eif + aqif + klif + raf
            linear2 = self.linear2(add1)
            self.li1(linear2)
            li1 = self.li1.v
            recorded["qif"].append(qif)
            recorded["eif"].append(eif)
            recorded["aqif"].append(aqif)
            recorded["klif"].append(klif)
            recorded["raf"].append(raf)
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
