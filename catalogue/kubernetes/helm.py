"""Helm releases. The real Helm renders the chart if the chart is available, and every manifest is checked.

`RASA_CHART` and `VAULT_CHART` name a chart on disk (a directory or an archive) to use; else Helm pulls it.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from catalogue import holdings
from catalogue.entry import AutoName, Entry, Minutes, Refused, Subject, paths
from catalogue.kubernetes.objects import IN_CLUSTER, in_namespace, signs_in
from catalogue.kubernetes.pods import Surroundings, can_start
from catalogue.kubernetes.schema import KUBERNETES_VERSION, validate
from catalogue.needs import Needs
from catalogue.wire import Properties, as_list, as_map

PULL_SECONDS = 10
RENDER_SECONDS = 60
POD_OWNERS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job"})
LOG = logging.getLogger("sandbox")


def _namespace(subject: Subject) -> str:
    return subject.inputs.get("namespace") or subject["defaultNamespace"]


def _existing_namespace(subject: Subject) -> list[str]:
    return [] if subject.inputs.get("createNamespace") else [_namespace(subject)]


def _chart_on_disk(chart: str, version: str, repository: str) -> Path | None:
    """Returns the chart's path, or None if it is unavailable; tries the network once in a run."""
    variable = f"{chart.rstrip('/').rsplit('/', 1)[-1].upper()}_CHART"
    given = os.environ.get(variable)
    if given:
        if not Path(given).exists():
            raise Refused(f"{variable}={given} does not exist")
        return Path(given)
    return Path(chart) if Path(chart).exists() else _pull(chart, version, repository)


@cache
def _pull(chart: str, version: str, repository: str) -> Path | None:
    directory = Path(tempfile.mkdtemp(prefix="sandbox-chart-"))
    command = ["pull", chart, "--destination", str(directory)]
    command += ["--version", version] if version else []
    command += ["--repo", repository] if repository else []
    try:
        _helm(command, PULL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        shutil.rmtree(directory)
        return None
    return next(directory.iterdir())


def _helm(arguments: list[str], seconds: int) -> str:
    """Runs Helm with its own home directory, so that it reads no configuration of the user's."""
    program = shutil.which("helm", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if program is None:
        raise Refused("no helm: it comes with the package helm-binary; run `make setup`")
    with tempfile.TemporaryDirectory() as home:
        kinds = ("CACHE", "CONFIG", "DATA")
        environment = {**os.environ, **{f"HELM_{kind}_HOME": home for kind in kinds}}
        command = [program, *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=seconds, env=environment
        ).stdout  # fmt: skip


def _render(subject: Subject, chart: Path) -> list[Properties]:
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as values:
        yaml.safe_dump(as_map(subject.inputs.get("values")), values)
        values.flush()
        command = ["template", subject["name"], str(chart), "--namespace", _namespace(subject), "--values", values.name]
        try:
            text = _helm([*command, "--kube-version", KUBERNETES_VERSION, "--skip-tests"], RENDER_SECONDS)
        except subprocess.CalledProcessError as error:
            raise Refused(f"helm: {error.stderr.strip()}") from error
    return [document for document in yaml.safe_load_all(text) if document]


def _values_are_all_there(subject: Subject) -> None:
    if subject.inputs.get("valueYamlFiles"):
        raise Refused("the sandbox does not model valueYamlFiles: give values")


def _nobody_is_at_work_on_it(subject: Subject) -> None:
    """A killed Helm leaves this mark on a release, and then refuses to continue."""
    if str(as_map(subject.old_outputs.get("status")).get("status")).startswith("pending-"):
        raise Refused("another operation (install/upgrade/rollback) is in progress")


def _release_is_possible(subject: Subject) -> None:
    """Checks the references in the values, and the rendered manifests if the chart is available."""
    around = Surroundings(subject.world, _namespace(subject))
    for name, key in _secret_references(subject.inputs.get("values")):
        keys = around.keys("Secret", name)
        if keys and key not in keys:
            raise Refused(f"values of release {subject['name']}: secret {around.namespace}/{name} has no key {key}")
    if subject.where.rehearsed:
        return
    options = as_map(subject.inputs.get("repositoryOpts"))
    chart = _chart_on_disk(subject.inputs["chart"], subject.inputs.get("version") or "", options.get("repo") or "")
    if chart is None:
        LOG.info("chart %s cannot be reached, so release %s was not rendered", subject.inputs["chart"], subject["name"])
        return
    manifests = _render(subject, chart)
    around = Surroundings(subject.world, _namespace(subject), tuple(manifests))
    for manifest in manifests:
        validate(manifest)
        if manifest["kind"] in POD_OWNERS:
            can_start(f'{manifest["kind"]} "{manifest["metadata"]["name"]}"', manifest["spec"]["template"], around)
    LOG.info("chart %s was rendered with Helm: %d manifests are valid", subject.inputs["chart"], len(manifests))


def _secret_references(value: Any) -> Iterator[tuple[str, str]]:
    """Yields (secret, key) of everything in the values that looks like a reference to a key of a Secret."""
    given = as_map(value)
    for name, key in (("secretName", "secretKey"), ("name", "key")):
        if isinstance(given.get(name), str) and isinstance(given.get(key), str):
            yield given[name], given[key]
    for item in [*given.values(), *as_list(value)]:
        yield from _secret_references(item)


def _status(subject: Subject) -> Properties:
    revision = (as_map(subject.old_outputs.get("status")).get("revision") or 0) + 1
    chart = subject.inputs["chart"].rstrip("/").rsplit("/", 1)[-1]
    return {
        "name": subject["name"],
        "namespace": _namespace(subject),
        "chart": chart,
        "version": subject.inputs.get("version") or "",
        "appVersion": "",
        "revision": revision,
        "status": "deployed",
    }


# The objects in the charts of Rasa and Vault, and Helm's own record of a release, a Secret.
RELEASED = (
    "clusterRoleBindings", "configMaps", "deployments", "events", "horizontalPodAutoscalers", "ingresses",
    "persistentVolumeClaims", "podDisruptionBudgets", "pods", "replicaSets", "roleBindings", "roles", "secrets",
    "serviceAccounts", "services", "statefulSets",
)  # fmt: skip

ENTRIES = [
    Entry(
        token="kubernetes:helm.sh/v3:Release",
        id=lambda subject: f"{_namespace(subject)}/{subject['name']}",
        outputs={"status": _status, "namespace": _namespace},
        defaults={"timeout": 300, "resourceNames": {}},
        volatile=frozenset({"status"}),
        autoname=AutoName(digits=8),
        replaces_on=paths("name namespace"),
        refers=(IN_CLUSTER, in_namespace("namespace", _existing_namespace)),
        checks=(_values_are_all_there,),
        admits=(signs_in, _nobody_is_at_work_on_it, _release_is_possible),
        not_found="release: not found: {value}",
        taken="cannot re-use a name that is still in use: {id}",
        needs=Needs(write=RELEASED),
        holds=lambda name: holdings.VAULT if name == "vault-release" else "",
        # Vault: 1 to 5 until its three pods run and the init Job has unsealed them. The Job waits for that, not the
        # release; but the pods of the release are what takes the time.
        minutes=(
            Minutes(2, 2, 0.5, slow=3.5, when=("skipAwait", True)),
            # Rasa: 2 to 8 until all pods have fetched the image and loaded the model.
            Minutes(4, 4, 0.5, slow=8),
        ),
    )
]
