"""Changes the program in one line for each rule, runs it without an engine, and tells which rules find it.

python -m tests.policy.mutations [rule ...]

Each change is made in a temporary copy of the program and run in a process of its own, forked from one that has the
clouds' SDKs loaded already: that is most of the time that a run takes.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from policy.pack import RULES
from sandbox.recorder import ROOT, run_program
from tests.policy.judged import context_of, judge
from tests.policy.mutation_table import MUTATIONS, Mutation
from tests.program.stacks import STACKS

PROGRAM: Final = ("components", "providers", "settings", "__main__.py")


class Unusable(Exception):
    """The change cannot be made, or the program refuses to run with it."""


def found_by(mutation: Mutation) -> list[str]:
    """The rules that are broken by the program with the change."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as answer:
            json.dump(_run(mutation), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        told = json.load(answer)
    os.waitpid(child, 0)
    # Only loaded: whoever has run a program has threads, with which no process can be forked.
    for name in told["modules"]:
        vars(importlib.import_module(name))
    if told["fault"]:
        raise Unusable(told["fault"])
    return told["found"]


def _run(mutation: Mutation) -> dict[str, Any]:
    found, fault = list[str](), ""
    try:
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory)
            _copy(copy)
            _change(copy / mutation.file, mutation)
            _forget_the_program()
            sys.path.insert(0, directory)
            # What a cloud refuses as well is judged all the same.
            changed = run_program(
                STACKS[mutation.stack], stack=mutation.stack, program=copy / "__main__.py", strict=False
            )
            found = sorted({one.rule for one in judge(changed, context_of(mutation.stack))})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the parent tells it
        fault = f"{type(error).__name__}: {error}"
    # Services of a cloud, of which the SDKs load each when it is first used.
    modules = [
        name
        for name, module in list(sys.modules.items())
        if re.fullmatch(r"pulumi_\w+\.[a-z0-9]+", name) and type(module) is ModuleType
    ]
    return {"found": found, "fault": fault, "modules": modules}


def _copy(directory: Path) -> None:
    for name in PROGRAM:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, directory / name)


def _change(path: Path, mutation: Mutation) -> None:
    text = path.read_text()
    if text.count(mutation.old) != 1:
        raise Unusable(f"{mutation.file} has {mutation.old!r} {text.count(mutation.old)} times, not once")
    path.write_text(text.replace(mutation.old, mutation.new))


def _forget_the_program() -> None:
    for name in list(sys.modules):
        if name.split(".")[0] in ("components", "providers", "settings"):
            del sys.modules[name]


def main(names: Sequence[str]) -> int:
    """Tries all, or those of the named rules; the number of those that are not found as they should be."""
    wrong = 0
    for name in names or [rule.name for rule in RULES]:
        mutation = MUTATIONS[name]
        try:
            found: Iterable[str] = found_by(mutation)
        except Unusable as error:
            found = [str(error)]
        good = found == [name]
        wrong += not good
        line = f"{mutation.file}: {' '.join(mutation.old.split())} -> {' '.join(mutation.new.split())}"
        print(f"{'found by' if good else 'WRONG:'} {', '.join(found) or 'no rule'}: {line}", flush=True)
    print(f"{len(names or RULES) - wrong} changes found by exactly the rule meant for them, {wrong} not")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
