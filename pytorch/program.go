package pytorch

import (
	"fmt"
	"strings"
)

// program is the Python file.
func (b *builder) program() string {
	output := b.vars[b.net.Output()]
	var outputs strings.Builder
	for _, name := range b.spiking {
		fmt.Fprintf(&outputs, "            recorded[%q].append(%s)\n", name, name)
	}
	begin := ""
	if b.framework.begin != "" {
		begin = "        " + b.framework.begin + "\n"
	}
	return fmt.Sprintf(template, b.framework.title, b.notesText(), list(b.net.Input),
		b.framework.imports, indent(b.setup, 8), list(b.net.Input), begin, indent(b.states, 8),
		recorders(b.spiking), indent(b.steps, 12), outputs.String(), output)
}

// notesText are the differences as a comment.
func (b *builder) notesText() string {
	var t strings.Builder
	for _, n := range b.notes {
		if n.Effect != Training {
			fmt.Fprintf(&t, "\n  %s: %s", n.Layer, n.Text)
		}
	}
	if t.Len() == 0 {
		return ""
	}
	return "\nWhere this is not what was trained:\n" + t.String() + "\n"
}

func recorders(layers []string) string {
	parts := make([]string, len(layers))
	for i, name := range layers {
		parts[i] = fmt.Sprintf("%q: []", name)
	}
	return strings.Join(parts, ", ")
}

func indent(lines []string, by int) string {
	var t strings.Builder
	for _, l := range lines {
		t.WriteString(strings.Repeat(" ", by) + l + "\n")
	}
	return t.String()
}

const template = `"""A spiking network written by snntrain for %s.
%s
    python model.py input.npy outputs.npz --steps T

input.npy holds float32 samples (B, %s), shown in each of T steps; without
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
%s


class Network(nn.Module):
    def __init__(self):
        super().__init__()
%s
    def forward(self, x, steps=None):
        """x (T, B, %[6]s), or (B, %[6]s) with steps; returns the output and the spikes of each layer, (T, B, ...)."""
        if steps is not None:
            x = x.unsqueeze(0).expand(steps, *x.shape)
        batch = x.shape[1]
%[7]s%[8]s        outputs, recorded = [], {%[9]s}
        for x_t in x:
%[10]s%[11]s            outputs.append(%[12]s)
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
`
