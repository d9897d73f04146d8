"""Checks of the API server before it stores an object: the published schema, names and labels."""

import json
import re
from functools import cache, lru_cache
from typing import Any

import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs] - it has none
from kubernetes_validate import utils  # pyright: ignore[reportMissingTypeStubs]

from catalogue.entry import Refused
from catalogue.wire import Properties, as_list, as_map, has_unknown

KUBERNETES_VERSION = "1.34"
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?")
SHORT_NAMED = frozenset({"Namespace", "Service"})
FREELY_NAMED = frozenset({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})

# The library searches all versions and reads all definitions again for each manifest, which takes most of its time.
utils.schema_contents = cache(utils.schema_contents)
utils.all_versions = cache(utils.all_versions)


def validate(manifest: Properties, version: str = KUBERNETES_VERSION) -> None:
    """Checks a whole manifest. One with unknown parts passes, because it comes again later. Raises `Refused`."""
    if has_unknown(manifest):
        return
    kind, name = manifest["kind"], as_map(manifest.get("metadata")).get("name", "")
    try:
        _match_schema(json.dumps(_without_nulls(manifest)), version)
    except kubernetes_validate.SchemaNotFoundError as error:
        raise Refused(
            f'no matches for kind "{kind}" in version "{manifest["apiVersion"]}" (Kubernetes {version})'
        ) from error
    except kubernetes_validate.ValidationError as error:
        # A Secret's values must not be in a message.
        why = f"not valid ({error.validator})" if kind == "Secret" else error.message
        raise Refused(f'{kind} "{name}" is invalid: {error.json_path.removeprefix("$.")}: {why}') from error
    allowed = LABEL_NAME if kind in SHORT_NAMED else SUBDOMAIN
    if kind not in FREELY_NAMED and not allowed.fullmatch(name):
        raise Refused(
            f'{kind} "{name}" is invalid: metadata.name: Invalid value: "{name}": a lowercase RFC 1123 name is needed'
        )
    for holder in (manifest, as_map(as_map(manifest.get("spec")).get("template"))):
        for key, value in as_map(as_map(holder.get("metadata")).get("labels")).items():
            if not LABEL_VALUE.fullmatch(value):
                raise Refused(
                    f'{kind} "{name}" is invalid: metadata.labels: Invalid value: {key}={value!r}: at '
                    "most 63 of A-Za-z0-9_.-"
                )


@lru_cache(maxsize=4096)  # a create checks an object again
def _match_schema(manifest: str, version: str) -> None:
    kubernetes_validate.validate(json.loads(manifest), version, strict=True)


def _without_nulls(value: Any) -> Any:
    """Returns the value without nulls, which the API server treats as absent keys."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in as_map(value).items() if item is not None}
    return [_without_nulls(item) for item in as_list(value)] if isinstance(value, list) else value
