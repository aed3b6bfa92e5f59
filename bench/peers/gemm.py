"""Speed of the dense product in PyTorch (MKL, oneDNN) on one thread, beside BenchmarkGemm of internal/kernels.

    python bench/peers/gemm.py          # GFLOP/s, the median of 9 medians
    GOMAXPROCS=1 go test ./internal/kernels -run '^$' -bench Gemm
"""

import json
import statistics
import time

import torch

# op says how A (m, k) and B (k, n) are stored: N as they are, T transposed.
SHAPES = [
    ("NN", 1024, 1024, 1024),
    ("NN", 256, 256, 256),
    ("NN", 3200, 1000, 784),
    ("NN", 3200, 10, 1000),
    ("NN", 12800, 20, 256),
    ("NN", 16, 1024, 1024),
    ("NT", 3200, 784, 1000),
    ("NT", 3200, 1000, 10),
    ("TN", 784, 1000, 3200),
]


def stored(letter, rows, columns):
    return torch.randn(rows, columns) if letter == "N" else torch.randn(columns, rows).t()


def gflops(op, m, n, k):
    a, b, c = stored(op[0], m, k), stored(op[1], k, n), torch.empty(m, n)
    calls = max(1, int(2e8 / (2 * m * n * k)))
    times = []
    for _ in range(9):
        began = time.perf_counter()
        for _ in range(calls):
            torch.mm(a, b, out=c)
        times.append((time.perf_counter() - began) / calls)
    return 2 * m * n * k / statistics.median(times) / 1e9


def main():
    torch.set_num_threads(1)
    result = {f"{op}-{m}x{n}x{k}": round(gflops(op, m, n, k), 1) for op, m, n, k in SHAPES}
    print(json.dumps({"torch": torch.__version__, "gflops": result}, indent=1))


if __name__ == "__main__":
    main()
