"""Runs NIR files in the frameworks that they were written for and compares the
rasters with ours: python frameworks.py FOLDER. FOLDER holds NAME.FRAMEWORK.nir, the
time step in its metadata, and NAME.FRAMEWORK.x.npy and .raster.npy ([T, B, N]). Prints
one line a file: name, framework, values that differ, values, spikes of the framework.

Checked with snnTorch 1.0.0, Norse 1.1.0, SpikingJelly 2.0.0, Spyx 1.0.0, nir 1.0.8."""
import glob
import os
import sys
import warnings

import nir
import numpy as np

warnings.filterwarnings("ignore")


def steps(net, x):
    """Runs a module that takes and returns its state step by step."""
    import torch

    out, state = [], None
    with torch.no_grad():
        for t in range(x.shape[0]):
            y, state = net(torch.from_numpy(x[t]), state)
            out.append(y.numpy())
    return np.stack(out)


def snntorch(path, x, dt):
    from snntorch.import_nir import import_from_nir

    return steps(import_from_nir(nir.read(path)), x)


def norse(path, x, dt):
    import norse.torch

    return steps(norse.torch.from_nir(nir.read(path), dt=dt), x)


def spikingjelly(path, x, dt):
    from spikingjelly.activation_based.nir_exchange import import_from_nir

    return steps(import_from_nir(nir.read(path), dt=dt), x)


def spyx(path, x, dt):
    import jax.numpy as jnp
    import spyx.nir

    return np.asarray(spyx.nir.from_nir(nir.read(path), jnp.array(x), dt=dt)[1])


for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.nir"))):
    name, framework, _ = os.path.basename(path).split(".")
    x, ours = np.load(path[:-4] + ".x.npy"), np.load(path[:-4] + ".raster.npy")
    raster = globals()[framework](path, x, float(nir.read(path).metadata["dt"]))
    print(name, framework, int((raster != ours).sum()), raster.size, int(raster.sum()))
