"""What a company's network needs reaches every pod: mirrors and a login, a proxy, an authority."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.recording import Recording, Secret
from settings import Registries
from settings.company import Company
from settings.secrets_manager import CreateVault
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record
from tests.components.rasa.test_assistant import text_of

JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
MIRROR = "mirror.example.com:5000/all"
LOGIN = json.dumps({"auths": {"mirror.example.com:5000": {"auth": "dXNlcjpwYXNz"}}})
VAULT = CreateVault(init="job", version="2.0.4", nodes=3, storage_gb=10)


def company(charts: str) -> Company:
    """A company with mirrors, whose nodes have to sign in."""
    registries = Registries(charts=charts, images=MIRROR, pull_secret="mirror")
    return Company(registries=registries, pull_login=wirings.secret(LOGIN))


@pytest.fixture(scope="module")
def mirrored() -> Recording:
    """An assistant with everything, on mirrors."""
    return record(
        wirings.everything(),
        connections=wirings.with_redis(wirings.wiring(), tunnel=True).connections,
        secrets_manager=VAULT,
        company=company("oci://mirror.example.com/charts"),
    )


def images(value: Any) -> Iterator[str]:
    """Every image in a manifest or in values."""
    match value:
        case {"repository": repository, "tag": tag}:
            yield f"{repository}:{tag}"
        case dict():
            for key, item in value.items():
                if key == "image" and isinstance(item, str):
                    yield item
                yield from images(item)
        case list():
            for item in value:
                yield from images(item)
        case _:
            pass


def pods(recording: Recording) -> list[dict[str, Any]]:
    """The pods of all Jobs."""
    jobs = [one.inputs["spec"] for one in recording.of_type(JOB)]
    jobs += [one.inputs["spec"]["jobTemplate"]["spec"] for one in recording.of_type(CRON_JOB)]
    return [job["template"]["spec"] for job in jobs]


def test_every_image_comes_from_the_mirror_except_the_users_own(mirrored: Recording) -> None:
    used = {
        image for kind in (JOB, CRON_JOB, RELEASE) for one in mirrored.of_type(kind) for image in images(one.inputs)
    }
    assert {image for image in used if not image.startswith(f"{MIRROR}/")} == {"registry.example.com/actions:1.0"}
    assert {image.removeprefix(f"{MIRROR}/").partition(":")[0] for image in used} >= {
        "rasa-releases/rasa-pro/rasa-pro", "rasa-releases/rasa-pro/rasa-pro-services", "library/haproxy",
        "hashicorp/vault",
    }  # fmt: skip


def test_every_pod_signs_in_at_the_registries(mirrored: Recording) -> None:
    secrets = {
        one.inputs["metadata"]["namespace"]: one.inputs
        for one in mirrored.of_type("kubernetes:core/v1:Secret")
        if one.inputs.get("type") == "kubernetes.io/dockerconfigjson"
    }
    assert secrets.keys() == {one.inputs["metadata"]["name"] for one in mirrored.of_type(NAMESPACE)}
    for one in secrets.values():
        assert one["metadata"]["name"] == "rasa-registries"
        assert isinstance(one["stringData"], Secret)
        assert one["stringData"].value == {".dockerconfigjson": LOGIN}
    wanted = [{"name": "rasa-registries"}]
    found = pods(mirrored)
    assert len(found) >= 5
    assert all(pod["imagePullSecrets"] == wanted for pod in found)
    by_name = {one.inputs["name"]: one.inputs["values"] for one in mirrored.of_type(RELEASE)}
    assert by_name["rasa"]["imagePullSecrets"] == wanted
    assert by_name["vault"]["global"]["imagePullSecrets"] == wanted
    assert not [one.name for one in mirrored.resources.values() if "dXNlcjpwYXNz" in text_of(one.inputs)]


@pytest.mark.parametrize(
    ("charts", "places"),
    [
        ("oci://mirror.example.com/charts", {("oci://mirror.example.com/charts/rasa", None),
                                             ("oci://mirror.example.com/charts/vault", None)}),
        ("https://mirror.example.com/helm", {("rasa", "https://mirror.example.com/helm"),
                                             ("vault", "https://mirror.example.com/helm")}),
    ],
)  # fmt: skip
def test_both_charts_come_from_the_mirror(charts: str, places: set[tuple[str, str | None]]) -> None:
    recording = record(wirings.everything(), secrets_manager=VAULT, company=company(charts))
    found = {
        (one.inputs["chart"], one.inputs.get("repositoryOpts", {}).get("repo")) for one in recording.of_type(RELEASE)
    }
    assert found == places


def test_without_mirrors_nothing_signs_in() -> None:
    assert "imagePullSecrets" not in text_of([one.inputs for one in record(wirings.everything()).resources.values()])
