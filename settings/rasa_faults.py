"""Patches of Rasa Pro with faults that a stack would suffer from. Prod refuses them, and dev warns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from settings.assistant import Assistant, numbers
from settings.base import Auth
from settings.lock_store import CreateElastiCache, NoLockStore
from settings.model import Settings
from settings.problems import Problem

_RECORD: Final = Path(__file__).parent / "data" / "rasa_faults.json"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of some patches. Only a stack with what it `needs` has it; `first_good` is a patch by minor version."""

    needs: str
    fault: str
    first_good: Mapping[str, str]
    source: str

    def affects(self, settings: Settings, assistant: Assistant) -> bool:
        """Returns whether the assistant would have the fault in this stack."""
        good = self.first_good.get(assistant.minor)
        if good is None or numbers(assistant.rasa_version) >= numbers(good):
            return False
        store = settings.lock_store
        if self.needs == "lockStore":
            return not isinstance(store, NoLockStore)
        return isinstance(store, CreateElastiCache) and store.auth is Auth.IAM


FAULTS: Final = tuple(Fault(**one) for one in json.loads(_RECORD.read_text(encoding="utf-8")))


def faulty_patches(settings: Settings, assistants: Mapping[str, Assistant]) -> Iterator[Problem]:
    """Yields the assistants whose patch has a fault, with the first patch that has none of its faults."""
    for key, assistant in assistants.items():
        found = [fault for fault in FAULTS if fault.affects(settings, assistant)]
        if found:
            expected = "is a version that " + ", and ".join(fault.fault for fault in found)
            good = max((fault.first_good[assistant.minor] for fault in found), key=numbers)
            fix = f"write {good} or a later patch, and train the model with it"
            yield assistant.wrong("rasa_version", expected, fix, at=key, others=("lockStore", "lockStore.auth"))
