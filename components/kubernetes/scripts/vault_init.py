# pyright: basic, reportMissingImports=false
"""Initialises and configures Vault, or checks the configuration.

Runs in the cluster, in Rasa Pro's image, once for the platform, and reads `vault.json` next to it. The script can be
repeated, and interrupted at any point. Vault returns its recovery keys and its root token only once, when it is
initialised. Before that, the script tests that both places for them accept a value: the cloud's own secret (for the
recovery keys only) and the stash, a Kubernetes Secret that holds Vault's whole answer until the root token is revoked.
A run that finds a stash continues from it. Without `recovery`, an operator initialises Vault and the script only checks
(docs/vault.md).
"""

import json
from pathlib import Path

from vault_client import (
    Deadline,
    Fault,
    KubernetesSecret,
    Refused,
    Unavailable,
    hide,
    logged_in,
    own_namespace,
    run,
    say,
    vault,
)
from vault_nodes import is_initialised, wait_for_all, wait_for_leader
from vault_stage import CHECK, enabled, writes

CONFIG = Path(__file__).with_name("vault.json")
STASH, ANSWER, PROBE = "vault-init", "answer", "probe"
# A pod on a lost node may still run and wait for Vault's answer. This is its time to store the answer.
GRACE_SECONDS = 10

RUNBOOK = "Vault is not initialised; with `init: runbook` an operator initialises it: docs/vault.md"
START_AGAIN = "empty Vault's volumes and run `pulumi up` again (docs/vault.md, 'What a crash leaves')"
LOST = (
    "Vault was initialised, but the run that did it was interrupted before it could store the answer: recovery keys "
    f"and root token are lost. Vault is still empty: {START_AGAIN}"
)
NOT_OURS = (
    "Vault is initialised, but not configured, and this Job has no rights to configure it. Configure it by hand "
    f"(docs/vault.md, 'The runbook'), or, if it is empty, {START_AGAIN}"
)
DIFFERS = "Vault is not configured correctly, and only an operator can change that (docs/vault.md)"


def initialise(settings, stash, deadline):
    """Initialises Vault, stores the answer in the stash, and returns it."""
    stash.create()
    stash.write(PROBE, "can be written")
    if stash.read(PROBE) is None:
        raise Fault(f"{stash} does not store values, so Vault was not initialised")
    place = settings["recovery"]
    deadline.keep_trying(lambda: add(place, "Vault's recovery keys will be the next version of this secret."))
    say(f"recovery keys can be stored in {place['secret']}")
    request = {"recovery_shares": settings["shares"], "recovery_threshold": settings["threshold"]}
    answer = hidden(vault(settings["nodes"][0]).call("PUT", "/v1/sys/init", request))
    deadline.keep_trying(lambda: stash.write(ANSWER, json.dumps(answer)), faults=Fault)
    say("Vault is initialised")
    return answer


def add(place, value):
    """Adds a value to the secret for recovery keys. Every error counts as temporary, because new rights of a pod take
    time to take effect in the cloud.

    `vault_recovery` belongs to the cloud. It does not exist if an operator initialises Vault.
    """
    import vault_recovery

    try:
        vault_recovery.add(place, value)
    except Exception as error:
        raise Unavailable(f"{place['secret']} accepts no value: {type(error).__name__}: {error}") from error


def hidden(answer):
    """Returns Vault's answer and hides its values from all output."""
    for secret in (answer["root_token"], *answer["recovery_keys"], *answer["recovery_keys_base64"]):
        hide(secret)
    return answer


def answer_of_earlier_run(stash):
    """Returns Vault's answer from the stash, or None."""
    grace = Deadline(GRACE_SECONDS)
    while True:
        answer = stash.read(ANSWER)
        if answer is not None:
            return hidden(json.loads(answer))
        if stash.read(PROBE) is None or not grace.pause():
            return None


