"""Events as the engine writes them, of which tests need a few fields."""

from __future__ import annotations

import json
from typing import Any

from tools.pulls.outcome import Outcome, read_events

DATABASE = "aws:rds/instance:Instance"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NODES = "aws:eks/nodeGroup:NodeGroup"
SECRET_MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::rasa::rasa:aws:Platform${type_}::{name}"


def step(
    op: str, type_: str, name: str, old: Any = None, new: Any = None, diff: Any = None, kind: str = "resourcePreEvent"
) -> dict[str, Any]:
    metadata = {
        "op": op,
        "urn": urn(type_, name),
        "type": type_,
        "old": {"inputs": old},
        "new": {"inputs": new},
        "detailedDiff": {path: {"diffKind": kind_} for path, kind_ in (diff or {}).items()} or None,
    }
    return {kind: {"metadata": metadata}}


def said(severity: str, message: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message}}


def ended(result: str = "succeeded") -> dict[str, Any]:
    return {"summaryEvent": {"result": result}}


def outcome(*events: dict[str, Any], where: str = "cloud") -> Outcome:
    return read_events(map(json.dumps, events), stack="dev", where=where)
