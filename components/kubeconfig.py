"""Kubeconfigs as JSON: writes those of created clusters, and reads those of existing ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml


def written(name: str, cluster: Mapping[str, Any], sign_in: Mapping[str, Any]) -> str:
    """Returns a kubeconfig without a credential: users sign in by a command of the cloud, with their own login.

    `cluster` is the entry for the cluster. `sign_in` is the command and its options.
    """
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", **sign_in, "interactiveMode": "Never"}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [cluster],
            "users": [{"name": name, "user": {"exec": command}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


def with_context(kubeconfig: str, context: str) -> str:
    """Returns the kubeconfig, YAML or JSON, with this context as the current one."""
    return json.dumps({**yaml.safe_load(kubeconfig), "current-context": context}, default=str)


def server(kubeconfig: str) -> str:
    """Returns the address of the Kubernetes API in the current context."""
    content = json.loads(kubeconfig)
    context = _named(content["contexts"], content["current-context"])["context"]
    return str(_named(content["clusters"], context["cluster"])["cluster"]["server"])


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(item for item in items if item["name"] == name)
