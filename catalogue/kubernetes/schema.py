"""What the API server refuses before it stores anything: the published schema, names and labels."""

import re
from functools import cache
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

# The library reads all definitions again for each manifest, which is most of its time.
utils.schema_contents = cache(utils.schema_contents)


def validate(manifest: Properties, version: str = KUBERNETES_VERSION) -> None:
    """Checks a whole manifest; one with unknown parts passes, as it comes again with them. Raises `Refused`."""
    if has_unknown(manifest):
        return
    kind, name = manifest["kind"], as_map(manifest.get("metadata")).get("name", "")
    try:
        kubernetes_validate.validate(_without_nulls(manifest), version, strict=True)
    except kubernetes_validate.SchemaNotFoundError as error:
        raise Refused(
            f'no matches for kind "{kind}" in version "{manifest["apiVersion"]}" (Kubernetes {version})'
        ) from error
    except kubernetes_validate.ValidationError as error:
        # A Secret's own values must not get into a message.
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


def _without_nulls(value: Any) -> Any:
    """A null is an absent key to the API server."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in as_map(value).items() if item is not None}
    return [_without_nulls(item) for item in as_list(value)] if isinstance(value, list) else value
