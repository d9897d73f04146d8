"""Values of the chart: every path exists, every reference has its other end, what is off is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from syrupy.assertion import SnapshotAssertion

from components.artifacts import CHART_VERSION, image_values
from components.connections import PasswordAuth
from components.kubernetes.pod import SecretKey
from components.rasa.analytics import analytics_url
from components.rasa.environment import environment
from components.rasa.names import AUTH_TOKEN_KEY, CA_CONFIG_MAP, JWT_SECRET_KEY, SECRET
from components.rasa.secrets import service_secrets
from components.rasa.values import values
from components.rasa.wiring import Wiring
from settings.chart import recorded, unknown_paths
from tests.components.rasa import wirings

CHART = recorded("rasa")


def of(wiring: Wiring) -> Any:
    """The values of an assistant."""
    return values(wiring, "revision")


@pytest.fixture(params=wirings.VARIANTS)
def wiring(request: pytest.FixtureRequest) -> Any:
    """Every variant in turn."""
    return wirings.VARIANTS[request.param]()


@pytest.mark.parametrize("variant", ["everything", "iam", "small"])
def test_the_whole_values(variant: str, snapshot: SnapshotAssertion) -> None:
    """Compare a change with the chart, which has on by default what a variant does not want."""
    assert wirings.text(of(wirings.VARIANTS[variant]())) == snapshot


def test_every_path_is_one_of_the_pinned_chart(wiring: Any) -> None:
    assert list(unknown_paths(CHART, of(wiring))) == []


def test_a_wrong_path_or_type_is_found() -> None:
    assert list(unknown_paths(CHART, {"rasa": {"replicas": 2}})) == ["rasa.replicas (integer)"]
    assert list(unknown_paths(CHART, {"rasaProServices": {"database": {"port": 5432}}})) == [
        "rasaProServices.database.port (integer)"
    ]


def test_the_record_is_of_the_pinned_version() -> None:
    assert CHART["version"] == CHART_VERSION


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Every reference to a key of a Secret: of an environment variable, or in the chart's own words."""
    if isinstance(value, dict):
        if "secretKeyRef" in value:
            yield value["secretKeyRef"]["name"], value["secretKeyRef"]["key"]
        for prefix in ("secret", "urlExistingSecret"):
            name, key = (f"{prefix}Name", f"{prefix}Key")
            if key in value:
                yield value[name], value[key]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


@pytest.mark.parametrize("variant", wirings.VARIANTS)
def test_the_secret_holds_exactly_the_keys_that_are_referenced(variant: str) -> None:
    wiring = wirings.VARIANTS[variant]()
    given = {"license": wirings.secret("licence"), "openaiApiKey": wirings.secret("key")}
    held = service_secrets(wiring, given)
    found = set(references(of(wiring)))
    token = {("rasa-vault", "token")} if wiring.vault else set[tuple[str, str]]()
    assert found == {(SECRET, key) for key in [*held, AUTH_TOKEN_KEY, JWT_SECRET_KEY]} | token


@pytest.mark.parametrize("part", ["rasa", "rasaProServices", "duckling"])
def test_every_mount_has_a_volume(part: str) -> None:
    chosen = of(wirings.wiring())[part]
    assert {mount["name"] for mount in chosen["volumeMounts"]} == {volume["name"] for volume in chosen["volumes"]}
    assert part == "duckling" or chosen["volumes"][0]["configMap"]["name"] == CA_CONFIG_MAP


def test_no_variable_is_defined_twice(wiring: Any) -> None:
    by_the_chart = {
        "AUTH_TOKEN", "JWT_SECRET", "JWT_METHOD", "RASA_PRO_LICENSE", "RASA_TELEMETRY_ENABLED", "RASA_TELEMETRY_DEBUG",
        "LOG_LEVEL", "RASA_ENVIRONMENT",
    }  # fmt: skip
    names = [entry["name"] for entry in of(wiring)["rasa"]["additionalEnv"]]
    assert len(names) == len(set(names))
    assert not by_the_chart & set(names)


def test_the_pool_of_connections_is_small_unless_the_assistant_says_otherwise() -> None:
    pools = {"SQL_POOL_SIZE": "10", "SQL_MAX_OVERFLOW": "10"}
    assert environment(wirings.wiring()).items() >= pools.items()
    own = environment(wirings.wiring(wirings.assistant(env={"SQL_POOL_SIZE": "25"})))
    assert own.items() >= {**pools, "SQL_POOL_SIZE": "25"}.items()


