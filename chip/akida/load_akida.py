"""Builds an akida.Model (akida 2.19) from NAME.json and NAME.npz.

    from load_akida import load
    model = load("NAME")
    model.forward(samples)      # [N, H, W, C]

As a program: load_akida.py NAME [IN.npy OUT.npy] prints the model, or runs it.
"""
import json
import sys

import akida
import numpy

WORDS = {
    "padding": {"same": akida.Padding.Same, "valid": akida.Padding.Valid},
    "pool_type": {"max": akida.PoolType.Max, "average": akida.PoolType.Average},
}


def load(name):
    with open(name + ".json") as f:
        described = json.load(f)
    if described["format"] != "snntrain-akida" or described["version"] not in (1, 2):
        raise ValueError(name + ".json: not a network for Akida 1 or 2")
    arrays = numpy.load(name + ".npz")
    words = dict(WORDS)
    if described["version"] == 2:
        words["activation"] = {"relu": akida.ActivationType.ReLU, "none": akida.ActivationType.NoActivation}
    model = akida.Model()
    for layer in described["layers"]:
        args = {k: words[k][v] if k in words else v for k, v in layer["args"].items()}
        model.add(getattr(akida, layer["type"])(**args))
        variables = model.layers[-1].variables
        for variable, array in layer.get("variables", {}).items():
            old = variables[variable]
            new = arrays[array].reshape(old.shape).astype(old.dtype)
            if not (new == arrays[array].reshape(old.shape)).all():
                raise ValueError(array + ": values do not fit " + str(old.dtype))
            variables[variable] = new
    return model


if __name__ == "__main__":
    loaded = load(sys.argv[1])
    if len(sys.argv) > 3:
        kind = numpy.int8 if loaded.layers[0].parameters.layer_type == akida.LayerType.InputData and loaded.ip_version == akida.IpVersion.v2 else numpy.uint8
        numpy.save(sys.argv[3], loaded.forward(numpy.load(sys.argv[2]).astype(kind)).astype(numpy.int32))
    else:
        loaded.summary()
