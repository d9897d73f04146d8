"""Writes every page, picture and schema that is generated from the code: `make docs`.

Pages that hold measurements have their own commands: `make bench` and `make faults`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Final

from settings.schema import schema_text
from tools import write_clouds, write_compatibility, write_permissions, write_policies, write_reference, write_time
from tools.venv import CHECKOUT

COMMAND: Final = "make docs"
WRITTEN: Final[Mapping[str, Callable[[], str]]] = {
    write_reference.SCHEMA_FILE: schema_text,
    write_reference.PAGE: write_reference.reference,
    write_clouds.PAGE: write_clouds.page,
    write_compatibility.PAGE: write_compatibility.page,
    write_permissions.PAGE: write_permissions.page,
    write_policies.PAGE: write_policies.page,
    write_time.PAGE: write_time.page,
    write_time.PICTURE: write_time.picture,
}
_LINES: Final = 20


def stale(path: str) -> str:
    """Returns what to run if the file is out of date, with the first lines that differ; else an empty text."""
    old, new = (CHECKOUT / path).read_text().splitlines(), WRITTEN[path]().splitlines()
    diff = [line[:150] for line in difflib.unified_diff(old, new, "file", "code", lineterm="", n=0)]
    if not diff:
        return ""
    rest = [f"and {len(diff) - _LINES} more lines"] if len(diff) > _LINES else []
    return "\n".join([f"{path} is out of date. Run: {COMMAND}", *diff[:_LINES], *rest])


def main() -> None:
    for path, text in WRITTEN.items():
        print(f"writing {path}")
        (CHECKOUT / path).write_text(text())


if __name__ == "__main__":
    main()
