"""The stacks that a change touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

CLOUDS = frozenset({"aws", "azure", "gcp"})
# A provider for one cloud only.
ONLY_ON = {"confluent": "gcp"}
# All files that the engine runs or reads. Catalogue, sandbox, tools, tests and pages are not among them.
PROGRAM = ("Pulumi.yaml", "__main__.py", "requirements.txt", "components", "policy", "providers", "settings")
_STACK_FILE = re.compile(r"Pulumi\.([A-Za-z0-9_.-]+)\.yaml")
_CLOUD = re.compile(r"^ +rasa:cloud: *[\"']?(\w+)", re.MULTILINE)


def stacks_touched(files: Iterable[str], stacks: Mapping[str, str]) -> list[str]:
    """Returns the stacks, sorted, that a change of these files touches. `stacks` has the cloud of each stack.

    A stack file touches its stack, a file of one cloud the stacks of that cloud, any other program file all stacks.
    """
    touched: set[str] = set()
    for file in map(PurePosixPath, files):
        stack_file = _STACK_FILE.fullmatch(str(file))
        if stack_file:
            touched |= {stack_file[1]} & stacks.keys()
        elif file.parts[0] in PROGRAM:
            cloud = _cloud_of(file)
            touched |= {stack for stack, its_cloud in stacks.items() if cloud in ("", its_cloud)}
    return sorted(touched)


def _cloud_of(file: PurePosixPath) -> str:
    """Returns the cloud of a program file; empty for a file of all clouds.

    The files of a cloud are in a directory of its name or have its name: `components/aws/`, `settings/azure_rules.py`.
    """
    words = {*file.parts[:-1], re.split(r"[_.]", file.name)[0]}
    named = {ONLY_ON.get(word, word) for word in words} & CLOUDS
    return named.pop() if len(named) == 1 else ""


def stacks_in(checkout: Path) -> dict[str, str]:
    """Returns the cloud of each stack that has a file in the checkout; empty for a file without a cloud."""
    found: dict[str, str] = {}
    for path in sorted(checkout.glob("Pulumi.*.yaml")):
        name = _STACK_FILE.fullmatch(path.name)
        cloud = _CLOUD.search(path.read_text())
        if name:
            found[name[1]] = cloud[1] if cloud else ""
    return found