def test_no_secret_is_in_the_values(wiring: Any) -> None:
    for name, value in environment(wiring).items():
        assert isinstance(value, SecretKey) or not any(word in name for word in ("PASSWORD", "TOKEN", "SECRET", "KEY"))


def test_readiness_asks_for_the_model_with_the_token_and_liveness_waits_for_it(wiring: Any) -> None:
    rasa = of(wiring)["rasa"]
    assert rasa["readinessProbe"]["httpGet"] is None
    command = rasa["readinessProbe"]["exec"]["command"][-1]
    assert "/status" in command
    assert "${AUTH_TOKEN}" in command
    liveness = rasa["livenessProbe"]
    assert liveness["initialDelaySeconds"] + liveness["periodSeconds"] * liveness["failureThreshold"] >= 300


def test_all_containers_meet_the_restricted_standard() -> None:
    for part in ("rasa", "actionServer", "rasaProServices", "duckling"):
        chosen = of(wirings.wiring())[part]
        assert chosen["podSecurityContext"]["runAsNonRoot"] is True
        assert chosen["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert chosen["containerSecurityContext"]["allowPrivilegeEscalation"] is False
        assert chosen["containerSecurityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_model_is_always_named() -> None:
    rasa = of(wirings.wiring(wirings.assistant(name="support", model="v2/model.tar.gz")))["rasa"]
    assert rasa["additionalArgs"] == ["--remote-storage", "aws", "--model", "support/v2/model.tar.gz"]
    assert rasa["settings"]["mountModelsVolume"] is True


def test_a_model_in_the_image_is_not_hidden() -> None:
    rasa = of(wirings.VARIANTS["bare"]())["rasa"]
    assert rasa["additionalArgs"] == []
    assert rasa["settings"]["mountModelsVolume"] is False


def test_the_password_in_analytics_url_is_encoded() -> None:
    """A password of the user's may hold any character; in a URL most of them end it."""
    database = replace(wirings.wiring().databases.rasa, host="db.example.com", database="rasa_analytics")

    async def url() -> str | None:
        login = PasswordAuth(username=wirings.out("rasa"), password=wirings.secret("p@ss:w/rd?#%"))
        return await analytics_url(database, login).future()

    loop = asyncio.new_event_loop()
    parts = urlsplit(loop.run_until_complete(url()) or "")
    loop.close()
    assert (parts.hostname, parts.path) == ("db.example.com", "/rasa_analytics")
    assert unquote(parts.password or "") == "p@ss:w/rd?#%"


@pytest.mark.parametrize(
    ("image", "repository", "tag"),
    [
        ("registry.example.com:5000/rasa:3.17.0", "registry.example.com:5000/rasa", "3.17.0"),
        ("registry.example.com/rasa@sha256:" + "0" * 64, "registry.example.com/rasa@sha256", "0" * 64),
        ("rasa:3.17.0@sha256:" + "0" * 64, "rasa:3.17.0@sha256", "0" * 64),
    ],
)
def test_an_image_is_put_together_again_by_the_chart(image: str, repository: str, tag: str) -> None:
    assert image_values(wirings.assistant(image=image).image or "") == {"repository": repository, "tag": tag}
    assert f"{repository}:{tag}" == image


@pytest.mark.parametrize("version", ["3.14.0", "3.17.12"])
def test_the_image_follows_the_version(version: str) -> None:
    image = of(wirings.wiring(wirings.assistant(rasaVersion=version)))["rasa"]["image"]
    assert image["tag"] == f"{version}-latest"


def test_duckling_is_released_or_one_that_runs_already() -> None:
    assert of(wirings.wiring())["duckling"]["image"] == {"repository": "docker.io/rasa/duckling", "tag": "0.2.0.2-r4"}
    own = {"url": "http://duckling.tools.svc:8000", "replicas": 1, "resources": {"cpu": "1", "memory": "1Gi"}}
    own["resources"]["memoryLimit"] = "1Gi"
    existing = of(wirings.wiring(wirings.assistant(duckling=own)))
    assert existing["duckling"] == of(wirings.wiring(wirings.assistant()))["duckling"] == {"enabled": False}
    assert existing["rasa"]["settings"]["ducklingHttpUrl"] == "http://duckling.tools.svc:8000"
