"""A double of the Kubernetes API: service accounts and their tokens, reviews of tokens, and Secrets behind rights.

A request is refused as a cluster refuses it, with a status; rights are by verb, namespace and, where a cluster can,
name.
"""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.vault.wire import Answer, Request, answer_json

API_AUDIENCE = "https://kubernetes.default.svc"
SECRETS = re.compile(r"/api/v1/namespaces/(?P<namespace>[^/]+)/secrets(?:/(?P<name>[^/]+))?")
VERBS = {"GET": "get", "POST": "create", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a service account may do with Secrets. Creating cannot be limited to a name."""

    account: str
    verbs: frozenset[str]
    namespace: str
    name: str | None = None


@dataclass
class ClusterApi:
    """The API; `secrets` by namespace and name."""

    rights: list[Right] = field(default_factory=list[Right])
    secrets: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict[tuple[str, str], dict[str, str]])

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._accounts: dict[str, tuple[str, str]] = {}
        self._uids: dict[str, str] = {}

    def allow(self, account: str, *verbs: str, namespace: str, name: str | None = None) -> None:
        self.rights.append(Right(account=account, verbs=frozenset(verbs), namespace=namespace, name=name))

    def token(self, namespace: str, account: str, audience: str = API_AUDIENCE) -> str:
        """A token as the kubelet projects it into a pod of that service account."""
        uid = self._uids.setdefault(f"{namespace}:{account}", str(uuid.uuid4()))
        now = int(time.time())
        claims = {
            "iss": API_AUDIENCE,
            "aud": [audience],
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "sub": f"system:serviceaccount:{namespace}:{account}",
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": account, "uid": uid}},
        }
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "ES256", "typ": "JWT"}, claims))
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        token = f"{signed}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        self._accounts[token] = (claims["sub"], audience)
        return token

    def handle(self, request: Request) -> Answer:
        if request.path == "/apis/authentication.k8s.io/v1/tokenreviews":
            return self._review(request)
        asked = SECRETS.fullmatch(request.path)
        account, audience = self._accounts.get(request.bearer, ("", ""))
        if not asked:
            return _status(404, "NotFound")
        if audience != API_AUDIENCE:
            return _status(401, "Unauthorized")
        namespace, name = asked["namespace"], asked["name"]
        if not self._may(account, VERBS[request.method], namespace, name):
            return _status(403, "Forbidden")
        if request.method == "POST":
            return self._create(namespace, request.json)
        return self._on_one(request, (namespace, name))

    def _may(self, account: str, verb: str, namespace: str, name: str | None) -> bool:
        return any(
            right.account == account
            and verb in right.verbs
            and right.namespace == namespace
            and right.name in (None, name)
            for right in self.rights
        )

    def _create(self, namespace: str, manifest: dict[str, Any]) -> Answer:
        place = (namespace, manifest["metadata"]["name"])
        if place in self.secrets:
            return _status(409, "AlreadyExists")
        self.secrets[place] = dict(manifest.get("data") or {})
        return answer_json(manifest, status=201)

    def _on_one(self, request: Request, place: tuple[str, str]) -> Answer:
        if place not in self.secrets:
            return _status(404, "NotFound")
        if request.method == "DELETE":
            del self.secrets[place]
            return answer_json({"kind": "Status", "status": "Success"})
        if request.method == "PATCH":
            assert request.headers["content-type"] == "application/merge-patch+json"
            for value in request.json["data"].values():
                base64.b64decode(value, validate=True)
            self.secrets[place] |= request.json["data"]
        secret = {"kind": "Secret", "metadata": {"namespace": place[0], "name": place[1]}}
        return answer_json(secret | ({"data": self.secrets[place]} if self.secrets[place] else {}))

    def _review(self, request: Request) -> Answer:
        # Outside a pod Vault has no token of its own and shows the one that it asks about.
        if request.bearer not in self._accounts:
            return _status(401, "Unauthorized")
        spec = request.json["spec"]
        user, audience = self._accounts.get(spec["token"], ("", ""))
        known = bool(user) and (not spec.get("audiences") or audience in spec["audiences"])
        status: dict[str, Any] = {"authenticated": known}
        if known:
            uid = self._uids[user.removeprefix("system:serviceaccount:")]
            status |= {"audiences": [audience], "user": {"username": user, "uid": uid}}
        kind = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}
        return answer_json(kind | {"spec": spec, "status": status}, status=201)


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _status(code: int, reason: str) -> Answer:
    return answer_json(
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code}, status=code
    )
