"""Records what Spyx 1.0.0 (JAX 0.10, nir 1.0.8) makes of the graphs of data/golden/nir
at dt = 1e-4: python record_spyx.py DATA/golden/nir spyx.npz"""
import sys

import jax.numpy as jnp
import nir
import numpy as np
import spyx.nir

folder, to = sys.argv[1:]
out = {}
for name in ["lif_mlp", "cubalif", "conv_if_sumpool", "recurrent_lif"]:
    x = np.load(f"{folder}/{name}.npz")["X"]
    if x.ndim == 5:  # Spyx runs channels last
        x = x.transpose(0, 1, 3, 4, 2)
    _, raster = spyx.nir.from_nir(nir.read(f"{folder}/{name}.nir"), jnp.array(x), dt=1e-4)
    out[name] = np.asarray(raster, dtype=np.float32)
np.savez_compressed(to, **out)
