"""Runs jobs for a library: reads lines of JSON, answers each by a line of JSON.

    python serve.py torch|keras

{"do": "setup", "task": ..., ...} answers {"id", "checked"}: a run is ready, and the numbers to be checked.
{"do": "run", "id": ...} answers {"seconds"}. {"do": "release"} forgets all runs.
"""

import base64
import importlib
import json
import os
import sys
import time

# What libraries print must not come between the answers.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def answer(**message):
    print(json.dumps(message), file=answers)


def decode(value):
    """{"shape", "cells"} as an array."""
    if "cells" not in value:
        return value
    import numpy

    cells = numpy.frombuffer(base64.b64decode(value["cells"]), numpy.float32)
    return cells.reshape(value["shape"])


def serve(peer):
    runs = []
    for line in sys.stdin:
        message = json.loads(line, object_hook=decode)
        try:
            match message.pop("do"):
                case "setup":
                    run, checked = getattr(peer, message.pop("task"))(**message)
                    runs.append(run)
                    answer(id=len(runs) - 1, checked=[float(x) for x in checked])
                case "run":
                    start = time.perf_counter()
                    runs[message["id"]]()
                    answer(seconds=time.perf_counter() - start)
                case "release":
                    runs.clear()
                    answer()
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}")


try:
    peer = importlib.import_module(f"{sys.argv[1]}_peer")
except ImportError as error:
    answer(error=str(error))
else:
    answer(versions=peer.versions)
    serve(peer)
