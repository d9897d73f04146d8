"""What is judged: every shipped stack, what can exist already, and every option, each as its pods get it.

The real program runs under the recorder, `sandbox/recorder.py`. A `Case` is one assistant of one run: the values of its
release, the objects beside it, and its `Wiring`, which is what the clouds said and so what Rasa has to arrive at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import pytest

from components.rasa import assistant as assistants
from components.rasa.wiring import Wiring
from components.trust import rds_roots
from sandbox.recorder import run_program
from sandbox.recording import Recording
from settings import Cloud, rasa_faults
from tests.certificates import Authority
from tests.e2e.manifests import RELEASE, manifests
from tests.program import stacks, test_existing
from tests.program.stacks import plain
from tests.settings.existing import LAYERS, existing
from tests.settings.full import FULL
from tests.settings.stack_files import SMALL
from tools.daily import drawn
from tools.stacks import changed

# Not one of the roots that are trusted where the stack file names none.
AUTHORITY: Final = rds_roots("eu-central-1")
_MODEL: Final = {"provider": "openai", "model": "gpt-4o", "api_key": "${OPENAI_API_KEY}"}
# `FULL` uses every setting; here they also have to mean something to Rasa.
_MEANT: Final[dict[str, Any]] = {"assistants[0].endpoints.model_groups": [{"id": "llm", "models": [_MODEL]}]}
_OWN: Final[dict[str, Any]] = {
    "trackerStore.ca": AUTHORITY,
    "lockStore.ca": AUTHORITY,
    "eventQueue.ca": AUTHORITY,
}
# The Kafka client reads the certificate and its key, so they have to be real ones.
_CLIENT: Final = Authority(Path(mkdtemp()), "clients").identity("rasa")
_SIGN_IN: Final[dict[str, dict[str, Any]]] = {
    "mechanism": {"eventQueue.mechanism": "SCRAM-SHA-256"},
    "clientCertificate": {
        "secrets.kafkaCertificate": _CLIENT.certificate.read_text(),
        "secrets.kafkaKey": _CLIENT.key.read_text(),
    },
}
_KEYED: Final[dict[str, Any]] = {"modelStorage": {"kind": "create", "auth": "key"}}


def _stack_files() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, stack_file in stacks.STACKS.items():
        if "before destroy" not in name:  # what is protected makes no difference to Rasa
            yield name, stack_file
    for name, (layers, changes) in test_existing.CASES.items():
        sign_in = _SIGN_IN["clientCertificate"] if "certificate" in name else {}
        yield f"existing {name}", changed(existing(Cloud.AWS, *layers), **changes, **sign_in)
    for cloud in (Cloud.AZURE, Cloud.GCP):
        yield f"existing everything on {cloud}", existing(cloud, *LAYERS)
    for name, stack_file in FULL.items():
        meant = changed(stack_file, **_MEANT)
        if "existing" in name:
            by = "mechanism" if "mechanism" in stack_file["eventQueue"] else "clientCertificate"
            meant = changed(meant, **_OWN, **_SIGN_IN[by])
        del meant["assistants"][0]["integrations"]  # in its place Rasa would read neither endpoints nor credentials
        yield f"every setting of {name}", meant
    yield "a plain Redis", changed(existing(Cloud.AWS, "lockStore"), **{"lockStore.tls": False})
    yield "Blob Storage by key", changed(SMALL[Cloud.AZURE], **_KEYED)


STACK_FILES: Final = dict(_stack_files())
VARIANTS: Final = 8
# What a run is about: the shipped stacks, and a sample of their variants that changes daily.
CHOSEN: Final = [
    *stacks.SHIPPED,
    *drawn("contract variants", [name for name in STACK_FILES if name not in stacks.SHIPPED], VARIANTS),
]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One assistant. `secrets` and `config_maps` are those of its namespace, by name; what the user may read of them
    is all there."""

    stack: str
    wiring: Wiring
    endpoints: Mapping[str, Any]
    values: Mapping[str, Any]
    secrets: Mapping[str, Mapping[str, str]]
    config_maps: Mapping[str, Mapping[str, str]]
    recording: Recording

    @property
    def name(self) -> str:
        """The stack and the assistant."""
        return f"{self.stack}, {self.wiring.assistant.name}"

    @property
    def namespace(self) -> str:
        return self.wiring.assistant.namespace

    @property
    def is_released(self) -> bool:
        """Whether there is a release at all: not without a model."""
        return bool(self.recording.of_type(RELEASE))


@cache
def cases(stack: str, rasa_version: str) -> tuple[Case, ...]:
    """The assistants of a stack whose pods run that version of Rasa Pro."""
    return cases_of(stack, STACK_FILES[stack], rasa_version)


def cases_of(stack: str, stack_file: dict[str, Any], rasa_version: str) -> tuple[Case, ...]:
    """The same for a stack file that is not one of those above."""
    versions = {f"assistants[{index}].rasaVersion": rasa_version for index in range(len(stack_file["assistants"]))}
    with _wirings() as wirings, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rasa_faults, "FAULTS", ())  # prod refuses the oldest version, which has them
        recording = run_program(changed(stack_file, **versions), stack=stack_file["profile"])
    return tuple(_case(stack, wiring, recording) for wiring in wirings)


@contextmanager
def _wirings() -> Iterator[list[Wiring]]:
    """Collects what every assistant is wired to, on its way to `contents`."""
    seen: list[Wiring] = []
    real = assistants.contents

    def remember(wiring: Wiring) -> Any:
        seen.append(wiring)
        return real(wiring)

    assistants.contents = remember
    try:
        yield seen
    finally:
        assistants.contents = real


def _case(stack: str, wiring: Wiring, recording: Recording) -> Case:
    name = wiring.assistant.name
    return Case(
        stack=stack,
        wiring=wiring,
        endpoints=plain(recording.outputs["endpoints"][name]),
        values=plain(recording.outputs["values"][name]),
        secrets=_contents(recording, "Secret", wiring.assistant.namespace),
        config_maps=_contents(recording, "ConfigMap", wiring.assistant.namespace),
        recording=recording,
    )


def _contents(recording: Recording, kind: str, namespace: str) -> dict[str, dict[str, str]]:
    return {
        one["metadata"]["name"]: {**one.get("data", {}), **one.get("stringData", {})}
        for one in manifests(recording)
        if one["kind"] == kind and one["metadata"].get("namespace") == namespace
    }
