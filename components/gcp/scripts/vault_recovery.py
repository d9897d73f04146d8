# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Runs in the cluster, beside the script that initialises Vault: adds a value to the one secret for recovery keys.

The pod's identity may add, and neither read nor make: the secret is the program's. Rasa's image holds no library of
Secret Manager's.
"""

import base64

from vault_client import accept

TIMEOUT_SECONDS = 30


def add(place, value):
    """Add the value to the secret `secret` (projects/.../secrets/...) of Secret Manager."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    answer = AuthorizedSession(credentials).post(
        f"https://secretmanager.googleapis.com/v1/{place['secret']}:addVersion",
        json={"payload": {"data": base64.b64encode(value.encode()).decode()}},
        timeout=TIMEOUT_SECONDS,
    )
    accept(answer)
