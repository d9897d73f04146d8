"""Kubernetes: refusals of the API server, pods that would never start, and releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.entry import Problem, Refused
from catalogue.kubernetes import provider
from catalogue.wire import UNKNOWN, Properties
from tests.sandbox.world import KUBECONFIG, Made, World, manifest, refused

SAFE: Properties = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _apply(world: World, inputs: Properties) -> Made:
    return world.make(_kind(inputs), **inputs)


def _kind(inputs: Properties) -> str:
    version, kind = inputs["apiVersion"], inputs["kind"]
    return f"{version if '/' in version else f'core/{version}'}.{kind}"


def _secret(name: str = "s", namespace: str = "rasa", **data: str) -> Properties:
    return manifest("v1", "Secret", name=name, namespace=namespace, stringData=data)


def _job(security: Properties | None = None, pod: Properties | None = None, **container: object) -> Properties:
    containers = [{"name": "c", "image": "i", "securityContext": security or {}, **container}]
    spec = {"restartPolicy": "Never", "containers": containers, **(pod or {})}
    return manifest("batch/v1", "Job", name="job", namespace="rasa", spec={"template": {"spec": spec}})


def _env(name: str, key: str) -> list[Properties]:
    return [{"name": "A", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}]


def test_an_object_needs_its_namespace_and_goes_with_it(world: World) -> None:
    with refused('namespaces "rasa" not found'):
        _apply(world, _secret())
    namespace = world.namespace()
    secret = _apply(world, _secret(a="x"))
    assert (secret.id, secret["data"]) == ("rasa/s", {"a": "eA=="})
    with refused('secrets "rasa/s" already exists'):
        _apply(world, _secret())
    world.delete(namespace)
    assert not world.has(secret)


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        (_secret(name="Wrong_Name"), "RFC 1123"),
        ({**_secret(), "data": {"a": "not base64!"}}, "illegal base64"),
        (manifest("v1", "ConfigMap", name="c", labels={"a": "no spaces please"}), "metadata.labels"),
        (manifest("batch/v1", "Job", name="j", spec={"template": {"spec": {"containers": []}}}), "restartPolicy"),
    ],
    ids=["name", "data", "label", "restart policy"],
)
def test_what_the_api_server_refuses(world: World, inputs: Properties, error: str) -> None:
    with refused(error):
        world.check(_kind(inputs), **inputs)


def test_a_type_has_one_version(world: World) -> None:
    with refused("apiVersion"):
        world.check("core/v1.ConfigMap", **manifest("v2", "ConfigMap", name="c"))


def test_a_secret_s_value_is_in_no_message(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        world.check("core/v1.Secret", **{**_secret(), "stringData": {"a": ["hunter2"]}})
    assert "hunter2" not in str(refusal.value)


def test_parts_that_are_not_known_yet_pass(world: World) -> None:
    unknown = {**_secret(), "metadata": {"name": "s", "namespace": UNKNOWN}, "stringData": {"a": UNKNOWN}}
    assert world.check("core/v1.Secret", **unknown) == unknown


def test_a_pod_may_only_name_what_is_there(world: World) -> None:
    world.namespace()
    with refused('secret "s" not found'):
        _apply(world, _job(env=_env("s", "a")))
    _apply(world, _secret(a="x"))
    with refused("couldn't find key b"):
        _apply(world, _job(env=_env("s", "b")))
    job = _apply(world, _job(env=_env("s", "a")))
    assert (job.id, job["status"]["succeeded"]) == ("rasa/job", 1)


@pytest.mark.parametrize(
    "pod",
    [
        {"serviceAccountName": "x"},
        {"volumes": [{"name": "v", "configMap": {"name": "x"}}]},
        {"volumes": [{"name": "v", "secret": {"secretName": "x"}}]},
        {"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "x"}}]}}]},
        {"containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "x"}}]}]},
    ],
    ids=["account", "config map", "secret", "projected", "variables"],
)
def test_every_way_to_name_an_object_is_seen(world: World, pod: Properties) -> None:
    world.namespace()
    with refused('"x" not found'):
        _apply(world, _job(pod=pod))


def test_optional_references_may_be_absent(world: World) -> None:
    world.namespace()
    _apply(world, _job(envFrom=[{"secretRef": {"name": "x", "optional": True}}]))


@pytest.mark.parametrize("broken", [*SAFE, "nothing"])
def test_a_restricted_namespace_refuses_each_violation(world: World, broken: str) -> None:
    world.namespace(**{"pod-security.kubernetes.io/enforce": "restricted"})
    with refused("" if broken == "nothing" else 'violates PodSecurity "restricted:latest"'):
        _apply(world, _job({key: value for key, value in SAFE.items() if key != broken}))


ACCOUNT = manifest("v1", "ServiceAccount", name="a")


@pytest.mark.parametrize(
    ("olds", "news", "replaces"),
    [
        (_job(), _job(command=["x"]), True),
        (_secret(a="1"), _secret(a="2"), True),
        (_secret(a="1"), {**_secret(a="1"), "type": "Opaque"}, True),
        (ACCOUNT, manifest("v1", "ServiceAccount", name="a", labels={"x": "y"}), False),
    ],
    ids=["job", "data", "type", "label"],
)
def test_what_cannot_change_in_place_replaces(world: World, olds: Properties, news: Properties, replaces: bool) -> None:
    urn = world.urn(_kind(olds), "x")
    difference = world.cloud(urn).diff(urn, "id", olds, olds, news)
    assert difference.changes
    assert bool(difference.replaces) is replaces
    assert difference.delete_before_replace is replaces, "the name is the program's, so both cannot live at once"


def test_a_kubeconfig_must_be_usable() -> None:
    def problems(config: Properties) -> list[Problem]:
        return list(provider.config_problems(config))

    assert problems({"kubeconfig": KUBECONFIG}) == []
    assert problems({"kubeconfig": UNKNOWN}) == []
    assert "never uses the machine's own" in problems({})[0][1]
    assert "failed to parse" in problems({"kubeconfig": "{"})[0][1]
    assert "'x' does not exist" in problems({"kubeconfig": KUBECONFIG, "context": "x"})[0][1]
    assert "no credentials" in problems({"kubeconfig": KUBECONFIG.replace("exec", "nothing")})[0][1]


def test_only_the_cluster_identifier_replaces_the_provider() -> None:
    old, new = {"kubeconfig": "a", "clusterIdentifier": "c"}, {"kubeconfig": UNKNOWN, "clusterIdentifier": "c"}
    assert list(provider.config_replaces(old, new)) == []
    assert list(provider.config_replaces(old, {**new, "clusterIdentifier": "d"})) == ["clusterIdentifier"]
    assert list(provider.config_replaces({"kubeconfig": "a"}, {"kubeconfig": UNKNOWN})) == ["kubeconfig"]


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chart `rasa` on disk: one Deployment whose image, Secret and key come from the values."""
    directory = tmp_path / "rasa"
    (directory / "templates").mkdir(parents=True)
    (directory / "Chart.yaml").write_text("apiVersion: v2\nname: rasa\nversion: 1.0.0\n")
    (directory / "templates" / "deployment.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{ .Release.Name }}'}\nspec:\n  selector: "
        "{matchLabels: {app: rasa}}\n  replicas: {{ .Values.replicas }}\n  template:\n    metadata: {labels: {app: "
        "rasa}}\n    spec: {containers: [{name: rasa, image: rasa, envFrom: [{secretRef: {name: '{{ .Values.secret "
        "}}'}}]}]}\n"
    )
    monkeypatch.setenv("RASA_CHART", str(directory))
    return directory


