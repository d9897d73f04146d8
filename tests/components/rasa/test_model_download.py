"""A model that is downloaded before Rasa starts, and one that Rasa reads with a key."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from components.kubernetes.pod import SecretKey
from components.rasa.environment import environment
from components.rasa.model_download import SCRIPT
from components.rasa.names import SECRET
from components.rasa.secrets import certificate_authorities, service_secrets
from components.rasa.values import values
from components.rasa.wiring import Wiring
from tests.components.rasa import wirings
from tests.components.rasa.test_smoke_test_script import script  # pyright: ignore[reportUnusedImport] # noqa: F401


def rasa_values(wiring: Wiring) -> Any:
    return values(wiring, "revision")["rasa"]


def test_rasa_starts_from_the_file_that_the_init_container_downloads() -> None:
    wiring = wirings.VARIANTS["downloaded"]()
    rasa = rasa_values(wiring)
    (container,) = rasa["initContainers"]
    assert container["command"][-2:] == ["rasa/model.tar.gz", "/app/models/model.tar.gz"]
    assert rasa["additionalArgs"] == ["--model", "/app/models/model.tar.gz"]
    assert rasa["settings"]["mountModelsVolume"] is True
    assert container["image"] == wiring.image
    assert {each["name"] for each in container["env"]} == {"AZURE_ACCOUNT_NAME", "AZURE_CONTAINER"}
    # The chart makes the volume `models`, and the pod's group may write to it.
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts == {"cloud-ca": "/etc/rasa/ca", "models": "/app/models"}
    assert rasa["podSecurityContext"]["fsGroup"] == 1001


def test_the_init_container_meets_the_restricted_standard() -> None:
    rasa = rasa_values(wirings.VARIANTS["downloaded"]())
    (container,) = rasa["initContainers"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert rasa["podSecurityContext"]["runAsUser"] == 1001


def test_the_script_comes_with_the_config_map() -> None:
    files = certificate_authorities(wirings.VARIANTS["downloaded"]())
    assert files[SCRIPT] == Path(wirings.__file__).read_text(encoding="utf-8")
    assert SCRIPT not in certificate_authorities(wirings.VARIANTS["keyed"]())


def test_a_key_is_a_secret_and_nowhere_else() -> None:
    wiring = wirings.VARIANTS["keyed"]()
    assert environment(wiring)["AZURE_ACCOUNT_KEY"] == SecretKey(secret=SECRET, key="AZURE_ACCOUNT_KEY")
    given = {"license": wirings.secret("licence"), "openaiApiKey": wirings.secret("key")}
    assert "AZURE_ACCOUNT_KEY" in service_secrets(wiring, given)
    assert "initContainers" not in rasa_values(wiring)
    assert "account-key" not in repr(wiring)


@pytest.mark.parametrize(("returncode", "message"), [(0, "downloaded"), (1, "not there; to upload one: az storage")])
def test_the_smoke_test_runs_the_same_script(
    script: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    returncode: int,
    message: str,
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:3] == ["/etc/rasa/ca/download_model.py", "rasa/model.tar.gz"]
        with tarfile.open(command[3], "w:gz"):
            pass
        return subprocess.CompletedProcess(command, returncode, stdout="downloaded\n", stderr="not there\n")

    monkeypatch.setattr(script.subprocess, "run", run)
    model = {"script": "/etc/rasa/ca/download_model.py", "key": "rasa/model.tar.gz", "upload": "az storage"}
    try:
        found = script.check_model_storage(model)
    except script.Fault as fault:
        found = str(fault)
    assert found == message
