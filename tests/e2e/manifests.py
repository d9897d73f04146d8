"""The objects of Kubernetes that the program makes, as its provider would send them."""

from __future__ import annotations

from typing import Any

from sandbox.recording import Recording, Registration
from tests.e2e.cluster import Cluster
from tests.e2e.pods import object_name
from tests.program.stacks import plain

RELEASE = "kubernetes:helm.sh/v3:Release"


def manifests(recording: Recording) -> list[dict[str, Any]]:
    """All of them in the order in which they can be made, the namespaces first; Helm's release is no object."""
    found = [
        one
        for one in recording.resources.values()
        if one.package == "kubernetes" and one.custom and one.type != RELEASE
    ]
    return sorted(map(_manifest, found), key=lambda each: each["kind"] != "Namespace")


def clear(server: Cluster, recording: Recording) -> None:
    """Delete what the program makes: the namespaces with all that is in them, and what is in none."""
    found = manifests(recording)
    server.delete_namespaces(*(each["metadata"]["name"] for each in found if each["kind"] == "Namespace"))
    for each in found:
        if each["kind"] != "Namespace" and "namespace" not in each["metadata"]:
            server.delete(each)


def _manifest(registered: Registration) -> dict[str, Any]:
    inputs = plain(registered.inputs)
    return {**inputs, "metadata": {**inputs["metadata"], "name": object_name(registered)}}
