"""Writes docs/permissions.md: the permissions of the deployer, from what the shipped stacks register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from catalogue.needs import Needs
from settings.base import Cloud
from tools.permissions import aws, azure, cluster, gcp
from tools.permissions.needs import PREVIEW, UP, Mode
from tools.permissions.program import Used
from tools.stacks import DEV, PROD, recording, settings_of

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "docs/permissions.md"
TEMPLATE: Final = ROOT / "tools/permissions/page.md"
NEEDED: Final[Mapping[Cloud, Callable[[Used], Needs]]] = {
    Cloud.AWS: aws.needed,
    Cloud.AZURE: azure.needed,
    Cloud.GCP: gcp.needed,
}
SERVICES: Final[Mapping[Cloud, Callable[[Sequence[str]], Mapping[str, list[str]]]]] = {
    Cloud.AWS: aws.services,
    Cloud.AZURE: azure.services,
    Cloud.GCP: gcp.services,
}


def used(stack: str) -> Used:
    """Returns the resources and calls of a shipped stack."""
    return Used.by(recording(stack), stack, settings_of(stack))


def page() -> str:
    """Returns the page."""
    (role,) = cluster.confluent(used(PROD[Cloud.GCP]))
    return TEMPLATE.read_text().format(
        kinds=_names(cluster.kinds(used(PROD[Cloud.GCP]))),
        confluent=role,
        **{cloud.value: _table(cloud) for cloud in Cloud},
    )


def _table(cloud: Cloud) -> str:
    lines = ["| service | a preview may | `up` and `destroy` may also |", "|---|---|---|"]
    dev, prod = used(DEV[cloud]), used(PROD[cloud])
    both = {mode: _by_service(cloud, mode, dev, prod) for mode in (PREVIEW, UP)}
    for service, all_of_it in both[UP].items():
        looks = both[PREVIEW].get(service, [])
        writes = [name for name in all_of_it if name not in looks]
        lines.append(f"| `{service}` | {_names(looks)} | {_names(writes)} |")
    return "\n".join(lines)


def _by_service(cloud: Cloud, mode: Mode, *stacks: Used) -> Mapping[str, list[str]]:
    return SERVICES[cloud]([action for each in stacks for action in mode.of(NEEDED[cloud](each))])


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
