# pyright: basic
"""What Vault holds once it is set up, as data: docs/vault.md shows the same as commands, for an operator to write.

After that no identity is left that may change any of it. These policies stand:
- `vault-init` reads all that is written here, and no secret.
- `vault-config` writes the credentials of assistants, and makes tokens by the role `assistant`. It writes no policy.
- `assistant` reads the credentials of the one assistant that the token was made for: the token's alias is its name.
- `vault-recovery` may hand recovery keys in, from which Vault makes a root token; from 2.0 on Vault takes them from
  nobody who is not signed in. Its service account is not there until an operator makes it.
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
# Long enough for a script, which gives its token back at the end, and for an operator.
LOGIN_SECONDS = 1200


def enabled(settings):
    """What is turned on once, by the list of `sys/` that it then stands in. Vault stops when it can write no audit."""
    devices = {name: {"type": "file", "options": {"file_path": path}} for name, path in settings["audit"].items()}
    yield "audit", devices
    yield "mounts", {settings["mount"]: {"type": "kv", "options": {"version": "2"}}}
    yield "auth", {"kubernetes": {"type": "kubernetes"}}


def writes(settings, namespace, accessor):
    """Path and content of what is simply written; `accessor` is the one of tokens in `sys/auth`."""
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
            # `default` comes with every token: it may look itself up and renew itself.
            "allowed_policies": [ASSISTANT],
            "allowed_entity_aliases": ["*"],
        },
    )
