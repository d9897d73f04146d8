"""The changes that the engine plans, read from its event log.

A workflow passes this on as a file. It has no secrets: the engine writes `[secret]` in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast

Action = Literal["create", "update", "replace", "delete"]

# The engine's steps. A replacement has several; all others (same, read, refresh) change nothing.
ACTIONS: Final[Mapping[str, Action]] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "delete": "delete",
}
# The engine's spelling of a value that is known only after `up`, and, in an object of two keys, of a secret.
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET: Final = "[secret]"
KNOWN_LATER: Final = "known after up"
LONGEST_VALUE = 60
STACK: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PART = re.compile(r'\["([^"]*)"\]|\[(\d+)\]|([^.\[\]]+)')
_PROTECTED = re.compile(r'unable to (replace|delete) resource "([^"]+)"')
# The engine adds these to a program's own messages.
_ECHO = ("an unhandled error occurred: program exited with non-zero exit code", "preview failed", "update failed")


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property that changes. `old` and `new` are short texts; both are empty if the values are no single words."""

    path: str
    old: str = ""
    new: str = ""
    forces: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """A planned change of one resource. `holds` names its data; `refused`: its protection stops the engine."""

    action: Action
    type: str
    name: str
    properties: tuple[Property, ...] = ()
    refused: bool = False
    holds: str = ""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A violation of the policy pack; a `mandatory` one stops the engine."""

    policy: str
    resource: str
    message: str
    mandatory: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a preview, up to the point of its failure if it failed. `where` is `cloud` or `sandbox`."""

    stack: str
    where: str
    succeeded: bool
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """Reads the output of `to_json`, perhaps of a stranger: else raises ValueError, KeyError or TypeError."""
        given = json.loads(text)
        if given["where"] not in ("cloud", "sandbox") or not STACK.fullmatch(given["stack"]):
            raise ValueError("not the outcome of a preview")
        return cls(
            stack=str(given["stack"]),
            where=str(given["where"]),
            succeeded=given["succeeded"] is True,
            changes=tuple(_change(one) for one in given["changes"]),
            unchanged=int(given["unchanged"]),
            errors=tuple(map(str, given["errors"])),
            warnings=tuple(map(str, given["warnings"])),
            violations=tuple(
                Violation(
                    policy=str(one["policy"]),
                    resource=str(one["resource"]),
                    message=str(one["message"]),
                    mandatory=one["mandatory"] is True,
                )
                for one in given["violations"]
            ),
        )


def _change(given: Mapping[str, Any]) -> Change:
    if given["action"] not in ACTIONS.values():
        raise ValueError(f"unknown action {given['action']!r}")
    return Change(
        action=given["action"],
        type=str(given["type"]),
        name=str(given["name"]),
        properties=tuple(
            Property(path=str(one["path"]), old=str(one["old"]), new=str(one["new"]), forces=one["forces"] is True)
            for one in given["properties"]
        ),
        refused=given["refused"] is True,
        holds=str(given["holds"]),
    )


def read_events(lines: Iterable[str], *, stack: str, where: str) -> Outcome:
    """Reads an event log: one JSON object per line."""
    steps: dict[str, Change] = {}
    same: set[str] = set()
    said: dict[str, list[str]] = {"error": [], "warning": []}
    violations: list[Violation] = []
    succeeded = False
    for event in map(json.loads, lines):
        # A preview announces each step; a refresh only reports the results.
        step = event.get("resourcePreEvent") or event.get("resOutputsEvent")
        if step:
            _take(step["metadata"], steps, same)
        elif "diagnosticEvent" in event:
            found = event["diagnosticEvent"]
            if found["severity"] in said:
                said[found["severity"]].append(_plain(found["message"]))
        elif "policyEvent" in event:
            violations.append(_violation(event["policyEvent"]))
        elif "summaryEvent" in event:
            succeeded = event["summaryEvent"]["result"] == "succeeded"
    refused = {(change.type, change.name): change for error in said["error"] for change in _refused(error)}
    allowed = (change for change in steps.values() if (change.type, change.name) not in refused)
    errors = [error for error in said["error"] if not _PROTECTED.search(error)]
    own = [error for error in errors if not error.startswith(_ECHO)]
    told = own or refused or any(one.mandatory for one in violations)
    return Outcome(
        stack=stack,
        where=where,
        succeeded=succeeded,
        changes=(*refused.values(), *allowed),
        unchanged=len(same - steps.keys()),
        errors=tuple(dict.fromkeys(own if told else errors)),
        warnings=tuple(dict.fromkeys(said["warning"])),
        violations=tuple(dict.fromkeys(violations)),
    )


def _take(metadata: Mapping[str, Any], steps: dict[str, Change], same: set[str]) -> None:
    """Stores a step. It skips components and providers, which are no resources of a cloud."""
    urn, type_ = metadata["urn"], metadata["type"]
    if type_.startswith(("rasa:", "pulumi:")):
        return
    action = ACTIONS.get(metadata["op"])
    if action is None:
        same.add(urn)
        return
    before = steps.get(urn)
    # The last step of a replacement is a deletion, without a reason; the engine may also report a step twice.
    if before is None or (not before.properties and action == before.action):
        properties = tuple(_properties(metadata)) if action in ("update", "replace") else ()
        steps[urn] = Change(action=action, type=type_, name=_name(urn), properties=properties, holds=_held(type_, urn))


def _held(type_: str, urn: str) -> str:
    # Imported late: a job that only reads an outcome does not have the catalogue's packages.
    from catalogue.packages import what_it_holds

    return what_it_holds(type_, _name(urn))


def _properties(metadata: Mapping[str, Any]) -> Iterator[Property]:
    details: Mapping[str, Any] = metadata.get("detailedDiff") or {}
    paths: Iterable[str] = details or metadata.get("diffs") or ()
    forcing = set(metadata.get("keys") or [])
    for path in paths:
        yield Property(
            path=path,
            old=_value(metadata.get("old"), path),
            new=_value(metadata.get("new"), path),
            forces=path in forcing or str(details.get(path, {}).get("diffKind", "")).endswith("-replace"),
        )


def _value(state: Mapping[str, Any] | None, path: str) -> str:
    """Returns a short text for a property among a state's inputs; empty if it is missing or a group."""
    value: Any = (state or {}).get("inputs") or {}
    for key, index, word in _PART.findall(path):
        if isinstance(value, list) and index:
            items = cast("list[Any]", value)
            value = items[int(index)] if int(index) < len(items) else None
        elif isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(key or index or word)
        else:
            value = None
        if isinstance(value, dict) and SECRET in cast("dict[str, Any]", value).values():
            return SECRET
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    if UNKNOWN in text:
        return KNOWN_LATER
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def _refused(error: str) -> Iterator[Change]:
    """Yields a deletion or replacement for each sentence of an error about protection; the last one is protected."""
    for action, urn in _PROTECTED.findall(error):
        type_ = urn.split("::")[2].rpartition("$")[2]
        yield Change(action=cast("Action", action), type=type_, name=_name(urn), refused=True, holds=_held(type_, urn))


def _violation(event: Mapping[str, Any]) -> Violation:
    return Violation(
        policy=event["policyName"],
        resource=_name(event.get("resourceUrn") or ""),
        message=_plain(event["message"]),
        mandatory=event["enforcementLevel"] == "mandatory",
    )


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _plain(message: str) -> str:
    """Returns the message without the engine's colour marks."""
    return re.sub(r"<\{%[a-z]+%\}>", "", message).strip()
