# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Runs in the cluster, beside the script that initialises Vault: adds a value to the one secret for recovery keys.

The pod's identity may add, and neither read nor make: the secret is the program's. Rasa's image holds no library of
Key Vault's.
"""

import requests
from vault_client import accept

TIMEOUT_SECONDS = 30


def add(place, value):
    """Add the value to the secret `secret` of the Key Vault at `vault_url`."""
    from azure.identity import WorkloadIdentityCredential

    token = WorkloadIdentityCredential().get_token("https://vault.azure.net/.default").token
    answer = requests.put(
        f"{place['vault_url'].rstrip('/')}/secrets/{place['secret']}",
        params={"api-version": "7.4"},
        headers={"Authorization": f"Bearer {token}"},
        json={"value": value},
        timeout=TIMEOUT_SECONDS,
    )
    accept(answer)
