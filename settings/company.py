"""`rasa:registries`: the mirrors of a company that lets no cluster pull from the internet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

import pulumi

from settings.base import SecretKey
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
        "Key of `rasa:secrets` that holds the login at private registries, for every pod: the JSON of a Docker "
        "configuration with `auths`.",
        Effect.RESTARTS_PODS,
        default=None,
    )


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
    """What all pods of a stack need in the network of a company.

    `pull_login` is the value that `registries.pull_secret` names.
    """

    registries: Registries = field(default_factory=Registries)
    pull_login: pulumi.Output[str] | None = field(default=None, repr=False)


NO_COMPANY: Final = Company()
