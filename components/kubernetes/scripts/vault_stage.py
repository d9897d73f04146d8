# pyright: basic
"""Vault's configuration as data. docs/vault.md shows it as commands for an operator.

After that no identity can change the configuration. The policies are:
- `vault-init` can read everything written here, but no secret.
- `vault-config` can write the credentials of assistants and create tokens with the role `assistant`, but no policies.
- `assistant` can read the credentials of the one assistant that the token was created for: the alias of the token.
- `vault-recovery` can submit recovery keys, from which Vault creates a root token. From version 2.0 on, Vault accepts
  them only from a signed-in user. An operator creates the service account when it is needed.
"""

from string import Template

CHECK, CONFIG, RECOVERY, ASSISTANT = "vault-init", "vault-config", "vault-recovery", "assistant"

POLICIES = {
    CHECK: """
        path "sys/mounts" { capabilities = ["read"] }
        path "sys/auth" { capabilities = ["read"] }
        path "sys/audit" { capabilities = ["read", "sudo"] }
        path "sys/policies/acl/vault-init" { capabilities = ["read"] }
        path "sys/policies/acl/vault-config" { capabilities = ["read"] }
        path "sys/policies/acl/vault-recovery" { capabilities = ["read"] }
        path "sys/policies/acl/assistant" { capabilities = ["read"] }
        path "auth/kubernetes/config" { capabilities = ["read"] }
        path "auth/kubernetes/role/vault-init" { capabilities = ["read"] }
        path "auth/kubernetes/role/vault-config" { capabilities = ["read"] }
        path "auth/kubernetes/role/vault-recovery" { capabilities = ["read"] }
        path "auth/token/roles/assistant" { capabilities = ["read"] }
    """,
    CONFIG: """
        path "$mount/data/+/tracker-store" { capabilities = ["create", "read", "update"] }
        path "auth/token/create/assistant" { capabilities = ["update"] }
    """,
    RECOVERY: """
        path "sys/generate-root/attempt" { capabilities = ["create", "read", "update", "delete", "sudo"] }
        path "sys/generate-root/update" { capabilities = ["create", "update", "sudo"] }
    """,
    ASSISTANT: """
        path "$mount/data/{{identity.entity.aliases.$accessor.name}}/tracker-store" { capabilities = ["read"] }
    """,
}
# Long enough for an operator, and for a script, which revokes its token at the end.
LOGIN_SECONDS = 1200


def enabled(settings):
    """Yields what is enabled once: the list in `sys/`, and its entries. Vault stops if it cannot write an audit log."""
    devices = {name: {"type": "file", "options": {"file_path": path}} for name, path in settings["audit"].items()}
    yield "audit", devices
    yield "mounts", {settings["mount"]: {"type": "kv", "options": {"version": "2"}}}
    yield "auth", {"kubernetes": {"type": "kubernetes"}}


def writes(settings, namespace, accessor):
    """Yields path and content of each write. `accessor` is the accessor of the token method in `sys/auth`."""
    yield "auth/kubernetes/config", settings["kubernetes"]
    for name, policy in POLICIES.items():
        filled = Template(policy).substitute(mount=settings["mount"], accessor=accessor)
        yield f"sys/policies/acl/{name}", {"policy": "\n".join(map(str.strip, filled.strip().splitlines())) + "\n"}
    for name in (CHECK, CONFIG, RECOVERY):
        yield (
            f"auth/kubernetes/role/{name}",
            {
                "bound_service_account_names": [name],
                "bound_service_account_namespaces": [namespace],
                "audience": "vault",
                "token_policies": [name],
                "token_ttl": LOGIN_SECONDS,
                "token_max_ttl": LOGIN_SECONDS,
            },
        )
    yield (
        f"auth/token/roles/{ASSISTANT}",
        {
            "orphan": True,
            "renewable": True,
            "token_period": settings["token_period_seconds"],
            # Every token also has the policy `default`, which lets it look itself up and renew itself.
            "allowed_policies": [ASSISTANT],
            "allowed_entity_aliases": ["*"],
        },
    )
