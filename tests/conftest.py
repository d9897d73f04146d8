"""What every test can rely on: strict outputs, no configuration left over from another test."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator

import pytest
from pulumi.runtime import config as runtime_config

from tools import daily, stacks


def pytest_configure(config: pytest.Config) -> None:
    """Names the markers, silences the SDKs' deprecated modules, and gives the workers one place for recordings."""
    if not hasattr(config, "workerinput"):  # the workers inherit it
        place = tempfile.TemporaryDirectory(prefix="rasa-recordings-")
        os.environ[stacks.SHARED] = place.name
        config.add_cleanup(place.cleanup)
    for sdk in ("pulumi_aws", "pulumi_gcp"):
        config.addinivalue_line("filterwarnings", f"ignore::DeprecationWarning:{sdk}")
    config.addinivalue_line("markers", "engine: runs the real Pulumi engine on the sandbox")
    config.addinivalue_line("markers", "matrix: takes minutes; only `make test-matrix` runs it")
    config.addinivalue_line("markers", "vault: runs a real Vault; only `make test-vault` runs it")
    config.addinivalue_line("markers", "contract: runs Rasa Pro's own code; only `make test-contract` runs it")
    config.addinivalue_line("markers", "e2e: starts real services; only `make test-e2e` runs it")


def pytest_collection_finish() -> None:
    """Spares the garbage collector the thousands of objects that stay: the modules, the tests and the recordings."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_report_header() -> str:
    return f"drawn for today: {daily.HINT}"


@pytest.fixture(autouse=True)
def strict_and_clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An Output in an f-string is an error, not a text; and no test sees another one's stack file."""
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")
    runtime_config.set_all_config({}, [])
    yield
    runtime_config.set_all_config({}, [])
