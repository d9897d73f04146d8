"""The sidecar to a Redis without a host name in its certificate: for Rasa, and for the smoke test before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.connections import AssistantConnections, RedisConnection
from components.kubernetes.pod import CA_DIRECTORY
from components.rasa.redis_tunnel import CONFIGURATION
from sandbox.recording import Recording
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record

DIRECT = wirings.connections()
PASSED_ON = ("image", "command", "restartPolicy", "resources", "securityContext")


def tunnelled() -> AssistantConnections:
    """Connections whose Redis is known by its address only."""
    redis = DIRECT.lock_store
    assert redis
    return replace(DIRECT, lock_store=replace(redis, host=wirings.out("10.0.240.3"), port=6378, tunnel=True))


@pytest.fixture(scope="module")
def through_tunnel() -> Recording:
    return record(wirings.everything(), connections=tunnelled())


@pytest.fixture(scope="module")
def direct() -> Recording:
    return record(wirings.everything(), connections=DIRECT)


def values(recording: Recording) -> dict[str, Any]:
    return recording.outputs["rasa"]["values"]["rasa"]


def job(recording: Recording) -> dict[str, Any]:
    return recording.named("rasa-smoke-test-job").inputs["spec"]["template"]["spec"]


def files(recording: Recording) -> dict[str, str]:
    return recording.named("rasa-secrets-ca").inputs["data"]


@pytest.mark.parametrize("store", ["lock_store", "timer_store"])
def test_rasa_talks_plain_and_only_inside_the_pod(store: str, through_tunnel: Recording, direct: Recording) -> None:
    section = through_tunnel.outputs["rasa"]["endpoints"][store]
    assert (section["host"], section["port"], section["use_ssl"]) == ("127.0.0.1", 6379, False)
    assert "ssl_ca_certs" not in section
    assert section["password"] == "${REDIS_PASSWORD}"
    assert direct.outputs["rasa"]["endpoints"][store]["host"] == "redis.example.com"


def test_the_sidecar_verifies_the_services_own_authority(through_tunnel: Recording, direct: Recording) -> None:
    held = files(through_tunnel)
    (server,) = [line.split() for line in held[CONFIGURATION].splitlines() if line.strip().startswith("server")]
    assert server[1:3] == ["redis", "10.0.240.3:6378"]
    assert ["verify", "required", "ca-file", f"{CA_DIRECTORY}/redis-ca.pem"] == server[4:]
    assert held["redis-ca.pem"] == "REDIS CA"
    assert "bind 127.0.0.1:6379" in held[CONFIGURATION]
    assert CONFIGURATION not in files(direct)


def test_release_and_smoke_test_have_the_same_sidecar(through_tunnel: Recording) -> None:
    (in_release,) = values(through_tunnel)["initContainers"]
    (in_job,) = job(through_tunnel)["initContainers"]
    assert {key: in_release[key] for key in PASSED_ON} == {key: in_job[key] for key in PASSED_ON}
    # Only such an init container runs on beside the others, and only such a one lets the Job complete.
    assert in_job["restartPolicy"] == "Always"
    assert in_job["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    for pod, container in ((values(through_tunnel), in_release), (job(through_tunnel), in_job)):
        (mount,) = container["volumeMounts"]
        (volume,) = [each for each in pod["volumes"] if each["name"] == mount["name"]]
        assert volume["configMap"]["name"] == "rasa-cloud-ca"
        assert mount["mountPath"] == CA_DIRECTORY


def test_pods_restart_when_the_tunnel_leads_elsewhere(through_tunnel: Recording) -> None:
    moved = tunnelled()
    assert moved.lock_store
    there = replace(moved, lock_store=replace(moved.lock_store, host=wirings.out("10.0.240.99")))
    revisions = [
        each.named("rasa-secrets-revision").inputs["keepers"]
        for each in (through_tunnel, record(wirings.everything(), connections=there))
    ]
    assert revisions[0] != revisions[1]


def test_without_a_tunnel_there_is_no_sidecar(direct: Recording) -> None:
    assert "initContainers" not in values(direct)
    assert "initContainers" not in job(direct)


def test_pods_may_reach_the_service_behind_the_tunnel(through_tunnel: Recording) -> None:
    rules = through_tunnel.named("rasa-network-egress").inputs["spec"]["egress"]
    assert {"to": [{"ipBlock": {"cidr": "10.0.49.0/24"}}], "ports": [{"protocol": "TCP", "port": 6378}]} in rules


def test_a_tunnel_needs_an_authority() -> None:
    redis = DIRECT.lock_store
    assert isinstance(redis, RedisConnection)
    with pytest.raises(ValueError, match="needs ca_pem"):
        replace(redis, ca_pem=None, tunnel=True)
