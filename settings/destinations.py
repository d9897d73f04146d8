"""The servers that Rasa's files and variables name, and what a network policy can open for each.

A policy knows address ranges, namespaces and pods, but no host names. So a host is of one of four kinds: a service of
the cluster, an address, a public name, or a name of which nobody knows the addresses.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from settings.problems import Problem
from settings.rasa_files import REFERENCE
from settings.setting import Json

HTTPS: Final = 443

_SCHEMES: Final[Mapping[str, int]] = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671,
}  # fmt: skip
# By `type` of the section. Qdrant's client takes this port for a URL without one, too
# (core/information_retrieval/qdrant.py); Jaeger is reached by OTLP (tracing/config.py).
_TYPES: Final[Mapping[str, int]] = {
    "qdrant": 6333, "milvus": 19530, "jaeger": 4317, "otlp": 4317, "redis": 6379, "concurrent_redis": 6379,
    "pika": 5672,
}  # fmt: skip
_QDRANT_GRPC: Final = 6334
# Keys whose value is an address. One without a scheme counts only below these: `api_base: vllm:8000` is a slip.
_BARE: Final = re.compile(r"(^|_)(host|hostname|url|uri|endpoint)$")
_ADDRESS: Final = re.compile(r"(^|_)(host|hostname|url|uri|endpoint|api_base)$")
_HOST_AND_PORT: Final = re.compile(r"([A-Za-z0-9_.-]+)(?::(\d+))?")

# Suffixes that nobody resolves outside a private network (RFC 6762, appendix G; ICANN reserved `internal` in 2024).
_PRIVATE: Final = ("internal", "local", "localdomain", "corp", "lan", "intranet", "private", "home", "arpa")
# The last label of `host.label` is a namespace, but it can also be one of these, as in example.com. A port other than
# 443 is then opened to public addresses too.
_TOP_LEVEL: Final = re.compile(
    r"[a-z]{2}|com|org|net|info|biz|edu|gov|mil|int|app|dev|cloud|tech|online|site|xyz|digital|systems|software|chat"
)


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service of the cluster, in this namespace."""

    namespace: str


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address, as a range."""

    cidr: str


@dataclass(frozen=True, kw_only=True)
class Public:
    """A name that public name servers know."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A host for which nothing is opened; `reason` continues the sentence after the host. With a `fix`, it never is."""

    reason: str
    fix: str = ""


