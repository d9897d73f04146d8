# pyright: basic, reportMissingImports=false
"""Runs in the cluster, in Rasa Pro's image, once for each assistant: its database credentials and its token of Vault.

Reads `vault.json` beside it, and the credentials from $DB_USERNAME and $DB_PASSWORD. Safe to repeat: credentials that
are the same and a token that works are kept. Its rights in Vault are those of the policy `vault-config`; in Kubernetes
it may read and patch the one Secret that Rasa takes its token from.
"""

import json
import os
import re
from pathlib import Path

from vault_client import Deadline, Fault, KubernetesSecret, Refused, hide, logged_in, run, say, vault

CONFIG = Path(__file__).with_name("vault.json")
IDENTITY, TOKEN_ROLE = "vault-config", "assistant"
# What can be one at all; anything else could not even be sent, and an error would repeat it.
TOKEN = re.compile(r"[\w.-]+", re.ASCII)


def read(server, settings):
    """The credentials in Vault, or None."""
    try:
        return server.call("GET", _path(settings))["data"]["data"]
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


def _path(settings):
    return f"/v1/{settings['mount']}/data/{settings['path']}"


def works(token, settings, credentials):
    """Whether the token is one of this assistant's; tried as Rasa does: looked up, renewed, and used to read."""
    if token is None or not TOKEN.fullmatch(token):
        return False
    server = vault(settings["address"], token)
    try:
        told = server.call("GET", "/v1/auth/token/lookup-self")["data"]
        if told.get("role") != TOKEN_ROLE or not told["renewable"]:
            return False
        server.call("POST", "/v1/auth/token/renew-self")
        return read(server, settings) == credentials
    except Refused:
        return False


def make_token(server, settings):
    """A token that reads the path of this assistant and of no other, which its alias says."""
    request = {"entity_alias": settings["assistant"], "display_name": settings["assistant"]}
    return hide(server.call("POST", f"/v1/auth/token/create/{TOKEN_ROLE}", request)["auth"]["client_token"])


def revoke(token, settings):
    """End a token, if it is one and lives."""
    if token is None or not TOKEN.fullmatch(token):
        return
    try:
        vault(settings["address"], token).call("POST", "/v1/auth/token/revoke-self")
    except Refused:
        return
    say("the token that was there is revoked")


def main():
    """Credentials first, then a token that can read them, then the proof."""
    settings = json.loads(CONFIG.read_text(encoding="utf-8"))
    deadline, accounts = Deadline(settings["deadline_seconds"]), settings["service_accounts"]
    credentials = {"db_username": os.environ["DB_USERNAME"], "db_password": hide(os.environ["DB_PASSWORD"])}
    place = settings["secret"]
    secret = KubernetesSecret(accounts, place["name"], place["namespace"])
    with logged_in(settings["address"], IDENTITY, accounts, deadline) as server:
        if read(server, settings) == credentials:
            say(f"{settings['path']}: the credentials are kept")
        else:
            version = server.call("POST", _path(settings), {"data": credentials})["data"]["version"]
            say(f"{settings['path']}: the credentials are written, version {version}")
        token = secret.read(place["key"])
        if works(token, settings, credentials):
            say(f"{secret}: the token is kept")
        else:
            secret.write(place["key"], make_token(server, settings))
            say(f"{secret}: a new token is written")
            revoke(token, settings)
    if not works(secret.read(place["key"]), settings, credentials):
        raise Fault(f"the token in {secret} does not read {settings['path']}")
    say(f"the token in {secret} reads {settings['path']}")


if __name__ == "__main__":
    run(main)
