"""S3 with its access rules, on loopback and over TLS: moto's server. `python -m tests.e2e.s3_server PORT CERT KEY`."""

from __future__ import annotations

import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3 import responses
from werkzeug.serving import run_simple


def main(port: str, certificate: str, key: str) -> None:
    # The right that AWS asks for; moto asks for one that does not exist.
    responses.ACTION_MAP["BUCKET"]["HEAD"]["DEFAULT"] = "ListBucket"
    application = DomainDispatcherApplication(create_backend_app)
    run_simple("localhost", int(port), application, threaded=True, ssl_context=(certificate, key))


if __name__ == "__main__":
    main(*sys.argv[1:])
