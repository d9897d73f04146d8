"""Topics that a Job makes: whose password it gets, what it may reach, who waits for it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components.connections import MissingTopics, PasswordAuth
from sandbox.recording import Recording, Secret
from tests.components.rasa import wirings
from tests.components.rasa.assistants import record

JOB = "rasa-kafka-topics-job"


@pytest.fixture(scope="module")
def missing() -> Recording:
    """An assistant whose topics are missing."""
    connections = wirings.connections()
    assert connections.event_queue
    maker = PasswordAuth(username="MAKER", password=wirings.secret("maker-password"))
    topics = MissingTopics(maker=maker, partitions=6, retention_hours=72)
    kafka = replace(connections.event_queue, missing_topics=topics)
    return record(wirings.everything(), connections=replace(connections, event_queue=kafka))


def test_the_job_is_told_the_topics_and_how_to_reach_the_brokers(missing: Recording) -> None:
    pod = missing.named(JOB).inputs["spec"]["template"]["spec"]
    variables = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    assert json.loads(variables["TOPICS"]) == ["rasa-core-events", "rasa-analytics-dlq"]
    assert (variables["PARTITIONS"], variables["RETENTION_MS"]) == ("6", str(72 * 3600 * 1000))
    client = json.loads(missing.named("rasa-kafka-topics-files").inputs["data"]["kafka.json"])
    assert client["security.protocol"] == "SASL_SSL"
    assert client["ssl.ca.location"] == "/etc/rasa/ca/kafka-ca.pem"
    assert missing.named("rasa-kafka-ca").inputs["data"] == {"kafka-ca.pem": "KAFKA CA"}


def test_only_the_job_has_the_makers_password(missing: Recording) -> None:
    secrets = missing.of_type("kubernetes:core/v1:Secret")
    holders = [each for each in secrets if "maker-password" in str(each.inputs)]
    assert [each.name for each in holders] == ["rasa-kafka-maker"]
    assert holders[0].inputs["stringData"] == Secret({"password": "maker-password"})


def test_the_job_reaches_the_brokers_only(missing: Recording) -> None:
    rules = missing.named("rasa-kafka-policy").inputs["spec"]
    assert rules["egress"] == [
        {"to": [{"ipBlock": {"cidr": "10.0.50.0/24"}}], "ports": [{"protocol": "TCP", "port": 9096}]}
    ]


def test_smoke_test_and_release_wait_for_the_topics(missing: Recording) -> None:
    job = missing.named(JOB).urn
    for name in ("rasa-smoke-test-job", "rasa-release"):
        assert job in missing.reached_from(missing.named(name).urn)


def test_topics_that_are_there_need_no_job() -> None:
    recording = record(wirings.everything())
    assert not [each for each in recording.resources.values() if each.name.startswith("rasa-kafka")]
