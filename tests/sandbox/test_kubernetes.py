"""Kubernetes: what the API server refuses, the pods that would never start, and releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.entry import Problem, Refused
from catalogue.kubernetes import provider
from catalogue.wire import UNKNOWN, Properties
from tests.sandbox.clouds import KUBECONFIG, World, manifest

SECRET, CONFIG_MAP, JOB = "kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"
DEPLOYMENT, RELEASE = "kubernetes:apps/v1:Deployment", "kubernetes:helm.sh/v3:Release"
SAFE: Properties = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _secret(name: str = "s", namespace: str = "rasa", **data: str) -> Properties:
    return manifest("v1", "Secret", name=name, namespace=namespace, stringData=data)


def _job(security: Properties | None = None, **container: object) -> Properties:
    pod = {
        "restartPolicy": "Never",
        "containers": [{"name": "c", "image": "i", "securityContext": security or {}, **container}],
    }
    return manifest("batch/v1", "Job", name="job", namespace="rasa", spec={"template": {"spec": pod}})


def _env(name: str, key: str) -> list[Properties]:
    return [{"name": "A", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}]


def test_an_object_needs_its_namespace_and_goes_with_it(world: World) -> None:
    with pytest.raises(Refused, match='namespaces "rasa" not found'):
        world.make(SECRET, "s", _secret())
    world.namespace()
    id, outputs = world.make(SECRET, "s", _secret(a="x"))
    assert (id, outputs["data"]) == ("rasa/s", {"a": "eA=="})
    with pytest.raises(Refused, match='secrets "rasa/s" already exists'):
        world.make(SECRET, "again", _secret())
    world.delete("kubernetes:core/v1:Namespace", "rasa", "rasa")
    assert world.kubernetes.read(world.urn(SECRET, "s"), id, {}, {})[0] == ""


@pytest.mark.parametrize(
    ("token", "inputs", "error"),
    [
        (SECRET, _secret(name="Wrong_Name"), "RFC 1123"),
        (SECRET, {**_secret(), "data": {"a": "not base64!"}}, "illegal base64"),
        (CONFIG_MAP, manifest("v2", "ConfigMap", name="c"), "apiVersion"),
        (CONFIG_MAP, manifest("v1", "ConfigMap", name="c", labels={"a": "no spaces please"}), "metadata.labels"),
        (JOB, manifest("batch/v1", "Job", name="j", spec={"template": {"spec": {"containers": []}}}), "restartPolicy"),
        (
            DEPLOYMENT,
            manifest(
                "apps/v1",
                "Deployment",
                name="d",
                spec={
                    "selector": {"matchLabels": {"a": "b"}},
                    "template": {"metadata": {"labels": {"a": "c"}}, "spec": {"containers": [{"name": "c"}]}},
                },
            ),
            "does not match template",
        ),
    ],
)
def test_what_the_api_server_refuses(world: World, token: str, inputs: Properties, error: str) -> None:
    with pytest.raises(Refused, match=error):
        world.check(token, "x", inputs)


def test_a_secret_s_value_is_in_no_message(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        world.check(SECRET, "s", {**_secret(), "stringData": {"a": ["hunter2"]}})
    assert "hunter2" not in str(refusal.value)


def test_parts_that_are_not_known_yet_pass(world: World) -> None:
    unknown = {**_secret(), "metadata": {"name": "s", "namespace": UNKNOWN}, "stringData": {"a": UNKNOWN}}
    assert world.check(SECRET, "s", unknown) == unknown


def test_a_pod_may_only_name_what_is_there(world: World) -> None:
    world.namespace()
    for env, error in ((_env("s", "a"), 'secret "s" not found'), (_env("s", "b"), "couldn't find key b")):
        with pytest.raises(Refused, match=error):
            world.make(JOB, "j", _job(env=env))
        if error.startswith("secret"):
            world.make(SECRET, "s", _secret(a="x"))
    id, outputs = world.make(JOB, "j", _job(env=_env("s", "a")))
    assert id == "rasa/job"
    assert outputs["status"]["succeeded"] == 1


@pytest.mark.parametrize(
    "pod",
    [
        {"serviceAccountName": "x"},
        {"volumes": [{"name": "v", "configMap": {"name": "x"}}]},
        {"volumes": [{"name": "v", "secret": {"secretName": "x"}}]},
        {"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "x"}}]}}]},
        {"containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "x"}}]}]},
    ],
)
def test_every_way_to_name_an_object_is_seen(world: World, pod: Properties) -> None:
    world.namespace()
    job = _job()
    job["spec"]["template"]["spec"] |= pod
    with pytest.raises(Refused, match='"x" not found'):
        world.make(JOB, "j", job)


def test_optional_references_may_be_absent(world: World) -> None:
    world.namespace()
    world.make(JOB, "j", _job(envFrom=[{"secretRef": {"name": "x", "optional": True}}]))


@pytest.mark.parametrize("broken", [*SAFE, "nothing"])
def test_a_restricted_namespace_refuses_each_violation(world: World, broken: str) -> None:
    world.namespace(**{"pod-security.kubernetes.io/enforce": "restricted"})
    security = {key: value for key, value in SAFE.items() if key != broken}
    if broken == "nothing":
        world.make(JOB, "j", _job(security))
        return
    with pytest.raises(Refused, match='violates PodSecurity "restricted:latest"'):
        world.make(JOB, "j", _job(security))


@pytest.mark.parametrize(
    ("token", "olds", "news", "replaces"),
    [
        (JOB, _job(), _job(command=["x"]), True),
        (SECRET, _secret(a="1"), _secret(a="2"), True),
        (SECRET, _secret(a="1"), {**_secret(a="1"), "type": "Opaque"}, True),
        (
            "kubernetes:core/v1:ServiceAccount",
            manifest("v1", "ServiceAccount", name="a"),
            manifest("v1", "ServiceAccount", name="a", labels={"x": "y"}),
            False,
        ),
    ],
)
def test_what_cannot_change_in_place_replaces(
    world: World, token: str, olds: Properties, news: Properties, replaces: bool
) -> None:
    difference = world.kubernetes.diff(world.urn(token, "x"), "id", olds, olds, news)
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


def _release(**values: object) -> Properties:
    return {
        "name": "rasa",
        "namespace": "rasa",
        "chart": "oci://registry.example/rasa",
        "version": "1.0.0",
        "values": values,
    }


@pytest.mark.usefixtures("chart")
def test_a_release_is_rendered_and_its_manifests_are_checked(world: World) -> None:
    world.namespace()
    with pytest.raises(Refused, match='secret "s" not found'):
        world.make(RELEASE, "r", _release(secret="s", replicas=1))
    world.make(SECRET, "s", _secret(a="x"))
    with pytest.raises(Refused, match="replicas"):
        world.make(RELEASE, "r", _release(secret="s", replicas="one"))
    id, outputs = world.make(RELEASE, "r", _release(secret="s", replicas=1))
    assert id == "rasa/rasa"
    assert outputs["status"] | {"revision": 1, "status": "deployed"} == outputs["status"]
    changed = world.change(RELEASE, "r", id, outputs, _release(secret="s", replicas=2))
    assert changed["status"]["revision"] == 2


def test_values_may_only_name_keys_that_are_there(world: World, chart: Path) -> None:
    world.namespace()
    world.make(SECRET, "s", _secret(a="x"))
    values: Properties = {"secret": "s", "replicas": 1, "license": {"secretName": "s", "secretKey": "b"}}
    with pytest.raises(Refused, match="secret rasa/s has no key b"):
        world.make(RELEASE, "r", _release(**values))


def test_a_chart_path_that_does_not_exist_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.namespace()
    monkeypatch.setenv("RASA_CHART", "/nowhere/rasa")
    with pytest.raises(Refused, match="RASA_CHART=/nowhere/rasa does not exist"):
        world.make(RELEASE, "r", _release())


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
    token = "kubernetes:storage.k8s.io/v1:StorageClass"
    more = {"provisioner": provisioner, "reclaimPolicy": reclaim, "parameters": parameters}
    id, _ = world.make(token, "volumes", manifest("storage.k8s.io/v1", "StorageClass", name="vault", **more))
    world.delete(token, "volumes", id)
    with world.store.transaction() as transaction:
        assert bool(transaction.kept("dev")) == stay