def finish(settings, stash, answer, deadline):
    """Stores the recovery keys, configures Vault, revokes the root token and deletes the stash."""
    place = settings["recovery"]
    keys = {"recovery_keys_base64": answer["recovery_keys_base64"], "threshold": settings["threshold"]}
    deadline.keep_trying(lambda: add(place, json.dumps(keys)))
    say(f"the recovery keys are in {place['secret']}")
    root = vault(wait_for_leader(settings["nodes"], deadline), answer["root_token"])
    # An earlier run may have revoked the token.
    if is_alive(root):
        set_up(root, settings)
        root.call("POST", "/v1/auth/token/revoke-self")
    if is_alive(root):
        raise Fault("Vault still accepts the root token after revoking it")
    say("the root token is revoked: Vault refuses it")
    stash.delete()


def set_up(root, settings):
    """Writes everything in vault_stage.py."""
    for kind, wanted in enabled(settings):
        there = root.call("GET", f"/v1/sys/{kind}")["data"]
        for name, body in wanted.items():
            if f"{name}/" not in there:
                root.call("POST", f"/v1/sys/{kind}/{name}", body)
    for path, body in all_writes(root, settings):
        root.call("POST", f"/v1/{path}", body)
    say("audit, credentials, sign-in and policies are configured")


def all_writes(server, settings):
    """Returns the writes of vault_stage.py for this Vault and this namespace."""
    tokens = server.call("GET", "/v1/sys/auth")["data"]["token/"]
    return writes(settings, own_namespace(settings["service_accounts"]), tokens["accessor"])


def is_alive(server):
    """Returns whether Vault accepts the token."""
    try:
        server.call("GET", "/v1/auth/token/lookup-self")
    except Refused as refusal:
        if refusal.status != 403:
            raise
        return False
    return True


def differences(settings, deadline):
    """Yields a sentence for each difference between Vault and vault_stage.py. Uses a role that can only read."""
    leader = wait_for_leader(settings["nodes"], deadline)
    with logged_in(leader, CHECK, settings["service_accounts"], deadline) as server:
        for kind, wanted in enabled(settings):
            there = server.call("GET", f"/v1/sys/{kind}")["data"]
            for name, body in wanted.items():
                yield from _compare(f"sys/{kind}/{name}", body, there.get(f"{name}/"))
        for path, body in all_writes(server, settings):
            yield from _compare(path, body, _read(server, path))


def _read(server, path):
    try:
        return server.call("GET", f"/v1/{path}")["data"]
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


def _compare(path, wanted, found):
    if found is None:
        yield f"{path} is missing"
        return
    for key, value in wanted.items():
        if isinstance(value, dict):
            yield from _compare(f"{path} {key}", value, found.get(key))
        # White space in a policy does not matter.
        elif str(found.get(key)).split() != str(value).split():
            yield f"{path}: {key} is {found.get(key)!r} and should be {value!r}"


def main():
    """Initialises and configures Vault if necessary, then checks the configuration."""
    settings = json.loads(CONFIG.read_text(encoding="utf-8"))
    deadline, by_runbook = Deadline(settings["deadline_seconds"]), settings["recovery"] is None
    initialised = is_initialised(settings["nodes"], deadline)
    if by_runbook and not initialised:
        raise Fault(RUNBOOK)
    stash = None if by_runbook else KubernetesSecret(settings["service_accounts"], STASH)
    if stash:
        answer = answer_of_earlier_run(stash) if initialised else initialise(settings, stash, deadline)
        if answer:
            finish(settings, stash, answer, deadline)
            wait_for_all(settings["nodes"], deadline)
    try:
        found = list(differences(settings, deadline))
    except Refused as refusal:
        lost = stash is not None and stash.read(PROBE) is not None
        raise Fault(f"{LOST if lost else NOT_OURS} ({refusal})") from refusal
    if found:
        raise Fault(f"{DIFFERS}: {'; '.join(found)}")
    say("Vault is initialised, unsealed and configured")


if __name__ == "__main__":
    run(main)
