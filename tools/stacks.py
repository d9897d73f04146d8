"""The shipped stacks: their settings, with a dummy for each secret, and what the program registers for them."""

from __future__ import annotations

import json
import os
import pickle
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.recorder import ROOT, run_program
from sandbox.recording import Recording
from sandbox.stackfile import derive, dummy
from settings import Cloud

DEV: Final = {Cloud.AWS: "dev", Cloud.AZURE: "dev-azure", Cloud.GCP: "dev-gcp"}
PROD: Final = {Cloud.AWS: "prod", Cloud.AZURE: "prod-azure", Cloud.GCP: "prod-gcp"}
SHIPPED: Final = (*DEV.values(), *PROD.values())


# A directory for the recordings of one run of the tests, whose workers then record nothing twice.
SHARED: Final = "RASA_TEST_RECORDINGS"


@cache
def recording(stack: str, preview: bool = False) -> Recording:
    """Returns what the program registers for a shipped stack."""
    return recorded(settings_of(stack), stack, preview)


def recorded(config: Mapping[str, Any], stack: str, preview: bool = False) -> Recording:
    """Returns what the program registers, as `run_program` does. Test workers share what one of them has recorded."""
    if SHARED not in os.environ:
        return run_program(config, preview=preview, stack=stack)
    key = json.dumps([config, stack, preview], sort_keys=True)
    file = Path(os.environ[SHARED]) / sha256(key.encode()).hexdigest()
    if not file.exists():
        aside = file.with_suffix(f".{os.getpid()}")
        aside.write_bytes(pickle.dumps(run_program(config, preview=preview, stack=stack)))
        aside.rename(file)
    return pickle.loads(file.read_bytes())  # noqa: S301 - written by this run of the tests


def settings_of(stack: str) -> dict[str, Any]:
    """Returns the settings in `Pulumi.<stack>.yaml`, with dummies as secrets."""
    return with_dummies(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text()))


def with_dummies(source: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the `rasa:` keys of a stack file. Its encrypted values are never read; dummies take their place."""
    derived, paths = derive(source)
    config: dict[str, Any] = deepcopy(derived["config"])
    for path in paths:
        _put(config, path, dummy(path, config))
    return {key.removeprefix("rasa:"): value for key, value in config.items() if key.startswith("rasa:")}


def changed(settings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Returns a copy with values set at paths such as `assistants[0].name`; adds the mappings on the way."""
    copy = deepcopy(settings)
    for path, value in changes.items():
        *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"[\w-]+", path)]
        node: Any = copy
        for step in way:
            node = node[step] if isinstance(step, int) else node.setdefault(step, {})
        node[last] = value
    return copy


def _put(holder: Any, path: Iterable[str | int], value: str) -> None:
    *parents, last = path
    for key in parents:
        holder = holder[key] if isinstance(key, int) else holder.setdefault(key, {})
    holder[last] = value
