"""Policy packs: turns `--policy-pack DIRECTORY` into a form that the sandbox's engine can start.

The language host that can be built (the last one that is a Go module) cannot start a pack's directory as this engine
expects. The engine itself starts a file that is a program, so a directory becomes such a program.
"""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

FLAG = "--policy-pack"


def runnable(arguments: Sequence[str], programs: Path) -> list[str]:
    """Returns the arguments with each pack's directory replaced by a program, which it writes into `programs`."""
    found: list[str] = []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if before == FLAG:
            found.append(_program(argument, programs))
        elif argument.startswith(f"{FLAG}="):
            found.append(f"{FLAG}={_program(argument.removeprefix(f'{FLAG}='), programs)}")
        else:
            found.append(argument)
    return found


def _program(pack: str, programs: Path) -> str:
    directory = Path(pack).resolve()
    if not directory.is_dir():
        return pack
    programs.mkdir(parents=True, exist_ok=True)
    program = programs / directory.name
    command = shlex.join([sys.executable, "-u", "-m", "pulumi.policy"])
    program.write_text(f'#!/bin/sh\nexec {command} "$1" {shlex.quote(str(directory))}\n')
    program.chmod(0o755)
    return str(program)
