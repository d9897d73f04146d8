"""`make faults`: every kind of fault on every shipped stack. Parts that have passed before are skipped.

`make faults STACK=prod KIND=kills` runs one part; STACK or KIND alone selects several parts. The faults change with the
day; `make faults SEED=<day>` repeats a day's faults, and so continues a run of that day.
"""

from __future__ import annotations

import shutil
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from multiprocessing import get_context

from tools.daily import SEED
from tools.faults.exercise import Exercise
from tools.faults.kinds import KINDS, is_due
from tools.faults.results import BEGIN, PAGE, Part, Result, keep, of, program, shown
from tools.faults.warm import WarmWorkplace, warm
from tools.stacks import SHIPPED
from tools.venv import CHECKOUT as ROOT
from tools.written import filled


def main(stack: str, kind: str) -> int:
    """Runs the chosen parts that have no result yet. Returns 1 if any part has failed."""
    chosen = list(_chosen(stack, kind))
    if not chosen:
        print(f"faults: STACK is one of {', '.join(SHIPPED)}; KIND is one of {', '.join(KINDS)}", file=sys.stderr)
        return 2
    open_ = [part for part in chosen if (result := of(part, SEED)) is None or result.failure]
    print(f"faults: {len(open_)} of {len(chosen)} parts to do", flush=True)
    if open_:
        warm()
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        for done in as_completed([pool.submit(carry_out, part) for part in open_]):
            print(done.result(), flush=True)
    results = {part: of(part, SEED) for part in _chosen("", "")}
    found = {part: result for part, result in results.items() if result}
    if len(found) == len(results):
        PAGE.write_text(filled(PAGE.read_text(), BEGIN, shown(KINDS, SHIPPED, found)))
        print(f"faults: {PAGE.relative_to(ROOT)} is written")
    else:
        print(f"faults: {len(results) - len(found)} parts are left, until then {PAGE.relative_to(ROOT)} is unchanged")
    return int(any(found[part].failure for part in chosen))


def _chosen(stack: str, kind: str) -> Iterator[Part]:
    for each_kind, each_stack in product(KINDS, SHIPPED):
        if stack in ("", each_stack) and kind in ("", each_kind) and is_due(each_kind, each_stack):
            yield Part(each_stack, each_kind)


def carry_out(part: Part) -> str:
    """Runs one part and stores its result; returns a line about it."""
    # In one write: another process prints at the same time.
    print(f"faults: {part.kind} on {part.stack}\n", end="", flush=True)
    shutil.rmtree(part.directory, ignore_errors=True)
    part.directory.mkdir(parents=True)
    started = time.monotonic()
    cases, failure = 0, ""
    try:
        exercise = Exercise.begin(part.directory, part.stack, f"{SEED}/{part.stack}/{part.kind}", WarmWorkplace)
        cases = KINDS[part.kind](exercise)
        shutil.rmtree(part.directory)
    except Exception:  # noqa: BLE001 - the other parts continue
        failure = traceback.format_exc()
    seconds = round(time.monotonic() - started)
    keep(part, Result(cases, seconds, SEED, program(), failure))
    told = f"failed, see {part.directory}:\n{failure}" if failure else f"{cases} faults overcome"
    return f"faults: {part.kind} on {part.stack}: {told}, {seconds} s"


if __name__ == "__main__":
    sys.exit(main(*[*sys.argv[1:], "", ""][:2]))
