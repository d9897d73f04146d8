"""What the scripts see of the internet: a proxy that knows a few hosts and is each of them, with certificates for them.

The clouds' own libraries reach it by HTTPS_PROXY. A host that is not known is refused, and stands in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from threading import Thread

from tests.certificates import Authority
from tests.vault.wire import LOOPBACK, Answer, Handle, Journal, Request, answer_json, context_of, handler


@contextmanager
def internet(hosts: Mapping[str, Handle], authority: Authority, journal: Journal) -> Iterator[str]:
    """The address of the proxy."""

    class Proxy(handler("internet", _not_by_proxy, journal)):
        def do_CONNECT(self) -> None:
            host = self.path.rpartition(":")[0]
            if host not in hosts:
                request = Request(server="internet", method="CONNECT", path=self.path, headers={}, body=b"")
                journal.record(request, 502)
                self.send_error(502)
                return
            self.send_response(200)
            self.end_headers()
            # From here on this connection is one to the host.
            tls = context_of(authority.identity(host)).wrap_socket(self.connection, server_side=True)
            handler(host, hosts[host], journal)(tls, self.client_address, self.server)
            self.close_connection = True

    server = ThreadingHTTPServer((LOOPBACK, 0), Proxy)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _not_by_proxy(_: Request) -> Answer:
    return answer_json({}, status=502)
