"""What an assistant registers: order, secrets, accounts, policies, and when there is a release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sandbox.recording import Recording, Secret
from settings import Profile
from tests.components.rasa import wirings
from tests.components.rasa.assistants import LICENSE, OPENAI, record
from tests.program.invariants import generated

RELEASE = "kubernetes:helm.sh/v3:Release"
JOB = "kubernetes:batch/v1:Job"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ALWAYS = {"rasaProLicense", "authToken", "jwtSecret", "endpoints.yml", "credentials.yml"}


@pytest.fixture(scope="module")
def everything() -> Recording:
    """An assistant with everything."""
    return record(wirings.everything())


def policies(recording: Recording, namespace: str = "rasa") -> dict[str, Any]:
    """The specs of a namespace's policies by name."""
    return {
        one.inputs["metadata"]["name"]: one.inputs["spec"]
        for one in recording.of_type(POLICY)
        if one.inputs["metadata"]["namespace"] == namespace
    }


def destinations(rules: list[dict[str, Any]]) -> set[tuple[str, int]]:
    """Address ranges and ports of egress rules."""
    return {
        (peer["ipBlock"]["cidr"], port["port"])
        for rule in rules
        for peer in rule["to"]
        for port in rule.get("ports", [])
        if "ipBlock" in peer
    }


def text_of(value: Any) -> str:
    """Everything that a reader would see: secrets are hidden."""
    return json.dumps(value, default=lambda one: "[secret]" if isinstance(one, Secret) else str(one))


def test_the_release_waits_for_all_that_its_pods_name(everything: Recording) -> None:
    (release,) = everything.of_type(RELEASE)
    assert release.inputs["name"] == "rasa"
    assert release.inputs["atomic"] is True
    waits = {everything.resources[urn].name for urn in everything.reached_from(release.urn)}
    for name in (
        "rasa-smoke-test-job",
        "rasa-database-roles-job",
        "rasa-secrets-secret",
        "rasa-secrets-ca",
        "rasa-account-rasa",
        "rasa-account-rasa-pro-services",
        "rasa-account-rasa-action-server",
        "rasa-network-egress",
        "rasa-network-analytics",
    ):
        assert name in waits


def test_the_smoke_test_runs_as_rasa_after_the_roles_exist(everything: Recording) -> None:
    job = everything.named("rasa-smoke-test-job")
    waits = {everything.resources[urn].name for urn in everything.reached_from(job.urn)}
    assert {"rasa-database-roles-job", "rasa-network-egress", "rasa-secrets-secret", "rasa-account-rasa"} <= waits
    pod = job.inputs["spec"]["template"]
    values = everything.outputs["rasa"]["values"]["rasa"]
    assert pod["spec"]["serviceAccountName"] == values["serviceAccount"]["name"] == "rasa"
    assert pod["spec"]["containers"][0]["env"] == values["additionalEnv"]
    assert pod["metadata"]["labels"]["example.com/identity"] == "true"
    config = json.loads(everything.named("rasa-smoke-test-files").inputs["data"]["smoke_test.json"])
    assert config["endpoints"] == everything.outputs["rasa"]["endpoints"]
    assert config["model"]["key"] == "rasa/model.tar.gz"
    assert set(config["secrets"]) >= {"DB_PASSWORD", "REDIS_PASSWORD", "KAFKA_PASSWORD", "OPENAI_API_KEY"}


def test_models_are_asked_if_the_settings_say_so(everything: Recording) -> None:
    asked = record(wirings.everything(smokeTest={"llm": True}))
    configs = [one.named("rasa-smoke-test-files").inputs["data"]["smoke_test.json"] for one in (everything, asked)]
    assert [json.loads(config).get("llm") for config in configs] == [None, True]
    pod = asked.named("rasa-smoke-test-job").inputs["spec"]["template"]["spec"]
    # The provider `rasa` signs in with it.
    (licence,) = (one for one in pod["containers"][0]["env"] if one["name"] == "RASA_PRO_LICENSE")
    assert licence["valueFrom"]["secretKeyRef"] == {"name": "rasa-secrets", "key": "rasaProLicense"}
    assert "RASA_PRO_LICENSE" in json.loads(configs[1])["secrets"]


