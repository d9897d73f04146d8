# pyright: basic, reportMissingImports=false
"""Writes an assistant's database credentials into Vault and creates its token.

Runs in the cluster, in Rasa Pro's image, once for each assistant. Reads `vault.json` next to it, and the credentials
from $DB_USERNAME and $DB_PASSWORD. The script can be repeated: it keeps unchanged credentials and a token that works.
It has the rights of the policy `vault-config` in Vault. In Kubernetes it can read and patch only the Secret that holds
Rasa's token.
"""

import json
import os
import re
from pathlib import Path

from vault_client import Deadline, Fault, KubernetesSecret, Refused, hide, logged_in, run, say, vault

CONFIG = Path(__file__).with_name("vault.json")
IDENTITY, TOKEN_ROLE = "vault-config", "assistant"
# The format of a token. Anything else cannot be sent as a header, and the error message would contain it.
TOKEN = re.compile(r"[\w.-]+", re.ASCII)


def read(server, settings):
    """Returns the credentials in Vault, or None."""
    try:
        return server.call("GET", _path(settings))["data"]["data"]
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


def _path(settings):
    return f"/v1/{settings['mount']}/data/{settings['path']}"


def works(token, settings, credentials):
    """Returns whether the token works for this assistant. Tries what Rasa does: look up, renew and read."""
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
    """Returns a new token. Its alias names the assistant, so it can read only this assistant's path."""
    request = {"entity_alias": settings["assistant"], "display_name": settings["assistant"]}
    return hide(server.call("POST", f"/v1/auth/token/create/{TOKEN_ROLE}", request)["auth"]["client_token"])


def revoke(token, settings):
    """Revokes a token if it is well-formed and valid."""
    if token is None or not TOKEN.fullmatch(token):
        return
    try:
        vault(settings["address"], token).call("POST", "/v1/auth/token/revoke-self")
    except Refused:
        return
    say("the old token is revoked")


def main():
    """Writes the credentials, then a token that can read them, then checks that the token works."""
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
        raise Fault(f"the token in {secret} cannot read {settings['path']}")
    say(f"the token in {secret} can read {settings['path']}")


if __name__ == "__main__":
    run(main)
