"""A preview without credentials: the sandbox first stands the stack up as the base has it, then looks at the change.

Both are done in a directory of their own, so that the sandbox of the checkout stays as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.pulls import engine
from tools.pulls.outcome import Outcome

# Never shared with the copy: the sandbox's contents and what git keeps.
OWN = frozenset({".git", ".sandbox"})


def preview(checkout: Path, stack: str, into: Path, *, base: str, policy_pack: str) -> Outcome:
    """What the checkout changes of the stack as it is at the commit `base`; all of it where there is none of it yet."""
    with tempfile.TemporaryDirectory(prefix="preview-") as scratch:
        before, after = Path(scratch, "base"), Path(scratch, "checkout")
        extract(checkout, base, before)
        if (before / f"Pulumi.{stack}.yaml").exists():
            stood = engine.stand_up(engine.Engine.of_sandbox(before), stack)
            if stood.returncode:
                sentence = f"The sandbox cannot stand {stack} up as it is at {base}:\n{engine.end_of(stood.stdout)}"
                outcome = engine.failed(stack, "sandbox", sentence)
                engine.save(outcome, into)
                return outcome
        link(checkout, after)
        if (before / ".sandbox").exists():
            (before / ".sandbox").rename(after / ".sandbox")
        return engine.preview(engine.Engine.of_sandbox(after), stack, into.resolve(), policy_pack=policy_pack)


def extract(checkout: Path, commit: str, directory: Path) -> None:
    """The files of a commit, run with the packages of the checkout."""
    directory.mkdir()
    archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=checkout, check=True, capture_output=True)
    subprocess.run(["tar", "-x"], cwd=directory, input=archive.stdout, check=True)
    (directory / ".venv").symlink_to(checkout / ".venv")


def link(checkout: Path, directory: Path) -> None:
    """A project directory with the checkout's contents. The engine finds a project by real files, not by links."""
    directory.mkdir()
    for path in checkout.iterdir():
        if path.name.startswith("Pulumi."):
            shutil.copy(path, directory)
        elif path.name not in OWN:
            (directory / path.name).symlink_to(path)