def test_secrets_stand_in_secrets_only(everything: Recording) -> None:
    secret = everything.named("rasa-secrets-secret").inputs["stringData"]
    assert isinstance(secret, Secret)
    assert secret.value["rasaProLicense"] == LICENSE
    assert secret.value["OPENAI_API_KEY"] == OPENAI
    for resource in everything.resources.values():
        seen = text_of(resource.inputs)
        for hidden in (LICENSE, OPENAI, "admin-password", "redis-password", "kafka-password", *generated(everything)):
            assert hidden not in seen, resource.name
    assert set(secret.value.values()) & generated(everything).keys()


def test_the_outputs_are_readable_and_name_the_next_step(everything: Recording) -> None:
    assert "[secret]" not in text_of(everything.outputs)
    assert everything.outputs["rasa"]["next"].startswith("curl https://rasa.example.com/webhooks/rest/webhook")
    (release,) = everything.of_type(RELEASE)
    assert everything.outputs["rasa"]["values"] == release.inputs["values"]


def test_the_jwt_secret_and_the_url_are_what_rasa_needs(everything: Recording) -> None:
    assert everything.named("rasa-secrets-jwt-secret").inputs["length"] >= 32
    values = everything.named("rasa-secrets-secret").inputs["stringData"].value
    user, _, rest = values["analyticsDbUrl"].partition("@")
    assert user.removeprefix("postgresql://rasa_analytics:") in generated(everything)
    assert rest == "db.example.com:5432/rasa_analytics?sslmode=verify-full&sslrootcert=/etc/rasa/ca/postgres-ca.pem"


