"""Posts results to GitHub: previews as comments, drift as issues. It checks the results, and runs nothing in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.pulls import comment, drift
from tools.pulls.engine import RESULT
from tools.pulls.github import Repository
from tools.pulls.outcome import Outcome

LARGEST_RESULT = 10_000_000  # bytes
_ANY_STACK = "<!-- pulumi-preview:"


def previews(repository: Repository, run: Mapping[str, Any], directory: Path) -> str:
    """Posts one comment for each stack of the run; returns a sentence about it.

    If only an earlier push touched a stack, its comment says so, unless the run ended early.
    """
    number = repository.pull_request_of(run)
    if number is None:
        return "the pull request is closed or has a newer commit: nothing to say"
    outcomes = list(results(directory))
    for outcome in outcomes:
        text = comment.comment(outcome, commit=run["head_sha"], link=run["html_url"])
        repository.upsert_comment(number, comment.marker(outcome.stack), text)
    current = {outcome.stack for outcome in outcomes}
    if run["conclusion"] == "success":
        for body in repository.comments(number, _ANY_STACK):
            stack = body.removeprefix(_ANY_STACK).partition(" ")[0]
            if stack not in current:
                repository.upsert_comment(number, comment.marker(stack), comment.untouched(stack, run["head_sha"]))
    return f"commented on {len(outcomes)} stacks"


def drifts(repository: Repository, directory: Path, link: str) -> str:
    """Opens an issue for each stack that has drifted, closes the others; returns a sentence about it."""
    outcomes = list(results(directory))
    for outcome in outcomes:
        marker = drift.marker(outcome.stack)
        if drift.has_drift(outcome):
            repository.upsert_issue(marker, drift.title(outcome.stack), drift.report(outcome, link=link))
        else:
            repository.close_issue(marker, f"The cloud is again as the last `up` left it: {link}")
    return f"looked at {len(outcomes)} stacks"


def results(directory: Path) -> Iterator[Outcome]:
    """Yields the outcomes below a directory. It skips invalid ones: they may be a stranger's."""
    for path in sorted(directory.glob(f"*/{RESULT}")):
        if path.is_symlink() or path.stat().st_size > LARGEST_RESULT:
            continue
        try:
            yield Outcome.from_json(path.read_text())
        except (ValueError, KeyError, TypeError):
            shown = re.sub(r"[^A-Za-z0-9_.-]", "?", path.parent.name)
            print(f"{shown}: not the result of a preview; skipped")
