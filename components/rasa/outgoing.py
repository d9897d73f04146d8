"""The variables by which clients in the pods of an assistant reach other servers: a proxy, and further authorities.

Pure. requests, httpx, botocore and the clients of language models read the variables of a proxy; each reads another
spelling. aiohttp does not read them without `trust_env`, and Rasa does not set it for its calls of actions and NLG
(`rasa/utils/endpoints.py`, `EndpointConfig.session`).

Each of the two variables of the authorities replaces the public roots, so the file has both. OpenSSL reads
`SSL_CERT_FILE`, and with it aiohttp (`aiohttp/connector.py`) and httpx (`httpx/_config.py`). requests and botocore read
`REQUESTS_CA_BUNDLE`, and Rasa passes it on to LiteLLM (`rasa/shared/providers/_ssl_verification_utils.py`).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import certifi
import pulumi

from components.kubernetes.pod import CA_DIRECTORY, Environment, SecretKey
from components.rasa import names
from components.rasa.wiring import Wiring

# This pod, the services of the cluster, and the sources of a pod's tokens on all clouds. The pods of the assistant call
# each other by short names.
_DIRECT: Final = (
    "localhost", "127.0.0.1", ".svc", ".cluster.local", names.RASA_POD, names.ACTION_SERVER_POD, names.DUCKLING_POD,
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "metadata.google.internal",
)  # fmt: skip


def outgoing(wiring: Wiring) -> Environment:
    """Returns the variables of the proxy and of the authorities; none if the stack has neither."""
    variables: dict[str, pulumi.Input[str] | SecretKey] = {}
    proxy, login = wiring.company.proxy, wiring.company.proxy_login
    if proxy is not None:
        direct = ",".join([*_DIRECT, *wiring.company.direct, *proxy.no_proxy])
        for scheme, url in (("http", proxy.http), ("https", proxy.https)):
            if url is not None:
                value = url if login is None else SecretKey(secret=names.SECRET, key=names.proxy_key(scheme))
                variables |= {f"{scheme.upper()}_PROXY": value, f"{scheme}_proxy": value}
        variables |= {"NO_PROXY": direct, "no_proxy": direct}
    if wiring.company.ca is not None:
        bundle = f"{CA_DIRECTORY}/{names.OUTGOING_CA}"
        variables |= {"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle}
    return variables


def proxy_secrets(wiring: Wiring) -> dict[str, pulumi.Output[str]]:
    """Returns the keys of the Secret with the addresses of a proxy that wants a login."""
    proxy, login = wiring.company.proxy, wiring.company.proxy_login
    if proxy is None or login is None:
        return {}
    urls = {"http": proxy.http, "https": proxy.https}
    return {
        names.proxy_key(scheme): pulumi.Output.all(url, login).apply(lambda both: _with_login(*both))
        for scheme, url in urls.items()
        if url is not None
    }


def _with_login(url: str, login: str) -> str:
    scheme, _, host = url.partition("://")
    user, _, password = login.partition(":")
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}"


def bundle(ca: str) -> str:
    """Returns the public roots and further authorities, PEM, without comments."""
    return "\n".join([*(line for line in certifi.contents().splitlines() if line and line[0] != "#"), ca])
