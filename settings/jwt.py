"""The check of JSON web tokens at Rasa's HTTP API with a public key."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from settings.problems import Problem, fault
from settings.setting import Effect, Model, setting

# The algorithms of keys: 1.2.840.113549.1.1.1 (RFC 8017) and 1.2.840.10045.2.1 (RFC 5480), as a key has them.
_OIDS: Final = {"RSA": bytes.fromhex("2a864886f70d010101"), "EC": bytes.fromhex("2a8648ce3d0201")}


def _public_key(text: str) -> str:
    if _algorithm(text) is None:
        example = "paste the text from -----BEGIN PUBLIC KEY----- on"
        fix = f"replace this key pair, and {example}" if "PRIVATE KEY" in text else example
        raise fault("is not a public key (RSA or EC) in PEM form", fix)
    return text


def _algorithm(public_key: str) -> str | None:
    """Returns `RSA` or `EC` for a public key in PEM form, else None."""
    body = re.fullmatch(r"\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*", public_key)
    try:
        content = b64decode("".join(body[1].split())) if body else b""
    except ValueError:
        return None
    return next((name for name, oid in _OIDS.items() if oid in content[:40]), None)


class Jwt(Model):
    """The check of JWTs at Rasa's HTTP API with a public key. Rasa never gets the private key, so it issues none."""

    # Those of sanic-jwt (`utils.algorithm_is_asymmetric`), tried with Rasa Pro 3.14.0, 3.17.0 and 3.21.0.
    method: Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"] = setting(
        "How the tokens are signed.", Effect.RESTARTS_PODS
    )
    public_key: Annotated[str, AfterValidator(_public_key)] = setting(
        "Public key of the pair with which they are signed, PEM.", Effect.RESTARTS_PODS
    )

    def problems(self, at: str) -> Iterator[Problem]:
        """Yields an error for a method of another kind of key; `at` is the key of this setting."""
        wanted = "EC" if self.method.startswith("ES") else "RSA"
        if _algorithm(self.public_key) != wanted:
            expected, fix = f"needs {wanted} keys, but publicKey is another key", "change the method or the key"
            yield self.wrong("method", expected, fix, at=at, others=(f"{at}.publicKey",))
