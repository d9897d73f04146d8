"""Names of Vault in the cluster: for its chart, its clients, and its certificate. Pure."""

from __future__ import annotations

from typing import Final

from settings.secrets_manager import VAULT_NAMESPACE

# The release's name, from which the chart derives all others; the `app.kubernetes.io/name` of its pods is the chart's.
RELEASE: Final = "vault"
SERVER_POD: Final = "vault"
INIT_POD: Final = "vault-init"
CONFIG_POD: Final = "vault-config"
PORT: Final = 8200
CLUSTER_PORT: Final = 8201

# The chart's service for the active node, the only one that is never sealed.
ADDRESS: Final = f"https://{RELEASE}-active.{VAULT_NAMESPACE}.svc:{PORT}"

# The key-value engine, and the audience of service accounts' tokens.
MOUNT: Final = "secret"
AUDIENCE: Final = "vault"

# The service account of the Jobs that write an assistant's credentials.
CONFIG_ACCOUNT: Final = "vault-config"

# The Secret with an assistant's token, in the assistant's namespace.
TOKEN_SECRET: Final = "rasa-vault"
TOKEN_KEY: Final = "token"

CERTIFICATE_SECRET: Final = "vault-tls"
CA_FILE: Final = "ca.pem"


def node_addresses(nodes: int) -> list[str]:
    """Returns the addresses of the single nodes. The Job initialises the first one."""
    return [f"https://{RELEASE}-{index}.{RELEASE}-internal.{VAULT_NAMESPACE}.svc:{PORT}" for index in range(nodes)]


def certificate_names() -> list[str]:
    """Returns every name of a node; nodes call each other by the short one, independent of their number."""
    services = [
        f"{service}.{VAULT_NAMESPACE}.{suffix}"
        for service in (RELEASE, f"{RELEASE}-active", f"*.{RELEASE}-internal")
        for suffix in ("svc", "svc.cluster.local")
    ]
    return [*services, f"*.{RELEASE}-internal", "localhost"]
