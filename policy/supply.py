"""Rules on the supply chain: pinned charts and images from listed registries, and no secrets in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.allowed import REGISTRIES
from policy.checks import equals, matches, true, value
from policy.resource import Resource, items_of, mapping_of, texts_in
from policy.rule import Check, Rule, in_prod

# A digest, or the tag of a release. Rasa's tag `3.17.0-latest` means the newest build of one release.
PINNED: Final = re.compile(r".+@sha256:[0-9a-f]{64}|.+:v?\d+\.\d+(\.\d+)?([.-].*)?")
# A property with such a name holds a secret, unless its value is a reference.
CALLED_SECRET: Final = re.compile(
    r"(.*[_.-])?(password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?|license)|.*(Password|Secret|Token|ApiKey)"
    r"|PASSWORD_\w+",
    re.IGNORECASE,
)
REFERENCE: Final = re.compile(r"|\$\{\w+\}|/[\w./-]+|[\w.-]*(_KEY|-secrets?)")
SECRET_ITSELF: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|[a-z][a-z0-9+.-]*://[^/\s:@$]*:[^/\s@$]+@|\bsk-[\w-]{20,}"
)


def _images(resource: Resource) -> Iterator[str]:
    """Yields all images that a resource names, as `image: name` or `image: {repository, tag}`."""

    def within(node: object) -> Iterator[str]:
        for key, item in mapping_of(node).items():
            if key == "image" and isinstance(item, str):
                yield item
            elif key == "image" and "repository" in mapping_of(item):
                image = mapping_of(item)
                yield f"{image.get('repository')}:{image.get('tag')}"
            else:
                yield from within(item)
        for item in items_of(node):
            yield from within(item)

    yield from within(resource.props)


def _every_image(allowed: re.Pattern[str], wrong: str) -> Check:
    def check(resource: Resource) -> Iterator[str]:
        for image in _images(resource):
            if not allowed.fullmatch(image):
                yield f"image {image} {wrong}"

    return check


def _from_listed_registry(resource: Resource) -> Iterator[str]:
    registries = (*REGISTRIES, *([f"{resource.mirror}/"] if resource.mirror else []))
    for image in _images(resource):
        if not image.startswith(registries):
            yield f"image {image} comes from a registry that is not listed"


def _is_called_secret(name: str) -> bool:
    return CALLED_SECRET.fullmatch(name) is not None


def _no_secret(resource: Resource) -> Iterator[str]:
    """Requires that no property with the name of a secret has a value, and that no text looks like a secret."""
    for path, text in texts_in(resource.props):
        if SECRET_ITSELF.search(text):
            yield f"{'.'.join(path)} looks like a secret"
        elif _is_called_secret(path[-1]) and not REFERENCE.fullmatch(text):
            yield f"{'.'.join(path)} contains a secret as text"
    yield from _no_secret_variable(resource.props)


def _no_secret_variable(node: object) -> Iterator[str]:
    """Requires that no environment variable with the name of a secret has a value."""
    one = mapping_of(node)
    name, text = one.get("name"), one.get("value")
    if isinstance(name, str) and isinstance(text, str) and _is_called_secret(name) and not REFERENCE.fullmatch(text):
        yield f"variable {name} contains a secret as text"
    for item in (*one.values(), *items_of(node)):
        yield from _no_secret_variable(item)


PODS: Final = (kinds.JOB, kinds.CRON_JOB, kinds.RELEASE)

RULES: Final = (
    Rule(
        name="pinned-chart",
        description="A chart has an exact version.",
        remedy="Write the complete version, not a range.",
        on={kinds.RELEASE: value("version", matches(r"\d+\.\d+\.\d+(-[\w.]+)?", "an exact version"))},
    ),
    Rule(
        name="pinned-image",
        description="An image has a digest or the tag of a release, never latest.",
        remedy="Write a digest or a version; 3.17.0-latest is a release of Rasa.",
        on={type_: _every_image(PINNED, "is neither a digest nor a release") for type_ in PODS},
    ),
    Rule(
        name="known-registry",
        description="Images come from listed registries, or from the mirror of the stack file.",
        remedy="Name the mirror in rasa:registries.images, or add the registry to policy/allowed.py.",
        on=dict.fromkeys(PODS, _from_listed_registry),
    ),
    Rule(
        name="no-secret-in-values",
        description="Helm values, pods and ConfigMaps, which many people can read, contain no secret.",
        remedy="Store it in a Secret and refer to it with secretKeyRef.",
        on=dict.fromkeys((*PODS, kinds.CONFIG_MAP), _no_secret),
    ),
    in_prod(
        name="security-patches",
        description="In prod, the cloud installs security patches automatically.",
        remedy="Turn on automatic minor upgrades; the maintenance window sets the time.",
        on={
            kinds.RDS: true("autoMinorVersionUpgrade"),
            kinds.ELASTICACHE: true("autoMinorVersionUpgrade"),
            kinds.AKS: value("autoUpgradeProfile.nodeOSUpgradeChannel", equals("NodeImage", "SecurityPatch")),
            kinds.GKE: value("releaseChannel.channel", equals("REGULAR", "STABLE")),
            kinds.GKE_NODES: true("management.autoUpgrade"),
        },
    ),
    Rule(
        name="shielded-nodes",
        description="Nodes start only signed boot software.",
        remedy="Turn on shielded nodes with secure boot.",
        on={
            kinds.GKE: true("enableShieldedNodes"),
            kinds.GKE_NODES: true("nodeConfig.shieldedInstanceConfig.enableSecureBoot"),
        },
    ),
)
