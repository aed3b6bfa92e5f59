"""Reads NIR files with the nir package and prints every field of every node:
file, node, type, field, type of the elements, shape, hash of the bytes."""
import hashlib
import sys

import nir
import numpy as np


def line(path, name, value):
    if isinstance(value, str):
        print(path, name, "string", [], hashlib.sha256(value.encode()).hexdigest()[:16])
        return
    v = np.asarray(value)
    raw = v.astype(v.dtype.newbyteorder("<")).tobytes()
    print(path, name, v.dtype.name, list(v.shape), hashlib.sha256(raw).hexdigest()[:16])


def walk(path, graph):
    for name, node in sorted(graph["nodes"].items()):
        here = path + "/" + name
        print(here, node["type"])
        if node["type"] == "NIRGraph":
            walk(here, node)
            continue
        for field, value in sorted(node.items()):
            if field not in ("type", "metadata"):
                line(here, field, value)
    for a, b in sorted(graph["edges"]):
        print(path, "edge", a, b)


for file in sys.argv[1:]:
    print(file)
    walk("", nir.read(file).to_dict())
