"""Writes cases.json: small graphs with random weights, inputs, and the outputs of ONNX Runtime.

    python make_cases.py        needs onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6
"""
import base64, json
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper as h, numpy_helper

rng = np.random.default_rng(0)
cases = []


def w(*shape, scale=1.0, low=None):
    a = rng.standard_normal(shape).astype(np.float32) * np.float32(scale)
    return np.abs(a) + np.float32(low) if low is not None else a


def i64(*v):
    return np.array(v, np.int64)


class G:
    """A graph with one input x; node() returns the name of its first output."""

    def __init__(self, opset, shape, n=2):
        self.opset, self.shape, self.n, self.nodes, self.init, self.count = opset, shape, n, [], [], 0

    def const(self, a):
        name = f"c{len(self.init)}"
        self.init.append(numpy_helper.from_array(np.asarray(a), name))
        return name

    def node(self, op, *inputs, outputs=1, **attrs):
        ins = [i if isinstance(i, str) else self.const(i) for i in inputs]
        outs = [f"v{self.count + k}" for k in range(outputs)]
        self.count += outputs
        self.nodes.append(h.make_node(op, ins, outs, name=f"n{len(self.nodes)}", **attrs))
        return outs[0] if outputs == 1 else outs

    def done(self, name, out, final=""):
        x = h.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)
        o = h.make_tensor_value_info(out, TensorProto.INT64 if final == "argmax" else TensorProto.FLOAT, None)
        g = h.make_graph(self.nodes, name, [x], [o], self.init)
        m = h.make_model(g, opset_imports=[h.make_opsetid("", self.opset)], ir_version=8)
        raw = m.SerializeToString()
        o = onnxruntime.SessionOptions()
        o.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        s = onnxruntime.InferenceSession(raw, o, providers=["CPUExecutionProvider"])
        batch = self.shape[0] if len(self.shape) > 1 and isinstance(self.shape[0], int) else 1
        dims = [d if isinstance(d, int) else 1 for d in self.shape]
        xs, ys = [], []
        for _ in range(max(self.n // batch, 1)):
            xs.append(rng.standard_normal(dims).astype(np.float32))
            ys.append(s.run(None, {"x": xs[-1]})[0])
        b = lambda a: base64.b64encode(np.concatenate(a).astype(np.float32).tobytes()).decode()
        cases.append({"name": name, "final": final, "samples": len(xs) * batch, "model": base64.b64encode(raw).decode(), "input": b(xs), "output": b(ys)})


def one(name, opset, shape, op, *inputs, tail=True, **attrs):
    """x -> op -> Flatten."""
    g = G(opset, shape)
    y = g.node(op, "x", *inputs, **attrs)
    g.done(name, g.node("Flatten", y) if tail else y)


# dense
for name, x, b, c, a in [
    ("gemm", ["b", 5], w(5, 3), w(3), {}),
    ("gemm scaled", [1, 5], w(3, 5), w(1, 3), dict(alpha=0.5, beta=-2.0, transB=1)),
    ("gemm with one bias", [1, 5], w(5, 3), w(1), {}),
    ("gemm without bias", [1, 5], w(3, 5), None, dict(transB=1)),
]:
    one(name, 11, x, "Gemm", b, *([] if c is None else [c]), tail=False, **a)
g = G(13, [1, 5]); t = g.node("Transpose", "x"); g.done("gemm of a column", g.node("Gemm", t, w(5, 4), w(4), transA=1))
g = G(13, [1, 5]); t = g.node("Transpose", "x", perm=[1, 0]); y = g.node("MatMul", w(3, 5), t); g.done("matmul from the left", g.node("Transpose", y))
one("matmul", 7, ["b", 6], "MatMul", w(6, 4), tail=False)
one("matmul with three axes", 9, ["b", 1, 6], "MatMul", w(6, 4))
g = G(9, ["b", 6]); y = g.node("Add", g.node("MatMul", "x", w(6, 4)), w(4)); g.done("matmul and bias", g.node("Mul", g.node("Relu", y), w(4)))
g = G(9, ["b", 6]); y = g.node("MatMul", "x", w(6, 4)); z = g.node("Add", y, w(4)); g.done("a bias of one of two readers", g.node("Add", g.node("Relu", y), z))
g = G(9, [4, 6], n=4); g.done("a batch of four", g.node("Gemm", g.node("Reshape", g.node("Relu", "x"), i64(4, 6)), w(6, 3), w(3)))

# convolution
M = ["b", 4, 6, 7]
for name, a, ws in [
    ("conv", dict(kernel_shape=[3, 3]), (5, 4, 3, 3)),
    ("conv padded", dict(pads=[1, 2, 1, 2], strides=[2, 1]), (5, 4, 3, 2)),
    ("conv padded unevenly", dict(pads=[0, 1, 2, 0]), (5, 4, 3, 2)),
    ("conv dilated", dict(dilations=[2, 3], pads=[1, 1, 1, 1]), (3, 4, 2, 2)),
    ("conv grouped", dict(group=2, pads=[1, 1, 1, 1]), (6, 2, 3, 3)),
    ("conv depthwise", dict(group=4, pads=[1, 1, 1, 1], strides=[2, 2]), (8, 1, 3, 3)),
    ("conv same upper", dict(auto_pad="SAME_UPPER", strides=[2, 2]), (3, 4, 2, 3)),
    ("conv same lower", dict(auto_pad="SAME_LOWER", strides=[1, 3]), (3, 4, 4, 4)),
    ("conv valid", dict(auto_pad="VALID"), (3, 4, 4, 4)),
]:
    one(name, 11, M, "Conv", w(*ws), w(ws[0]), **a)
g = G(13, M); y = g.node("Conv", "x", w(4, 1, 3, 2), w(4), group=4); g.done("conv depthwise and max pool", g.node("Flatten", g.node("MaxPool", y, kernel_shape=[2, 2])))
one("conv without bias", 22, M, "Conv", w(3, 4, 2, 2))
one("conv 1d", 13, ["b", 4, 9], "Conv", w(4, 2, 3), w(4), group=2, pads=[2, 0], strides=[2])
g = G(13, M); y = g.node("Conv", "x", w(3, 4, 3, 3)); y = g.node("Add", y, w(3, 1, 1)); y = g.node("Mul", y, w(1, 3, 1, 1)); g.done("conv with bias and scale apart", g.node("Flatten", y))

# pooling
P = ["b", 2, 7, 6]
for name, opset, a in [
    ("", 8, dict(kernel_shape=[2, 3], strides=[2, 3])),
    (" padded", 11, dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])),
    (" padded unevenly", 11, dict(kernel_shape=[4, 4], pads=[0, 0, 1, 1], strides=[3, 3])),
    (" padded before only", 11, dict(kernel_shape=[3, 3], pads=[1, 2, 0, 0], strides=[2, 2])),
    (" rounded up", 11, dict(kernel_shape=[2, 2], strides=[2, 4], ceil_mode=1)),
    (" rounded up and padded", 19, dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[3, 2], ceil_mode=1)),
    (" same upper", 11, dict(kernel_shape=[2, 2], auto_pad="SAME_UPPER", strides=[2, 1])),
    (" same lower", 11, dict(kernel_shape=[3, 2], auto_pad="SAME_LOWER", strides=[3, 1])),
    (" that leaves a rest", 11, dict(kernel_shape=[2, 2], pads=[1, 1, 0, 0], strides=[3, 4])),
]:
    one("max pool" + name, opset, P, "MaxPool", **a)
    one("average pool" + name, opset, P, "AveragePool", **a)
    if "pads" in a:
        one("average pool with padding" + name, opset, P, "AveragePool", count_include_pad=1, **a)
