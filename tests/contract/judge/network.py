# pyright: reportMissingImports=false, reportMissingModuleSource=false
"""The edge of the network, in place of every service: what Rasa sends is remembered, nothing leaves the machine.

Runs in Rasa's environment. Everything up to here is Rasa's and its libraries' own code. Databases refuse, as if they
were down; Kafka's producer is real but is told a broker that nobody serves; HTTP services answer just enough for Rasa
to go on to its next request.
"""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

NOBODY = "127.0.0.1:1"
# What stands in Vault, whatever the path is.
VAULT_LOGIN = {"db_username": "user-from-vault", "db_password": "password-from-vault"}
# A token that is always valid. Rasa asks for nothing else.
_TOKEN = {"data": {"renewable": False, "creation_ttl": 86400, "ttl": 86400}}
_LOGIN = {"data": {"data": VAULT_LOGIN, "metadata": {"version": 1}}}


class Sent:
    """What was sent since the last `clear`: HTTP requests, and arguments of database connections and producers."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.databases: list[dict[str, Any]] = []
        self.producers: list[dict[str, Any]] = []

    def clear(self) -> None:
        for kind in (self.requests, self.databases, self.producers):
            kind.clear()


def intercept() -> Sent:
    """From now on, nothing leaves the machine."""
    sent = Sent()
    _sockets()
    _databases(sent)
    _producers(sent)
    _requests(sent)
    _aws(sent)
    return sent


def _sockets() -> None:
    def refuse(*arguments: object) -> None:
        raise ConnectionRefusedError(f"the judge lets nothing out: {arguments[-1]}")

    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse  # type: ignore[assignment]


def _databases(sent: Sent) -> None:
    import psycopg2

    def connect(dsn: str | None = None, **arguments: Any) -> None:
        sent.databases.append({"dsn": dsn, **arguments} if dsn else arguments)
        raise psycopg2.OperationalError("the judge is no database")

    psycopg2.connect = connect


def _producers(sent: Sent) -> None:
    import confluent_kafka

    real = confluent_kafka.Producer

    def producer(configuration: dict[str, Any]) -> Any:
        sent.producers.append(configuration)
        return real({**configuration, "bootstrap.servers": NOBODY})

    confluent_kafka.Producer = producer


def _requests(sent: Sent) -> None:
    """Vault, Google and Azure are all reached by this library."""
    import google.auth
    import requests
    import requests.adapters
    from azure.storage.blob._shared import authentication
    from google.auth.credentials import AnonymousCredentials

    def send(self: Any, request: Any, **options: Any) -> Any:
        sent.requests.append(
            {
                "method": request.method,
                "url": request.url,
                "verify": options.get("verify"),
                "headers": {name.lower(): value for name, value in request.headers.items()},
            }
        )
        answer = requests.Response()
        answer.request, answer.url, answer.reason = request, request.url, "from the judge"
        answer.status_code, body = _answer(request)
        answer.headers["Content-Type"] = "application/json"
        answer.raw = _Body(json.dumps(body).encode())
        return answer

    requests.adapters.HTTPAdapter.send = send  # pyright: ignore[reportAttributeAccessIssue]
    # The key in place of a signature, which would change with the time.
    authentication.sign_string = lambda key, _: key
    # The node's metadata server answers in a cluster.
    google.auth.default = lambda *_, **__: (AnonymousCredentials(), "project-of-the-pod")


class _Body:
    """A response's body that can be read once, as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.headers: dict[str, str] = {}
        self.status = 200
        self.reason = ""

    def read(self, *_: Any, **__: Any) -> bytes:
        content, self.content = self.content, b""
        return content

    def stream(self, *_: Any, **__: Any) -> Any:
        if content := self.read():
            yield content

    def release_conn(self) -> None: ...

    def close(self) -> None: ...


def _answer(request: Any) -> tuple[int, Any]:
    path = urlsplit(request.url).path
    if "X-Vault-Token" in request.headers:
        return 200, _TOKEN if path.endswith("/lookup-self") else _LOGIN
    if "restype=container" in request.url:
        return 200, {}
    if path.startswith("/storage/v1/b/") and "/o/" not in path:
        return 200, {"name": path.rsplit("/", 1)[-1], "id": path.rsplit("/", 1)[-1]}
    return 404, {"error": {"code": 404, "message": "the judge stores nothing"}}


def _aws(sent: Sent) -> None:
    """The bucket is there, and has no model."""
    import botocore.awsrequest
    import botocore.httpsession

    def send(self: Any, request: Any) -> Any:
        sent.requests.append({"method": request.method, "url": request.url, "verify": self._verify, "headers": {}})
        # The bucket is in the host name or is the whole path; the models stand below a prefix.
        is_bucket = "/" not in urlsplit(request.url).path.strip("/")
        raw = _Body(b"")
        return botocore.awsrequest.AWSResponse(request.url, 200 if is_bucket else 404, {}, raw)

    botocore.httpsession.URLLib3Session.send = send
