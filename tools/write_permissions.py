"""Writes the tables of docs/permissions.md from what the shipped stacks register."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from catalogue.needs import Needs
from settings.base import Cloud
from tools.permissions import aws, azure, cluster, gcp
from tools.permissions.needs import PREVIEW, UP, Mode, Used
from tools.stacks import DEV, PROD, recording, settings_of
from tools.written import page_of, table

PAGE: Final = "docs/permissions.md"
NEEDED: Final[Mapping[Cloud, Callable[[Used], Needs]]] = {
    Cloud.AWS: aws.needed,
    Cloud.AZURE: azure.needed,
    Cloud.GCP: gcp.needed,
}
# Between a service and the rest of a permission's name.
SEPARATORS: Final = {Cloud.AWS: ":", Cloud.AZURE: "/", Cloud.GCP: "."}


def used(stack: str) -> Used:
    """Returns the resources and calls of a shipped stack."""
    return Used.by(recording(stack), stack, settings_of(stack))


def page() -> str:
    """Returns the page."""
    gcp_ = used(PROD[Cloud.GCP])
    kinds, roles = _names(cluster.kinds(gcp_)), _names(cluster.confluent(gcp_))
    return page_of(PAGE, {"kinds": kinds, "confluent": roles, **{cloud.value: _table(cloud) for cloud in Cloud}})


def _table(cloud: Cloud) -> str:
    dev, prod = used(DEV[cloud]), used(PROD[cloud])
    both = {mode: _by_service(cloud, mode, dev, prod) for mode in (PREVIEW, UP)}
    rows: list[Sequence[str]] = []
    for service, all_of_it in both[UP].items():
        looks = both[PREVIEW].get(service, [])
        rows.append((f"`{service}`", _names(looks), _names([name for name in all_of_it if name not in looks])))
    return table(["service", "a preview may", "`up` and `destroy` may also"], rows)


def _by_service(cloud: Cloud, mode: Mode, *stacks: Used) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for permission in sorted({each for one in stacks for each in mode.of(NEEDED[cloud](one))}):
        service, _, name = permission.removeprefix("Microsoft.").partition(SEPARATORS[cloud])
        found.setdefault(service, []).append(name)
    return found


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
