"""Writes cases.json: what NeuroBench 2.3.0 says of small snnTorch networks with whole weights.

Needs torch, snntorch 1.0 and neurobench 2.3.0.
"""
import json

import snntorch as snn
import torch
from neurobench.models import SNNTorchModel
from neurobench.metrics.manager.static_manager import StaticMetricManager
from neurobench.metrics.manager.workload_manager import WorkloadMetricManager
from neurobench.metrics.static import ConnectionSparsity
from neurobench.metrics.workload import ActivationSparsity, MembraneUpdates, SynapticOperations

THETA = 3.0


def neuron(last=False):
    return snn.Leaky(beta=1.0, threshold=THETA, reset_mechanism="zero", reset_delay=False, init_hidden=True, output=last)


def whole(gen, *shape):
    return torch.randint(-3, 4, shape, generator=gen).float()


def case(seed, most):
    gen = torch.Generator().manual_seed(seed)
    conv = torch.nn.Conv2d(1, 2, 3, padding=1, bias=False)
    first, second = torch.nn.Linear(32, 5, bias=False), torch.nn.Linear(5, 3, bias=False)
    for layer in (conv, first, second):
        layer.weight.data = whole(gen, *layer.weight.shape)
    net = torch.nn.Sequential(conv, neuron(), torch.nn.Flatten(), first, neuron(), second, neuron(True))
    samples = torch.randint(0, most + 1, (3, 1, 6, 1, 4, 4), generator=gen).float()  # sample, batch of 1, time, C, H, W
    samples[:, :, 2] = 0  # a silent tick
    model = SNNTorchModel(net)
    workload = WorkloadMetricManager([ActivationSparsity, MembraneUpdates, SynapticOperations])
    workload.register_hooks(model)
    workload.initialize_metrics()
    spikes = 0
    for x in samples:
        with torch.no_grad():
            preds = model(x)
        spikes += int(preds.count_nonzero())
        results = workload.run_metrics(model, preds, (x, torch.zeros(1)), 1, len(samples))
        workload.reset_hooks(model)
    return {
        "conv": conv.weight.int().flatten().tolist(),
        "first": first.weight.int().flatten().tolist(),
        "second": second.weight.int().flatten().tolist(),
        "max": most,
        "samples": samples.int().reshape(3, 6, 16).tolist(),
        "output_spikes": spikes,
        **StaticMetricManager([ConnectionSparsity]).run_metrics(model),
        **results,
    }


print(json.dumps({"neurobench": "2.3.0", "snntorch": snn.__version__, "cases": [case(s, m) for s, m in ((1, 1), (2, 3), (3, 1))]}))