one("max pool dilated", 12, P, "MaxPool", kernel_shape=[2, 2], dilations=[2, 3], pads=[1, 0, 1, 0])
one("average pool dilated", 19, P, "AveragePool", kernel_shape=[2, 2], dilations=[3, 2], pads=[1, 1, 1, 1])
one("max pool 1d", 13, ["b", 3, 9], "MaxPool", kernel_shape=[3], strides=[2], pads=[1, 1])
one("average pool 1d", 13, ["b", 3, 9], "AveragePool", kernel_shape=[2], strides=[2], ceil_mode=1)
one("global average pool", 13, P, "GlobalAveragePool")
one("global average pool 1d", 13, ["b", 3, 9], "GlobalAveragePool")
one("mean over places", 11, P, "ReduceMean", axes=[2, -1], keepdims=0, tail=False)
one("mean over one axis", 13, P, "ReduceMean", axes=[-2])
one("mean with axes as an input", 18, P, "ReduceMean", i64(2, 3), keepdims=1)
one("mean over nothing", 18, P, "ReduceMean", noop_with_empty_axes=1)
g = G(13, ["b", 5, 4, 3]); y = g.node("ReduceMean", "x", axes=[1, 2], keepdims=0); g.done("mean, channels last", g.node("Gemm", y, w(3, 2)))

