"""Answers of onnxruntime for NAME.onnx and NAME.input.npy, as NAME.output.npy (onnxruntime 1.32.0, CPU).

Usage: python run_onnxruntime.py NAME... [--level basic|extended|all|off]
"""
import sys

import numpy as np
import onnxruntime as ort

LEVELS = {
    "off": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}

names = sys.argv[1:]
level = "all"
if "--level" in names:
    at = names.index("--level")
    level = names[at + 1]
    del names[at : at + 2]
for name in names:
    options = ort.SessionOptions()
    options.graph_optimization_level = LEVELS[level]
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(name + ".onnx", options, providers=["CPUExecutionProvider"])
    x = np.load(name + ".input.npy").astype(np.float32)
    y = session.run(None, {"input": x})[0]
    assert (y == np.rint(y)).all() and np.abs(y).max() < 2**24, name
    np.save(name + ".output.npy", y.reshape(len(x), -1).astype(np.int32))