def test_the_namespace_is_restricted(everything: Recording) -> None:
    labels = everything.named("rasa-space-namespace").inputs["metadata"]["labels"]
    for mode in ("enforce", "warn", "audit"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "latest"


def test_rasa_reaches_its_services_and_nothing_else_that_is_private(everything: Recording) -> None:
    rules = policies(everything)["rasa-egress"]["egress"]
    assert destinations(rules) == {
        ("10.0.48.0/24", 5432),
        ("10.0.49.0/24", 6379),
        ("10.0.50.0/24", 9096),
        ("169.254.170.23/32", 80),
        ("0.0.0.0/0", 443),
        ("10.0.0.0/19", 443),
        # The response server's own port.
        ("0.0.0.0/0", 8443),
    }
    public = [peer["ipBlock"] for rule in rules for peer in rule["to"] if peer.get("ipBlock", {}).get("except")]
    assert all("10.0.0.0/8" in block["except"] and "169.254.0.0/16" in block["except"] for block in public)
    actions = next(rule for rule in rules if "podSelector" in rule["to"][0])
    assert actions["ports"] == [{"port": 5055, "protocol": "TCP"}]


def test_the_smoke_test_has_rasas_way_out_but_no_way_in(everything: Recording) -> None:
    found = policies(everything)
    assert found["rasa-egress"]["podSelector"]["matchExpressions"][0]["values"] == ["rasa", "rasa-smoke-test"]
    assert found["rasa-ingress"]["podSelector"]["matchExpressions"][0]["values"] == ["rasa"]


def test_only_an_ingress_opens_rasa_to_other_namespaces(everything: Recording) -> None:
    def peers(recording: Recording) -> list[Any]:
        return [peer for rule in policies(recording)["rasa-ingress"]["ingress"] for peer in rule["from"]]

    network = {"ipBlock": {"cidr": "10.0.0.0/19"}}
    assert peers(everything) == [network, {"namespaceSelector": {}}]
    assert peers(record(wirings.assistant())) == [network]


def test_analytics_reaches_database_and_events_only(everything: Recording) -> None:
    assert destinations(policies(everything)["analytics"]["egress"]) == {
        ("10.0.48.0/24", 5432),
        ("10.0.50.0/24", 9096),
        ("169.254.170.23/32", 80),
    }


def test_every_pod_of_the_chart_has_a_policy(everything: Recording) -> None:
    selected = {
        name
        for spec in policies(everything).values()
        for expression in spec["podSelector"].get("matchExpressions", [])
        for name in expression["values"]
    }
    assert selected == {"rasa", "rasa-smoke-test", "rasa-action-server", "rasa-rasa-pro-services"}


def test_parts_that_are_off_leave_nothing() -> None:
    small = record(wirings.assistant(replicas=1), profile=Profile.DEV)
    names = {resource.name for resource in small.resources.values()}
    assert not [name for name in names if "analytics" in name or "action-server" in name or "budget" in name]
    assert set(policies(small)) == {"default-deny", "allow-dns", "rasa-egress", "rasa-ingress"}
    assert [one.inputs["metadata"]["name"] for one in small.of_type("kubernetes:core/v1:ServiceAccount")] == ["rasa"]
    values = small.named("rasa-secrets-secret").inputs["stringData"].value
    services = {"dbUsername", "dbPassword", "redisPassword", "kafkaUsername", "kafkaSslPassword"}
    assert set(values) == ALWAYS | services


def test_iam_makes_no_password() -> None:
    iam = record(wirings.everything(), iam=True)
    values = iam.named("rasa-secrets-secret").inputs["stringData"].value
    assert set(values) == ALWAYS | {"OPENAI_API_KEY"}
    assert not [one for one in iam.of_type("random:index/randomPassword:RandomPassword") if "database" in one.name]
    account = iam.named("rasa-account-rasa").inputs
    assert account["metadata"]["annotations"] == {"example.com/role": "rasa"}
    assert account["automountServiceAccountToken"] is False


def test_without_a_model_there_is_everything_but_the_release() -> None:
    waiting = record(wirings.assistant(model=None))
    assert waiting.of_type(RELEASE) == []
    config = json.loads(waiting.named("rasa-smoke-test-files").inputs["data"]["smoke_test.json"])
    assert config["model"]["key"] is None
    step = waiting.outputs["rasa"]["next"]
    assert "aws s3 cp model.tar.gz s3://models/rasa/model.tar.gz" in step
    assert "model: model.tar.gz" in step


def test_a_model_in_the_image_is_released() -> None:
    connections = replace(wirings.connections(), model_storage=None)
    released = record(wirings.assistant(model=None), connections=connections)
    assert len(released.of_type(RELEASE)) == 1
    config = json.loads(released.named("rasa-smoke-test-files").inputs["data"]["smoke_test.json"])
    assert config["model"] is None
    assert "port-forward" in released.outputs["rasa"]["next"]


def test_several_replicas_have_a_disruption_budget(everything: Recording) -> None:
    budget = everything.named("rasa-disruption-budget").inputs
    assert budget["spec"]["maxUnavailable"] == 1
    assert budget["spec"]["selector"]["matchExpressions"][0]["values"] == ["rasa"]


def test_two_assistants_share_nothing_but_the_server() -> None:
    both = record(wirings.everything(), wirings.everything(name="support"))
    first, second = (both.outputs[name]["endpoints"] for name in ("rasa", "support"))
    assert first["tracker_store"]["db"] != second["tracker_store"]["db"]
    assert first["lock_store"]["key_prefix"] != second["lock_store"]["key_prefix"]
    assert first["event_broker"]["topic"] != second["event_broker"]["topic"]


def digest_of(recording: Recording, name: str) -> str:
    """The digest in a Job, which decides whether it runs again."""
    annotations: Mapping[str, Any] = recording.named(name).inputs["spec"]["template"]["metadata"]["annotations"]
    assert isinstance(annotations["rasa/inputs"], Secret)
    return str(annotations["rasa/inputs"].value)


def test_a_job_runs_again_when_and_only_when_its_inputs_change(everything: Recording) -> None:
    other = wirings.connections()
    assert other.lock_store is not None
    auth = replace(other.lock_store.auth, password=wirings.secret("rotated"))
    rotated = record(wirings.everything(), connections=replace(other, lock_store=replace(other.lock_store, auth=auth)))
    again = record(wirings.everything())
    for job in ("rasa-smoke-test-job", "rasa-database-roles-job"):
        assert digest_of(again, job) == digest_of(everything, job)
    assert digest_of(rotated, "rasa-smoke-test-job") != digest_of(everything, "rasa-smoke-test-job")
    assert digest_of(rotated, "rasa-database-roles-job") == digest_of(everything, "rasa-database-roles-job")
    revisions = [one.named("rasa-secrets-revision").inputs["keepers"]["sha256"].value for one in (rotated, everything)]
    assert revisions[0] != revisions[1]


def test_jobs_stay_and_are_replaced_after_a_failure(everything: Recording) -> None:
    for job in everything.of_type(JOB):
        assert "ttlSecondsAfterFinished" not in job.inputs["spec"]
        assert "name" not in job.inputs["metadata"]
        assert job.inputs["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}
