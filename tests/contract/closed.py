"""Whether what pods refer to is there: Secrets and ConfigMaps with their keys, volumes, service accounts, variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

Manifest = Mapping[str, Any]

_HOLDERS: Final = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}
_VOLUMES: Final = {"secret": ("Secret", "secretName"), "configMap": ("ConfigMap", "name")}
VARIABLE: Final = re.compile(r"\$\{(\w+)\}")


def pods(manifests: Iterable[Manifest]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Name, namespace and specification of every pod that the objects would start."""
    for one in manifests:
        spec = one.get("spec", {})
        if "jobTemplate" in spec:
            spec = spec["jobTemplate"]["spec"]
        if "containers" in spec.get("template", {}).get("spec", {}):
            name = f"{one['kind']} {one['metadata']['name']}"
            yield name, one["metadata"].get("namespace", ""), spec["template"]["spec"]


def dangling(manifests: Iterable[Manifest], delivered: Mapping[tuple[str, str], set[str]]) -> list[str]:
    """References to nothing. `delivered` has the keys of Secrets, by namespace and name, that somebody else makes."""
    given = list(manifests)
    return [
        f"{pod}: {fault}"
        for pod, namespace, spec in pods(given)
        for fault in _faults(given, delivered, namespace, spec)
    ]


def _faults(
    given: list[Manifest], delivered: Mapping[tuple[str, str], set[str]], namespace: str, spec: Mapping[str, Any]
) -> Iterator[str]:
    def keys(kind: str, name: str) -> set[str] | None:
        found = _named(given, kind, namespace, name)
        filled = delivered.get((namespace, name)) if kind == "Secret" else None
        if found is None:
            return filled
        return {*found.get("data", {}), *found.get("stringData", {}), *(filled or ())}

    account = spec.get("serviceAccountName", "default")
    if account != "default" and _named(given, "ServiceAccount", namespace, account) is None:
        yield f"no service account {account}"
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    for volume in volumes.values():
        for source, (kind, field) in _VOLUMES.items():
            if source in volume and not volume[source].get("optional"):
                held = keys(kind, volume[source][field])
                wanted = {item["key"] for item in volume[source].get("items", [])}
                if held is None or not wanted <= held:
                    yield f"volume {volume['name']}: no {kind} {volume[source][field]} with {sorted(wanted)}"
    mounted: set[str] = set()
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
        mounted |= set(mounts)
        yield from (f"mount of an unknown volume {name}" for name in mounts if name not in volumes)
        names = [variable["name"] for variable in container.get("env", [])]
        yield from (f"variable {name} twice" for name in sorted({each for each in names if names.count(each) > 1}))
        for variable in container.get("env", []):
            for source, kind in _HOLDERS.items():
                reference = variable.get("valueFrom", {}).get(source)
                if reference is None or reference.get("optional"):
                    continue
                if reference["key"] not in (keys(kind, reference["name"]) or set()):
                    yield f"variable {variable['name']}: no {kind} {reference['name']} with {reference['key']}"
    yield from (f"volume {name} is mounted nowhere" for name in volumes if name not in mounted)


def _named(given: list[Manifest], kind: str, namespace: str, name: str) -> Manifest | None:
    for one in given:
        about = one["metadata"]
        if (one["kind"], about.get("namespace", ""), about["name"]) == (kind, namespace, name):
            return one
    return None