# rectifiers
for name, opset, op, ins, a in [
    ("relu", 7, "Relu", [], {}), ("leaky relu", 9, "LeakyRelu", [], dict(alpha=0.2)), ("leaky relu by default", 9, "LeakyRelu", [], {}),
    ("clip by attributes", 7, "Clip", [], dict(min=-0.5, max=0.7)), ("clip by inputs", 13, "Clip", [np.float32(0), np.float32(0.5)], {}),
    ("clip from below", 13, "Clip", [np.float32(-0.25)], {}), ("clip from above", 13, "Clip", ["", np.float32(0.25)], {}), ("clip by nothing", 13, "Clip", [], {}),
    ("prelu", 9, "PRelu", [w(1)], {}), ("prelu of channels", 9, "PRelu", [w(2, 1, 1)], {}), ("prelu of neurons", 16, "PRelu", [w(1, 2, 7, 6)], {}),
]:
    one(name, opset, P, op, *ins, **a)

# normalization and constants
bn = lambda n: (w(n), w(n), w(n), w(n, low=0.2))
one("batch norm", 9, P, "BatchNormalization", *bn(2), epsilon=1e-3)
one("batch norm of opset 7", 7, P, "BatchNormalization", *bn(2), spatial=1)
one("batch norm of opset 15", 15, ["b", 5], "BatchNormalization", *bn(5), tail=False)
g = G(15, P); y = g.node("Flatten", "x"); g.done("batch norm behind flatten", g.node("BatchNormalization", y, *bn(84)))
g = G(15, ["b", 4, 5, 3]); y = g.node("Relu", g.node("BatchNormalization", "x", *bn(4))); g.done("batch norm over rows, channels last", g.node("Flatten", y))
for name, op, c, left in [
    ("add", "Add", w(1), False), ("add to channels", "Add", w(2, 1, 1), False), ("add to places", "Add", w(7, 6), False), ("add to everything", "Add", w(1, 2, 7, 6), False),
    ("subtract", "Sub", w(1, 2, 1, 1), False), ("subtract from", "Sub", w(2, 1, 1), True), ("multiply", "Mul", np.float32(0.3), True), ("divide", "Div", w(2, 1, 1, low=0.3), False),
]:
    g = G(13, P); y = g.node(op, c, "x") if left else g.node(op, "x", c); g.done(name, g.node("Flatten", y))
g = G(13, ["b", 6, 5, 3]); y = g.node("Div", g.node("Sub", "x", w(3)), w(3, low=0.4)); y = g.node("Transpose", y, perm=[0, 3, 1, 2]); g.done("input normalization, channels last", g.node("Flatten", g.node("Conv", y, w(2, 3, 3, 3))))

# moving values
for name, opset, ins, a in [
    ("pad of opset 7", 7, [], dict(pads=[0, 0, 1, 2, 0, 1, 0, 3], value=0.0)), ("pad channels", 13, [i64(0, 1, 0, 0, 0, 2, 0, 0)], {}),
    ("pad by cutting", 13, [i64(0, 0, -1, 2, 0, 0, -2, -3), np.float32(0)], {}), ("pad axes", 18, [i64(1, 0, 0, 2), np.float32(0), i64(-1, 2)], {}), ("pad nothing", 13, [i64(*[0] * 8), np.float32(5)], {}),
]:
    one(name, opset, P, "Pad", *ins, **a)
big = np.iinfo(np.int64).max
for name, opset, ins, a in [
    ("slice of opset 9", 9, [], dict(starts=[1, 0], ends=[7, -1], axes=[2, 3])), ("slice in steps", 13, [i64(0, 1), i64(big, big), i64(3, 2), i64(2, 3)], {}),
    ("slice backwards", 13, [i64(-1, 10), i64(-big, 1), i64(2, -1), i64(-1, -2)], {}), ("slice channels", 11, [i64(0, 1), i64(1, 2)], {}), ("slice everything", 11, [i64(0), i64(big), i64(2)], {}),
]:
    one(name, opset, P, "Slice", *ins, **a)
