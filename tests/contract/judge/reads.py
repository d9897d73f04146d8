# pyright: reportMissingImports=false
"""What Rasa's own code reads of the user's files, whatever is in them.

    <python of that version> tests/contract/judge/reads.py < candidates.json > found.json

The files of a project are replaced by mappings that remember which keys they are asked for, while Rasa starts as
`rasa run` does. Candidates are the keys below which `${NAME}` may stay.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import network
import start

_VALUE = "value-of-the-variable"


class _Asked(dict[str, Any]):
    """A mapping with nothing of interest in it, which adds every key that it is asked for to `keys`."""

    def __init__(self, keys: set[str]) -> None:
        super().__init__(nothing="of interest")
        self._keys = keys

    def get(self, key: str, default: Any = None) -> Any:
        self._keys.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._keys.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._keys.add(str(key))
        return super().__contains__(key)


def _remember(file: str, keys: set[str]) -> None:
    """From now on, each of Rasa's readers of YAML remembers what this file is asked for."""
    import rasa.shared.utils.yaml as reader

    def of(real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def read(path: Any, *arguments: Any, **options: Any) -> Any:
            if Path(path).name != file:
                return real(path, *arguments, **options)
            if real.__name__ == "read_yaml_file_section_node":
                keys.add(arguments[0])
                return None
            return _Asked(keys)

        return read

    for name in ("read_config_file", "read_yaml_file", "read_yaml_file_section_node"):
        real = getattr(reader, name, None)
        for module in [one for path, one in sys.modules.items() if path.split(".")[0] == "rasa"]:
            if real is not None and vars(module).get(name) is real:
                setattr(module, name, of(real))


def _started(project: list[str]) -> None:
    """Lets Rasa start in a directory with these files, all empty."""
    import rasa.hooks
    from rasa.core.config.configuration import Configuration

    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name in project:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text("")
        parsed, _ = start.command_line(["run", "--remote-storage", "aws", "--model", "model.tar.gz"])
        rasa.hooks.configure_commandline(argparse.Namespace(**{**vars(parsed), "func": _started}))
        rasa.hooks.init_managers(endpoints_file=parsed.endpoints)
        assert Configuration.get_instance() is not None
        os.chdir("/")


def endpoints() -> list[str]:
    """The sections of `endpoints.yml` that a CALM project asks for."""
    keys: set[str] = set()
    _remember("endpoints.yml", keys)
    _started(["endpoints.yml", "credentials.yml", "config.yml", "domain.yml"])
    return sorted(keys)


def integrations() -> list[str]:
    """The sections of `integrations.yml`: those that a Mantle project asks for, and those of Rasa's own schema."""
    try:
        from rasa.mantle.config.authoring_documents import IntegrationsYmlDocument
        from rasa.mantle.config.integrations import IntegrationConfig
    except ImportError:
        return []
    keys: set[str] = set()
    _remember("integrations.yml", keys)
    _started(["integrations.yml", "agent.yml", "skills/one/skill.md"])
    schema = set(IntegrationsYmlDocument.model_json_schema()["properties"])
    asked = keys | set(IntegrationConfig.model_fields)
    assert asked <= schema, f"asked for, and not in the schema: {asked - schema}"
    return sorted(schema)


def channels() -> list[str]:
    """The names in Rasa's own registry, and of the channels whose libraries are not installed here."""
    from rasa.core.channels import BUILTIN_CHANNELS
    from rasa.core.run import _create_single_channel

    def lacks_its_library(name: str) -> bool:
        try:
            _create_single_channel(name, {})
        except Exception as error:  # noqa: BLE001 - Rasa says why in a text
            return "dependency" in str(error)
        return False

    texts = {text for text in _texts(_create_single_channel.__code__.co_consts) if text.isidentifier()}
    return sorted({*BUILTIN_CHANNELS, *filter(lacks_its_library, texts - BUILTIN_CHANNELS.keys())})


def _texts(constants: tuple[Any, ...]) -> Iterator[str]:
    for one in constants:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple):
            yield from _texts(one)


def unresolved(candidates: list[str]) -> list[str]:
    """The keys below which `${NAME}` stays, of the candidates and of those that Rasa's own list has."""
    from rasa.shared.constants import SENSITIVE_DATA
    from rasa.shared.utils.yaml import read_config_file

    os.environ["NAME"] = _VALUE
    keys = sorted({*candidates, *SENSITIVE_DATA})
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "some.yml")
        file.write_text("".join(f"{key}: ${{NAME}}\n" for key in keys))
        found = read_config_file(file)
    assert set(found.values()) <= {"${NAME}", _VALUE}
    return sorted(key for key, value in found.items() if value == "${NAME}")


def references(candidates: list[str]) -> list[str]:
    """The keys of an MCP server that have to be `${NAME}`, of the candidates and of those that Rasa's own list has."""
    from rasa.core.config.available_endpoints import MCPServerConfig
    from rasa.shared.agents.auth.utils import AUTH_SECRETS

    def refuses(key: str, value: str) -> bool:
        try:
            MCPServerConfig(name="tools", url="https://tools.example.com", type="https", oauth={}, **{key: value})
        except Exception:  # noqa: BLE001 - of whatever class, it is a refusal
            return True
        return False

    keys = sorted({*candidates, *AUTH_SECRETS})
    assert not any(refuses(key, "${NAME}") for key in keys)
    return [key for key in keys if refuses(key, _VALUE)]


def main() -> None:
    candidates: list[str] = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)  # Rasa prints; the answer is alone on the standard output
    os.environ.update({"LITELLM_LOCAL_MODEL_COST_MAP": "True", "RASA_TELEMETRY_ENABLED": "false"})
    import rasa.__main__
    import rasa.cli.run
    import rasa.core.run  # noqa: F401
    from rasa.constants import MINIMUM_COMPATIBLE_VERSION

    network.intercept()
    found = {
        "channels": channels(),
        "unresolved": unresolved(candidates),
        "references": references(candidates),
        "models": MINIMUM_COMPATIBLE_VERSION,
        "endpoints": endpoints(),
        "integrations": integrations(),
    }
    with os.fdopen(answer, "w") as stream:
        json.dump(found, stream)


if __name__ == "__main__":
    main()
