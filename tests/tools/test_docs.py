"""Generated files are fresh."""

from __future__ import annotations

import pytest

from tools import docs


# One worker records the six stacks that the pages describe.
@pytest.mark.xdist_group("generated pages")
@pytest.mark.parametrize("path", docs.WRITTEN)
def test_a_generated_file_is_fresh(path: str):
    if told := docs.stale(path):
        pytest.fail(told, pytrace=False)


def test_a_stale_file_is_named_with_the_command_and_a_short_diff(monkeypatch: pytest.MonkeyPatch):
    path = next(iter(docs.WRITTEN))
    monkeypatch.setattr(docs, "WRITTEN", {path: lambda: "x\n" * 500})
    told = docs.stale(path).splitlines()
    assert told[0] == f"{path} is out of date. Run: make docs"
    assert len(told) <= 23
