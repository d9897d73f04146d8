"""What the rules of every cloud have in common: bounds, patterns and ranges, told in the same words."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations

from settings.problems import Problem, shown


def below(key: str, number: int, minimum: int, reason: str) -> Iterator[Problem]:
    """A number under a lower bound; `reason` says whose bound it is."""
    if number < minimum:
        yield Problem(key=key, got=str(number), expected=f"is below {minimum}, {reason}", fix=f"set {minimum} or more")


def above(key: str, number: int, maximum: int, reason: str) -> Iterator[Problem]:
    """A number over an upper bound; `reason` says whose bound it is."""
    if number > maximum:
        yield Problem(key=key, got=str(number), expected=f"is above {maximum}, {reason}", fix=f"set {maximum} or less")


def no_match(key: str, text: str, pattern: str, expected: str, example: str) -> Iterator[Problem]:
    """A text that is not spelt as the cloud spells such things."""
    if re.fullmatch(pattern, text) is None:
        yield Problem(key=key, got=repr(text), expected=expected, fix=f"write it like {example}")


def prefix_outside(key: str, cidr: str, bounds: tuple[int, int], reason: str, example: str) -> Iterator[Problem]:
    """An address range that is larger or smaller than `bounds` (prefix lengths)."""
    largest, smallest = bounds
    if not largest <= ipaddress.IPv4Network(cidr).prefixlen <= smallest:
        yield Problem(
            key=key,
            got=cidr,
            expected=f"is not between /{largest} and /{smallest}, {reason}",
            fix=f"choose a range like {example}",
        )


def not_one_of(key: str, text: str, known: Sequence[str], service: str) -> Iterator[Problem]:
    """A word that is none of those that a service knows."""
    if text not in known:
        near = get_close_matches(text, known, n=1)
        yield Problem(
            key=key,
            got=repr(text),
            expected=f"is none of {service} (known: {', '.join(known)})",
            fix=f"did you mean {near[0]}?" if near else "choose one of them",
        )


def several_sizes(sizes: Sequence[str], service: str) -> Iterator[Problem]:
    """More than one machine type where a pool of nodes has one."""
    if len(sizes) > 1:
        yield Problem(
            key="cluster.nodeSizes",
            got=", ".join(sizes),
            expected=f"is more than one, but a pool of {service} has nodes of one size",
            fix=f"keep {sizes[0]}",
        )


def no_room_for_nodes(pod_cidr: str, max_nodes: int, nodes: int) -> Iterator[Problem]:
    """A range for pods with too few /24, of which each of `nodes` (the most, those of an update too) takes one."""
    prefix = 24 - max(nodes - 1, 1).bit_length()
    if ipaddress.IPv4Network(pod_cidr).prefixlen > prefix:
        yield Problem(
            key="cluster.podCidr",
            got=pod_cidr,
            expected=f"has no /24 for each of {nodes} nodes (maxNodes {max_nodes} and those of an update)",
            fix=f"choose a range of /{prefix} or larger, or lower maxNodes",
            others=("cluster.maxNodes",),
        )


def too_small_to_grow(storage_gb: int, max_storage_gb: int) -> Iterator[Problem]:
    """A disk of the tracker store that begins above the size up to which it grows."""
    if max_storage_gb < storage_gb:
        yield Problem(
            key="trackerStore.maxStorageGb",
            got=str(max_storage_gb),
            expected=f"is below storageGb ({storage_gb})",
            fix="raise maxStorageGb",
            others=("trackerStore.storageGb",),
        )


def overlaps(ranges: Mapping[str, str]) -> Iterator[Problem]:
    """Pairs of address ranges, by their keys, that share an address."""
    for (one, first), (other, second) in combinations(ranges.items(), 2):
        if ipaddress.IPv4Network(first).overlaps(ipaddress.IPv4Network(second)):
            yield Problem(
                key=other,
                got=second,
                expected=f"overlaps {one} ({first})",
                fix="choose ranges that do not overlap",
                others=(one,),
            )


def foreign_zones(zones: Sequence[str], region: str, pattern: str, example: str) -> Iterator[Problem]:
    """Zones of another region, by how the cloud spells those of this one."""
    for zone in zones:
        if not re.fullmatch(pattern, zone):
            yield Problem(
                key="network.zones",
                got=zone,
                expected=f"is not in {region}",
                fix=f"name zones like {example}",
                others=("region",),
            )


def foreign_key(key: str, region: str, part: str) -> Iterator[Problem]:
    """A key for data that is in another region; `part` is what the ids of those in this one have in them."""
    if part not in key:
        yield Problem(
            key="encryption.key",
            got=shown(key),
            expected=f"is not in {region}, and services take keys of their own region only",
            fix="name a key of that region",
            others=("region",),
        )


def wrong_tags(tags: Mapping[str, str], most: int, patterns: tuple[str, str], expected: str) -> Iterator[Problem]:
    """More tags than every resource takes, and those whose key or value (by `patterns`) the cloud does not accept."""
    yield from above("tags", len(tags), most, "what every kind of resource takes")
    for key, value in tags.items():
        if not all(re.fullmatch(pattern, text) for pattern, text in zip(patterns, (key, value), strict=True)):
            yield Problem(key=f"tags.{key}", got=repr(value), expected=expected, fix="change the key or the value")


def unknown_secret(key: str, secret: str, secrets: Mapping[str, object]) -> Iterator[Problem]:
    """A setting that names a key of `rasa:secrets` that is not there."""
    if secret not in secrets:
        near = get_close_matches(secret, secrets, n=1)
        command = f"run: pulumi config set --secret --path 'rasa:secrets.{secret}'"
        yield Problem(
            key=key,
            got=secret,
            expected=f"is not a key of rasa:secrets (known: {', '.join(sorted(secrets)) or 'none'})",
            fix=f"did you mean {near[0]}?" if near else command,
            others=("secrets", f"secrets.{secret}"),
        )


def missing_logins(
    key: str, logins: Collection[str], *, wanted: Sequence[str], known: Sequence[str], expected: str, fix: str
) -> Iterator[Problem]:
    """Assistants without a login, and logins of nobody; `expected` says what the assistant `{name}` needs it for."""
    layer = key.partition(".")[0]
    for name in wanted:
        if name not in logins:
            yield Problem(
                key=f"{key}.{name}",
                got="nothing",
                expected=expected.format(name=name),
                fix=fix,
                others=("assistants", layer),
            )
    for name in logins:
        if name not in known:
            near = get_close_matches(name, wanted, n=1)
            yield Problem(
                key=f"{key}.{name}",
                got=repr(name),
                expected=f"is no assistant of rasa:assistants (known: {', '.join(wanted) or 'none'})",
                fix=f"did you mean {near[0]}?" if near else "remove it",
                others=("assistants",),
            )
