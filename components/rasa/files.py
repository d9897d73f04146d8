"""Rasa's files as its pods get them, in the Secret of the assistant: `endpoints.yml`, `credentials.yml` and so on.

Rasa replaces `${NAME}` when it reads a file, but not in quotes, and not below keys such as `api_key` and `secret`; of
these, it looks up only those of some sections later. So the files are written by three rules:

- `${NAME}` of the program's own sections stays: Rasa replaces it.
- `${NAME}` below such a key of such a section stays: Rasa looks it up, and refuses some keys in plain text.
  In MCP servers it refuses `token` in plain text, too.
- In every other place the value itself is written. That is why the files are in a Secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi
import yaml

from components.kubernetes.pod import Values
from components.rasa.endpoints import endpoints, wired
from components.rasa.wiring import Wiring
from settings.rasa_files import REFERENCE, RESOLVED_LATER, Read, read_by
from settings.setting import Json

ENDPOINTS: Final = "endpoints.yml"
CREDENTIALS: Final = "credentials.yml"
INTEGRATIONS: Final = "integrations.yml"
DIRECTORY: Final = "/app"  # the working directory of Rasa's image


class _Reference(str):
    """A text that Rasa has to replace, so that it must not be in quotes."""


class _Dumper(yaml.SafeDumper):
    """Writes every text in quotes, because YAML 1.1 and 1.2 disagree about `no`, `1e3` and dates."""


_TEXT: Final = "tag:yaml.org,2002:str"
_Dumper.add_representer(str, lambda _, text: yaml.ScalarNode(_TEXT, text, style='"'))
_Dumper.add_representer(_Reference, lambda _, text: yaml.ScalarNode(_TEXT, str(text)))


def contents(wiring: Wiring) -> dict[str, Values]:
    """Returns the sections of each file, by its name, with `${NAME}` for every secret."""
    assistant = wiring.assistant
    credentials = cast(Values, assistant.credentials.content)
    files: dict[str, Values] = {ENDPOINTS: endpoints(wiring), CREDENTIALS: credentials}
    if assistant.integrations is not None:
        given = assistant.integrations.content
        # Rasa Pro 3.20 reads no store here, and 3.21 only in a Mantle project. Both read `endpoints.yml` otherwise.
        read = read_by(assistant.minor).integrations
        files[INTEGRATIONS] = {**given, **{name: one for name, one in wired(wiring, given).items() if name in read}}
    return files


def replaced_sections(wiring: Wiring) -> list[str]:
    """Returns the user's sections that the program writes over, because the stack has the service."""
    files = [file for file in (wiring.assistant.endpoints, wiring.assistant.integrations) if file is not None]
    return sorted({name for file in files for name in wired(wiring, file.content).keys() & file.content.keys()})


def texts(
    wiring: Wiring, given: Mapping[str, pulumi.Output[str]], generated: Mapping[str, pulumi.Output[str]]
) -> dict[str, pulumi.Output[str]]:
    """Returns the text of each file, secret.

    `given` are the values of `rasa:secrets` by key, `generated` those of the program's variables that files can name.
    """
    assistant = wiring.assistant
    values: dict[str, pulumi.Input[str]] = {**generated, **assistant.env}
    values |= {variable: given[key] for variable, key in assistant.secret_env.items()}
    read = read_by(assistant.minor)

    def text(parts: Any) -> str:
        sections, known = parts["sections"], parts["values"]
        written = {name: _written(one, name, _kept(name, read), known) for name, one in sections.items()}
        return yaml.dump(written, Dumper=_Dumper, sort_keys=True, width=10_000, allow_unicode=True)

    return {
        name: pulumi.Output.secret(pulumi.Output.from_input({"sections": sections, "values": values})).apply(text)
        for name, sections in contents(wiring).items()
    }


def _kept(section: str, read: Read) -> frozenset[str]:
    """Returns the keys of a section whose `${NAME}` Rasa looks up itself."""
    if section not in RESOLVED_LATER:
        return frozenset()
    return read.unresolved | read.references if section == "mcp_servers" else read.unresolved


def _written(value: Json, key: str, kept: frozenset[str], values: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {name: _written(one, name, kept, values) for name, one in value.items()}
        case list():
            return [_written(one, key, kept, values) for one in value]
        case str():
            return _text(value, values, stays=key in kept)
        case _:
            return value


def _text(text: str, values: Mapping[str, str], *, stays: bool) -> str:
    if stays or not REFERENCE.search(text):
        return text
    # Only the program's own variables are not among the values.
    replaced = REFERENCE.sub(lambda found: values.get(found[1], found[0]), text)
    return _Reference(replaced) if REFERENCE.search(replaced) and replaced == text else replaced
