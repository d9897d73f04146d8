"""What is written to GitHub, by a `gh` that remembers what it was asked and answers as GitHub does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.tools.pulls.events import DATABASE, ended, outcome, step
from tools.pulls import post
from tools.pulls.comment import marker
from tools.pulls.drift import marker as drift_marker
from tools.pulls.engine import save
from tools.pulls.github import OURSELVES, Repository

GH = """#!/usr/bin/env python3
import json, pathlib, sys
here = pathlib.Path(__file__).parent
arguments = sys.argv[1:]
assert arguments.pop(0) == "api"
path = arguments[-1].removeprefix("repos/us/rasa/")
if "--method" in arguments:
    sent = {"method": arguments[arguments.index("--method") + 1], "path": path, **json.load(sys.stdin)}
    with (here / "sent").open("a") as file:
        file.write(json.dumps(sent) + "\\n")
else:
    assert "--paginate" in arguments and "--slurp" in arguments
    print(json.dumps([[], json.loads((here / "answers").read_text()).get(path.partition("?")[0], [])]))
    with (here / "asked").open("a") as file:
        file.write(path + "\\n")
"""
RUN = {
    "head_sha": "abc123",
    "head_branch": "fix/it",
    "head_repository": {"owner": {"login": "stranger"}},
    "html_url": "https://github.example/run/1",
    "conclusion": "success",
}
PULL = {"number": 7, "head": {"sha": "abc123"}}


class GitHub:
    """The answers of `gh` by path, and what was sent to it."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.repository = Repository("us/rasa")

    def answer(self, **answers: list[dict[str, Any]]) -> None:
        spelt = {path.replace("_", "/"): answer for path, answer in answers.items()}
        (self.directory / "answers").write_text(json.dumps(spelt))

    @property
    def sent(self) -> list[dict[str, Any]]:
        path = self.directory / "sent"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "gh").write_text(GH)
    (directory / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
    return GitHub(directory)


@pytest.fixture
def found(tmp_path: Path) -> Path:
    save(outcome(step("update", DATABASE, "db"), ended()), tmp_path / "found" / "preview-dev")
    return tmp_path / "found"


def comment_of(body: str, login: str = OURSELVES, number: int = 1) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


def test_the_first_push_makes_a_comment(github: GitHub, found: Path):
    github.answer(pulls=[{"number": 6, "head": {"sha": "other"}}, PULL])
    post.previews(github.repository, RUN, found)
    (sent,) = github.sent
    assert (sent["method"], sent["path"]) == ("POST", "issues/7/comments")
    assert sent["body"].startswith(marker("dev"))
    assert RUN["html_url"] in sent["body"]
    assert "head=stranger%3Afix%2Fit" in (github.directory / "asked").read_text()


def test_the_next_push_edits_it(github: GitHub, found: Path):
    github.answer(
        pulls=[PULL],
        issues_7_comments=[
            comment_of(f"{marker('dev')}\nspoof", login="stranger", number=2),
            comment_of(f"{marker('dev')}\nold", number=3),
        ],
    )
    post.previews(github.repository, RUN, found)
    assert [(sent["method"], sent["path"]) for sent in github.sent] == [("PATCH", "issues/comments/3")]


def test_a_newer_commit_is_not_commented_on_with_an_older_ones_preview(github: GitHub, found: Path):
    github.answer(pulls=[{"number": 7, "head": {"sha": "newer"}}])
    post.previews(github.repository, RUN, found)
    assert github.sent == []


@pytest.mark.parametrize(("conclusion", "edits"), [("success", 1), ("failure", 0)])
def test_a_stack_that_is_touched_no_more_is_said_so_unless_the_run_failed(
    github: GitHub, tmp_path: Path, conclusion: str, edits: int
):
    github.answer(pulls=[PULL], issues_7_comments=[comment_of(f"{marker('prod')}\nold", number=4)])
    post.previews(github.repository, {**RUN, "conclusion": conclusion}, tmp_path / "nothing")
    assert [sent["path"] for sent in github.sent] == ["issues/comments/4"] * edits
    assert all("does not touch it" in sent["body"] for sent in github.sent)


def test_what_a_stranger_hands_over_instead_is_passed_over(github: GitHub, found: Path, tmp_path: Path):
    github.answer(pulls=[PULL])
    (found / "preview-evil").mkdir()
    (found / "preview-evil" / "result.json").write_text('{"stack": "../../x", "where": "cloud"}')
    (found / "preview-link").mkdir()
    (found / "preview-link" / "result.json").symlink_to(found / "preview-dev" / "result.json")
    post.previews(github.repository, RUN, found)
    assert len(github.sent) == 1


def issue(login: str = OURSELVES) -> dict[str, Any]:
    return {"number": 9, "user": {"login": login}, "body": drift_marker("dev")}


def test_drift_opens_an_issue_and_edits_it_the_week_after(github: GitHub, found: Path):
    github.answer(issues=[])
    post.drifts(github.repository, found, "link")
    github.answer(issues=[issue()])
    post.drifts(github.repository, found, "link")
    first, second = github.sent
    assert (first["method"], first["path"], first["title"]) == ("POST", "issues", "Drift of dev")
    assert (second["method"], second["path"]) == ("PATCH", "issues/9")


def test_our_issue_is_closed_when_the_drift_is_gone(github: GitHub, tmp_path: Path):
    save(outcome(step("same", DATABASE, "db"), ended()), tmp_path / "found" / "drift-dev")
    github.answer(issues=[issue(login="stranger")])
    post.drifts(github.repository, tmp_path / "found", "link")
    assert github.sent == []
    github.answer(issues=[issue()])
    post.drifts(github.repository, tmp_path / "found", "link")
    assert [sent["path"] for sent in github.sent] == ["issues/9/comments", "issues/9"]
    assert github.sent[1]["state"] == "closed"
