"""A preview without credentials: the sandbox first deploys the stack of the base commit, then previews the change.

Both happen in temporary directories, so that the sandbox of the checkout does not change.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.pulls import engine
from tools.pulls.outcome import Outcome

# Not shared with the copy: the sandbox's contents and git's.
OWN = frozenset({".git", ".sandbox"})


def preview(checkout: Path, stack: str, into: Path, *, base: str, policy_pack: str) -> Outcome:
    """Previews the checkout against the stack at the commit `base`; everything is new if the stack is new."""
    with tempfile.TemporaryDirectory(prefix="preview-") as scratch:
        before, after = Path(scratch, "base"), Path(scratch, "checkout")
        extract(checkout, base, before)
        if (before / f"Pulumi.{stack}.yaml").exists():
            stood = engine.stand_up(engine.Engine.of_sandbox(before), stack)
            if stood.returncode:
                sentence = f"The sandbox cannot deploy {stack} as it is at {base}:\n{engine.end_of(stood.stdout)}"
                outcome = engine.failed(stack, "sandbox", sentence)
                engine.save(outcome, into)
                return outcome
        link(checkout, after)
        if (before / ".sandbox").exists():
            (before / ".sandbox").rename(after / ".sandbox")
        return engine.preview(engine.Engine.of_sandbox(after), stack, into.resolve(), policy_pack=policy_pack)


def extract(checkout: Path, commit: str, directory: Path) -> None:
    """Extracts the files of a commit, to run them with the packages of the checkout."""
    directory.mkdir()
    archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=checkout, check=True, capture_output=True)
    subprocess.run(["tar", "-x"], cwd=directory, input=archive.stdout, check=True)
    (directory / ".venv").symlink_to(checkout / ".venv")


def link(checkout: Path, directory: Path) -> None:
    """Makes a project directory with the checkout's contents. The engine finds a project by real files, not links."""
    directory.mkdir()
    for path in checkout.iterdir():
        if path.name.startswith("Pulumi."):
            shutil.copy(path, directory)
        elif path.name not in OWN:
            (directory / path.name).symlink_to(path)
