# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Adds a value to the secret for recovery keys. The script that initialises Vault in the cluster uses this module.

The pod's identity may add values, but neither read nor create the secret: the program creates it. Rasa's image contains
no library for Secret Manager.
"""

import base64

from vault_client import accept

TIMEOUT_SECONDS = 30


def add(place, value):
    """Adds the value to the secret `secret` (projects/.../secrets/...) in Secret Manager."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    answer = AuthorizedSession(credentials).post(
        f"https://secretmanager.googleapis.com/v1/{place['secret']}:addVersion",
        json={"payload": {"data": base64.b64encode(value.encode()).decode()}},
        timeout=TIMEOUT_SECONDS,
    )
    accept(answer)
