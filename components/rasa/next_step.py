"""The user's next step after `up`, as text for the stack output `next`. Pure."""

from __future__ import annotations

import json

import pulumi

from components.rasa.names import RASA_PORT, RELEASE, UPLOADED_MODEL
from components.rasa.wiring import Wiring
from settings import Assistant

_REST = "rest"


def next_step(wiring: Wiring) -> pulumi.Output[str]:
    """Returns how to initialise Vault, upload a model and name it, or talk to the assistant."""
    assistant, storage = wiring.assistant, wiring.connections.model_storage
    if wiring.vault is not None and not wiring.vault.usable:
        return pulumi.Output.from_input(
            "Vault waits to be initialised, so Rasa was not released. Follow the runbook in docs/vault.md - then set "
            "`initialized: true` in rasa:secretsManager and run `pulumi up` again."
        )
    if storage is not None and not wiring.has_model:
        return pulumi.Output.concat(
            "There is no model yet, so Rasa was not released. Upload one: ",
            storage.upload_command,
            f" - then set `model: {UPLOADED_MODEL}` for {assistant.name} in rasa:assistants and run `pulumi up` again.",
        )
    if assistant.ingress is not None:
        scheme = "https" if assistant.ingress.tls_secret else "http"
        return pulumi.Output.from_input(_talk(assistant, f"{scheme}://{assistant.ingress.host}"))
    forward = (
        "pulumi stack output kubeconfig --show-secrets > kubeconfig; "
        f"kubectl --kubeconfig kubeconfig -n {assistant.namespace} port-forward svc/{RELEASE} {RASA_PORT} & "
    )
    return pulumi.Output.from_input(forward + _talk(assistant, f"http://localhost:{RASA_PORT}"))


def _talk(assistant: Assistant, url: str) -> str:
    if _REST not in assistant.credentials.content:
        return f"curl {url}/"
    message = json.dumps({"sender": "me", "message": "hello"})
    return f"curl {url}/webhooks/rest/webhook -H 'Content-Type: application/json' -d '{message}'"