Place = Service | Address | Public | Unknown


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A server. `key` is where it is named. `port` is None if it cannot be derived."""

    key: str
    host: str
    port: int | None

    def places(self, namespace: str) -> tuple[Place, ...]:
        """Returns what the host can be, for a pod in this namespace; nothing if it is the pod itself."""
        host = self.host.lower().rstrip(".")
        if REFERENCE.search(host):
            return (Unknown(reason="is in a secret"),)
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return () if host == "localhost" else _named(host.split("."), namespace)
        if address.is_loopback or address.is_unspecified:
            return ()
        if address.is_link_local:
            fix = "remove it; a pod gets its cloud identity from its service account"
            return (Unknown(reason="is an address of the node itself", fix=fix),)
        return (Address(cidr=f"{address}/{address.max_prefixlen}"),)


def _named(labels: list[str], namespace: str) -> tuple[Place, ...]:
    match labels:
        case [_]:
            return (Service(namespace=namespace),)
        case [*_, last] if last in _PRIVATE and "svc" not in labels[2:]:
            return (Unknown(reason="is a private name"),)
        case [_, last]:
            public = (Public(),) if _TOP_LEVEL.fullmatch(last) else ()
            return (Service(namespace=last), *public)
        case _ if "svc" in labels[2:]:
            # `service.namespace.svc`, or a pod of it: `pod.service.namespace.svc`.
            return (Service(namespace=labels[labels.index("svc", 2) - 1]),)
        case _:
            return (Public(),)


def destinations(content: Json, env: Mapping[str, str], at: str, name: str = "") -> Iterator[Destination]:
    """Yields the servers that a file, or a part of it below the key `name`, names. `env` replaces `${NAME}`."""
    match content:
        case dict():
            for key, value in content.items():
                if isinstance(value, str):
                    yield from _destination(f"{at}.{key}", key, value, content, env)
                else:
                    yield from destinations(value, env, f"{at}.{key}", key)
        case list():
            for index, item in enumerate(content):
                if isinstance(item, str):
                    yield from _destination(f"{at}[{index}]", name, item, {}, env)
                else:
                    yield from destinations(item, env, f"{at}[{index}]", name)
        case _:
            pass


def _destination(
    key: str, name: str, text: str, section: Mapping[str, Any], env: Mapping[str, str]
) -> Iterator[Destination]:
    text = _resolved(text, env)
    port = _number(section.get("port"), env) or _TYPES.get(str(section.get("type")))
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://\S+", text):
        yield from _by_url(key, text, port)
    elif REFERENCE.fullmatch(text) and _ADDRESS.search(name):
        yield Destination(key=key, host=text, port=port if "port" in section else None)
    elif _BARE.search(name):
        # Kafka's are several.
        for part in text.replace(" ", "").split(","):
            pattern = REFERENCE.sub("x", part)
            if found := _HOST_AND_PORT.fullmatch(pattern):
                host = part.rpartition(":")[0] if found[2] else part
                # One word can be anything; a domain is a server.
                if found[2] or port or "." in host:
                    number = _number(found[2], env) if found[2] else port or HTTPS
                    yield Destination(key=key, host=host, port=number)
                    if section.get("prefer_grpc"):
                        # Qdrant's client uses both ports.
                        grpc = _number(section.get("grpc_port"), env) or _QDRANT_GRPC
                        yield Destination(key=key, host=host, port=grpc)


def _by_url(key: str, text: str, port: int | None) -> Iterator[Destination]:
    scheme, _, rest = text.partition("://")
    server = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    # `urlsplit` refuses a reference as a port, and returns the host in lower case.
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|(?:\$\{\w+\}|[^:$])+)(?::(\d+|\$\{\w+\}))?", server)
    if found is None:
        return
    host, named = found[1].strip("[]"), found[2]
    by_default = port or _SCHEMES.get(scheme.lower())
    if named is None and by_default is None and not REFERENCE.search(host):
        # Not on the network, such as file:///etc, or not known to be, such as s3://bucket.
        return
    # A secret host can have its port in it.
    whole = REFERENCE.fullmatch(server) is not None and port is None
    yield Destination(key=key, host=host, port=None if whole else _number(named or by_default, {}))


def _number(port: Json, env: Mapping[str, str]) -> int | None:
    """Returns a port; None if it is not one, or is in a secret."""
    text = _resolved(str(port), env)
    return int(text) if re.fullmatch(r"\d{1,5}", text) and 0 < int(text) < 2**16 else None


def _resolved(text: str, env: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda found: env.get(found[1], found[0]), text)


def unreachable(
    servers: Iterable[Destination], opened: Collection[int], namespace: str, at: str
) -> Iterator[tuple[Problem, bool]]:
    """Yields the servers that the pods cannot reach by the rules that follow from the files, and whether it is certain.

    `opened` are the ports of `egress`: a place with the same port is taken to be the server. On port 443 a host can
    also be a public address, or one of the cluster's own networks; a variable of a pod can be for others than the pod.
    """
    for server in servers:
        places = server.places(namespace)
        unknown = next((place for place in places if isinstance(place, Unknown)), None)
        if unknown is None and server.port is None and not all(isinstance(place, Service) for place in places):
            unknown = Unknown(reason="has no port that can be read here")
        opens_it = server.port in opened or (server.port is None and opened)
        if unknown is None or (opens_it and not unknown.fix):
            continue
        port = server.port or "<port>"
        line = f"write this below {at}.egress, with its address: - {{cidr: <address>/32, ports: [{port}]}}"
        if server.host.count(".") == 1:
            line += f"; if it is a service of the cluster, write {server.host}.svc"
        problem = Problem(
            key=f"{at}.{server.key}",
            got=repr(server.host),
            expected=f"{unknown.reason}, so the network policy does not open port {port} to it",
            fix=unknown.fix or line,
            others=(f"{at}.egress",),
        )
        yield problem, server.port not in (None, HTTPS) and not server.key.startswith("env.")