def _release(world: World, **values: object) -> Made:
    chart = {"chart": "oci://registry.example/rasa", "version": "1.0.0"}
    return world.make("helm.sh/v3.Release", name="rasa", namespace="rasa", **chart, values=values)


@pytest.mark.usefixtures("chart")
def test_a_release_is_rendered_and_its_manifests_are_checked(world: World) -> None:
    world.namespace()
    with refused('secret "s" not found'):
        _release(world, secret="s", replicas=1)
    _apply(world, _secret(a="x"))
    with refused("replicas"):
        _release(world, secret="s", replicas="one")
    with refused("secret rasa/s has no key b"):
        _release(world, secret="s", replicas=1, license={"secretName": "s", "secretKey": "b"})
    release = _release(world, secret="s", replicas=1)
    assert release.id == "rasa/rasa"
    assert release["status"] | {"revision": 1, "status": "deployed"} == release["status"]
    assert world.change(release, values={"secret": "s", "replicas": 2})["status"]["revision"] == 2


def test_a_chart_path_that_does_not_exist_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.namespace()
    monkeypatch.setenv("RASA_CHART", "/nowhere/rasa")
    with refused("RASA_CHART=/nowhere/rasa does not exist"):
        _release(world)


@pytest.mark.parametrize(
    ("provisioner", "reclaim", "parameters", "stay"),
    [
        ("ebs.csi.aws.com", "Retain", {}, True),
        ("ebs.csi.aws.com", "Delete", {}, False),
        ("disk.csi.azure.com", "Retain", {}, False),
        ("disk.csi.azure.com", "Retain", {"resourceGroup": "disks"}, True),
    ],
)
def test_retained_disks_stay_unless_they_go_with_the_cluster(
    provisioner: str, reclaim: str, parameters: dict[str, str], stay: bool, world: World
) -> None:
    more = {"provisioner": provisioner, "reclaimPolicy": reclaim, "parameters": parameters}
    world.delete(_apply(world, manifest("storage.k8s.io/v1", "StorageClass", name="vault", **more)))
    assert bool(world.kept()) == stay
