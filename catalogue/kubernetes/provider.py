"""The Kubernetes provider itself: the cluster of a kubeconfig."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from catalogue.entry import Problem, Refused, Where
from catalogue.wire import UNKNOWN, Properties, as_list, as_map

REPLACING = ("kubeconfig", "context", "cluster")


def configure(config: Properties, _stack: str) -> Where:
    """Identifies the cluster by its server address; two providers with the same address see the same objects."""
    chosen = _chosen(config)
    server = chosen["cluster"]["server"]
    namespace = config.get("namespace") or chosen["context"].get("namespace") or "default"
    scope = f"kubernetes/{server}"
    exec_args = as_list(as_map(chosen["user"].get("exec")).get("args"))
    return Where(
        scopes={"region": scope, "account": scope, "global": scope},
        facts={"server": server, "defaultNamespace": namespace, "clusterName": _after(exec_args, "--cluster-name")},
        config=config,
    )


def config_problems(config: Properties) -> Iterable[Problem]:
    """A readable kubeconfig with credentials must be given: the sandbox never reads the user's own one."""
    if config.get("kubeconfig") == UNKNOWN:
        return
    try:
        user = _chosen(config)["user"]
        if not user.keys() & {"exec", "token", "tokenFile", "client-certificate", "client-certificate-data"}:
            yield "kubeconfig", "the user has no credentials: give exec, token or a client certificate"
    except Refused as refusal:
        yield "kubeconfig", str(refusal)


def config_replaces(old: Properties, new: Properties) -> Iterable[str]:
    """Yields the keys that replace the provider, and with it every object: only `clusterIdentifier` if it is set.

    Without it, the real provider compares the kubeconfigs, and cannot if one of them is unknown.
    """
    if old.get("clusterIdentifier") and new.get("clusterIdentifier"):
        return ["clusterIdentifier"] if old["clusterIdentifier"] != new["clusterIdentifier"] else []
    return [key for key in REPLACING if old.get(key) != new.get(key)]


def _chosen(config: Properties) -> dict[str, Any]:
    """Returns the context, cluster and user of the configuration."""
    text = config.get("kubeconfig")
    if not text:
        raise Refused("no kubeconfig: the sandbox never uses the machine's own")
    if "\n" not in text and not text.lstrip().startswith("{") and Path(text).expanduser().is_file():
        text = Path(text).expanduser().read_text()
    try:
        document = yaml.safe_load(text)
        name = config.get("context") or document["current-context"]
        context = _named(document, "context", name)
        return {
            "context": context,
            "cluster": _named(document, "cluster", config.get("cluster") or context["cluster"]),
            "user": _named(document, "user", context["user"]),
        }
    except (yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise Refused(f"failed to parse kubeconfig: {type(error).__name__} {error}") from error


def _named(document: Any, kind: str, name: str) -> Any:
    for entry in document[f"{kind}s"]:
        if entry["name"] == name:
            return entry[kind]
    raise KeyError(f"{kind} {name!r} does not exist")


def _after(arguments: list[str], flag: str) -> str:
    return next((after for before, after in pairwise(arguments) if before == flag), "")
