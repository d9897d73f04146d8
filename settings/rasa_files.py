"""Rasa's own files of an assistant: `endpoints.yml`, `credentials.yml` and `integrations.yml`, by path or inline.

Rasa reads YAML 1.2, in which `no` is a text, and takes dates as texts. The files are read here in the same way. A
mapping in the stack file comes through Pulumi, which changes dates, long numbers and numbers with a leading zero before
this program sees them; those values are refused.

Rasa replaces `${NAME}` when it reads a file, but not below some keys, and not in quotes. Data on each version is in
`data/rasa.json`; `python -m tools.record_rasa` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, cast

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from settings.problems import Problem, fault
from settings.setting import Json

_RECORD: Final = Path(__file__).parent / "data" / "rasa.json"

# The program writes these sections, if the stack has the service.
WIRED: Final = ("tracker_store", "lock_store", "timer_store", "secrets_manager", "event_broker")
# Rasa itself looks up `${NAME}` in these sections, also below the keys that it leaves alone elsewhere. In
# `model_groups` it even refuses a key in plain text.
RESOLVED_LATER: Final = frozenset({"model_groups", "mcp_servers", "tracing", "metrics", "a2a_server"})

REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BRACES: Final = re.compile(r"\$\{([^}]*)\}")
_WITHOUT_BRACES: Final = re.compile(r"\$([A-Z_][A-Z0-9_]{2,})")

# Names of keys whose value is a credential.
_CREDENTIAL: Final = re.compile(
    r"(?i)(^|[_-])(token|secret|password|passwd|api_?key|access_?key(_id)?|secret_?key|private_?key|jwt_key|credentials?|"
    r"client_secret|session_token|connection_string|authorization|account_?key)$"
)
# Values that are credentials under any name.
_SHAPES: Final[Mapping[str, re.Pattern[str]]] = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access key of AWS": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an API key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a key of a provider": re.compile(
        r"\b(sk-[A-Za-z0-9_-]{8,}|xox[abprs]-[A-Za-z0-9-]{8,}|gh[pousr]_[A-Za-z0-9]{20,}|hvs\.[A-Za-z0-9_-]{8,}|"
        r"glpat-[A-Za-z0-9_-]{8,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,})"
    ),
    "a header with a credential": re.compile(r"(?i)^\s*(bearer|basic)\s+(?!\$\{)\S+"),
    "a password in a URL": re.compile(r"^[a-z][a-z0-9+.-]*://[^/\s:@]*:(?!\$\{)[^/\s@]+@"),
    "a key of Azure": re.compile(r"(?i)(AccountKey|SharedAccessKey)=(?!\$\{)\S+"),
    "a signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\."),
}
# What Pulumi makes of an unquoted date, and the largest whole number that it does not round.
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( \+0000 UTC)?")
_EXACT: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class RasaFile:
    """The content of one of Rasa's files. `source` is its path; empty if the content is in the stack file."""

    content: Mapping[str, Any]
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Read:
    """Names that a minor version of Rasa Pro reads: sections of files, and channels.

    `unresolved` are the keys below which Rasa does not replace `${NAME}` when it reads a file.
    """

    endpoints: tuple[str, ...]
    integrations: tuple[str, ...]
    channels: tuple[str, ...]
    unresolved: frozenset[str]
    references: frozenset[str]
    newest: str  # the newest patch that was read


@cache
def _record() -> Mapping[str, Any]:
    return json.loads(_RECORD.read_text(encoding="utf-8"))


@cache
def read_by(minor: str) -> Read:
    """Returns what this version reads, such as "3.17"."""
    one = _record()[minor]
    return Read(
        endpoints=tuple(one["endpoints"]),
        integrations=tuple(one["integrations"]),
        channels=tuple(one["channels"]),
        unresolved=frozenset(one["unresolved"]),
        references=frozenset(one["references"]),
        newest=one["patches"][-1],
    )


def known_minors() -> tuple[str, ...]:
    """Returns the minor versions of Rasa Pro that are recorded, oldest first."""
    return tuple(_record())


def _read(value: object) -> RasaFile:
    match value:
        case RasaFile():
            return value
        case str():
            return RasaFile(content=_from_path(value), source=value)
        case dict():
            content = cast("dict[str, Json]", value)
            for path, _, item in leaves(content):
                _unchanged(path, item)
            return RasaFile(content=content)
        case _:
            raise fault("is neither a path nor a mapping", "write the path of Rasa's file, or its content")


