"""Looks for secrets where none may be."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from tests.vault.wire import Request
from tests.vault.world import World


def assert_nothing_told(world: World) -> None:
    """No key, token or password in outputs, addresses, logs of servers, or the wrong store."""
    secrets = found_secrets(world)
    assert secrets
    texts = {
        "an output": "\n".join(world.outputs),
        "an address": "\n".join(world.journal.lines()),
        "an audit log": _text(world.directory / "audit.log"),
        **{str(node.log): _text(node.log) for node in world.nodes},
    }
    for kind, values in secrets.items():
        for secret in values:
            for place, text in texts.items():
                assert secret not in text, f"{place} tells a {kind}"
    for value in world.store.values():
        assert not any(token in value for token in secrets["root token"] | secrets["token of Rasa"])


def found_secrets(world: World) -> dict[str, set[str]]:
    """Every secret that went over the wire, by its kind."""
    found: dict[str, set[str]] = {
        "root token": set(),
        "recovery key": set(),
        "token of Rasa": set(),
        "token of Vault": set(),
        "token of a pod": set(),
        "password": set(),
    }
    for request, _ in world.journal.entries:
        found["token of a pod"].add(request.bearer)
        found["token of Vault"].add(request.headers.get("x-vault-token", ""))
        if request.server == "kubernetes" and request.method == "PATCH":
            _of_patch(request, found)
        if request.server == "vault" and "/data/" in request.path and request.method == "POST":
            found["password"].add(request.json["data"]["db_password"])
    return {kind: {value for value in values if value} for kind, values in found.items()}


def _of_patch(request: Request, found: dict[str, set[str]]) -> None:
    data = {key: base64.b64decode(value).decode() for key, value in request.json["data"].items()}
    if "answer" in data:
        answer = json.loads(data["answer"])
        found["root token"].add(answer["root_token"])
        found["recovery key"].update(answer["recovery_keys"], answer["recovery_keys_base64"])
    if "token" in data:
        found["token of Rasa"].add(data["token"])


def _text(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