g = G(13, P); y = g.node("Slice", "x", i64(1), i64(6), i64(2), i64(2)); y = g.node("Slice", y, i64(5), i64(0), i64(3), i64(-2)); g.done("two slices", g.node("Flatten", y))
g = G(9, ["b", 6, 4]); a, b, c = g.node("Split", "x", outputs=3, axis=1, split=[1, 3, 2]); g.done("split", g.node("Flatten", g.node("Concat", c, a, b, axis=1)))
g = G(13, P); a, b = g.node("Split", "x", i64(3, 4), outputs=2, axis=2); g.done("split by an input", g.node("Flatten", g.node("Concat", b, a, axis=-2)))
g = G(18, P); a, b = g.node("Split", "x", outputs=2, axis=2, num_outputs=2); g.done("split unevenly", g.node("Flatten", g.node("Concat", b, a, axis=2)))
g = G(13, ["b", 8]); a, b = g.node("Split", "x", outputs=2, axis=1); g.done("split values", g.node("Concat", b, a, axis=1))
for axis in (1, 2, 3):
    g = G(13, P); g.done(f"concat on axis {axis}", g.node("Flatten", g.node("Concat", "x", g.node("Relu", "x"), "x", axis=axis)))
g = G(13, P); y = g.node("Transpose", g.node("Relu", "x"), perm=[0, 2, 3, 1]); g.done("flatten, channels last", g.node("Gemm", g.node("Reshape", y, i64(-1, 84)), w(84, 3)))
g = G(13, P); y = g.node("Transpose", "x", perm=[0, 2, 3, 1]); z = g.node("Relu", y); y = g.node("Concat", y, z, axis=3); y = g.node("Slice", y, i64(1), i64(4), i64(3)); y = g.node("Pad", y, i64(0, 1, 0, 0, 0, 0, 2, 1)); g.done("concat, slice and pad, channels last", g.node("Flatten", y))
g = G(13, P); y = g.node("Transpose", "x", perm=[0, 3, 2, 1]); g.done("transpose at the end", g.node("Flatten", y))
g = G(13, P); y = g.node("Transpose", "x", perm=[0, 2, 1, 3]); g.done("convolution of turned maps", g.node("Flatten", g.node("Conv", y, w(2, 7, 2, 3))))
g = G(13, ["b", 12]); y = g.node("Transpose", g.node("Reshape", "x", i64(1, 2, 2, 3)), perm=[0, 3, 1, 2]); g.done("values as maps, channels last", g.node("Flatten", g.node("Conv", y, w(2, 3, 2, 2))))
g = G(13, ["b", 6, 3, 4]); y = g.node("Reshape", "x", i64(1, 2, 3, 3, 4)); y = g.node("Transpose", y, perm=[0, 2, 1, 3, 4]); y = g.node("Reshape", y, i64(1, 6, 3, 4)); g.done("channel shuffle", g.node("Flatten", g.node("Conv", y, w(2, 3, 2, 2), group=2)))
g = G(13, P); y = g.node("Flatten", "x", axis=0); g.done("flatten from axis 0", g.node("Gemm", y, w(84, 2)))
g = G(13, ["b", 12]); y = g.node("Reshape", "x", i64(0, 3, 2, -1)); g.done("reshape to maps", g.node("Flatten", g.node("Conv", y, w(2, 3, 2, 2))))
g = G(13, ["b", 4, 3]); y = g.node("Unsqueeze", "x", i64(1)); y = g.node("Conv", y, w(2, 1, 2, 2)); y = g.node("MaxPool", y, kernel_shape=[1, 2]); g.done("unsqueeze and squeeze", g.node("Flatten", g.node("Squeeze", y, i64(-1))))
g = G(9, ["b", 4, 3]); y = g.node("Unsqueeze", "x", axes=[-1]); g.done("squeeze by attributes", g.node("Flatten", g.node("Squeeze", y, axes=[3])))
g = G(13, [1, 784, 1]); g.done("flat image", g.node("Gemm", g.node("Flatten", "x"), w(784, 3, scale=0.1)))
g = G(13, [784], n=1); g.done("no batch axis", g.node("Unsqueeze", g.node("MatMul", "x", w(784, 3, scale=0.1)), i64(0)))

