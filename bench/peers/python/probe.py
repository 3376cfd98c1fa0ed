"""A fresh process: from a library's import to its first gradient, or to the end of the first training steps.

    python probe.py torch|keras gradient
    python probe.py torch|keras training '{"net", "batch", "batches", ...}'

Prints {"microseconds", "bytes", "checked"}: the time, and the most memory that the process has had.
"""

import json
import os
import resource
import sys
import time

printed = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def gradient(library):
    if library == "torch":
        import torch

        x = torch.tensor(3.0, requires_grad=True)
        (x * x).backward()
        return [x.grad.item()]
    import tensorflow as tf

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return [float(tape.gradient(y, x))]


def training(library, job):
    import importlib

    import numpy as np

    peer = importlib.import_module(f"{library}_peer")
    count = job["batch"] * job.pop("batches")
    x = np.random.rand(count, *job["net"]["input"]).astype(np.float32)
    run, _ = peer.train(x=x, labels=np.zeros(count, np.float32), checked_steps=0, **job)
    run()
    return []


start = time.perf_counter()
library, task, *rest = sys.argv[1:]
checked = gradient(library) if task == "gradient" else training(library, json.loads(rest[0]))
microseconds = 1e6 * (time.perf_counter() - start)
peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"microseconds": microseconds, "bytes": peak, "checked": checked}), file=printed)
