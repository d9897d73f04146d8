"""The judgement of a version of Rasa Pro on every case, made once in a run: `judged(version)`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contract.cases import STACK_FILES, Case, cases
from tests.contract.pods import RasaPod, pod_of
from tools import rasa_pro

JUDGE: Final = Path(__file__).parent / "judge"
SECONDS: Final = 1800  # a run that hangs; other steps of CI may have the processors meanwhile
VERSION: Final = [
    pytest.param(version, id=which, marks=pytest.mark.xdist_group(f"rasa {version}"))
    for which, version in rasa_pro.asked().items()
]


# The stacks that the tests of a run ask for.
_WANTED: set[str] = set(STACK_FILES)


def wanted(stacks: set[str]) -> None:
    """From now on only these stacks are judged."""
    _WANTED.intersection_update(stacks)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What Rasa has made of a pod's files: `facts` as in `judge/start.py`, and the keys and variables it never read."""

    case: Case
    pod: RasaPod
    facts: Mapping[str, Any]
    unread: frozenset[str]

    def text_at(self, path: str) -> str:
        """What Rasa finds in a file of the pod; fails where nothing is mounted."""
        assert path in self.pod.files, f"{path} is not mounted"
        return self.pod.files[path]


@cache
def judged(version: str) -> Mapping[str, Judged]:
    """By the name of the case."""
    found = {
        case.name: (case, pod_of(case)) for stack in STACK_FILES if stack in _WANTED for case in cases(stack, version)
    }
    # The user's own variables are read by nobody here: they are for language models and channels.
    jobs = {
        name: job(pod, without={*case.wiring.assistant.secret_env, *case.wiring.assistant.env})
        for name, (case, pod) in found.items()
    }
    # Much of what a stack file can say makes no difference to Rasa.
    same = {json.dumps(job, sort_keys=True): name for name, job in reversed(jobs.items())}
    answers = ask(version, {name: jobs[name] for name in reversed(same.values())})
    results = {name: answers[same[json.dumps(job, sort_keys=True)]] for name, job in jobs.items()}
    failed = {name: result["error"] for name, result in results.items() if "error" in result}
    assert failed == {}, "\n".join(f"{name}: {error}" for name, error in failed.items())
    return {
        name: Judged(case=case, pod=pod, facts=results[name]["facts"], unread=frozenset(results[name]["unread"]))
        for name, (case, pod) in found.items()
    }


def job(pod: RasaPod, *, without: set[str]) -> dict[str, Any]:
    """A pod as the judge takes it; every variable of it should be read, but for some."""
    return {
        "endpoints": pod.endpoints,
        "credentials": pod.credentials,
        "arguments": pod.arguments,
        "environment": dict(pod.environment),
        "files": dict(pod.files),
        "variables": sorted(set(pod.environment) - without),
    }


def ask(version: str, jobs: Any, judge: Path = JUDGE) -> dict[str, Any]:
    """Lets Rasa Pro of that version judge the jobs."""
    command = [rasa_pro.ensure(version), judge]
    finished = subprocess.run(
        command, input=json.dumps(jobs), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return json.loads(finished.stdout)
