"""Measures one part, or all of them, and writes the page: `python -m tools.bench [part] [--rounds 3]`."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import Final

from tools.bench import assistants, imports, page, stacks
from tools.bench.place import keep, say
from tools.bench.run import CommandFailed

# The short ones first.
PARTS: Final = {"imports": imports.part, "stacks": stacks.part, "assistants": assistants.part}


def main() -> None:
    """Each part is kept, and the page written, as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="measure the program's time and memory")
    parser.add_argument("part", nargs="?", choices=PARTS, help="one part alone")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    chosen = parser.parse_args()
    # Stopped, it must remove its workplaces and say nothing more.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in [chosen.part] if chosen.part else PARTS:
        started = time.monotonic()
        result = PARTS[name](chosen.rounds)
        keep(name, {**page.circumstances(chosen.rounds), "result": result})
        page.write()
        say(f"{name}: measured in {time.monotonic() - started:.0f} s; docs/performance.md is written")
        for table in page.TABLES[name].values():
            print(f"\n{table(result)}\n", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (CommandFailed, stacks.OtherResources) as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("\nbench: stopped; parts that were measured are kept, measure the others with PART=")