# joins
g = G(13, P); g.done("residual", g.node("Flatten", g.node("Add", "x", g.node("Conv", "x", w(2, 2, 3, 3), pads=[1, 1, 1, 1]))))
g = G(13, P); y = g.node("Transpose", "x", perm=[0, 2, 3, 1]); z = g.node("Transpose", g.node("Relu", "x"), perm=[0, 2, 3, 1]); g.done("residual, channels last", g.node("Flatten", g.node("Add", y, z)))
g = G(13, ["b", 3, 4, 3]); y = g.node("Transpose", "x", perm=[0, 3, 2, 1]); g.done("residual of different orders", g.node("Flatten", g.node("Add", "x", y)))
g = G(13, P); g.done("twice the same", g.node("Flatten", g.node("Add", "x", "x")))
g = G(13, P); g.done("difference", g.node("Flatten", g.node("Sub", g.node("Relu", "x"), "x")))
g = G(13, P); g.done("sum of three", g.node("Flatten", g.node("Sum", g.node("Relu", "x"), "x", g.node("Mul", "x", w(1)))))

# no effect, and the end
g = G(7, ["b", 6]); y = g.node("Dropout", g.node("Identity", "x"), ratio=0.5); g.done("dropout of opset 7", g.node("Relu", y))
g = G(13, ["b", 6]); y = g.node("Dropout", "x", np.float32(0.5), np.bool_(False)); g.done("dropout", g.node("Relu", y))
g = G(13, ["b", 6]); y = g.node("Cast", g.node("Cast", "x", to=11), to=1); g.done("casts", g.node("Relu", y))
for name, opset, op, a in [("softmax", 13, "Softmax", {}), ("softmax of opset 9", 9, "Softmax", {}), ("log softmax", 13, "LogSoftmax", dict(axis=1))]:
    g = G(opset, ["b", 6]); y = g.node(op, g.node("Gemm", "x", w(6, 4), w(4)), **a); g.done(name, g.node("Identity", y), "softmax" if op == "Softmax" else "log-softmax")
g = G(13, ["b", 6]); y = g.node("ArgMax", g.node("Softmax", g.node("Gemm", "x", w(6, 4))), axis=1, keepdims=1); g.done("argmax", g.node("Squeeze", y, i64(1)), "argmax")

# constants that are computed
g = G(13, P); n = g.node("Gather", g.node("Shape", "x"), np.int64(0), axis=0); s = g.node("Concat", g.node("Unsqueeze", n, i64(0)), i64(-1), axis=0); g.done("flatten by shape", g.node("Gemm", g.node("Reshape", "x", s), w(84, 3)))
g = G(15, P); s = g.node("Concat", g.node("Shape", "x", end=1), g.node("Div", g.node("Mul", i64(84), i64(3)), i64(3)), axis=0); g.done("part of a shape", g.node("Reshape", "x", s))
g = G(13, ["b", 4]); z = g.node("ConstantOfShape", i64(4), value=h.make_tensor("v", TensorProto.FLOAT, [1], [2.5])); y = g.node("Expand", np.float32(0.5), i64(4)); k = g.node("Where", g.node("Equal", g.node("Range", np.int64(0), np.int64(4), np.int64(1)), i64(2)), z, y); g.done("where, range, expand", g.node("Mul", "x", k))
g = G(13, ["b", 4]); k = g.node("Cast", g.node("Constant", value=numpy_helper.from_array(w(4).astype(np.float16))), to=1); k = g.node("Sqrt", g.node("Abs", g.node("Neg", k))); g.done("half precision", g.node("Sub", "x", k))
g = G(13, P); p = g.node("Cast", g.node("Reshape", g.node("Transpose", g.node("Slice", g.node("Reshape", g.node("Concat", i64(1, 2, 3, 0), i64(0, 0, 0, 0), axis=0), i64(-1, 2)), i64(-1), i64(-big), i64(0), i64(-1)), perm=[1, 0]), i64(-1)), to=7); g.done("pads that are computed", g.node("Flatten", g.node("Pad", "x", p)))

json.dump({"producer": f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, seed 0", "cases": cases}, open("cases.json", "w"), indent=0)
print(len(cases), "cases")
