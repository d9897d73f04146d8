"""What every test can rely on: strict outputs, no configuration left over from another test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi.runtime import config as runtime_config

from tools import daily


def pytest_configure(config: pytest.Config) -> None:
    """The SDK's deprecated twins of a module complain whenever a resource of the module is made."""
    for sdk in ("pulumi_aws", "pulumi_gcp"):
        config.addinivalue_line("filterwarnings", f"ignore::DeprecationWarning:{sdk}")
    config.addinivalue_line("markers", "engine: runs the real Pulumi engine on the sandbox")
    config.addinivalue_line("markers", "matrix: takes minutes; only `make test-matrix` runs it")
    config.addinivalue_line("markers", "vault: runs a real Vault; only `make test-vault` runs it")
    config.addinivalue_line("markers", "contract: runs Rasa Pro's own code; only `make test-contract` runs it")
    config.addinivalue_line("markers", "e2e: starts real services; only `make test-e2e` runs it")


def pytest_report_header() -> str:
    return f"drawn for today: {daily.HINT}"


@pytest.fixture(autouse=True)
def strict_and_clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An Output in an f-string is an error, not a text; and no test sees another one's stack file."""
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")
    runtime_config.set_all_config({}, [])
    yield
    runtime_config.set_all_config({}, [])
