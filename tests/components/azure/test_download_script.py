"""The script that brings the model: as a whole or not at all, and in one sentence what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from components.azure.model_storage import DOWNLOAD
from tests.scripts import loaded


class HttpResponseError(Exception):
    """As the SDK raises it."""

    def __init__(self, status_code: int = 0, reason: str = "") -> None:
        super().__init__(reason)
        self.status_code, self.reason, self.message = status_code, reason, reason


class ClientAuthenticationError(HttpResponseError):
    """As the SDK raises it."""


class ResourceNotFoundError(HttpResponseError):
    """As the SDK raises it."""


class Container:
    """A container that holds one model, or refuses."""

    fault: Exception | None = None

    def __init__(self, account: str, name: str, credential: object) -> None:
        assert (account, name, credential) == ("https://acme.blob.core.windows.net", "models-rasa", "identity")

    def get_container_properties(self) -> None:
        if self.fault:
            raise self.fault

    def download_blob(self, key: str) -> Any:
        self.get_container_properties()
        assert key == "rasa/model.tar.gz"
        return self

    def readinto(self, stream: Any) -> None:
        stream.write(b"model")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with a double of the SDK, which is only in Rasa's image."""
    errors = (HttpResponseError, ClientAuthenticationError, ResourceNotFoundError)
    doubles: dict[str, dict[str, Any]] = {
        "azure": {},
        "azure.core": {},
        "azure.core.exceptions": {error.__name__: error for error in errors},
        "azure.identity": {"WorkloadIdentityCredential": lambda: "identity"},
        "azure.storage": {},
        "azure.storage.blob": {"ContainerClient": Container},
    }
    for name, content in doubles.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(Container, "fault", None)
    monkeypatch.setenv("AZURE_ACCOUNT_NAME", "acme")
    monkeypatch.setenv("AZURE_CONTAINER", "models-rasa")
    monkeypatch.setenv("AZURE_CLIENT_ID", "client-of-rasa")
    return loaded(DOWNLOAD)


def test_a_model_is_downloaded(script: Any, tmp_path: Path) -> None:
    file = tmp_path / "model.tar.gz"
    assert script.main(["rasa/model.tar.gz", str(file)]) == 0
    assert file.read_bytes() == b"model"
    assert [each.name for each in tmp_path.iterdir()] == ["model.tar.gz"]


def test_without_a_model_the_container_is_reached(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main([]) == 0
    assert "the container can be reached" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (ResourceNotFoundError(404), "rasa/model.tar.gz is not in acme/models-rasa; upload the model first"),
        (
            HttpResponseError(403, "Forbidden"),
            "acme/models-rasa refuses (403 Forbidden); does the identity client-of-rasa have the role Storage Blob "
            "Data Reader?",
        ),
        (HttpResponseError(503, "Busy"), "acme/models-rasa refuses (503 Busy)"),
        (ClientAuthenticationError(401, "no"), "the pod has no identity that can read acme/models-rasa: no"),
        (ValueError("no token"), "the pod has no identity: no token"),
    ],
)
def test_a_fault_is_one_sentence(
    fault: Exception,
    sentence: str,
    script: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Container, "fault", fault)
    file = tmp_path / "model.tar.gz"
    assert script.main(["rasa/model.tar.gz", str(file)]) == 1
    assert capsys.readouterr().err == f"{sentence}\n"
    assert not file.exists()
