"""Measures one part, or all of them, and writes the page: `python -m tools.bench [part] [--rounds 3]`."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import Final

from tools.bench import assistants, flat, imports, page, stacks
from tools.bench.run import CommandFailed, keep, say

# The short ones first.
PARTS: Final = {"imports": imports.part, "stacks": stacks.part, "assistants": assistants.part}


def main() -> None:
    """Measures the parts. Stores each result and writes the page as soon as the part is measured."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="measure the program's time and memory")
    parser.add_argument("part", nargs="?", choices=PARTS, help="one part alone")
    parser.add_argument("--rounds", type=_at_least_one, default=3, help="how often everything is measured")
    chosen = parser.parse_args()
    # A stopped run must remove its workplaces and print nothing more.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in [chosen.part] if chosen.part else PARTS:
        started = time.monotonic()
        result = PARTS[name](chosen.rounds)
        keep(name, result)
        shown = page.write(name, result, chosen.rounds)
        say(f"{name}: measured in {time.monotonic() - started:.0f} s; docs/performance.md is written")
        for table in shown:
            print(f"\n{table}\n", flush=True)


def _at_least_one(text: str) -> int:
    if (rounds := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return rounds


if __name__ == "__main__":
    try:
        main()
    except (CommandFailed, stacks.OtherResources, flat.CannotWrite) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("\nbench: stopped; parts that were measured are kept, measure the others with PART=")
