"""`rasa:registries`, `rasa:proxy` and `rasa:ca`: what pods need in the network of a company."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import urlsplit

import pulumi
from pydantic import AfterValidator

from settings.base import ADDRESS, Cidr, SecretKey, matching
from settings.problems import Problem, fault
from settings.setting import Effect, Json, Model, setting


class Registries(Model):
    """Mirrors of what the program pulls, and the login of the nodes at private registries."""

    charts: str | None = setting(
        "Registry or repository with the charts `rasa` and `vault`; by default those of Rasa and HashiCorp.",
        Effect.IN_PLACE,
        default=None,
        pattern=(
            r"(oci|https)://[a-z0-9.\-]+(:\d+)?(/[\w.\-]+)*",
            "is not a registry (oci://) or a repository (https://) of charts",
            "oci://registry.example.com/charts",
        ),
    )
    images: str | None = setting(
        "Mirror of the images that the program chooses itself: it takes the place of the registry's host, "
        "`docker.io` and so on, and the rest of each name stays.",
        Effect.RESTARTS_PODS,
        default=None,
        pattern=(
            r"[a-z0-9.\-]+(:\d+)?(/[a-z0-9._\-]+)*", "is not a registry with a path", "registry.example.com/mirror"
        ),
    )  # fmt: skip
    pull_secret: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds the login for private registries, for every pod: the JSON of a Docker "
        "configuration with `auths`.",
        Effect.RESTARTS_PODS,
        default=None,
    )


def _proxy_url(text: str) -> str:
    if "@" in text:
        fix = "put user:password under rasa:secrets, and name the key in proxy.login"
        raise fault("has a login in plain text", fix, got="the value")
    if re.fullmatch(r"https?://[a-z0-9.\-]+(:\d+)?/?", text) is None:
        raise fault("is not the address of a proxy", "write it like http://proxy.example.com:3128")
    return text


ProxyUrl = Annotated[str, AfterValidator(_proxy_url)]
Bypass = Annotated[
    str,
    matching(
        r"\.?[a-zA-Z0-9.\-]+(:\d+|/\d+)?",
        "is neither a host, the end of one, nor an address range",
        "write it like .example.com or 10.0.0.0/8",
    ),
]


class Proxy(Model):
    """The proxy by which Rasa and its actions reach other servers over HTTP."""

    http: ProxyUrl | None = setting("Proxy for http addresses.", Effect.RESTARTS_PODS, default=None)
    https: ProxyUrl | None = setting("Proxy for https addresses.", Effect.RESTARTS_PODS, default=None)
    login: SecretKey | None = setting(
        "Key of `rasa:secrets` that holds `user:password`, if the proxy requires a login.",
        Effect.RESTARTS_PODS,
        default=None,
    )
    networks: tuple[Cidr, ...] = setting(
        "Address ranges of the proxy, for the network policies. A proxy whose URL has an address, or that is a service "
        "of the cluster (`proxy.tools.svc`), needs none.",
        Effect.IN_PLACE,
        default=(),
    )
    no_proxy: tuple[Bypass, ...] = setting(
        "Hosts that pods reach without it, besides the cluster, the network, and the stack's own services.",
        Effect.RESTARTS_PODS,
        default=(),
    )

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses that are given."""
        return tuple(url for url in (self.http, self.https) if url is not None)

    def problems(self) -> Iterator[Problem]:
        """Yields errors that these settings alone show."""
        if not self.urls:
            expected, fix = "is set, so there is no proxy", "set https, http or both"
            yield self.wrong("https", expected, fix, at="proxy")
        for key, url in (("http", self.http), ("https", self.https)):
            host = urlsplit(url or "").hostname or ""
            if url is None or self.networks or re.fullmatch(ADDRESS, host) or host.split(".")[2:3] == ["svc"]:
                continue
            expected = "names a host, and a network policy needs addresses"
            fix = "set networks to the address ranges of the proxy"
            yield self.wrong(key, expected, fix, at="proxy", others=("proxy.networks",))


def registries_in(docker_config: str) -> list[str]:
    """Returns the registries of a Docker configuration whose login is in it; none if the text is no configuration."""
    try:
        content: Json = json.loads(docker_config)
    except json.JSONDecodeError:
        return []
    auths = content.get("auths") if isinstance(content, dict) else None
    logins = auths if isinstance(auths, dict) else {}
    return [host for host, one in logins.items() if isinstance(one, dict) and ("auth" in one or "password" in one)]


@dataclass(frozen=True, kw_only=True)
class Company:
    """The needs of all pods of a stack in the network of a company.

    `pull_login` and `proxy_login` are the values that `registries.pull_secret` and `proxy.login` name. `direct` are the
    hosts and address ranges that pods reach without the proxy. `ca` is PEM.
    """

    registries: Registries = field(default_factory=Registries)
    pull_login: pulumi.Output[str] | None = field(default=None, repr=False)
    proxy: Proxy | None = None
    proxy_login: pulumi.Output[str] | None = field(default=None, repr=False)
    direct: tuple[str, ...] = ()
    ca: str | None = None


NO_COMPANY: Final = Company()
