"""The clouds' secret stores, each with one secret that exists already and an identity that may only add to it.

Amazon's is moto's server, Identity and Access Management included. Of Microsoft's and Google's those few calls are
answered that add a value, and by which their libraries sign in, as the published REST references have them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlencode

from moto.core.authorization import enable_iam_authentication
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from tests.vault.wire import LOOPBACK, Answer, Handle, Request, answer_json

REGION = "eu-central-1"
COMPONENTS = Path(__file__).parents[2] / "components"


class Store(Protocol):
    """A cloud's store as the tests use it."""

    refuses: bool
    """The identity lacks its right."""

    script: Path
    """The cloud's part of the Job."""

    @property
    def place(self) -> Mapping[str, str]:
        """The secret, as vault.json tells it."""
        ...

    @property
    def hosts(self) -> Mapping[str, Handle]:
        """What answers for the cloud, by host."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """What the pod gets of its cloud identity."""
        ...

    def values(self) -> list[str]:
        """All that was added, oldest first."""
        ...


class AwsStore:
    """Secrets Manager. The user of the access key may put a value, and nothing else."""

    def __init__(self, directory: Path) -> None:
        self.refuses = False
        self._moto = Client(DomainDispatcherApplication(create_backend_app))
        # All of a test run share one account of moto's.
        name = directory.name
        self._iam("CreateUser", UserName=name)
        key = self._iam("CreateAccessKey", UserName=name)
        self._arn = self._secrets("CreateSecret", Name=name)["ARN"]
        # Of a policy moto looks at the actions only.
        policy = {"Effect": "Allow", "Action": "secretsmanager:PutSecretValue", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        self._grant = lambda action: self._iam(action, UserName=name, PolicyName="put", PolicyDocument=document)
        self.script = COMPONENTS / "aws" / "scripts" / "vault_recovery.py"
        self.place = {"secret": self._arn, "region": REGION}
        self.hosts = {f"secretsmanager.{REGION}.amazonaws.com": self._handle}
        self.environment = {
            "AWS_ACCESS_KEY_ID": _element("AccessKeyId", key),
            "AWS_SECRET_ACCESS_KEY": _element("SecretAccessKey", key),
        }

    def values(self) -> list[str]:
        versions = self._secrets("ListSecretVersionIds", SecretId=self._arn, IncludeDeprecated=True)["Versions"]
        of = [self._secrets("GetSecretValue", SecretId=self._arn, VersionId=one["VersionId"]) for one in versions]
        return [one["SecretString"] for one in of]

    def _handle(self, request: Request) -> Answer:
        self._grant("DeleteUserPolicy" if self.refuses else "PutUserPolicy")
        with enable_iam_authentication():
            return self._forward(request.method, request.headers["host"], dict(request.headers), request.body)

    def _forward(self, method: str, host: str, headers: dict[str, str], body: bytes) -> Answer:
        told = self._moto.open(method=method, path="/", base_url=f"https://{host}", headers=headers, data=body)
        return Answer(status=told.status_code, body=told.data, headers={"Content-Type": told.content_type})

    def _secrets(self, action: str, **arguments: object) -> dict[str, Any]:
        headers = _unsigned("secretsmanager") | {
            "X-Amz-Target": f"secretsmanager.{action}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        host = f"secretsmanager.{REGION}.amazonaws.com"
        return json.loads(self._forward("POST", host, headers, json.dumps(arguments).encode()).body)

    def _iam(self, action: str, **arguments: str) -> str:
        body = urlencode({"Action": action, "Version": "2010-05-08", **arguments}).encode()
        headers = _unsigned("iam") | {"Content-Type": "application/x-www-form-urlencoded"}
        return self._forward("POST", "iam.amazonaws.com", headers, body).body.decode()


def _unsigned(service: str) -> dict[str, str]:
    scope = f"Credential=AKIATEST/20260101/{REGION}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}


def _element(name: str, xml: str) -> str:
    found = re.search(f"<{name}>(.*?)</{name}>", xml)
    assert found, f"no {name} in {xml}"
    return found[1]


class AzureStore:
    """Key Vault, with the token that Entra Workload ID gives for the one of the pod's service account."""

    TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
    AUTHORITY, NAME = "login.microsoftonline.com", "vault-recovery"

    def __init__(self, directory: Path) -> None:
        self.refuses = False
        self._values: list[str] = []
        federated = directory / "azure-identity-token"
        federated.write_text("token of the service account")
        vault = f"{directory.name}.vault.azure.net"
        self.script = COMPONENTS / "azure" / "scripts" / "vault_recovery.py"
        self.place = {"vault_url": f"https://{vault}/", "secret": self.NAME}
        self.hosts = {self.AUTHORITY: self._sign_in, vault: self._handle}
        self.environment = {
            "AZURE_CLIENT_ID": self.CLIENT,
            "AZURE_TENANT_ID": self.TENANT,
            "AZURE_AUTHORITY_HOST": f"https://{self.AUTHORITY}/",
            "AZURE_FEDERATED_TOKEN_FILE": str(federated),
        }

    def values(self) -> list[str]:
        return self._values

    def _sign_in(self, request: Request) -> Answer:
        assert request.path == f"/{self.TENANT}/oauth2/v2.0/token"
        form = {key: value for key, (value,) in parse_qs(request.body.decode()).items()}
        assert form["client_id"] == self.CLIENT
        assert form["client_assertion"] == "token of the service account"
        assert form["scope"] == "https://vault.azure.net/.default"
        return answer_json({"token_type": "Bearer", "expires_in": 3600, "access_token": "token of the identity"})

    def _handle(self, request: Request) -> Answer:
        if request.bearer != "token of the identity":
            return answer_json({"error": {"code": "Unauthorized", "message": "no token"}}, status=401)
        added = (request.method, request.path) == ("PUT", f"/secrets/{self.NAME}?api-version=7.4")
        if self.refuses or not added:
            message = "Caller is not authorized to perform action on resource."
            return answer_json({"error": {"code": "Forbidden", "message": message}}, status=403)
        self._values.append(request.json["value"])
        return answer_json({"id": f"https://{request.headers['host']}/secrets/{self.NAME}/1"})


