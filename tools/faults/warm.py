"""Runs commands in a fork of a process that has already loaded the SDKs, which takes about half the time."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from dataclasses import dataclass

from catalogue import sdk
from catalogue.kubernetes.schema import validate
from catalogue.packages import PACKAGES
from sandbox.command import run
from tools.workplace import Finished, Workplace, environment


def warm() -> None:
    """Loads what the sandbox needs for any resource."""
    validate({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "any"}})
    for package in PACKAGES:
        for token in package.entries:
            sdk.resource_shape(token)


@dataclass(frozen=True)
class WarmWorkplace(Workplace):
    """A workplace for a process with one thread."""

    def pulumi(self, command: str, *options: str) -> Finished:
        arguments = [*command.split(), "--stack", self.stack, *options]
        with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as told:
            child = os.fork()
            if not child:
                os.dup2(answer.fileno(), 1)
                os.dup2(told.fileno(), 2)
                os._exit(self._run(arguments))
            _, status = os.waitpid(child, 0)
            texts = [_text(file.fileno()) for file in (answer, told)]
        return Finished(os.waitstatus_to_exitcode(status), "".join(texts), texts[0])

    def _run(self, arguments: list[str]) -> int:
        try:
            os.chdir(self.directory)
            variables = environment() | dict(self.variables)
            os.environ.clear()
            os.environ.update(variables)
            status = run(arguments)
        except BaseException:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        return min(abs(status), 255)


def _text(file: int) -> str:
    return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")
