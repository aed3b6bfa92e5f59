"""Writes the HDF5 files of this folder: python3 make.py (numpy, h5py 3.16 with HDF5 2.0, nir 1.0.8).

types.h5    every type that is read, in every storage
shd.h5      like the Heidelberg digits: lists of half-precision times and of units, chunked and resizable
order.h5    groups and headers of version 2 (creation order kept, format 1.8)
links.h5    hard and soft links, cycles of both, one to nothing, one to another file
refused.h5  what is refused by name
newest.h5   the same: a chunk index of the newest format
dense.h5    links and attributes in fractal heaps
graph.nir   a small NIR graph by the nir package
"""

import os

import h5py
import nir
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def types():
    with h5py.File("types.h5", "w") as f:
        ints = f.create_group("ints")
        for name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
            info = np.iinfo(name)
            ints[name] = np.array([info.min, 1, info.max], name)
        ints["big_endian"] = np.array([-2, 515], ">i4")
        floats = f.create_group("floats")
        for name in ("f2", "f4", "f8"):
            floats[name] = np.array([[0.0, -1.5], [1 / 3, np.inf]], name)
        floats["big_endian"] = np.array([1.25], ">f8")
        text = f.create_group("text")
        text["scalar"] = "θ=½"
        text["utf8"] = np.array(["a", "", "größer"], dtype=h5py.string_dtype())
        text["ascii"] = np.array([b"x", b"yz"], dtype=h5py.string_dtype("ascii"))
        text["fixed"] = np.array([b"dense", b"input"], dtype="S10")
        text["fixed_utf8"] = np.array(["é".encode()], dtype=h5py.string_dtype("utf-8", 3))
        text["pairs"] = np.array([["a", "b"], ["b", "c"]], dtype=h5py.string_dtype())
        f["bool"] = np.array([True, False, True])
        f["bool_scalar"] = True
        f["scalar"] = np.float32(0.5)
        f["no_rows"] = np.zeros((0, 3), "f4")
        f["nothing"] = h5py.Empty("f4")
        stored = f.create_group("stored")
        cube = np.arange(24, dtype="i2").reshape(2, 3, 4)
        stored.create_dataset("gzip", data=cube, compression="gzip", chunks=(1, 2, 3))
        stored.create_dataset("shuffle", data=cube, compression="gzip", shuffle=True, fletcher32=True)
        stored.create_dataset("chunked", data=cube, chunks=(2, 2, 2))
        stored.create_dataset("fill", shape=(4,), dtype="f4", fillvalue=2.5)
        stored.create_dataset("part", shape=(6,), dtype="i4", chunks=(2,), fillvalue=7)[2:4] = [1, 2]
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(stored.id, b"compact", h5py.h5t.STD_I16LE, space, plist).write(
            h5py.h5s.ALL, h5py.h5s.ALL, np.array([4, 5, 6], "i2")
        )
        f.attrs["version"] = "1.0"
        f.attrs["fixed"] = np.bytes_("NIR")
        f.attrs["steps"] = np.int32(25)
        f["scalar"].attrs["dt"] = 1e-4
        f["scalar"].attrs["shape"] = [2, 3]
        f["scalar"].attrs["names"] = np.array(["α", "b"], dtype=h5py.string_dtype())
        f["größe"] = np.int64(3)


def shd():
    with h5py.File("shd.h5", "w") as f:
        spikes = f.create_group("spikes")
        for name, kind in (("times", "f2"), ("units", "u2")):
            d = spikes.create_dataset(name, (5,), h5py.vlen_dtype(np.dtype(kind)), maxshape=(None,), chunks=(2,))
            for i in range(5):
                d[i] = (np.arange(i) * (0.25 if kind == "f2" else 100)).astype(kind)
        f.create_dataset("labels", data=np.array([3, 1, 4, 1, 5], "u2"), maxshape=(None,))


def order():
    with h5py.File("order.h5", "w", track_order=True, libver=("v108", "v108")) as f:
        nodes = f.create_group("nodes", track_order=True)
        nodes["zebra"] = np.arange(3)
        nodes["apple"] = "text"
        nodes.create_dataset("chunked", data=np.arange(100.0), compression="gzip")
        nodes.attrs["kind"] = "a"


def links():
    with h5py.File("links.h5", "w") as f:
        a = f.create_group("a")
        a["x"] = [1, 2]
        f["same"] = a["x"]
        f["soft"] = h5py.SoftLink("/a/x")
        f["soft_group"] = h5py.SoftLink("a")
    with h5py.File("cycles.h5", "w") as f:
        a = f.create_group("a")
        a["up"] = f["/"]
        a["self"] = a
        f["one"] = h5py.SoftLink("/two")
        f["two"] = h5py.SoftLink("/one")
        f["dangling"] = h5py.SoftLink("/none/at/all")
        f["outside"] = h5py.ExternalLink("types.h5", "/scalar")
        f["fine"] = 1


def refused():
    with h5py.File("refused.h5", "w") as f:
        f["compound"] = np.zeros(2, [("x", "i4"), ("y", "f8", (2,))])
        f.create_dataset("lzf", data=np.zeros(10), compression="lzf")
        f["reference"] = np.array([f.ref], dtype=h5py.ref_dtype)
        f["enum"] = np.array([1, 2], dtype=h5py.enum_dtype({"ONE": 1, "TWO": 2}, "i4"))
        f["opaque"] = np.zeros(2, "V5")
        f["complex"] = np.zeros(2, "c8")
        f["named"] = np.dtype("f4")
        f.create_dataset("of_named", (2,), f["named"])
        f.create_dataset("external", (2,), "f4", external=[("/none", 0, 8)])
        f["fine"] = 1
    with h5py.File("newest.h5", "w", libver="latest") as f:
        f.create_dataset("chunked", data=np.zeros(10), chunks=(2,), maxshape=(None,))
        f["fine"] = 1


def dense():
    with h5py.File("dense.h5", "w", libver=("v108", "v108")) as f:
        for i in range(60):
            f[f"node {i:02} of a group with long names, so that blocks of several sizes are needed"] = i
        for i in range(12):
            f.attrs[f"attribute {i}"] = i


def graph():
    nodes = {
        "in": nir.Input(np.array([3])),
        "w": nir.Affine(np.arange(6, dtype="f4").reshape(2, 3), np.array([0.5, -0.5], "f4")),
        "lif": nir.LIF(tau=np.full(2, 0.01, "f4"), r=np.ones(2, "f4"), v_leak=np.zeros(2, "f4"), v_threshold=np.ones(2, "f4"), v_reset=np.zeros(2, "f4")),
        "out": nir.Output(np.array([2])),
    }
    nir.write("graph.nir", nir.NIRGraph(nodes, [("in", "w"), ("w", "lif"), ("lif", "out")]))


for make in (types, shd, order, links, refused, dense, graph):
    make()
