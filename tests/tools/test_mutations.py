"""Every policy rule has a mistake that it has to find, and the runner tells when one is not found or cannot be made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from policy.pack import RULES
from tools.mutations import __main__ as mutations
from tools.mutations.__main__ import Mutation, found, policy


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> list[Mutation]:
    rows = list[Mutation]()
    monkeypatch.setattr(mutations, "TABLES", {"readers": (lambda: iter(rows), reader)})
    monkeypatch.setattr(sys, "argv", ["mutations"])
    return rows


def reader(mutation: Mutation, copy: Path) -> str:
    return "reader" if (copy / mutation.file).read_text().startswith("# Changed") else ""


def title(new: str) -> Mutation:
    old = Path("README.md").read_text().splitlines()[0] + "\n"
    return Mutation(name="another title", meant="reader", file="README.md", old=old, new=new)


def test_every_rule_has_one():
    assert [one.meant for one in policy()] == [*dict.fromkeys(one.meant for one in policy())]
    assert {one.meant for one in policy()} == {rule.name for rule in RULES}


def test_each_can_be_made():
    rows = [one for made in mutations.TABLES.values() for one in made[0]()]
    assert [f"{one.name}: not once in {one.file}" for one in rows if not one.is_possible()] == []


def test_one_that_is_found_passes(only: list[Mutation], capsys: pytest.CaptureFixture[str]):
    only.append(title("# Changed\n"))
    assert mutations.main() == 0
    assert "1 of 1 mistakes" in capsys.readouterr().out
    assert not Path("README.md").read_text().startswith("# Changed")


def test_one_that_is_not_found_fails(only: list[Mutation], capsys: pytest.CaptureFixture[str]):
    only.append(title("# Other\n"))
    assert mutations.main() == 1
    assert "WRONG, nothing instead of reader" in capsys.readouterr().out


def test_one_that_can_no_longer_be_made_fails_before_any_is_tried(
    only: list[Mutation], capsys: pytest.CaptureFixture[str]
):
    only.extend([title("# Changed\n"), Mutation(name="stale", meant="reader", file="README.md", old="\0", new="")])
    assert mutations.main() == 1
    assert capsys.readouterr().out.splitlines()[1:] == ["stale: not once in README.md"]


def test_a_program_that_refuses_the_mistake_is_told():
    def refuses(_mutation: Mutation, _copy: Path) -> str:
        raise ValueError("no")

    assert found(title("# Changed\n"), refuses) == "ValueError: no"
