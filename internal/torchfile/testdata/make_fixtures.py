"""Writes the checkpoints beside this file with PyTorch's own torch.save, and
expected.json with what they hold. Made with torch 2.15.0:

    python make_fixtures.py
"""

import collections
import json
import pathlib
import struct
import zipfile

import torch
from torch import nn

here = pathlib.Path(__file__).parent


def tensors():
    base = torch.arange(24, dtype=torch.float32) / 8 - 1
    return collections.OrderedDict(
        [
            ("f32", base.reshape(2, 3, 4).clone()),
            ("transposed", base.reshape(4, 6).t()),
            ("every_second", base[1::2]),
            ("expanded", torch.tensor([1.5, -2.5]).reshape(2, 1).expand(2, 3)),
            ("scalar", torch.tensor(0.9)),
            ("empty", torch.zeros(0, 3)),
            ("f64", torch.tensor([1 / 3, 1e300], dtype=torch.float64)),
            ("f16", torch.tensor([1.0, -0.5, 65504.0, 6e-8, float("inf"), 0.0], dtype=torch.float16)),
            ("bf16", torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16)),
            ("i64", torch.tensor([-(2**40), 7])),
            ("i32", torch.tensor([[-5], [2**31 - 1]], dtype=torch.int32)),
            ("i16", torch.tensor([-300, 300], dtype=torch.int16)),
            ("i8", torch.tensor([-128, 127], dtype=torch.int8)),
            ("u8", torch.tensor([0, 255], dtype=torch.uint8)),
            ("bool", torch.tensor([True, False, True])),
            ("parameter", nn.Parameter(torch.tensor([0.25, 0.75]))),
        ]
    )


def describe(state):
    out = []
    for name, t in state.items():
        flat = t.detach().reshape(-1)
        values = flat.to(torch.float32).tolist() if t.is_floating_point() else flat.to(torch.int64).tolist()
        values = [str(v) if v in (float("inf"), float("-inf")) else v for v in values]
        out.append({"name": name, "shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch."), "values": values})
    return out


def big_endian(src, dst):
    """The same file as a big-endian machine writes it."""
    size = {"f32": 4}
    with zipfile.ZipFile(src) as a, zipfile.ZipFile(dst, "w") as b:
        for info in a.infolist():
            raw = a.read(info)
            if info.filename.endswith("/byteorder"):
                raw = b"big"
            elif "/data/" in info.filename:
                n = len(raw) // size["f32"]
                raw = struct.pack(f">{n}f", *struct.unpack(f"<{n}f", raw))
            b.writestr(zipfile.ZipInfo(info.filename), raw)


def main():
    torch.manual_seed(1)
    state = tensors()
    torch.save(state, here / "state.pt")
    torch.save(state, here / "protocol4.pt", pickle_protocol=4)
    torch.save(state, here / "legacy.pt", _use_new_zipfile_serialization=False)

    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(4, 3)).sum().backward()
    optimizer.step()
    wrapped = {"epoch": 3, "best": 0.5, "state_dict": net.state_dict(), "optimizer": optimizer.state_dict(), "args": {"lr": 1e-3, "names": ["a"], "on": True, "big": 2**80}}
    torch.save(wrapped, here / "wrapped.pt")
    small = collections.OrderedDict(f32=torch.arange(6, dtype=torch.float32).reshape(2, 3))
    torch.save(small, here / "small.pt")
    big_endian(here / "small.pt", here / "big_endian.pt")
    torch.save(net, here / "module.pt")
    with zipfile.ZipFile(here / "small.pt") as a, zipfile.ZipFile(here / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as b:
        for info in a.infolist():
            b.writestr(info.filename, a.read(info) * (40 if info.filename.endswith("0") else 1))

    expected = {
        "state.pt": describe(state), "protocol4.pt": describe(state), "legacy.pt": describe(state),
        "wrapped.pt": describe(net.state_dict()), "big_endian.pt": describe(small),
    }
    (here / "expected.json").write_text(json.dumps(expected, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


main()
