"""Memory and time of steps, as fields of one JSON object."""

import ctypes
import gc
import statistics
import threading
import time

PAGE_KB = 4


def status_kb(field):
    """A kB field of /proc/self/status: VmRSS now, VmHWM the high-water mark."""
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith(field + ":"):
                return int(line.split()[1])
    raise OSError(f"/proc/self/status has no {field}")


def release():
    """Give freed memory back, so that leftovers of compiling do not count as the steps' own."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except OSError:
        pass  # another C library: nothing to give back by hand


class Peak:
    """High-water mark of resident memory from start() on, in kB."""

    def __init__(self):
        self.method = "VmHWM"
        self._stop = threading.Event()

    def start(self):
        try:
            with open("/proc/self/clear_refs", "w") as f:
                f.write("5")
        except OSError:
            self.method = "sampled every ms"
            self._highest = status_kb("VmRSS")
            self._thread = threading.Thread(target=self._sample, daemon=True)
            self._thread.start()

    def _sample(self):
        while not self._stop.wait(0.001):
            with open("/proc/self/statm") as f:
                self._highest = max(self._highest, int(f.read().split()[1]) * PAGE_KB)

    def stop(self):
        if self.method == "VmHWM":
            return status_kb("VmHWM")
        self._stop.set()
        self._thread.join()
        return self._highest


def measure(peer, warm, runs):
    """Figures of a peer: start-up, then baseline, then everything else.

    The baseline is resident memory with the library loaded, its threads
    started and the inputs allocated; parameters, optimizer state and all that
    a step keeps come on top of it.
    """
    peer.start()
    release()
    baseline = status_kb("VmRSS")
    begin = time.perf_counter()
    peer.build()
    for _ in range(warm):
        peer.step()
    warm_s = time.perf_counter() - begin
    release()
    warm_rss = status_kb("VmRSS")
    before, peak = peer.compilations(), Peak()
    peak.start()
    times = [peer.step() for _ in range(runs)]
    highest = peak.stop()
    if peer.compilations() != before:
        raise RuntimeError(f"a timed step compiled again; more than {warm} warm steps are needed")
    fwd, bwd, step = zip(*times)
    return {
        "fwd_s": statistics.median(fwd),
        "bwd_s": None if bwd[0] is None else statistics.median(bwd),
        "step_s": statistics.median(step),
        "peak_rss_mb": highest / 1024,
        "baseline_rss_mb": baseline / 1024,
        "extra": {
            "steps_s": list(step),
            "warm_s": warm_s,
            "warm_rss_mb": warm_rss / 1024,
            "peak_by": peak.method,
        },
    }
