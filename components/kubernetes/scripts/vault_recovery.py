# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportAttributeAccessIssue=false
"""Adds a value to the one secret of the cloud's own store that is there for Vault's recovery keys.

The pod's identity may add, and neither read nor make: the secret is Pulumi's. Each cloud is asked as its own libraries
in Rasa Pro's image do it; those of Azure's and Google's secret stores are not in it.
"""

import base64

import requests
from vault_client import Unavailable

TIMEOUT_SECONDS = 30


def add(place, value):
    """Add the value. Any fault may pass: rights and networks of a pod take a while to reach the cloud."""
    try:
        {"aws": _add_to_aws, "azure": _add_to_azure, "gcp": _add_to_google}[place["store"]](place, value)
    except Exception as error:
        raise Unavailable(f"{place['secret']} takes no value: {type(error).__name__}: {error}") from error


def _add_to_aws(place, value):
    import boto3

    client = boto3.client("secretsmanager", region_name=place["region"])
    client.put_secret_value(SecretId=place["secret"], SecretString=value)


def _add_to_azure(place, value):
    from azure.identity import WorkloadIdentityCredential

    token = WorkloadIdentityCredential().get_token("https://vault.azure.net/.default").token
    answer = requests.put(
        f"{place['vault_url'].rstrip('/')}/secrets/{place['secret']}",
        params={"api-version": "7.4"},
        headers={"Authorization": f"Bearer {token}"},
        json={"value": value},
        timeout=TIMEOUT_SECONDS,
    )
    _accept(answer)


def _add_to_google(place, value):
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    answer = AuthorizedSession(credentials).post(
        f"https://secretmanager.googleapis.com/v1/{place['secret']}:addVersion",
        json={"payload": {"data": base64.b64encode(value.encode()).decode()}},
        timeout=TIMEOUT_SECONDS,
    )
    _accept(answer)


def _accept(answer):
    """An error in the store's own words, which do not repeat what it was sent."""
    if answer.ok:
        return
    try:
        told = answer.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):
        told = answer.reason
    raise RuntimeError(f"{answer.status_code} {told}")
