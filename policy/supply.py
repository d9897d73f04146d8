"""What runs is what was chosen: pinned charts and images from known places, and no secret where anybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policy import kinds
from policy.allowed import REGISTRIES
from policy.checks import equals, matches, value
from policy.resource import Resource, items_of, mapping_of, texts_in
from policy.rule import Check, Rule, When

# A digest, or the tag of a release; `3.17.0-latest` is how Rasa names the newest build of one release.
PINNED: Final = re.compile(r".+@sha256:[0-9a-f]{64}|.+:v?\d+\.\d+(\.\d+)?([.-].*)?")
REGISTRY: Final = re.compile("|".join(re.escape(registry) for registry in REGISTRIES))
# What is called so holds a secret, unless it says where one is.
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
    """All images that a resource names, as `image: name` or `image: {repository, tag}`."""

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


def _every_image(allowed: re.Pattern[str], wrong: str, *, whole: bool) -> Check:
    def check(resource: Resource) -> Iterator[str]:
        for image in _images(resource):
            if not (allowed.fullmatch(image) if whole else allowed.match(image)):
                yield f"image {image} {wrong}"

    return check


def _is_called_secret(name: str) -> bool:
    return CALLED_SECRET.fullmatch(name) is not None


def _no_secret(resource: Resource) -> Iterator[str]:
    """No text that is called a secret, and none that looks like one."""
    for path, text in texts_in(resource.props):
        if SECRET_ITSELF.search(text):
            yield f"{'.'.join(path)} looks like a secret"
        elif _is_called_secret(path[-1]) and not REFERENCE.fullmatch(text):
            yield f"{'.'.join(path)} is a text"
    yield from _no_secret_variable(resource.props)


def _no_secret_variable(node: object) -> Iterator[str]:
    """No environment variable that is called a secret has a value."""
    one = mapping_of(node)
    name, text = one.get("name"), one.get("value")
    if isinstance(name, str) and isinstance(text, str) and _is_called_secret(name) and not REFERENCE.fullmatch(text):
        yield f"variable {name} has a value"
    for item in (*one.values(), *items_of(node)):
        yield from _no_secret_variable(item)


PODS: Final = (kinds.JOB, kinds.CRON_JOB, kinds.RELEASE)

RULES: Final = (
    Rule(
        name="pinned-chart",
        description="A chart is released in one exact version.",
        remedy="Write the whole version, no range.",
        on={kinds.RELEASE: value("version", matches(r"\d+\.\d+\.\d+(-[\w.]+)?", "an exact version"))},
    ),
    Rule(
        name="pinned-image",
        description="An image is named by digest or by the tag of a release, never by latest.",
        remedy="Write a digest or a version; 3.17.0-latest is a release of Rasa's.",
        on={type_: _every_image(PINNED, "is neither a digest nor a release", whole=True) for type_ in PODS},
    ),
    Rule(
        name="known-registry",
        description="Images come from registries that somebody looked at.",
        remedy="Mirror the image, or add its registry to policy/allowed.py.",
        on={type_: _every_image(REGISTRY, "is from a registry that is not listed", whole=False) for type_ in PODS},
    ),
    Rule(
        name="no-secret-in-values",
        description="No secret stands in Helm values, pods or ConfigMaps, where many can read it.",
        remedy="Put it into a Secret and refer to it by secretKeyRef.",
        on=dict.fromkeys((*PODS, kinds.CONFIG_MAP), _no_secret),
    ),
    Rule(
        name="security-patches",
        description="In prod, the cloud installs security patches by itself.",
        remedy="Turn automatic minor upgrades on; the maintenance window says when.",
        when=When.PROD,
        on={
            kinds.RDS: value("autoMinorVersionUpgrade", equals(True)),
            kinds.ELASTICACHE: value("autoMinorVersionUpgrade", equals(True)),
            kinds.AKS: value("autoUpgradeProfile.nodeOSUpgradeChannel", equals("NodeImage", "SecurityPatch")),
            kinds.GKE: value("releaseChannel.channel", equals("REGULAR", "STABLE")),
            kinds.GKE_NODES: value("management.autoUpgrade", equals(True)),
        },
    ),
    Rule(
        name="shielded-nodes",
        description="Nodes start only what their maker signed.",
        remedy="Turn shielded nodes with secure boot on.",
        on={
            kinds.GKE: value("enableShieldedNodes", equals(True)),
            kinds.GKE_NODES: value("nodeConfig.shieldedInstanceConfig.enableSecureBoot", equals(True)),
        },
    ),
)
