"""HTTP servers of the tests' own, and one journal of all that they are asked, in its order.

`Journal.after` is called when a request has had its effect and its answer was not sent yet: the moment to cut a script
off.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from tests.certificates import Identity

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request to one of the servers."""

    server: str
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def line(self) -> str:
        return f"{self.server} {self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server says."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Handle = Callable[[Request], Answer]


def answer_json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    kind = {"Content-Type": "application/json"}
    return Answer(status=status, body=json.dumps(content).encode(), headers=kind | dict(headers or {}))


class Journal:
    """All requests, and how they were answered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.entries: list[tuple[Request, int]] = []
        self.after: Callable[[Request], None] = lambda _: None

    def record(self, request: Request, status: int) -> None:
        with self._lock:
            self.entries.append((request, status))
        self.after(request)

    def lines(self) -> list[str]:
        return [f"{request.line} {status}" for request, status in self.entries]

    def changes(self, since: int = 0) -> list[str]:
        """What was asked from that entry on that may have changed something."""
        return [request.line for request, _ in self.entries[since:] if request.method != "GET"]


@contextmanager
def serve(name: str, handle: Handle, journal: Journal, certificate: Identity | None = None) -> Iterator[int]:
    """Serve on a free port of loopback, with TLS if there is a certificate."""
    server = ThreadingHTTPServer((LOOPBACK, 0), handler(name, handle, journal))
    if certificate:
        server.socket = context_of(certificate).wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def context_of(certificate: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def handler(name: str, handle: Handle, journal: Journal) -> type[BaseHTTPRequestHandler]:
    """A handler that gives every request to `handle`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(server=name, method=self.command, path=self.path, headers=headers, body=body)
            answer = handle(request)
            journal.record(request, answer.status)
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            """The journal is enough."""

        def handle(self) -> None:
            # A script that was cut off, or that does not trust the certificate, closes the connection.
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    return Handler
