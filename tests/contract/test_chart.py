"""Rasa's own chart, where it can be had, rendered by real Helm with the generated values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
import yaml

from catalogue.kubernetes.schema import validate
from components.rasa.names import RELEASE
from tests.contract.cases import CHOSEN, Case, cases
from tests.contract.closed import dangling
from tests.contract.pods import RasaPod, pod_of
from tests.contract.scanner import unexplained
from tests.contract.test_manifests import KUBERNETES, RASA, delivered
from tests.e2e.manifests import manifests
from tests.processes import run
from tests.real_chart import helm, home, reached
from tools.stacks import SHIPPED

pytestmark = [pytest.mark.contract, pytest.mark.xdist_group("manifests")]

# The chart's own variables that say nothing about services.
OF_THE_CHART: Final = {"LOG_LEVEL", "RASA_DUCKLING_HTTP_URL", "RASA_TELEMETRY_ENABLED", "RASA_TELEMETRY_DEBUG"}
SECONDS: Final = 60


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pinned chart."""
    return reached(tmp_path_factory.mktemp("chart"))


def rendered(case: Case, chart: Path, kubernetes: str) -> list[Any]:
    """What Helm would send for the release of an assistant."""
    with tempfile.TemporaryDirectory() as scratch:
        values = Path(scratch, "values.yml")
        values.write_text(yaml.safe_dump(dict(case.values)))
        command = [helm(), "template", RELEASE, chart, "--namespace", case.namespace, "--values", values]
        options = ["--kube-version", f"{kubernetes}.0", "--skip-tests"]
        finished = run([*command, *options], environment=home(Path(scratch)), seconds=SECONDS)
    assert finished.status == 0, finished.output
    documents = yaml.safe_load_all(finished.output)
    return [_in_namespace(each, case.namespace) for each in documents if each]


def _in_namespace(manifest: Any, namespace: str) -> Any:
    return {**manifest, "metadata": {"namespace": namespace, **manifest["metadata"]}}


def released(stack: str) -> Iterator[Case]:
    """The assistants that have a release."""
    yield from (case for case in cases(stack, RASA) if case.is_released)


@pytest.mark.parametrize("stack", CHOSEN)
def test_helm_renders_the_pod_that_rasa_has_judged_and_nothing_invalid(stack: str, chart: Path) -> None:
    for case in released(stack):
        own = manifests(case.recording)
        for kubernetes in KUBERNETES:
            found = rendered(case, chart, kubernetes)
            for one in found:
                validate(one, kubernetes)
            assert dangling([*found, *own], delivered(*cases(stack, RASA))) == []
            assert pod_in(found, case) == of_the_chart(pod_of(case))
        if stack in SHIPPED:
            policies = [one for one in own if one["kind"] == "NetworkPolicy"]
            assert unexplained([*rendered(case, chart, KUBERNETES[-1]), *policies]) == {}


def of_the_chart(pod: RasaPod) -> RasaPod:
    """Without the model, which is no file of a ConfigMap."""
    return replace(
        pod, references=ordered(pod.references), files={path: text for path, text in pod.files.items() if text}
    )


def ordered(references: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    return tuple(sorted(references))


def pod_in(found: list[Any], case: Case) -> RasaPod:
    """Rasa's pod as the chart has made it."""
    (deployment,) = (one for one in found if one["kind"] == "Deployment" and one["metadata"]["name"] == RELEASE)
    spec = deployment["spec"]["template"]["spec"]
    (container,) = (each for each in spec["containers"] if each["name"] == "rasa")
    config_maps = {one["metadata"]["name"]: one["data"] for one in found if one["kind"] == "ConfigMap"}
    mounted = dict(_files(spec, container, {**config_maps, **case.config_maps, **case.secrets}))
    references = ordered(
        (each["name"], each["valueFrom"]["secretKeyRef"]["name"], each["valueFrom"]["secretKeyRef"]["key"])
        for each in container["env"]
        if "valueFrom" in each
    )
    plain = {each["name"]: each.get("value", "") for each in container["env"] if "valueFrom" not in each}
    secret = {name: case.secrets.get(of, {}).get(key, f"{of}/{key}") for name, of, key in references}
    return RasaPod(
        endpoints=mounted.pop("/app/endpoints.yml"),
        credentials=mounted.pop("/app/credentials.yml"),
        arguments=tuple(container["args"]),
        environment={name: text for name, text in (plain | secret).items() if name not in OF_THE_CHART},
        references=references,
        files=mounted,
    )


def _files(spec: Any, container: Any, objects: Any) -> Iterator[tuple[str, str]]:
    sources = {volume["name"]: volume for volume in spec["volumes"]}
    for mount in container["volumeMounts"]:
        source = sources[mount["name"]]
        kind = next(iter(source.keys() & {"configMap", "secret"}), None)
        if kind is None:
            continue
        data = objects[source[kind].get("name") or source[kind]["secretName"]]
        items = source[kind].get("items", [{"key": key, "path": key} for key in data])
        files = {item["path"]: data[item["key"]] for item in items}
        if "subPath" in mount:
            yield mount["mountPath"], files[mount["subPath"]]
        else:
            for path, text in files.items():
                yield str(PurePosixPath(mount["mountPath"], path)), text
