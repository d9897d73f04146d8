"""What `make audit` says where nobody can be asked for holes."""

from __future__ import annotations

import pytest

from tests.processes import free_port
from tools import audit


@pytest.fixture(autouse=True)
def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "OSV", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.mark.parametrize("on_github", [False, True])
def test_one_line_says_that_no_package_was_looked_up_and_on_github_that_fails(
    on_github: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    if on_github:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert audit.holes() == int(on_github)
    (line,) = capsys.readouterr().out.splitlines()
    assert "cannot be reached" in line
    assert "no package was looked up" in line
