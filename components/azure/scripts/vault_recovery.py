# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Adds a value to the secret for recovery keys. The script that initialises Vault in the cluster uses this module.

The pod's identity may add values, but neither read nor create the secret: the program creates it. Rasa's image contains
no library for Key Vault.
"""

import requests
from vault_client import accept

TIMEOUT_SECONDS = 30


def add(place, value):
    """Adds the value to the secret `secret` in the Key Vault at `vault_url`."""
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
