"""What `make audit` says where nobody can be asked for holes."""

from __future__ import annotations

import socket

import pytest

from tools import audit


@pytest.fixture(autouse=True)
def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(audit, "OSV", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


def test_one_line_says_that_no_package_was_looked_up(capsys: pytest.CaptureFixture[str]):
    assert audit.holes() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "cannot be reached" in line
    assert "no package was looked up" in line


def test_on_github_it_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert audit.holes() == 1