class GoogleStore:
    """Secret Manager, with the token that the metadata server has for the pod."""

    SECRET, HOST = "projects/rasa/secrets/vault-recovery", "secretmanager.googleapis.com"

    def __init__(self, metadata_port: Callable[[Handle], int]) -> None:
        self.refuses = False
        self._values: list[str] = []
        metadata = f"{LOOPBACK}:{metadata_port(self._metadata)}"
        self.script = COMPONENTS / "gcp" / "scripts" / "vault_recovery.py"
        self.place = {"secret": self.SECRET}
        self.hosts = {self.HOST: self._handle}
        self.environment = {"GCE_METADATA_HOST": metadata, "GCE_METADATA_IP": metadata}

    def values(self) -> list[str]:
        return self._values

    def _metadata(self, request: Request) -> Answer:
        flavor = {"Metadata-Flavor": "Google"}
        path = request.path.partition("?")[0]
        if path.endswith("/token"):
            token = {"access_token": "token of the pod", "expires_in": 3600, "token_type": "Bearer"}
            return answer_json(token, headers=flavor)
        if path.endswith("/project-id"):
            return Answer(body=b"rasa", headers=flavor | {"Content-Type": "application/text"})
        if "/service-accounts/default" in path:
            return answer_json({"email": "default", "scopes": [], "aliases": []}, headers=flavor)
        return Answer(headers=flavor)

    def _handle(self, request: Request) -> Answer:
        if request.bearer != "token of the pod":
            return answer_json({"error": {"message": "no token", "status": "UNAUTHENTICATED"}}, status=401)
        added = (request.method, request.path) == ("POST", f"/v1/{self.SECRET}:addVersion")
        if self.refuses or not added:
            message = "Permission 'secretmanager.versions.add' denied."
            return answer_json({"error": {"message": message, "status": "PERMISSION_DENIED"}}, status=403)
        self._values.append(base64.b64decode(request.json["payload"]["data"]).decode())
        return answer_json({"name": f"{self.SECRET}/versions/{len(self._values)}"})
