"""Values of the chart: every path exists, every reference has its other end, what is off is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from components.artifacts import CHART_VERSION, image_values
from components.connections import PasswordAuth
from components.kubernetes.pod import SecretKey
from components.rasa.analytics import analytics_url
from components.rasa.endpoints import endpoints
from components.rasa.environment import environment
from components.rasa.names import AUTH_TOKEN_KEY, CA_CONFIG_MAP, JWT_SECRET_KEY, SECRET
from components.rasa.secrets import service_secrets
from components.rasa.values import values
from components.rasa.wiring import Wiring
from settings import Profile
from tests.components.charts import recorded, unknown_paths
from tests.components.rasa import wirings

CHART = recorded("rasa")


def of(wiring: Wiring) -> Any:
    """The values of an assistant."""
    return values(wiring, endpoints(wiring), "revision")


@pytest.fixture(params=wirings.VARIANTS)
def wiring(request: pytest.FixtureRequest) -> Any:
    """Every variant in turn."""
    return wirings.VARIANTS[request.param]()


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


@pytest.mark.parametrize("part", ["rasa", "rasaProServices"])
def test_every_mount_has_a_volume(part: str) -> None:
    chosen = of(wirings.wiring())[part]
    assert {mount["name"] for mount in chosen["volumeMounts"]} == {volume["name"] for volume in chosen["volumes"]}
    assert chosen["volumes"][0]["configMap"]["name"] == CA_CONFIG_MAP


def test_no_variable_is_defined_twice(wiring: Any) -> None:
    by_the_chart = {
        "AUTH_TOKEN", "JWT_SECRET", "JWT_METHOD", "RASA_PRO_LICENSE", "RASA_TELEMETRY_ENABLED", "RASA_TELEMETRY_DEBUG",
        "LOG_LEVEL", "RASA_ENVIRONMENT",
    }  # fmt: skip
    names = [entry["name"] for entry in of(wiring)["rasa"]["additionalEnv"]]
    assert len(names) == len(set(names))
    assert not by_the_chart & set(names)


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
    for part in ("rasa", "actionServer", "rasaProServices"):
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


def test_what_is_off_is_gone() -> None:
    chosen = of(wirings.VARIANTS["small"]())
    assert chosen["rasaProServices"] == chosen["actionServer"] == chosen["duckling"] == {"enabled": False}
    assert chosen["networkPolicy"] == {"enabled": False}
    assert not {"ingress", "autoscaling", "affinity"} & set(chosen["rasa"])


def test_analytics_reads_the_topic_that_rasa_writes() -> None:
    chosen = of(wirings.wiring())
    kafka, broker = chosen["rasaProServices"]["kafka"], chosen["rasa"]["settings"]["endpoints"]["event_broker"]
    assert kafka["topic"] == broker["topic"]
    assert kafka["brokerAddress"] is broker["url"]
    assert kafka["dlqTopic"] == "rasa-analytics-dlq"
    assert kafka["consumerId"] == "rasa-analytics"


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


def test_analytics_by_iam_has_a_host_instead_of_a_url() -> None:
    chosen = of(wirings.wiring(iam=True))["rasaProServices"]
    assert chosen["useCloudProviderIam"] == {"enabled": True, "provider": "aws", "region": wirings.REGION}
    assert chosen["database"]["enableAwsRdsIam"] is True
    assert chosen["database"]["username"] == chosen["database"]["databaseName"] == "rasa_analytics"
    assert "urlExistingSecretName" not in chosen["database"]
    assert chosen["kafka"]["enableAwsMskIam"] is True
    assert chosen["kafka"]["saslMechanism"] == "OAUTHBEARER"
    assert chosen["additionalEnv"] == []
    assert not {"saslUsername", "saslPassword"} & set(chosen["kafka"])


def test_names_that_change_with_a_rotation_stand_beside_their_passwords_and_in_no_manifest() -> None:
    """A pod that starts between the new Secret and the new release else had one's name and the other's password."""
    chosen = of(wirings.wiring())
    analytics, endpoints = chosen["rasaProServices"], chosen["rasa"]["settings"]["endpoints"]
    assert endpoints["tracker_store"]["username"] == "${DB_USERNAME}"
    assert endpoints["event_broker"]["sasl_username"] == "${KAFKA_USERNAME}"
    # With a mechanism the chart would set the name, and all three variables twice.
    assert not {"saslMechanism", "saslUsername", "saslPassword"} & set(analytics["kafka"])
    assert analytics["additionalEnv"] == [
        {"name": "KAFKA_SASL_MECHANISM", "value": "SCRAM-SHA-512"},
        *(
            {"name": name, "valueFrom": {"secretKeyRef": {"name": "rasa-secrets", "key": key}}}
            for name, key in {
                "KAFKA_SASL_USERNAME": "analyticsKafkaUsername",
                "KAFKA_SASL_PASSWORD": "analyticsKafkaPassword",
            }.items()
        ),
    ]


def test_the_ingress_serves_the_root() -> None:
    ingress = of(wirings.wiring())["rasa"]["ingress"]
    assert ingress["hosts"] == [{"host": "rasa.example.com", "paths": [{"path": "/", "pathType": "Prefix"}]}]
    assert ingress["tls"] == [{"secretName": "rasa-tls", "hosts": ["rasa.example.com"]}]


def test_prod_spreads_over_zones_and_dev_does_not() -> None:
    terms = of(wirings.wiring())["rasa"]["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    assert terms[0]["podAffinityTerm"]["topologyKey"] == "topology.kubernetes.io/zone"
    assert "affinity" not in of(wirings.wiring(profile=Profile.DEV))["rasa"]


@pytest.mark.parametrize(
    ("image", "repository", "tag"),
    [
        ("registry.example.com:5000/rasa:3.17.0", "registry.example.com:5000/rasa", "3.17.0"),
        ("registry.example.com/rasa@sha256:" + "0" * 64, "registry.example.com/rasa@sha256", "0" * 64),
    ],
)
def test_an_image_is_put_together_again_by_the_chart(image: str, repository: str, tag: str) -> None:
    assert image_values(image) == {"repository": repository, "tag": tag}
    assert f"{repository}:{tag}" == image


@pytest.mark.parametrize("version", ["3.14", "3.17"])
def test_the_image_follows_the_version(version: str) -> None:
    image = of(wirings.wiring(wirings.assistant(rasaVersion=version)))["rasa"]["image"]
    assert image["tag"] == f"{version}.0-latest"