def _from_path(path: str) -> dict[str, Json]:
    """Returns the content of a file as Rasa reads it. The path starts at the stack file's directory."""
    file = Path(path)
    if not file.is_file():
        raise fault("is not a file", f"write its path from the directory of the stack file ({Path.cwd()})")
    reader: Any = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    reader.constructor.add_constructor("tag:yaml.org,2002:timestamp", cast(Any, SafeConstructor).construct_scalar)
    try:
        content: Any = reader.load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        where: Any = error
        line = where.problem_mark.line + 1 if where.problem_mark else "?"
        raise fault(f"is not YAML, line {line}: {where.problem}", "correct the file") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise fault(f"is not YAML: {error}", "correct the file") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise fault("is not a mapping of sections", "write it as Rasa's documentation shows")
    try:
        return json.loads(json.dumps(content, allow_nan=False))
    except (TypeError, ValueError):
        raise fault("has a value that is neither text, number, list nor mapping", "remove the tag or the set") from None


def _unchanged(path: str, value: Json) -> None:
    """Raises an error for a value that Pulumi has changed on its way from the stack file."""
    fix = f"put {path} in quotes, or the content into a file of its own"
    if isinstance(value, str) and _DATE.fullmatch(value):
        raise fault(f"has a date at {path}, which Pulumi turned into a time", fix)
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        raise fault(f"has a number at {path} that Pulumi rounded", fix)


Content = Annotated[
    RasaFile,
    PlainValidator(_read),
    PlainSerializer(lambda file: file.source or file.content),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}]}),
]


def leaves(value: Json, path: str = "", name: str = "") -> Iterator[tuple[str, str, Json]]:
    """Yields every value that is neither mapping nor list: its path, its nearest key, and itself."""
    match value:
        case dict():
            for key, item in value.items():
                yield from leaves(item, f"{path}.{key}" if path else key, key)
        case list():
            for index, item in enumerate(value):
                yield from leaves(item, f"{path}[{index}]", name)
        case _:
            yield path, name, value


def unknown_names(file: RasaFile, known: tuple[str, ...], at: str, what: str) -> Iterator[Problem]:
    """Yields the sections or channels that the assistant's Rasa does not read. A name with a dot is a class."""
    for name in file.content:
        if name in known or "." in name:
            continue
        near = get_close_matches(name, known, n=1)
        yield Problem(
            key=f"{at}.{name}",
            got=repr(name),
            expected=f"is not {what} that this version of Rasa reads (known: {', '.join(known)})",
            fix=f"did you mean {near[0]}?" if near else "remove it",
        )


def credentials_in_clear(content: Json, at: str) -> Iterator[Problem]:
    """Yields the texts that are credentials by the name of their key or by their form."""
    for path, name, value in leaves(content):
        if not isinstance(value, str) or not value:
            continue
        shapes = [shape for shape, pattern in _SHAPES.items() if pattern.search(value)]
        # `GOOGLE_APPLICATION_CREDENTIALS` and the like name a file.
        is_file = name.lower().endswith("credentials") and re.fullmatch(r"(/[\w.-]+){2,}", value)
        if shapes or (_CREDENTIAL.search(name) and not _BRACES.search(value) and not is_file):
            expected = f"is {shapes[0]} in plain text" if shapes else "is a credential in plain text"
            fix = "replace the secret, put it under rasa:secrets, name it in secretEnv and write ${NAME} here"
            yield Problem(key=f"{at}.{path}", got="the value", expected=expected, fix=fix)


def problems_of_texts(content: Json, at: str, known: frozenset[str]) -> Iterator[Problem]:
    """Yields credentials in plain text, and references that would not arrive. `known` are the pods' variables."""
    yield from credentials_in_clear(content, at)
    for path, _, value in leaves(content):
        if not isinstance(value, str):
            continue
        key = f"{at}.{path}"
        for name in _BRACES.findall(value):
            yield from _reference(key, name, known, at)
        if bare := [one for one in _WITHOUT_BRACES.findall(value) if one in known]:
            expected = f"refers to ${bare[0]}, which Rasa replaces only in braces"
            yield Problem(key=key, got="the value", expected=expected, fix=f"write ${{{bare[0]}}}")


def _reference(key: str, name: str, known: frozenset[str], at: str) -> Iterator[Problem]:
    assistant = at.rpartition(".")[0] or at
    if not REFERENCE.fullmatch(f"${{{name}}}"):
        expected, fix = "is not the name of a variable: Rasa supports no defaults", "write ${NAME}, and set NAME in env"
        yield Problem(key=key, got="a reference in braces", expected=expected, fix=fix)
    elif name not in known:
        fix = f"add {name} to {assistant}.secretEnv, or to {assistant}.env if it is no secret"
        others = (f"{assistant}.secretEnv", f"{assistant}.secretEnv.{name}", f"{assistant}.env")
        yield Problem(key=key, got=f"${{{name}}}", expected="is not set in the pods", fix=fix, others=others)
