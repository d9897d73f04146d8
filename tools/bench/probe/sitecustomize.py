"""Python imports this when it starts with this directory on PYTHONPATH: each process tells at its end what it took."""

import atexit
import json
import os
import resource
import sys
from pathlib import Path


def tell() -> None:
    """Writes a file of this process' own: its command, seconds of processor time, and largest size in memory."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    report = {"command": sys.orig_argv, "processor": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}
    (Path(os.environ["BENCH_REPORTS"]) / f"{os.getpid()}.json").write_text(json.dumps(report))


atexit.register(tell)
